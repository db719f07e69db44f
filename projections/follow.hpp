#pragma once
// From log entries to accepted commits: the fold, the count of verdicts and the decoding that the
// follower, rebuilds, replay and verification share.

#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "events/chain.hpp"
#include "events/event_log.hpp"
#include "projections/position.hpp"
#include "projections/projection.hpp"

namespace tracseq {

/// What the fold said of one record.
struct folded_record {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  verdict judged = verdict::not_a_record;
  chain_state state;  ///< behind it
  std::optional<tracseq::claim> claim;  ///< of an accepted claim
  instant recorded_at;                  ///< of an accepted commit
};

struct verdict_counts {
  std::array<std::uint64_t, 5> by_verdict{};  ///< by the enumerator's number
  [[nodiscard]] std::uint64_t of(verdict v) const { return by_verdict[static_cast<std::size_t>(v)]; }
  [[nodiscard]] std::uint64_t skipped() const {
    return of(verdict::not_a_record) + of(verdict::stale_claim) + of(verdict::broken_link);
  }
};

/// Consecutive records of some partitions, folded.
struct folded_batch {
  std::vector<folded_record> records;           ///< all of them, in the order of reading
  std::vector<accepted_commit> commits;         ///< the accepted ones among them, in that order
  std::vector<partition_position> positions;    ///< of every partition, behind the batch
  std::uint64_t bytes = 0;                      ///< of all records
  [[nodiscard]] bool empty() const noexcept { return records.empty(); }
};

/// Whether a skipped record tells that one before it is missing or was changed: a commit under the newest
/// claim that does not follow, or a record of a claim that is not there yet. One under a claim that has
/// passed is what a fenced writer leaves behind.
[[nodiscard]] bool shows_a_break(verdict judged, std::string_view record, std::uint64_t newest_claim);

/// The state of the fold over all partitions.
class folder {
 public:
  explicit folder(std::vector<partition_position> at) : at_(std::move(at)), cut_(at_.size()) {}
  /// Folds `entries` in order. `decode_events` false leaves `accepted_commit::events` empty.
  [[nodiscard]] folded_batch fold(std::vector<log_entry> entries, bool decode_events = true);
  /// From now on a partition ends before its first commit recorded after `moment`, but not before offset `least[p]`.
  void cut_after(instant moment, std::vector<std::uint64_t> least = {}) {
    until_ = moment;
    least_ = std::move(least);
  }
  [[nodiscard]] bool is_cut(partition_id partition) const { return cut_[partition] != 0; }
  [[nodiscard]] std::vector<partition_position> const& at() const noexcept { return at_; }
  [[nodiscard]] verdict_counts const& counts() const noexcept { return counts_; }

 private:
  /// Judges one record; false where its partition is cut before it.
  bool judge(log_entry& entry, folded_batch& into, bool decode_events);
  void accept_commit(log_entry& entry, tracseq::commit&& made, folded_batch& into, bool decode_events);
  std::vector<partition_position> at_;
  std::vector<std::uint8_t> cut_;
  std::optional<instant> until_;
  std::vector<std::uint64_t> least_;
  verdict_counts counts_;
};

/// Where the log no longer holds what was applied from it.
struct log_divergence {
  partition_id partition = 0;
  std::uint64_t applied = 0;  ///< next offset of the store
  std::uint64_t log_end = 0;
  std::string words;  ///< what is missing or differs
};

/// Reads and folds a log from where a store stands. One thread; `interrupt` from any.
class fold_reader {
 public:
  /// Checks that the log still holds the record before each position (`corrupt` in words if it is
  /// shorter or another), and begins behind it. `divergences`, where given, receives them all.
  [[nodiscard]] static result<std::unique_ptr<fold_reader>> open(
      event_log& log, std::vector<partition_position> const& from,
      std::vector<log_divergence>* divergences = nullptr, reading how = reading::at_once);

  /// The next records, up to about `bytes_max`; empty after `timeout`. Behind an error it may be asked
  /// again: nothing was skipped.
  [[nodiscard]] result<folded_batch> next(std::size_t bytes_max, std::chrono::milliseconds timeout,
                                          bool decode_events = true);
  [[nodiscard]] bool caught_up() const { return reader_->caught_up(); }
  void interrupt() noexcept { reader_->interrupt(); }
  [[nodiscard]] folder const& state() const noexcept { return folder_; }
  void cut_after(instant moment) { folder_.cut_after(moment); }

 private:
  fold_reader(std::unique_ptr<log_reader> reader, std::vector<partition_position> from)
      : reader_(std::move(reader)), folder_(std::move(from)) {}
  /// Reads the last applied record of the partitions in `wanted` and compares it.
  [[nodiscard]] result<void> check_last_records(std::vector<std::uint8_t> wanted,
                                                std::vector<log_divergence>& found);

  std::unique_ptr<log_reader> reader_;
  folder folder_;
  std::vector<log_entry> read_ahead_;  ///< behind the records that were compared
};

}  // namespace tracseq
