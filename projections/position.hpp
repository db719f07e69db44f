#pragma once
// Where the read models stand in the log.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/chain.hpp"
#include "events/hash.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"

namespace tracseq {

/// Who took a partition: its newest accepted claim. It is the routing table of a cluster.
struct partition_owner {
  std::string node;
  uuid boot_id;
  std::string address;  ///< where the node takes commands of others
  instant since;        ///< by the owner's clock
  friend bool operator==(partition_owner const&, partition_owner const&) = default;
};

/// One partition, as the store keeps it beside the rows.
struct partition_position {
  std::uint64_t next_offset = 0;  ///< the first offset that is not applied
  std::uint64_t last_offset = 0;  ///< of the last record that was read; only where next_offset > 0
  hash256 last_hash{};            ///< SHA-256 of that record, accepted or not
  chain_state chain;              ///< the fold behind it
  /// The last accepted commit, if it is flagged `continued`: a group that may be torn.
  bool group_open = false;
  std::string group_stream;
  std::uint64_t group_base_version = 0;
  /// The first commit, behind the last accepted one, that does not follow: what was before it is missing.
  std::optional<std::uint64_t> broken_at;
  instant recorded_at;  ///< the newest of accepted commits; zero before the first
  std::optional<partition_owner> owner;  ///< none before the first claim
  friend bool operator==(partition_position const&, partition_position const&) = default;
};

/// next_offset u64 | last_offset u64 | last_hash 32 | h 32 | c u64 | s u64 | flags u8 (1 group_open, 2 broken_at,
/// 4 recorded_at, 8 owner) | group_base_version u64 | broken_at u64, if flagged | recorded_at i64, if flagged |
/// owner, if flagged: node str, boot_id 16, address str, since i64 (str: u16 length and bytes) | group_stream
[[nodiscard]] std::string encode_position(partition_position const& position);
[[nodiscard]] std::optional<partition_position> decode_position(std::string_view bytes);

/// All partitions before the first record.
[[nodiscard]] std::vector<partition_position> genesis_positions(partition_id partitions);

/// The next offset of each partition: what an answer reflects, what a request may demand.
using position_vector = std::vector<std::uint64_t>;

[[nodiscard]] position_vector offsets_of(std::vector<partition_position> const& positions);

/// "12.0.5.33"
[[nodiscard]] std::string to_text(position_vector const& position);
/// None for anything that `to_text` cannot have written.
[[nodiscard]] std::optional<position_vector> parse_position(std::string_view text) noexcept;

}  // namespace tracseq
