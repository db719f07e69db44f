#pragma once
// Many events into the tables at once: one thread reads, folds and decodes, one applies, one sorts and
// writes. Rows stay decoded in memory for a generation of many events, so that a row changed ten times
// is read and written once; a generation goes into the store as sorted files, all tables and the
// positions at one stroke.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "events/event_log.hpp"
#include "projections/applied_table.hpp"
#include "projections/follow.hpp"
#include "projections/store.hpp"

namespace tracseq {

struct bulk_options {
  std::optional<instant> until;
  std::size_t generation_bytes = 48u << 20;
  std::function<void(std::uint64_t events)> progress;
  std::atomic<bool> const* stop = nullptr;
  /// Told every batch before its rows are in the store, from a thread of its own; its error ends the build.
  std::function<result<void>(folded_batch const&)> before{};
};

struct bulk_totals {
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t parked_commits = 0;
  verdict_counts verdicts;
  std::vector<partition_position> positions;
  bool stopped = false;  ///< by `stop`; what is there is whole all the same
};

/// From `from` to the ends that the log has now. Writes positions under `position_key`s.
[[nodiscard]] result<bulk_totals> bulk_build(event_log& log, store& into,
                                             std::vector<applied_table*> const& tables,
                                             std::vector<partition_position> const& from,
                                             bulk_options const& options);

/// Where a partition's position is kept in `meta`; `of` is empty for the live tables together.
[[nodiscard]] std::string position_key(std::string_view of, partition_id partition);

}  // namespace tracseq
