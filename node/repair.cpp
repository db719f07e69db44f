#include "node/repair.hpp"

#include <chrono>
#include <map>
#include <thread>

#include "events/chain.hpp"
#include "events/record.hpp"
#include "projections/follow.hpp"
#include "projections/journal.hpp"

namespace tracseq {
namespace {

constexpr auto patience = std::chrono::seconds(20);

/// What one partition of the log lacks: from `end` on, by offset.
struct lost_tail {
  std::uint64_t end = 0;
  std::uint64_t applied = 0;
  chain_state at_end;     ///< of the chain, where the log ends
  chain_state at_applied;  ///< where the projections stand
  std::map<std::uint64_t, std::string> records;
};
std::string counted(std::uint64_t number, std::string_view what) {
  return std::to_string(number) + " " + std::string(what) + (number == 1 ? "" : "s");
}

using lost_tails = std::map<partition_id, lost_tail>;

std::string claim_name(partition_id partition, std::uint64_t number) {
  return "claim/" + std::to_string(partition) + "/" + std::to_string(number);
}

result<lost_tails> find_lost(event_log& log, runner const& models) {
  lost_tails lost;
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  auto const positions = models.positions();
  for (partition_id p = 0; p < positions.size() && p < ends->size(); ++p)
    if (positions[p].next_offset > (*ends)[p])
      lost[p] = {(*ends)[p], positions[p].next_offset, {}, positions[p].chain, {}};
  return lost;
}

/// Folds the log as it is, to know the chain at its end.
result<void> fold_what_is_left(event_log& log, lost_tails& lost) {
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  auto reader = fold_reader::open(log, genesis_positions(log.partitions()));
  if (!reader) return tl::unexpected(reader.error());
  auto const done = [&] {
    auto const& at = (*reader)->state().at();
    for (std::size_t p = 0; p < at.size(); ++p)
      if (at[p].next_offset < (*ends)[p]) return false;
    return true;
  };
  auto const until = std::chrono::steady_clock::now() + std::chrono::minutes(10);
  while (!done()) {
    auto const batch = (*reader)->next(4u << 20, std::chrono::milliseconds(200), false);
    if (!batch) return tl::unexpected(batch.error());
    if (batch->empty() && (*reader)->caught_up()) break;
    if (std::chrono::steady_clock::now() > until)
      return fail(errc::timed_out, "the log could not be read to its end");
  }
  for (auto& [partition, tail] : lost) tail.at_end = (*reader)->state().at()[partition].chain;
  return {};
}

/// The journal's commits and the saved claims that lie behind the log's end.
void collect(runner& models, partition_id partitions, lost_tails& lost) {
  auto const view = models.newest();
  journal_query(*view).each_record(
      partitions, [&](partition_id partition, std::uint64_t offset, std::string_view record) {
        auto const found = lost.find(partition);
        if (found != lost.end() && offset >= found->second.end) found->second.records.emplace(offset, record);
      });
  for (auto& [partition, tail] : lost)
    for (auto number = tail.at_end.c + 1; number <= tail.at_applied.c; ++number)
      if (auto saved = load_claim(models, partition, number))
        tail.records.emplace(saved->first, std::move(saved->second));
}

/// The records in order, if they are exactly those that lead from the log's end to where the
/// projections stand.
std::optional<std::vector<std::string>> proven(lost_tail const& tail) {
  std::vector<std::string> records;
  auto state = tail.at_end;
  auto next = tail.end;
  for (auto const& [offset, record] : tail.records) {
    if (offset != next++ || !accepted(chain_fold(state, record))) return std::nullopt;
    records.push_back(record);
  }
  if (next != tail.applied || state != tail.at_applied) return std::nullopt;
  return records;
}

tl::unexpected<error> not_all_here(partition_id partition, lost_tail const& tail) {
  return fail(errc::corrupt,
              "partition " + std::to_string(partition) + " of the log ends at offset " +
                  std::to_string(tail.end) + ", but this node has applied records up to offset " +
                  std::to_string(tail.applied) +
                  ", and its journal does not hold all of what is missing. Restore the log from "
                  "a backup; or, if the shorter history is the true one, move the store directory "
                  "away and start again: it is rebuilt.");
}

/// "partition 3: commits 5 to 12", for each.
std::string commits_missing(lost_tails const& lost) {
  std::string words;
  for (auto const& [partition, tail] : lost) {
    if (!words.empty()) words += "; ";
    words += "partition " + std::to_string(partition) + ": ";
    auto const first = tail.at_end.s + 1;
    auto const last = tail.at_applied.s;
    words += first > last ? "claims alone" : first == last ? "commit " + std::to_string(last)
                                                           : "commits " + std::to_string(first) + " to " +
                                                                 std::to_string(last);
  }
  return words;
}

result<void> put_back(event_log& log, partition_id partition, lost_tail const& tail) {
  auto records = proven(tail);
  for (auto& record : *records)
    if (auto appended = log.append(partition, {std::move(record)}); !appended) return appended;
  auto const until = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < until) {
    auto const ends = log.ends();
    if (ends && (*ends)[partition] >= tail.applied) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return fail(errc::timed_out, "the log did not take the missing records back in time");
}

}  // namespace

void remember_claims(runner& models, folded_batch const& batch) {
  for (auto const& record : batch.records)
    if (auto const& claim = record.claim)
      models.save_snapshot(claim_name(record.partition, claim->number), record.offset, encode_record(*claim));
}

std::optional<std::pair<std::uint64_t, std::string>> load_claim(runner const& models, partition_id partition,
                                                                std::uint64_t number) {
  auto saved = models.load_snapshot(claim_name(partition, number));
  if (!saved) return std::nullopt;
  return std::pair(saved->version, std::move(saved->state));
}

std::string words_of_loss(std::vector<std::uint64_t> const& ends, std::vector<std::uint64_t> const& applied) {
  std::string words;
  for (std::size_t p = 0; p < ends.size() && p < applied.size(); ++p)
    if (applied[p] > ends[p])
      words += (words.empty() ? "partition " : ", partition ") + std::to_string(p) + " from offset " +
               std::to_string(ends[p]) + " to " + std::to_string(applied[p] - 1);
  return words;
}

result<std::vector<std::string>> damage_in(std::vector<partition_position> const& positions, bool begun_behind) {
  std::vector<std::string> all;
  for (partition_id p = 0; p < positions.size(); ++p) {
    auto const& at = positions[p];
    if (!at.broken_at) continue;
    auto const found = "the history is damaged: in partition " + std::to_string(p) + " what lies at offset " +
                       std::to_string(*at.broken_at) +
                       " does not follow the record before it, which is missing or was changed, and nothing behind it "
                       "can be shown";
    if (!begun_behind)
      return fail(errc::corrupt, found + ". `tracseq audit verify` names every place. Put the history back from a copy "
                                         "that verifies; or, to give up what is behind the damage, start once with "
                                         "--log-start-behind-damage.");
    all.push_back(found + "; the node was told to go on behind it.");
  }
  return all;
}

result<std::string> repair_from_journal(event_log& log, runner& models, repair_policy policy) {
  auto lost = find_lost(log, models);
  if (!lost) return tl::unexpected(lost.error());
  if (lost->empty()) return std::string();
  std::uint64_t missing = 0;
  for (auto const& [partition, tail] : *lost) missing += tail.applied - tail.end;
  if (auto folded = fold_what_is_left(log, *lost); !folded) return tl::unexpected(folded.error());
  if (policy == repair_policy::refuse)
    return fail(errc::corrupt, "the log has lost " + counted(missing, "record") +
                                   " that this node has already shown, in " +
                                   counted(lost->size(), "partition") + " (" + commits_missing(*lost) +
                                   "). Is the address right? If it is, `tracseq log repair` puts it back from this "
                                   "node's journal: docs/howto/mend-a-log-that-forgot.md.");
  try {
    collect(models, log.partitions(), *lost);
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
  for (auto const& [partition, tail] : *lost)
    if (!proven(tail)) return not_all_here(partition, tail);
  for (auto const& [partition, tail] : *lost)
    if (auto done = put_back(log, partition, tail); !done) return tl::unexpected(done.error());
  return "the log had lost its last " + counted(missing, "record") +
         "; what was lost was put back from this node's journal, byte for byte, and the chain "
         "verifies";
}

}  // namespace tracseq
