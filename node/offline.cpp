#include "node/offline.hpp"

#include <chrono>
#include <thread>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "events/base64.hpp"
#include "events/cloud_event.hpp"
#include "events/event_log.hpp"
#include "node/data_directory.hpp"
#include "node/repair.hpp"
#include "projections/follow.hpp"
#include "projections/replay.hpp"
#include "projections/runner.hpp"
#include "projections/verify.hpp"

namespace tracseq::offline {
namespace {

constexpr std::size_t batch_bytes = 4u << 20;
constexpr std::size_t problems_max = 100;
constexpr auto patience = std::chrono::milliseconds(10'000);

result<std::unique_ptr<event_log>> open_to_read(std::string const& address) {
  log_options options;
  options.create = false;
  options.read_only = true;
  return open_log(address, options);
}

std::uint64_t sum(std::vector<std::uint64_t> const& numbers) {
  std::uint64_t total = 0;
  for (auto const number : numbers) total += number;
  return total;
}

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

std::string word_of(verdict judged) {
  switch (judged) {
    case verdict::commit: return "commit";
    case verdict::claim: return "claim";
    case verdict::not_a_record: return "not_a_record";
    case verdict::stale_claim: return "stale_claim";
    case verdict::broken_link: return "broken_link";
  }
  return "unknown";
}

class json_line {
 public:
  json_line() : out_(buffer_) { out_.StartObject(); }
  json_line& text(char const* key, std::string_view value) {
    out_.Key(key);
    out_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    return *this;
  }
  json_line& number(char const* key, std::uint64_t value) {
    out_.Key(key);
    out_.Uint64(value);
    return *this;
  }
  json_line& raw(char const* key, std::string_view json) {
    out_.Key(key);
    out_.RawValue(json.data(), json.size(), rapidjson::kArrayType);
    return *this;
  }
  json_line& boolean(char const* key, bool value) {
    out_.Key(key);
    out_.Bool(value);
    return *this;
  }
  std::string take() {
    out_.EndObject();
    return {buffer_.GetString(), buffer_.GetSize()};
  }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> out_;
};

/// The export's lines and totals, partition by partition.
class exporter {
 public:
  exporter(event_log& log, std::function<result<void>(std::string_view)> const& write)
      : write_(write), heads_(log.partitions()), fold_(genesis_positions(log.partitions())) {}

  result<void> line(std::string line) {
    line.push_back('\n');
    bytes_ += line.size();
    return write_(line);
  }

  result<void> entry(log_entry const& entry) {
    auto const batch = fold_.fold({entry});
    auto const& record = batch.records.front();
    auto& head = heads_[entry.partition];
    head.end = entry.offset + 1;
    ++records_;
    json_line out;
    out.number("partition", entry.partition)
        .number("offset", entry.offset)
        .text("record", to_base64(entry.record));
    if (accepted(record.judged)) {
      out.text("verdict", word_of(record.judged));
      ++(record.judged == verdict::commit ? head.commits : head.claims);
    } else {
      out.text("verdict", "skipped").text("why", word_of(record.judged));
      ++skipped_;
    }
    out.text("h", to_hex(record.state.h));
    if (!batch.commits.empty()) out.raw("events", events_of(batch.commits.front()));
    return line(out.take());
  }

  result<void> end() {
    std::string heads = "[";
    std::uint64_t commits = 0;
    std::uint64_t claims = 0;
    for (partition_id p = 0; p < heads_.size(); ++p) {
      commits += heads_[p].commits;
      claims += heads_[p].claims;
      if (p > 0) heads += ",";
      heads += json_line()
                   .number("partition", p)
                   .number("end", heads_[p].end)
                   .number("commits", heads_[p].commits)
                   .number("claims", heads_[p].claims)
                   .text("h", to_hex(fold_.at()[p].chain.h))
                   .take();
    }
    heads += "]";
    return line(json_line()
                    .boolean("end", true)
                    .number("records", records_)
                    .number("commits", commits)
                    .number("claims", claims)
                    .number("skipped", skipped_)
                    .raw("heads", heads)
                    .take());
  }

  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  struct head {
    std::uint64_t end = 0;
    std::uint64_t commits = 0;
    std::uint64_t claims = 0;
  };

  static std::string events_of(accepted_commit const& in) {
    std::string events = "[";
    for (std::uint32_t i = 0; i < in.events.size(); ++i) {
      if (i > 0) events += ",";
      events += cloud_event_json({in.partition, in.offset, i}, in.commit, in.events[i]);
    }
    return events + "]";
  }

  std::function<result<void>(std::string_view)> const& write_;
  std::vector<head> heads_;
  folder fold_;
  std::uint64_t records_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Calls `each` for every entry of a log, in order of reading.
result<void> walk(event_log& log, std::vector<log_position> const& from,
                  std::function<result<void>(std::vector<log_entry>&)> const& each) {
  auto reader = log.read(from);
  if (!reader) return tl::unexpected(reader.error());
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  std::vector<std::uint64_t> next(log.partitions());
  for (auto const& [partition, offset] : from) next[partition] = offset;
  auto const done = [&] {
    for (std::size_t p = 0; p < next.size(); ++p)
      if (next[p] < (*ends)[p]) return false;
    return true;
  };
  auto silent_since = std::chrono::steady_clock::now();
  while (!done()) {
    std::vector<log_entry> entries;
    if (auto polled = (*reader)->poll(entries, batch_bytes, std::chrono::milliseconds(200)); !polled)
      return polled;
    for (auto const& entry : entries) next[entry.partition] = entry.offset + 1;
    if (!entries.empty()) silent_since = std::chrono::steady_clock::now();
    if (std::chrono::steady_clock::now() - silent_since > patience)
      return fail(errc::timed_out, "the log gave nothing for " +
                                       std::to_string(patience.count() / 1000) +
                                       " seconds, though it should hold more");
    if (auto used = each(entries); !used) return used;
  }
  return {};
}

std::vector<log_position> from_begin(event_log& log) {
  std::vector<log_position> from;
  for (partition_id p = 0; p < log.partitions(); ++p) from.push_back({p, 0});
  return from;
}

/// Waits until the log holds `ends`, or says that it does not.
result<void> wait_for_ends(event_log& log, std::vector<std::uint64_t> const& ends) {
  auto const until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto const now_ends = log.ends();
    if (!now_ends) return tl::unexpected(now_ends.error());
    bool there = true;
    for (std::size_t p = 0; p < ends.size(); ++p) there = there && (*now_ends)[p] >= ends[p];
    if (there) return {};
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

/// Refuses a target whose records are not the first of the source's.
result<std::vector<log_position>> common_prefix(event_log& from, event_log& to) {
  auto const ends = to.ends();
  if (!ends) return tl::unexpected(ends.error());
  std::vector<log_position> behind;
  for (partition_id p = 0; p < to.partitions(); ++p) behind.push_back({p, (*ends)[p]});
  std::vector<hash256> theirs(to.partitions());
  auto const heads_of = [](event_log& log, std::vector<std::uint64_t> const& until,
                           std::vector<hash256>& heads) {
    return walk(log, from_begin(log), [&](std::vector<log_entry>& entries) -> result<void> {
      for (auto const& entry : entries)
        if (entry.offset < until[entry.partition])
          heads[entry.partition] =
              sha256({reinterpret_cast<char const*>(heads[entry.partition].data()), 32},
                     entry.record);
      return {};
    });
  };
  if (sum(*ends) == 0) return behind;
  std::vector<hash256> ours(to.partitions());
  if (auto read = heads_of(to, *ends, theirs); !read) return tl::unexpected(read.error());
  if (auto read = heads_of(from, *ends, ours); !read) return tl::unexpected(read.error());
  for (partition_id p = 0; p < to.partitions(); ++p)
    if (ours[p] != theirs[p])
      return fail(errc::conflict, "the target already holds another history (partition " +
                                      std::to_string(p) + "). Choose an empty target.");
  return behind;
}

}  // namespace

result<audit_report> verify(std::string const& log_address, std::string const& data,
                            report_progress const& progress) {
  audit_report report;
  auto log = open_to_read(log_address);
  if (!log) {
    // Damage that already shows when the log is opened is what an audit is for.
    if (log.error().code != errc::corrupt) return tl::unexpected(log.error());
    report.first_problem = audit_problem{0, 0, log.error().detail};
    report.problems.push_back(*report.first_problem);
    return report;
  }
  verify_options options;
  options.expected = stored_heads(data);
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
  if (!report.problems.empty()) report.first_problem = report.problems.front();
  if (!options.expected.empty())
    report.checkpoint = "compared with where this node's projections stand";
  return report;
}

result<replay_report> replay(std::string const& log_address, std::optional<instant> until,
                             std::string const& into, report_progress const& progress) {
  auto log = open_to_read(log_address);
  if (!log) return tl::unexpected(log.error());
  auto const begun = std::chrono::steady_clock::now();
  replay_options options;
  options.until = until;
  if (progress) options.progress = [&](std::uint64_t events) { progress(events, 0); };
  auto const totals = tracseq::replay(**log, into, options);
  if (!totals) return tl::unexpected(totals.error());
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
  auto const begin = common_prefix(**from, **to);
  if (!begin) return tl::unexpected(begin.error());
  transfer_report report;
  for (auto const& one : *begin) report.already_there += one.offset;
  auto const ends = (*from)->ends();
  if (!ends) return tl::unexpected(ends.error());
  auto const copied =
      walk(**from, *begin, [&](std::vector<log_entry>& entries) -> result<void> {
        std::vector<std::vector<std::string>> by_partition((*from)->partitions());
        for (auto& entry : entries) {
          ++report.records;
          report.bytes += entry.record.size();
          by_partition[entry.partition].push_back(std::move(entry.record));
        }
        for (partition_id p = 0; p < by_partition.size(); ++p)
          if (!by_partition[p].empty())
            if (auto done = append_patiently(**to, p, std::move(by_partition[p])); !done)
              return done;
        if (progress) progress(report.already_there + report.records, sum(*ends));
        return {};
      });
  if (!copied) return tl::unexpected(copied.error());
  if (auto there = wait_for_ends(**to, *ends); !there) return tl::unexpected(there.error());
  verify_options expected;
  for (auto const& one : checked->partitions)
    expected.expected.push_back({one.partition, one.head.s, one.head.h, "the source"});
  auto const verified = tracseq::verify(**to, expected);
  if (!verified) return tl::unexpected(verified.error());
  if (!verified->ok())
    return fail(errc::corrupt, "the copy does not verify: " + verified->problems.front().why);
  return report;
}

result<transfer_report> export_log(std::string const& log_address,
                                   std::function<result<void>(std::string_view)> write,
                                   report_progress const& progress) {
  auto log = open_to_read(log_address);
  if (!log) return tl::unexpected(log.error());
  auto const ends = (*log)->ends();
  if (!ends) return tl::unexpected(ends.error());
  exporter out(**log, write);
  auto done = out.line(json_line()
                           .number("tracseq_export", 1)
                           .number("partitions", (*log)->partitions())
                           .text("log", (*log)->description())
                           .text("exported_at", to_rfc3339(now()))
                           .text("program", "tracseq " + std::string(program_version))
                           .take());
  if (done)
    done = walk(**log, from_begin(**log), [&](std::vector<log_entry>& entries) -> result<void> {
      for (auto const& entry : entries)
        if (auto written = out.entry(entry); !written) return written;
      if (progress) progress(out.records(), sum(*ends));
      return {};
    });
  if (done) done = out.end();
  if (!done) return tl::unexpected(done.error());
  return transfer_report{out.records(), 0, out.bytes()};
}

result<transfer_report> repair_log(std::string const& log_address, std::string const& data,
                                   report_progress const&) {
  log_options options;
  options.create = false;
  auto log = open_log(log_address, options);
  if (!log) return tl::unexpected(log.error());
  auto rows = store::open(store_directory(data), {.read_only = false, .create = false});
  if (!rows) return tl::unexpected(rows.error());
  runner_options wanted;
  wanted.partitions = (*log)->partitions();
  auto models = runner::open(*std::move(rows), all_projections(), wanted);
  if (!models) return tl::unexpected(models.error());
  auto const before = (*log)->ends();
  if (!before) return tl::unexpected(before.error());
  auto const words = repair_from_journal(**log, **models, repair_policy::append);
  if (!words) return tl::unexpected(words.error());
  auto const after = (*log)->ends();
  if (!after) return tl::unexpected(after.error());
  return transfer_report{sum(*after) - sum(*before), sum(*before), 0};
}

}  // namespace tracseq::offline
