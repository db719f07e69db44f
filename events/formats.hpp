#pragma once
// How much of the history's formats this build knows.

#include <cstdint>

namespace tracseq {

/// Versions of all events that can be decoded, counted together: of two builds, the newer one has more.
[[nodiscard]] std::uint32_t known_event_formats();

}  // namespace tracseq
