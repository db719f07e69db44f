#include "projections/follow.hpp"

#include <algorithm>
#include <utility>

#include "events/record.hpp"

namespace tracseq {
namespace {

constexpr std::size_t check_bytes = 1u << 20;
constexpr std::chrono::seconds check_patience{30};

std::string partition_words(partition_id partition) {
  return "partition " + std::to_string(partition);
}

/// What `ends` and `begins` alone tell of a position.
std::optional<log_divergence> compare_ends(partition_id p, partition_position const& at,
                                           std::uint64_t begin, std::uint64_t end) {
  log_divergence found{p, at.next_offset, end, {}};
  if (end < at.next_offset) {
    found.words = "The log has lost history: its " + partition_words(p) + " ends before offset " +
                  std::to_string(end) + ", but this node has applied it up to offset " +
                  std::to_string(at.next_offset - 1) + " (" +
                  std::to_string(at.next_offset - end) +
                  " records are missing). `tracseq log repair` can append them again from this "
                  "node's journal.";
    return found;
  }
  if (begin > at.next_offset) {
    found.words = "The log has lost history: its " + partition_words(p) + " begins at offset " +
                  std::to_string(begin) + ", but this node needs it from offset " +
                  std::to_string(at.next_offset) + " on.";
    return found;
  }
  return std::nullopt;
}

}  // namespace

bool shows_a_break(verdict judged, std::string_view record, std::uint64_t newest_claim) {
  if (judged != verdict::stale_claim) return judged == verdict::broken_link;
  auto const peek = peek_record(record);
  return peek && peek->claim > newest_claim;
}

void folder::accept_commit(log_entry& entry, tracseq::commit&& made, folded_batch& into,
                           bool decode_events) {
  auto& at = at_[entry.partition];
  at.group_open = made.flags == commit_flag::continued;
  at.group_stream = at.group_open ? made.stream : std::string();
  at.group_base_version = at.group_open ? made.base_version : 0;
  at.recorded_at = std::max(at.recorded_at, made.recorded_at);
  into.records.back().recorded_at = made.recorded_at;
  auto& accepted = into.commits.emplace_back();
  accepted.partition = entry.partition;
  accepted.offset = entry.offset;
  accepted.record = std::move(entry.record);
  accepted.commit = std::move(made);
  if (!decode_events) return;
  accepted.events.reserve(accepted.commit.events.size());
  for (auto const& event : accepted.commit.events) {
    auto decoded = decode_event(event);
    if (!decoded) {
      accepted.undecodable = std::move(decoded).error().detail;
      accepted.events.clear();
      return;
    }
    accepted.events.push_back(*std::move(decoded));
  }
}

bool folder::judge(log_entry& entry, folded_batch& into, bool decode_events) {
  auto& at = at_[entry.partition];
  auto chain = at.chain;
  auto const judged = chain_fold(chain, entry.record);
  std::optional<std::variant<commit, claim>> decoded;
  if (accepted(judged))
    if (auto read = decode_record(entry.record)) decoded = *std::move(read);
  bool const may_end = until_ && (entry.partition >= least_.size() || entry.offset >= least_[entry.partition]);
  if (may_end && decoded && std::holds_alternative<commit>(*decoded) &&
      std::get<commit>(*decoded).recorded_at > *until_) {
    cut_[entry.partition] = 1;
    return false;
  }
  auto const newest_claim = at.chain.c;
  at.chain = chain;
  if (judged == verdict::commit)
    at.broken_at.reset();
  else if (!at.broken_at && shows_a_break(judged, entry.record, newest_claim))
    at.broken_at = entry.offset;
  ++counts_.by_verdict[static_cast<std::size_t>(judged)];
  into.bytes += entry.record.size();
  auto& record = into.records.emplace_back();
  record.partition = entry.partition;
  record.offset = entry.offset;
  record.judged = judged;
  record.state = chain;
  if (judged == verdict::claim && decoded && std::holds_alternative<claim>(*decoded)) {
    record.claim = std::get<claim>(std::move(*decoded));
    at.owner = partition_owner{record.claim->node, record.claim->boot_id, record.claim->command_address,
                               record.claim->recorded_at};
  }
  if (judged == verdict::commit && decoded && std::holds_alternative<commit>(*decoded))
    accept_commit(entry, std::get<commit>(std::move(*decoded)), into, decode_events);
  return true;
}

folded_batch folder::fold(std::vector<log_entry> entries, bool decode_events) {
  folded_batch batch;
  batch.records.reserve(entries.size());
  batch.commits.reserve(entries.size());
  // Moving a string leaves its bytes in place, unless they are so few that nothing accepted them.
  std::vector<std::string_view> last(at_.size());
  for (auto& entry : entries) {
    if (entry.partition >= at_.size() || cut_[entry.partition] != 0) continue;
    std::string_view const bytes = entry.record;
    if (!judge(entry, batch, decode_events)) continue;
    at_[entry.partition].next_offset = entry.offset + 1;
    at_[entry.partition].last_offset = entry.offset;
    last[entry.partition] = bytes;
  }
  for (std::size_t p = 0; p < at_.size(); ++p)
    if (last[p].data() != nullptr) at_[p].last_hash = sha256(last[p]);
  batch.positions = at_;
  return batch;
}

result<void> fold_reader::check_last_records(std::vector<std::uint8_t> wanted,
                                             std::vector<log_divergence>& found) {
  auto const deadline = std::chrono::steady_clock::now() + check_patience;
  std::vector<log_entry> entries;
  while (std::find(wanted.begin(), wanted.end(), 1) != wanted.end()) {
    if (std::chrono::steady_clock::now() > deadline)
      return fail(errc::unavailable, "The log does not answer: the last applied records could not be "
                                     "read again.");
    entries.clear();
    if (auto polled = reader_->poll(entries, check_bytes, std::chrono::milliseconds(100)); !polled)
      return polled;
    for (auto& entry : entries) {
      if (entry.partition >= wanted.size() || wanted[entry.partition] == 0) {
        read_ahead_.push_back(std::move(entry));
        continue;
      }
      wanted[entry.partition] = 0;
      auto const& at = folder_.at()[entry.partition];
      if (entry.offset == at.last_offset && sha256(entry.record) == at.last_hash) continue;
      found.push_back({entry.partition, at.next_offset, entry.offset,
                       "The log's history was changed: in " + partition_words(entry.partition) +
                           " the record at offset " + std::to_string(at.last_offset) +
                           " is not the one that this node has applied. `tracseq audit verify` names every "
                           "place; put the history back from a copy that verifies."});
    }
  }
  return {};
}

result<std::unique_ptr<fold_reader>> fold_reader::open(event_log& log,
                                                       std::vector<partition_position> const& from,
                                                       std::vector<log_divergence>* divergences,
                                                       reading how) {
  if (from.size() != log.partitions())
    return fail(errc::conflict, "The log has " + std::to_string(log.partitions()) +
                                    " partitions, but what was applied came from one with " +
                                    std::to_string(from.size()) + ": it is another log.");
  auto const begins = log.begins();
  if (!begins) return tl::unexpected(begins.error());
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  std::vector<log_divergence> found;
  std::vector<log_position> wanted;
  std::vector<std::uint8_t> to_check(from.size());
  for (partition_id p = 0; p < from.size(); ++p) {
    if (auto differs = compare_ends(p, from[p], (*begins)[p], (*ends)[p])) {
      found.push_back(*std::move(differs));
      continue;
    }
    // Where nothing was applied yet, or the log begins right behind it, there is nothing to compare.
    to_check[p] = from[p].next_offset > 0 && (*begins)[p] <= from[p].last_offset;
    wanted.push_back({p, to_check[p] != 0 ? from[p].last_offset : from[p].next_offset});
  }
  std::unique_ptr<fold_reader> opened;
  if (found.empty() || divergences != nullptr) {
    auto reader = log.read(wanted, how);
    if (!reader) return tl::unexpected(reader.error());
    opened.reset(new fold_reader(*std::move(reader), from));
    if (auto checked = opened->check_last_records(std::move(to_check), found); !checked)
      return tl::unexpected(checked.error());
  }
  if (divergences != nullptr) *divergences = found;
  if (!found.empty()) return fail(errc::corrupt, found.front().words);
  return opened;
}

result<folded_batch> fold_reader::next(std::size_t bytes_max, std::chrono::milliseconds timeout,
                                       bool decode_events) {
  auto entries = std::exchange(read_ahead_, {});
  auto const patience = entries.empty() ? timeout : std::chrono::milliseconds(0);
  if (auto polled = reader_->poll(entries, bytes_max, patience); !polled) {
    read_ahead_ = std::move(entries);  // for who asks again
    return tl::unexpected(polled.error());
  }
  return folder_.fold(std::move(entries), decode_events);
}

}  // namespace tracseq
