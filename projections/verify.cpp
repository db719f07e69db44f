#include "projections/verify.hpp"

#include <algorithm>
#include <thread>

#include "projections/bounded_queue.hpp"

namespace tracseq {
namespace {

constexpr std::size_t read_bytes = 1u << 20;
constexpr std::size_t batches_ahead = 8;

/// Follows one partition.
class partition_check {
 public:
  partition_check(partition_id partition, partition_id partitions, verify_options const& options)
      : decode_events_(options.decode_events) {
    seen_.partition = partition;
    seen_.head = chain_genesis(partition, partitions);
    for (auto const& head : options.expected)
      if (head.partition == partition) expected_.push_back({head, false});
    std::stable_sort(expected_.begin(), expected_.end(),
                     [](auto const& a, auto const& b) { return a.head.s < b.head.s; });
    meet_heads();
  }

  void take(log_entry const& entry) {
    ++seen_.records;
    seen_.end = entry.offset + 1;
    auto const before = seen_.head;
    auto const judged = chain_fold(seen_.head, entry.record);
    ++seen_.counts.by_verdict[static_cast<std::size_t>(judged)];
    switch (judged) {
      case verdict::commit:
        leave_heads(before.s, entry.offset);
        on_commit(entry);
        break;
      case verdict::claim: claimed_since_ = true; break;
      case verdict::not_a_record:
        found(entry.offset,
              "bytes that are not a record lie here: they are extra, or a record was changed");
        break;
      case verdict::stale_claim:
        if (shows_a_break(judged, entry.record, before.c)) on_missing_claim(entry, before.c);
        break;
      case verdict::broken_link: on_broken(entry.offset); break;
    }
    meet_heads();
  }

  void finish() {
    if (broken_at_) found_broken();
    leave_heads(seen_.head.s, seen_.end == 0 ? 0 : seen_.end - 1);
    if (next_ == expected_.size()) return;
    auto const& head = expected_.back().head;
    found(seen_.end, "the history ends after " + std::to_string(seen_.head.s) + " commits, but " +
                         head.source + " has seen " + std::to_string(head.s) + ": " +
                         commits_from_to(seen_.head.s + 1, head.s) + " missing, cut off or changed");
  }

  [[nodiscard]] verified_partition const& seen() const noexcept { return seen_; }
  [[nodiscard]] std::optional<verify_problem> const& problem() const noexcept { return problem_; }
  [[nodiscard]] std::optional<verify_problem> const& given_up() const noexcept { return given_up_; }
  void found(std::uint64_t offset, std::string why) {
    if (!problem_) problem_ = verify_problem{seen_.partition, offset, std::move(why)};
  }

 private:
  struct awaited_head {
    verify_options::expected_head head;
    bool met = false;
  };

  void on_commit(log_entry const& entry) {
    if (broken_at_ && !claimed_since_) found_broken();
    if (broken_at_ && claimed_since_ && !given_up_)
      given_up_ = verify_problem{seen_.partition, *broken_at_,
                                 "from here on " + std::to_string(broken_) +
                                     (broken_ == 1 ? " commit was" : " commits were") +
                                     " given up: the record before is not the one that they follow, and a "
                                     "later claim began behind them. So it is where a writer lost a record "
                                     "before anybody had an answer, and also where one was changed or taken "
                                     "out and a node started behind it: only a checkpoint tells which."};
    broken_at_.reset();
    if (!decode_events_) return;
    auto const decoded = decode_record(entry.record);
    if (!decoded)
      return found(entry.offset, "the record cannot be decoded: " + decoded.error().detail);
    if (!std::holds_alternative<commit>(*decoded)) return;
    for (auto const& event : std::get<commit>(*decoded).events)
      if (auto const read = decode_event(event); !read)
        found(entry.offset, "an event cannot be decoded: " + read.error().detail);
  }

  void on_missing_claim(log_entry const& entry, std::uint64_t newest) {
    found(entry.offset, "this record is of claim " + std::to_string(peek_record(entry.record)->claim) +
                            ", but the newest claim before it is " + std::to_string(newest) +
                            ": a claim is missing or was changed");
  }

  void on_broken(std::uint64_t offset) {
    if (broken_at_ && claimed_since_) return found_broken();
    ++broken_;
    if (broken_at_) return;
    broken_at_ = offset;
    broken_ = 1;
    claimed_since_ = false;
  }

  void found_broken() {
    found(*broken_at_,
          "this commit does not follow the record before it: one before it was changed, taken out or "
          "swapped, or this one is extra");
  }

  static std::string commits_from_to(std::uint64_t first, std::uint64_t last) {
    if (first == last) return "commit " + std::to_string(last) + " is";
    return "commits " + std::to_string(first) + " to " + std::to_string(last) + " are";
  }

  /// A head was taken behind its commit, or behind a claim that came next.
  void meet_heads() {
    for (auto i = next_; i < expected_.size() && expected_[i].head.s == seen_.head.s; ++i)
      if (expected_[i].head.h == seen_.head.h) {
        expected_[i].met = true;
        good_until_ = seen_.head.s;
      }
  }
  /// The fold leaves `s`: heads there must have been met.
  void leave_heads(std::uint64_t s, std::uint64_t offset) {
    for (; next_ < expected_.size() && expected_[next_].head.s <= s; ++next_) {
      auto const& [head, met] = expected_[next_];
      if (met) continue;
      found(offset, "behind commit " + std::to_string(s) + " the chain is not the one that " +
                        head.source + " has seen: " +
                        (good_until_ == s ? "a record behind that commit is missing or was changed"
                                          : "between commit " + std::to_string(good_until_ + 1) +
                                                " and here the history was changed"));
    }
  }

  bool decode_events_;
  std::vector<awaited_head> expected_;  ///< by `s`
  std::size_t next_ = 0;                ///< the first of them that the fold has not left yet
  std::uint64_t good_until_ = 0;        ///< the last commit behind which a head was met
  verified_partition seen_;
  std::optional<verify_problem> problem_;
  std::optional<verify_problem> given_up_;
  std::optional<std::uint64_t> broken_at_;  ///< the first of the commits that do not follow
  std::uint64_t broken_ = 0;                ///< how many they are
  bool claimed_since_ = false;
};

struct read_batch {
  std::vector<log_entry> entries;
  std::optional<error> damage;  ///< behind the entries
};

/// Reads until each partition is at `ends`.
void read_all(log_reader& reader, std::vector<std::uint64_t> next,
              std::vector<std::uint64_t> const& ends, std::atomic<bool> const* stop,
              bounded_queue<read_batch>& out) {
  auto const at_end = [&] {
    for (std::size_t p = 0; p < ends.size(); ++p)
      if (next[p] < ends[p]) return false;
    return true;
  };
  while (!at_end() && !(stop && *stop)) {
    read_batch batch;
    auto const polled = reader.poll(batch.entries, read_bytes, std::chrono::milliseconds(200));
    if (!polled) batch.damage = polled.error();
    for (auto const& entry : batch.entries) next[entry.partition] = entry.offset + 1;
    // Behind the last record there may be offsets at which nothing lies.
    bool const ended = batch.damage || (batch.entries.empty() && reader.caught_up());
    if (!out.push(std::move(batch)) || ended) break;
  }
  out.close();
}

/// Where damage that an engine reports lies: it may hide records of any partition, and the first
/// partition that is not at its end is named.
void place_damage(std::vector<partition_check>& checks, std::vector<std::uint64_t> const& ends,
                  error const& damage) {
  for (auto& check : checks)
    if (check.seen().end < ends[check.seen().partition])
      return check.found(check.seen().end, damage.detail);
}

}  // namespace

result<verify_report> verify(event_log& log, verify_options const& options) {
  auto const begins = log.begins();
  if (!begins) return tl::unexpected(begins.error());
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  std::vector<log_position> from;
  std::vector<partition_check> checks;
  for (partition_id p = 0; p < log.partitions(); ++p) {
    from.push_back({p, (*begins)[p]});
    checks.emplace_back(p, log.partitions(), options);
    if ((*begins)[p] > 0)
      checks[p].found(0, "the log begins at offset " + std::to_string((*begins)[p]) +
                             ": what was before is gone");
  }
  auto reader = log.read(from);
  if (!reader) return tl::unexpected(reader.error());
  verify_report report;
  {
    bounded_queue<read_batch> batches(batches_ahead);
    std::jthread const reading(
        [&] { read_all(**reader, *begins, *ends, options.stop, batches); });
    while (auto batch = batches.pop()) {
      for (auto const& entry : batch->entries) {
        checks[entry.partition].take(entry);
        report.bytes += entry.record.size();
      }
      report.records += batch->entries.size();
      if (batch->damage) place_damage(checks, *ends, *batch->damage);
      if (options.progress) options.progress(report.records);
    }
  }
  bool const stopped = options.stop && *options.stop;
  for (auto& check : checks) {
    if (!stopped) check.finish();
    report.partitions.push_back(check.seen());
    if (check.problem()) report.problems.push_back(*check.problem());
    if (check.given_up()) report.given_up.push_back(*check.given_up());
  }
  return report;
}

}  // namespace tracseq
