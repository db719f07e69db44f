#pragma once
// Records for log tests, and reading a whole log back.

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "events/chain.hpp"
#include "events/event_log.hpp"
#include "events/record.hpp"

namespace tracseq::test {

/// A commit that carries `number` and a payload of `size` bytes of every value.
[[nodiscard]] std::string numbered(std::uint64_t number, std::size_t size = 64);
/// The number it carries.
[[nodiscard]] std::uint64_t number_of(std::string const& record);
/// A commit whose record has exactly `bytes` bytes.
[[nodiscard]] std::string sized(std::size_t bytes);
[[nodiscard]] std::string claim_record(std::uint64_t number, std::string const& node);
[[nodiscard]] std::string commit_record(chain_state const& under, std::string const& text);

using per_partition = std::map<partition_id, std::vector<log_entry>>;

/// Reads from `from` until `count` records came or `within` has passed.
[[nodiscard]] per_partition read_some(event_log& log, std::vector<log_position> const& from,
                                      std::size_t count,
                                      std::chrono::seconds within = std::chrono::seconds(30));
/// All partitions from their beginning.
[[nodiscard]] std::vector<log_position> beginning(event_log& log);
/// Reads everything up to the present end.
[[nodiscard]] per_partition read_all(event_log& log);
[[nodiscard]] std::size_t total(per_partition const& read);
[[nodiscard]] std::vector<std::uint64_t> numbers(std::vector<log_entry> const& entries);

}  // namespace tracseq::test
