#pragma once
// What verifying, exporting and copying a log share.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/hash.hpp"
#include "node/offline.hpp"

namespace tracseq::offline {

/// How long a log may say nothing although it should hold more.
inline constexpr auto patience = std::chrono::milliseconds(10'000);

/// Beside a node that writes: what it was writing just then may look damaged, so damage is looked at again.
[[nodiscard]] result<std::unique_ptr<event_log>> open_to_read(std::string const& address);
[[nodiscard]] std::uint64_t sum(std::vector<std::uint64_t> const& numbers);
/// The beginning of every partition.
[[nodiscard]] std::vector<log_position> from_begin(event_log& log);
/// Calls `each` for every entry from `from` to where the log ends now, in order of reading.
[[nodiscard]] result<void> walk(event_log& log, std::vector<log_position> const& from,
                                std::function<result<void>(std::vector<log_entry>&)> const& each);

/// The first records of each partition: how many, their hash, and the offset behind them. Counted, for the
/// offsets of one log may have gaps where those of the other have none.
struct beginning {
  std::vector<std::uint64_t> records;
  std::vector<hash256> hashes;
  std::vector<log_position> behind;
};
/// Of as many records as `most` says, or of all.
[[nodiscard]] result<beginning> read_beginning(event_log& log, std::vector<std::uint64_t> const* most);

/// Appends to `to` what it lacks of `from`, and waits until it is there. `conflict` where the records that
/// `to` holds are not the first of `from`. `most`, where given, bounds the records of each partition; what
/// `to` holds behind them is not looked at.
[[nodiscard]] result<transfer_report> copy_records(event_log& from, event_log& to,
                                                   std::vector<std::uint64_t> const* most,
                                                   report_progress const& progress);

}  // namespace tracseq::offline
