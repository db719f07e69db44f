#pragma once
// A log can forget: a tail cut by a crash of the machine, a broker's lost disk, an old copy put back.
// What this node has shown lies in its journal, byte for byte, and goes back from there.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/event_log.hpp"
#include "events/record.hpp"
#include "projections/runner.hpp"

namespace tracseq {

enum class repair_policy : std::uint8_t {
  append,  ///< put the missing records back
  refuse,  ///< say what is missing: with several nodes a person decides
};

/// Compares the log's end with what was applied from it. Empty when nothing is missing; else what was
/// put back, as a sentence. `corrupt` where the journal does not hold exactly what is missing (proved
/// by the chain before anything is appended), or where the policy is to refuse.
[[nodiscard]] result<std::string> repair_from_journal(event_log& log, runner& models,
                                                      repair_policy policy);

/// Keeps accepted claims, which no journal holds, for `repair_from_journal`: before their batch is applied.
void remember_claims(runner& models, folded_batch const& batch);
/// Such a claim: its offset and its record.
[[nodiscard]] std::optional<std::pair<std::uint64_t, std::string>> load_claim(
    runner const& models, partition_id partition, std::uint64_t number);
/// Which offsets the log does not hold any more although they were applied, in words; empty if it holds all.
[[nodiscard]] std::string words_of_loss(std::vector<std::uint64_t> const& ends,
                                        std::vector<std::uint64_t> const& applied);

/// Partitions whose history does not follow from some place on, in sentences; `corrupt` unless it is to be begun
/// behind.
/// A claim behind such a place gives up for good what is there, and from then on it looks as if its writer had
/// done so: only a person may decide that.
[[nodiscard]] result<std::vector<std::string>> damage_in(std::vector<partition_position> const& positions,
                                                         bool begun_behind);

}  // namespace tracseq
