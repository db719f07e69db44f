#pragma once
// The topic: made with the right settings, or refused with the words that mend it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/log/kafka_client.hpp"

namespace tracseq::kafka {

struct topic_facts {
  partition_id partitions = 0;           ///< that hold the history; the topic may have more, which stay empty
  std::vector<std::string> warnings;  ///< what an operator should know, in sentences
};

/// Makes the topic if it is not there and `options.create` says so, then checks that it can be a log:
/// partitions, retention, compaction, message size, replication. Within `where.timeout` each.
[[nodiscard]] result<topic_facts> prepare_topic(client& with, address const& where,
                                                log_options const& options);

/// What is wrong or weak with the topic as it is now, in sentences: also what `prepare_topic` refuses, for who uses the
/// topic already goes on. Within `where.timeout` each.
[[nodiscard]] result<std::vector<std::string>> look_again(client& with, address const& where,
                                                          log_options const& options, partition_id partitions);

enum class edge : std::int8_t { end = -1, begin = -2 };  // as the protocol's ListOffsets numbers them

/// The first offset that can be read, or the one behind the last record, for each partition. `within`: the
/// address's time-out, if nothing else is said.
[[nodiscard]] result<std::vector<std::uint64_t>> query_offsets(
    client& with, address const& where, partition_id partitions, edge which,
    std::optional<std::chrono::milliseconds> within = std::nullopt);

/// The record at each position, read by a consumer of its own; none where the log holds none there.
/// `unavailable` if that is not known when `within` has passed or `cancelled` was set.
[[nodiscard]] result<std::vector<std::optional<std::string>>> fetch_records(
    address const& where, std::span<log_position const> at, std::chrono::milliseconds within,
    std::atomic<bool> const* cancelled = nullptr);

/// Refuses a topic whose partitions begin with something that is not a record of TracSeq: another's, or,
/// where a partition begins with one, damaged.
[[nodiscard]] result<void> refuse_foreign(address const& where,
                                          std::span<std::uint64_t const> begins,
                                          std::span<std::uint64_t const> ends);

}  // namespace tracseq::kafka
