#include <thread>

#include "events/hash.hpp"
#include "node/offline.hpp"
#include "node/offline_parts.hpp"
#include "projections/verify.hpp"

namespace tracseq::offline {
namespace {

/// Waits until the log holds `ends`, or says that it does not.
result<void> wait_for_ends(event_log& log, std::vector<std::uint64_t> const& ends) {
  auto const until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto const now_ends = log.ends();
    if (!now_ends) return tl::unexpected(now_ends.error());
    bool there = true;
    for (std::size_t p = 0; p < ends.size(); ++p) there = there && (*now_ends)[p] >= ends[p];
    if (there) return {};
    if (auto const dead = log.dead()) return tl::unexpected(*dead);
    if (std::chrono::steady_clock::now() > until)
      return fail(errc::timed_out, "the target did not confirm the last records; run it again, it goes "
                                   "on where it stopped");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

result<void> append_patiently(event_log& to, partition_id partition,
                              std::vector<std::string> records) {
  auto const until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto appended = to.append(partition, records);
    if (appended || appended.error().code != errc::overloaded ||
        std::chrono::steady_clock::now() > until)
      return appended;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

/// What the target holds of the source already. Refused if its records are not the first of the source's.
result<beginning> common_beginning(event_log& from, event_log& to, std::vector<std::uint64_t> const* most) {
  auto const theirs = read_beginning(to, most);
  if (!theirs || sum(theirs->records) == 0) return theirs;
  auto ours = read_beginning(from, &theirs->records);
  if (!ours) return ours;
  for (partition_id p = 0; p < to.partitions(); ++p)
    if (ours->records[p] != theirs->records[p] || ours->hashes[p] != theirs->hashes[p])
      return fail(errc::conflict, "the target already holds another history (partition " +
                                      std::to_string(p) + "). Choose an empty target.");
  return ours;
}

}  // namespace

result<beginning> read_beginning(event_log& log, std::vector<std::uint64_t> const* most) {
  beginning read{std::vector<std::uint64_t>(log.partitions()), std::vector<hash256>(log.partitions()),
                 from_begin(log)};
  auto walked = walk(log, from_begin(log), [&](std::vector<log_entry>& entries) -> result<void> {
    for (auto const& entry : entries) {
      auto const p = entry.partition;
      if (most != nullptr && read.records[p] == (*most)[p]) continue;
      ++read.records[p];
      read.hashes[p] =
          sha256({reinterpret_cast<char const*>(read.hashes[p].data()), read.hashes[p].size()}, entry.record);
      read.behind[p].offset = entry.offset + 1;
    }
    return {};
  });
  if (!walked) return tl::unexpected(walked.error());
  return read;
}

result<transfer_report> copy_records(event_log& from, event_log& to, std::vector<std::uint64_t> const* most,
                                     report_progress const& progress) {
  auto begin = common_beginning(from, to, most);
  if (!begin) return tl::unexpected(begin.error());
  transfer_report report;
  report.already_there = sum(begin->records);
  auto const ends = from.ends();
  if (!ends) return tl::unexpected(ends.error());
  auto const total = most ? sum(*most) : sum(*ends);
  auto wanted = to.ends();
  if (!wanted) return tl::unexpected(wanted.error());
  auto const copied = walk(from, begin->behind, [&](std::vector<log_entry>& entries) -> result<void> {
    std::vector<std::vector<std::string>> by_partition(from.partitions());
    for (auto& entry : entries) {
      auto& records = begin->records[entry.partition];
      if (most != nullptr && records == (*most)[entry.partition]) continue;
      ++records;
      ++report.records;
      report.bytes += entry.record.size();
      ++(*wanted)[entry.partition];
      by_partition[entry.partition].push_back(std::move(entry.record));
    }
    for (partition_id p = 0; p < by_partition.size(); ++p)
      if (!by_partition[p].empty())
        if (auto done = append_patiently(to, p, std::move(by_partition[p])); !done) return done;
    if (progress) progress(report.already_there + report.records, total);
    return {};
  });
  if (!copied) return tl::unexpected(copied.error());
  if (auto there = wait_for_ends(to, *wanted); !there) return tl::unexpected(there.error());
  return report;
}

result<transfer_report> copy_log(std::string const& from_address, std::string const& to_address,
                                 report_progress const& progress) {
  auto from = open_to_read(from_address);
  if (!from) return tl::unexpected(from.error());
  auto const checked = tracseq::verify(**from, {});
  if (!checked) return tl::unexpected(checked.error());
  if (!checked->ok())
    return fail(errc::corrupt, "the source does not verify: partition " +
                                   std::to_string(checked->problems.front().partition) +
                                   ", offset " +
                                   std::to_string(checked->problems.front().offset) + ": " +
                                   checked->problems.front().why);
  log_options options;
  options.partitions = (*from)->partitions();
  auto to = open_log(to_address, options);
  if (!to) return tl::unexpected(to.error());
  if ((*to)->partitions() != (*from)->partitions())
    return fail(errc::conflict, "the target has " + std::to_string((*to)->partitions()) +
                                    " partitions, the source " +
                                    std::to_string((*from)->partitions()) +
                                    "; a history moves only between logs with the same number");
  auto const report = copy_records(**from, **to, nullptr, progress);
  if (!report) return report;
  verify_options expected;
  for (auto const& one : checked->partitions)
    expected.expected.push_back({one.partition, one.head.s, one.head.h, "the source"});
  auto const verified = tracseq::verify(**to, expected);
  if (!verified) return tl::unexpected(verified.error());
  if (!verified->ok())
    return fail(errc::corrupt, "the copy does not verify: " + verified->problems.front().why);
  return report;
}

}  // namespace tracseq::offline
