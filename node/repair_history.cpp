#include "node/repair_history.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

#include "node/offline_parts.hpp"
#include "node/repair.hpp"
#include "projections/journal.hpp"
#include "projections/verify.hpp"

namespace tracseq {
namespace {

constexpr std::size_t batch_bytes = 4u << 20;
constexpr auto read_patience = std::chrono::minutes(10);

/// A commit of the journal, for comparison: where it lay, and part of its hash.
struct known_commit {
  std::uint64_t offset = 0;
  std::uint64_t hash = 0;
  friend auto operator<=>(known_commit const&, known_commit const&) = default;
};

std::uint64_t short_hash(std::string_view record) {
  auto const full = sha256(record);
  std::uint64_t part = 0;
  std::memcpy(&part, full.data(), sizeof part);
  return part;
}

/// A place in the log behind which the missing records may belong.
struct joint {
  std::uint64_t offset = 0;
  std::uint64_t records = 0;  ///< before it
  chain_state state;
};

struct partition_story {
  std::uint64_t end = 0;            ///< of the log
  std::uint64_t applied = 0;        ///< next offset of the read models
  chain_state at_applied;
  std::vector<known_commit> commits;
  std::vector<joint> joints;        ///< the last commit that agrees, and claims and the like behind it
  std::uint64_t records = 0;        ///< of the log, so far as it was compared
  bool parted = false;              ///< the log holds something else from here on
  // Where something is missing:
  bool lost = false;
  joint at;
  std::vector<std::string> missing;
};
using story = std::vector<partition_story>;

using visit_record = std::function<void(partition_id, std::uint64_t offset, std::string_view record)>;

result<void> each_journal_commit(runner& models, partition_id partitions, visit_record const& visit) {
  try {
    auto const view = models.newest();
    journal_query(*view).each_record(partitions, visit);
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
  return {};
}

/// One record of the log against the journal.
void compare(partition_story& with, folded_record const& record, std::optional<std::uint64_t> hash) {
  if (with.parted) return;
  if (record.offset >= with.applied) {  // nobody here has seen it yet: it tells nothing, unless something is missing
    with.parted = true;
    return;
  }
  auto const found = std::lower_bound(with.commits.begin(), with.commits.end(), known_commit{record.offset, 0});
  bool const known = found != with.commits.end() && found->offset == record.offset;
  if (known ? hash != found->hash : hash.has_value()) {
    with.parted = true;
    return;
  }
  ++with.records;
  if (known) with.joints.clear();
  with.joints.push_back({record.offset + 1, with.records, record.state});
}

result<story> compare_all(event_log& log, runner& models, offline::report_progress const& progress) {
  story all(log.partitions());
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  auto const positions = models.positions();
  for (partition_id p = 0; p < all.size(); ++p) {
    all[p].end = (*ends)[p];
    all[p].applied = positions[p].next_offset;
    all[p].at_applied = positions[p].chain;
    all[p].joints.push_back({0, 0, genesis_positions(log.partitions())[p].chain});
  }
  auto listed = each_journal_commit(
      models, log.partitions(), [&](partition_id p, std::uint64_t offset, std::string_view record) {
    all[p].commits.push_back({offset, short_hash(record)});
  });
  if (!listed) return tl::unexpected(listed.error());
  for (auto& one : all) std::sort(one.commits.begin(), one.commits.end());
  auto reader = fold_reader::open(log, genesis_positions(log.partitions()));
  if (!reader) return tl::unexpected(reader.error());
  auto const until = std::chrono::steady_clock::now() + read_patience;
  auto const done = [&] {
    auto const& at = (*reader)->state().at();
    for (std::size_t p = 0; p < at.size(); ++p)
      if (at[p].next_offset < (*ends)[p]) return false;
    return true;
  };
  for (std::uint64_t records = 0; !done();) {
    auto const batch = (*reader)->next(batch_bytes, std::chrono::milliseconds(200), false);
    if (!batch) return tl::unexpected(batch.error());
    if (batch->empty() && (*reader)->caught_up()) break;
    auto commit = batch->commits.begin();
    for (auto const& record : batch->records) {
      std::optional<std::uint64_t> hash;
      if (record.judged == verdict::commit) hash = 0;  // of one that cannot be decoded: no journal has it
      if (commit != batch->commits.end() && commit->partition == record.partition && commit->offset == record.offset)
        hash = short_hash((commit++)->record);
      compare(all[record.partition], record, hash);
    }
    records += batch->records.size();
    if (progress) progress(records, offline::sum(*ends));
    if (std::chrono::steady_clock::now() > until) return fail(errc::timed_out, "the log could not be read to its end");
  }
  return all;
}

/// The records that lead from the joint to where the read models stand, if these are all.
std::optional<std::vector<std::string>> leads_on(joint const& from, partition_story const& of,
                                                 std::map<std::uint64_t, std::string> const& held) {
  std::vector<std::string> records;
  auto state = from.state;
  auto next = from.offset;
  for (auto at = held.lower_bound(from.offset); at != held.end(); ++at) {
    if (at->first != next++ || !accepted(chain_fold(state, at->second))) return std::nullopt;
    records.push_back(at->second);
  }
  if (next != of.applied || state != of.at_applied) return std::nullopt;
  return records;
}

tl::unexpected<error> not_all_here(partition_id p, partition_story const& of) {
  return fail(errc::corrupt,
              "Partition " + std::to_string(p) + " of the log holds what this node has shown up to offset " +
                  std::to_string(of.joints.back().offset) + ", this node has shown it up to offset " +
                  std::to_string(of.applied) +
                  ", and its journal does not hold all of what is missing. Nothing was changed. Try it with the data "
                  "directory of another node; or restore a backup; or, if the shorter history is the true one, move the "
                  "store directory away and start again: it is rebuilt.");
}

/// Finds what is missing in each partition, and proves it by the chain.
result<story> find_missing(event_log& log, runner& models, offline::report_progress const& progress) {
  auto all = compare_all(log, models, progress);
  if (!all) return all;
  std::vector<std::map<std::uint64_t, std::string>> held(all->size());
  for (auto& one : *all) one.lost = one.joints.back().state != one.at_applied;
  auto listed = each_journal_commit(
      models, log.partitions(), [&](partition_id p, std::uint64_t offset, std::string_view record) {
    if ((*all)[p].lost && offset >= (*all)[p].joints.front().offset) held[p].emplace(offset, record);
  });
  if (!listed) return tl::unexpected(listed.error());
  for (partition_id p = 0; p < all->size(); ++p) {
    auto& one = (*all)[p];
    if (!one.lost) continue;
    for (auto number = one.joints.front().state.c + 1; number <= one.at_applied.c; ++number)
      if (auto saved = load_claim(models, p, number))
        if (saved->first >= one.joints.front().offset) held[p].emplace(saved->first, std::move(saved->second));
    bool found = false;
    for (auto at = one.joints.rbegin(); at != one.joints.rend() && !found; ++at)
      if (auto records = leads_on(*at, one, held[p])) {
        one.at = *at;
        one.missing = *std::move(records);
        found = true;
      }
    if (!found) return not_all_here(p, one);
  }
  return all;
}

result<void> append_missing(event_log& log, partition_id p, std::vector<std::string> records) {
  auto const before = log.ends();
  if (!before) return tl::unexpected(before.error());
  auto const wanted = (*before)[p] + records.size();
  auto const until = std::chrono::steady_clock::now() + offline::patience;
  for (auto& record : records)
    for (;;) {
      auto appended = log.append(p, {record});
      if (appended) break;
      if (appended.error().code != errc::overloaded || std::chrono::steady_clock::now() > until) return appended;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  while (std::chrono::steady_clock::now() < until) {
    auto const ends = log.ends();
    if (ends && (*ends)[p] >= wanted) return {};
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return fail(errc::timed_out, "the log did not take the missing records in time; run it again");
}

result<void> verified(event_log& log, story const& all) {
  verify_options expected;
  for (partition_id p = 0; p < all.size(); ++p)
    expected.expected.push_back({p, all[p].at_applied.s, all[p].at_applied.h, "this node's read models"});
  auto const found = verify(log, expected);
  if (!found) return tl::unexpected(found.error());
  if (found->ok()) return {};
  auto const& first = found->problems.front();
  return fail(errc::corrupt, "the log does not verify: partition " + std::to_string(first.partition) + ", offset " +
                                 std::to_string(first.offset) + ": " + first.why);
}

/// What `into` holds of the missing records already.
result<std::vector<std::uint64_t>> there_already(event_log& into, story const& all) {
  std::vector<std::uint64_t> records(all.size());
  std::vector<std::uint64_t> put(all.size());
  std::optional<partition_id> differs;
  auto const walked = offline::walk(
      into, offline::from_begin(into), [&](std::vector<log_entry>& entries) -> result<void> {
    for (auto const& entry : entries) {
      auto const p = entry.partition;
      auto const base = all[p].lost ? all[p].at.records : records[p] + 1;
      if (records[p]++ < base) continue;
      if (put[p] < all[p].missing.size() && entry.record != all[p].missing[put[p]]) differs = p;
      ++put[p];
    }
    return {};
  });
  if (!walked) return tl::unexpected(walked.error());
  if (differs)
    return fail(errc::conflict, into.description() + " holds another history (partition " + std::to_string(*differs) +
                                    "). Name an empty topic, or one that does not exist.");
  return put;
}

}  // namespace

result<offline::transfer_report> repair_in_place(event_log& log, runner& models,
                                                 offline::report_progress const& progress) {
  auto all = find_missing(log, models, progress);
  if (!all) return tl::unexpected(all.error());
  offline::transfer_report report;
  for (partition_id p = 0; p < all->size(); ++p) {
    auto const& one = (*all)[p];
    report.already_there += one.lost ? one.at.records : one.records;
    if (one.lost && one.at.offset < one.end)
      return fail(errc::conflict,
                  "Partition " + std::to_string(p) + " of the log has lost " + std::to_string(one.missing.size()) +
                      " records behind offset " + std::to_string(one.at.offset) + ", and others were written into their "
                      "place since, up to offset " + std::to_string(one.end) +
                      ". A topic cannot be cut, so nothing was changed. Have the whole history written into a new one: "
                      "tracseq log repair --into kafka://HOST:PORT/NEW-TOPIC with the same --data and --log");
  }
  for (partition_id p = 0; p < all->size(); ++p) {
    auto& one = (*all)[p];
    report.records += one.missing.size();
    for (auto const& record : one.missing) report.bytes += record.size();
    if (!one.missing.empty())
      if (auto done = append_missing(log, p, one.missing); !done) return tl::unexpected(done.error());
  }
  if (auto whole = verified(log, *all); !whole) return tl::unexpected(whole.error());
  return report;
}

result<offline::transfer_report> repair_into(event_log& log, runner& models, event_log& into,
                                             offline::report_progress const& progress) {
  if (into.partitions() != log.partitions())
    return fail(errc::conflict, into.description() + " has " + std::to_string(into.partitions()) + " partitions, the log " +
                                    std::to_string(log.partitions()));
  auto all = find_missing(log, models, progress);
  if (!all) return tl::unexpected(all.error());
  std::vector<std::uint64_t> most;
  for (auto const& one : *all) most.push_back(one.lost ? one.at.records : ~std::uint64_t{0});
  auto report = offline::copy_records(log, into, &most, {});
  if (!report) return report;
  auto const put = there_already(into, *all);
  if (!put) return tl::unexpected(put.error());
  for (partition_id p = 0; p < all->size(); ++p) {
    auto& missing = (*all)[p].missing;
    auto const skip = std::min<std::uint64_t>((*put)[p], missing.size());
    std::vector<std::string> rest(missing.begin() + static_cast<std::ptrdiff_t>(skip), missing.end());
    report->records += rest.size();
    report->already_there += skip;
    if (!rest.empty())
      if (auto done = append_missing(into, p, std::move(rest)); !done) return tl::unexpected(done.error());
  }
  if (auto whole = verified(into, *all); !whole) return tl::unexpected(whole.error());
  return report;
}

}  // namespace tracseq
