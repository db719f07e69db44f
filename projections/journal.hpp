#pragma once
// The journal: every stream's commits as they stand in the log. Entities are folded from it, history
// pages and audits read it, `log repair` appends from it.
//
//   C stream base_version    offset u64, record bytes
//   O partition stream       process managers that are open (empty)

#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// A commit where it lies.
struct journal_commit {
  std::uint64_t offset = 0;
  tracseq::commit commit;
  std::string record;
};

/// One event as a timeline shows it.
struct history_event {
  std::string id;      ///< "partition-offset-index"
  std::string stream;
  std::uint64_t version = 0;  ///< events in the stream up to and with this one
  std::string type;           ///< "tube_placed"; "unknown_<id>" where this build cannot read it
  std::string words;          ///< the timeline's sentence
  std::string data_json;      ///< its fields; "{}" where this build cannot read it
  instant occurred_at;
  instant recorded_at;
  std::string by;  ///< name of the person or service
  std::string by_subject;
  std::string by_role;
  std::string node;
  std::string reason;
  uuid command_id;
  uuid correlation_id;
  uuid causation_id;
};
BOOST_DESCRIBE_STRUCT(history_event, (),
                      (id, stream, version, type, words, data_json, occurred_at, recorded_at, by,
                       by_subject, by_role, node, reason, command_id, correlation_id, causation_id))

class journal_query {
 public:
  explicit journal_query(read_view const& view) : view_(view) {}

  [[nodiscard]] bool exists(std::string_view stream) const;
  /// Events in the stream; 0 where it does not exist.
  [[nodiscard]] std::uint64_t version(std::string_view stream) const;
  /// Commits whose base version is at least `from_version`, oldest first, at most `limit`.
  [[nodiscard]] std::vector<journal_commit> commits(std::string_view stream,
                                                    std::uint64_t from_version = 0,
                                                    std::size_t limit = SIZE_MAX) const;
  /// The commit that begins at `base_version`.
  [[nodiscard]] std::optional<journal_commit> commit_at(std::string_view stream,
                                                        std::uint64_t base_version) const;
  /// The events of a stream from either end; the first page costs the same however long it is. The
  /// cursor is opaque; `invalid_argument` for a cursor of another list or a limit out of range.
  /// With `until`, only what was recorded up to that moment.
  [[nodiscard]] result<page<history_event>> history(std::string_view stream, direction way,
                                                    std::string const& cursor = {},
                                                    std::uint32_t limit = 50,
                                                    std::optional<instant> until = {}) const;
  /// Every commit that is there, stream by stream: its partition of so many, its offset and its record.
  void each_record(partition_id partitions,
                   std::function<void(partition_id, std::uint64_t offset, std::string_view record)> const& visit) const;
  /// Streams of process managers that have not ended, in one partition.
  [[nodiscard]] std::vector<std::string> open_processes(partition_id partition) const;

 private:
  read_view const& view_;
};

/// The events of a commit as a timeline shows them, oldest first.
[[nodiscard]] std::vector<history_event> history_of(journal_commit const& commit,
                                                    partition_id partition);

class journal_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "journal"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  [[nodiscard]] bool needs_events() const override { return false; }
  void apply(accepted_event const& event, table& rows) const override;
  void apply_commit(accepted_commit const& commit, table& rows) const override;
};

}  // namespace tracseq
