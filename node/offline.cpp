#include "node/offline.hpp"

#include <algorithm>
#include <chrono>

#include "node/checkpoint_file.hpp"
#include "node/data_directory.hpp"
#include "node/offline_parts.hpp"
#include "node/repair_history.hpp"
#include "projections/follow.hpp"
#include "projections/replay.hpp"
#include "projections/runner.hpp"
#include "projections/verify.hpp"

namespace tracseq::offline {
namespace {

constexpr std::size_t problems_max = 100;

/// Where the node's store stands: what the log must at least hold.
std::vector<verify_options::expected_head> stored_heads(std::string const& data) {
  std::vector<verify_options::expected_head> heads;
  if (data.empty()) return heads;
  auto rows = store::open(store_directory(data), {.read_only = true, .create = false});
  if (!rows) return heads;
  auto models = runner::open(*std::move(rows), all_projections(), {});
  if (!models) return heads;
  partition_id partition = 0;
  for (auto const& at : (*models)->positions())
    heads.push_back({partition++, at.chain.s, at.chain.h, "this node's projections"});
  return heads;
}

void add_heads(std::vector<verify_options::expected_head>& expected, checkpoint_file const& from) {
  for (auto const& one : from.all)
    for (auto const& head : one.at.heads)
      expected.push_back({head.partition, head.commits, head.h,
                          "the checkpoint of " + to_rfc3339(one.at.at)});
}

std::optional<std::string> compared_with(verify_wish const& wish, checkpoint_file const& signed_heads,
                                         bool with_store) {
  std::string words;
  if (with_store) words = "Compared with where this node's projections stand. ";
  if (!signed_heads.all.empty()) {
    words += "Compared with " + std::to_string(signed_heads.all.size()) + " checkpoints, the newest of " +
             to_rfc3339(signed_heads.all.back().at.at) + ", signed with the key " +
             signed_heads.all.back().key + ".";
    if (wish.keys.empty()) words += " Is that the key that you noted?";
  } else {
    words += "No checkpoint was compared: without one, nobody can see that the newest records were cut "
             "off or that all was written anew.";
  }
  if (signed_heads.unfinished > 0)
    words += " Lines that were not finished: " + std::to_string(signed_heads.unfinished) + ".";
  return words;
}

}  // namespace

result<audit_report> verify(std::string const& log_address, verify_wish const& wish,
                            report_progress const& progress) {
  audit_report report;
  // What is known comes before the log's end is looked up, so that it holds for a node that goes on.
  verify_options options;
  options.expected = stored_heads(wish.data);
  bool const with_store = !options.expected.empty();
  checkpoint_file signed_heads;
  if (!wish.checkpoints.empty()) {
    auto read = read_checkpoints(wish.checkpoints, wish.keys);
    if (!read) return tl::unexpected(read.error());
    signed_heads = *std::move(read);
    add_heads(options.expected, signed_heads);
  }
  auto log = open_to_read(log_address);
  if (!log) {
    // Damage that already shows when the log is opened is what an audit is for.
    if (log.error().code != errc::corrupt) return tl::unexpected(log.error());
    report.first_problem = audit_problem{0, 0, log.error().detail};
    report.problems.push_back(*report.first_problem);
    return report;
  }
  for (auto const& one : signed_heads.all)
    if (one.at.partitions != (*log)->partitions())
      return fail(errc::conflict, "the checkpoints are of a log with " + std::to_string(one.at.partitions) +
                                      " partitions; this one has " +
                                      std::to_string((*log)->partitions()));
  options.decode_events = true;
  auto const ends = (*log)->ends();
  auto const total = ends ? sum(*ends) : 0;
  if (progress)
    options.progress = [&](std::uint64_t records) { progress(records, total); };
  auto const verified = tracseq::verify(**log, options);
  if (!verified) return tl::unexpected(verified.error());
  report.ok = verified->ok();
  report.records = verified->records;
  for (auto const& one : verified->partitions) {
    partition_report row;
    row.partition = one.partition;
    row.records = one.records;
    row.commits = one.counts.of(verdict::commit);
    row.claims = one.counts.of(verdict::claim);
    row.skipped = one.counts.skipped();
    row.head = to_hex(one.head.h);
    report.commits += row.commits;
    report.partitions.push_back(std::move(row));
  }
  for (auto const& problem : verified->problems)
    if (report.problems.size() < problems_max)
      report.problems.push_back({problem.partition, problem.offset, problem.why});
  for (auto const& one : verified->given_up) report.given_up.push_back({one.partition, one.offset, one.why});
  if (!report.problems.empty()) report.first_problem = report.problems.front();
  report.checkpoint = compared_with(wish, signed_heads, with_store);
  report.warnings = (*log)->warnings();
  return report;
}

result<replay_report> replay(std::string const& log_address, std::optional<instant> until,
                             std::string const& into, report_progress const& progress) {
  auto log = open_to_read(log_address);
  if (!log) return tl::unexpected(log.error());
  auto const started = now();
  auto const begun = std::chrono::steady_clock::now();
  replay_options options;
  options.until = until;
  if (progress) options.progress = [&](std::uint64_t events) { progress(events, 0); };
  auto const totals = tracseq::replay(**log, into, options);
  if (!totals) return tl::unexpected(totals.error());
  for (partition_id p = 0; auto const& at : totals->positions) {
    if (at.broken_at)
      return fail(errc::corrupt, "the history does not verify, so " + into +
                                     " does not show what was: partition " + std::to_string(p) + ", offset " +
                                     std::to_string(*at.broken_at) +
                                     " does not follow the record before it. `tracseq audit verify` names "
                                     "every place.");
    ++p;
  }
  if (auto noted = note_moment_of_replay(into, std::min(until.value_or(started), started)); !noted)
    return tl::unexpected(noted.error());
  // Here, and not when it is served: that changes nothing.
  if (auto token = read_or_make_secret(token_file(into)); !token) return tl::unexpected(token.error());
  replay_report report;
  report.events = totals->events;
  report.commits = totals->commits;
  report.bytes = totals->bytes;
  report.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  report.into = into;
  return report;
}

result<log_info> info(std::string const& log_address) {
  auto log = open_to_read(log_address);
  if (!log) return tl::unexpected(log.error());
  auto const begins = (*log)->begins();
  if (!begins) return tl::unexpected(begins.error());
  auto const ends = (*log)->ends();
  if (!ends) return tl::unexpected(ends.error());
  log_info facts;
  facts.log = (*log)->description();
  facts.warnings = (*log)->warnings();
  for (partition_id p = 0; p < (*log)->partitions(); ++p)
    facts.partitions.push_back({p, (*begins)[p], (*ends)[p]});
  return facts;
}

result<transfer_report> repair_log(std::string const& log_address, std::string const& data, std::string const& into,
                                   report_progress const& progress) {
  auto rows = store::open(store_directory(data), {.read_only = false, .create = false});
  if (!rows) return tl::unexpected(rows.error());
  auto const partitions = runner::partitions_of(**rows);
  if (!partitions) return tl::unexpected(partitions.error());
  log_options options;
  options.create = into.empty() && log_address.starts_with("kafka://");  // a topic that was lost is made anew
  options.partitions = *partitions;
  options.read_only = !into.empty();
  auto log = open_log(log_address, options);
  if (!log) return tl::unexpected(log.error());
  runner_options wanted;
  wanted.partitions = (*log)->partitions();
  auto models = runner::open(*std::move(rows), all_projections(), wanted);
  if (!models) return tl::unexpected(models.error());
  if (into.empty()) return repair_in_place(**log, **models, progress);
  log_options target;
  target.partitions = (*log)->partitions();
  auto other = open_log(into, target);
  if (!other) return tl::unexpected(other.error());
  return repair_into(**log, **models, **other, progress);
}

}  // namespace tracseq::offline
