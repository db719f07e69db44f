#pragma once
// Walks a log from its beginning by the chain's rule and says where it first breaks.

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "projections/follow.hpp"

namespace tracseq {

struct verify_problem {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  std::string why;
};

struct verified_partition {
  partition_id partition = 0;
  std::uint64_t records = 0;
  std::uint64_t end = 0;  ///< next offset
  verdict_counts counts;
  chain_state head;
};

struct verify_report {
  std::vector<verified_partition> partitions;
  std::vector<verify_problem> problems;  ///< the first of each partition, by offset
  std::vector<verify_problem> given_up;  ///< no problems by the rule; the first of each partition
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  [[nodiscard]] bool ok() const noexcept { return problems.empty(); }
};

struct verify_options {
  /// Heads that must be passed: stored positions, or signed checkpoints {partition, s, h}.
  struct expected_head {
    partition_id partition = 0;
    std::uint64_t s = 0;
    hash256 h{};
    std::string source;  ///< for words: "the store", "checkpoint of 2026-11-24"
  };
  std::vector<expected_head> expected;
  bool decode_events = false;  ///< also demand that every event can be decoded
  std::function<void(std::uint64_t records)> progress;
  std::atomic<bool> const* stop = nullptr;
};

/// Fails only where the log cannot be opened for reading; damage within it is a problem of the report.
///
/// What the rule skips is not all the same. A record under a claim that has passed is what a fenced
/// writer leaves behind: it is counted. These are problems:
///   * bytes that are no record, and a record of a claim that is not there yet: an extra record, a
///     missing or changed claim;
///   * a commit under the newest claim whose `prev` is not the head, unless its writer noticed, that is:
///     a new claim and then an accepted commit follow. Otherwise the record before it was changed, taken
///     out or swapped, or this one is extra.
/// Where that claim follows, the run is listed as given up: the rule cannot tell it from damage behind
/// which a node was started all the same. A node refuses that (`partition_position::broken_at`).
/// A tail that was cut, or a change of the very last commit, shows only against `expected` heads.
[[nodiscard]] result<verify_report> verify(event_log& log, verify_options const& options);

}  // namespace tracseq
