#pragma once
// What verifying, exporting and copying a log share.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/event_log.hpp"

namespace tracseq::offline {

/// How long a log may say nothing although it should hold more.
inline constexpr auto patience = std::chrono::milliseconds(10'000);

[[nodiscard]] result<std::unique_ptr<event_log>> open_to_read(std::string const& address);
[[nodiscard]] std::uint64_t sum(std::vector<std::uint64_t> const& numbers);
/// The beginning of every partition.
[[nodiscard]] std::vector<log_position> from_begin(event_log& log);
/// Calls `each` for every entry from `from` to where the log ends now, in order of reading.
[[nodiscard]] result<void> walk(event_log& log, std::vector<log_position> const& from,
                                std::function<result<void>(std::vector<log_entry>&)> const& each);

}  // namespace tracseq::offline
