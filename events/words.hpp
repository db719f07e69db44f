#pragma once
// Small phrases that the timeline's sentences share.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/instant.hpp"

namespace tracseq::words {

/// "Box 7 at B3", "Freezer 2 at place 12", "Box 7" where no slot is known.
[[nodiscard]] std::string spot(std::string_view unit_label, std::string_view slot);
/// "B3" or "Place 12", to begin a sentence.
[[nodiscard]] std::string slot(std::string_view slot);
/// "12 rows", "1 row".
[[nodiscard]] std::string count(std::uint64_t number, std::string_view noun);
/// Without needless digits: "12.5".
[[nodiscard]] std::string number(double value);
/// "2026-11-30" for a whole day, else RFC 3339.
[[nodiscard]] std::string date(instant at);
/// ": detail", or nothing where there is none.
[[nodiscard]] std::string colon(std::string_view detail);
/// " (override: reason)", or nothing.
[[nodiscard]] std::string override_note(std::string_view reason);
/// `first` … as people count: rows `first + 1` to `first + count`.
[[nodiscard]] std::string rows(std::uint32_t first, std::uint32_t count);

}  // namespace tracseq::words
