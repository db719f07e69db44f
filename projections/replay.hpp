#pragma once
// Builds every projection from a log in one go, as fast as the machine allows.

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "events/event_log.hpp"
#include "events/instant.hpp"
#include "projections/follow.hpp"
#include "projections/projection.hpp"
#include "projections/store.hpp"

namespace tracseq {

struct replay_options {
  /// A partition is cut before its first commit recorded after this moment; none = all of it.
  std::optional<instant> until;
  std::size_t generation_bytes = 128u << 20;  ///< of changed rows held in memory, twice at most
  std::function<void(std::uint64_t events)> progress;
  std::atomic<bool> const* stop = nullptr;
};

struct replay_totals {
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::uint64_t parked_commits = 0;
  verdict_counts verdicts;
  std::vector<partition_position> positions;  ///< where it ended
};

/// Into a new or empty directory (`already_exists` otherwise): `<into>/store` then holds rows
/// byte-equal to those a node that followed the log has.
[[nodiscard]] result<replay_totals> replay(event_log& log, std::string const& into,
                                           replay_options const& options);

}  // namespace tracseq
