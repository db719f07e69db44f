#pragma once
// The one rule of the log. Every reader folds a partition from its beginning with `chain::fold`:
//
//   a claim is accepted iff its number is c + 1;   then c := c + 1,  h := SHA-256(h ‖ record)
//   a commit is accepted iff it carries c and prev = h; then s := s + 1, h := SHA-256(h ‖ record)
//   anything else is skipped, by every reader alike, and counted.
//
// That gives tamper evidence (a hash chain over all history), fencing (a writer that lost its claim
// carries an old c), and the refusal of duplicates, gaps and reordering. See docs/architecture.md.

#include <cstdint>
#include <string_view>

#include "events/hash.hpp"
#include "events/ids.hpp"

namespace tracseq {

/// Where a partition's fold stands.
struct chain_state {
  hash256 h{};
  std::uint64_t c = 0;  ///< the newest accepted claim
  std::uint64_t s = 0;  ///< accepted commits
  friend bool operator==(chain_state const&, chain_state const&) = default;
};

/// The fold before the first record. It names the partition and how many there are, so that no
/// partition's history verifies in another's place.
[[nodiscard]] chain_state chain_genesis(partition_id partition, partition_id partitions);

enum class verdict : std::uint8_t {
  commit,        ///< accepted
  claim,         ///< accepted
  not_a_record,  ///< skipped: foreign bytes
  stale_claim,   ///< skipped: a claim with another number than c + 1, or a commit under an old c
  broken_link,   ///< skipped: a commit whose prev is not h
};

[[nodiscard]] constexpr bool accepted(verdict v) noexcept {
  return v == verdict::commit || v == verdict::claim;
}

/// Judges `record` and moves `state` if it is accepted.
verdict chain_fold(chain_state& state, std::string_view record);

}  // namespace tracseq
