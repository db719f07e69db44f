#pragma once
// One version of one projection and its table: applies commits, parks the streams that it cannot.

#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "projections/projection.hpp"
#include "projections/staged_table.hpp"
#include "projections/store.hpp"

namespace tracseq {

/// A parked commit as the store keeps it, in `meta`.
struct parked_row {
  std::string stream;
  std::uint64_t base_version = 0;
  partition_id partition = 0;
  std::uint64_t offset = 0;
  instant recorded_at;
  std::string why;     ///< of the first of its stream
  std::string record;  ///< its bytes, so that it can be tried again
  friend bool operator==(parked_row const&, parked_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(parked_row, (),
                      (stream, base_version, partition, offset, recorded_at, why, record))

/// "samples@1"
[[nodiscard]] std::string table_name(projection const& model);
/// Keys of a table's parked commits, and of those of one stream, in order of versions.
[[nodiscard]] std::string parked_prefix(std::string_view table);
[[nodiscard]] std::string parked_prefix(std::string_view table, std::string_view stream);
[[nodiscard]] std::string parked_key(std::string_view table, parked_row const& row);

/// What a batch changed: bytes that live as long as it does.
struct table_changes {
  std::shared_ptr<staged_table> rows;
  std::vector<std::pair<std::string, std::string>> parked;  ///< rows for `meta`
};

/// One thread at a time.
class applied_table {
 public:
  /// Reads from `from` which streams are parked.
  applied_table(store& from, std::shared_ptr<projection const> model, table_handle rows);

  [[nodiscard]] projection const& model() const noexcept { return *model_; }
  [[nodiscard]] std::string const& name() const noexcept { return name_; }
  [[nodiscard]] table_handle const& rows() const noexcept { return rows_; }

  void apply(std::vector<accepted_commit> const& commits);
  /// Applies one that was parked; its error, if it still fails.
  [[nodiscard]] result<void> apply_parked(accepted_commit const& commit);
  [[nodiscard]] std::size_t bytes() const noexcept { return changes_.rows->bytes(); }

  /// The changes so far, not settled; what follows is a new batch. With `follow`, rows of the batch
  /// that is given away are found in it until it is written.
  [[nodiscard]] table_changes take(bool follow);
  /// The changes so far, to be settled and written in place.
  [[nodiscard]] table_changes& changes() noexcept { return changes_; }
  /// After they were written, or, with `undo_parking`, could not be.
  void begin_batch(bool undo_parking);

  [[nodiscard]] bool is_parked(std::string const& stream) const { return parked_.contains(stream); }
  void unpark(std::string const& stream) { parked_.erase(stream); }

 private:
  void apply(accepted_commit const& commit);
  void park(accepted_commit const& commit, std::string why);
  [[nodiscard]] std::shared_ptr<staged_table> new_batch() const;

  store& store_;
  std::shared_ptr<projection const> model_;
  table_handle rows_;
  std::string name_;
  table_changes changes_;
  std::unordered_set<std::string> parked_;
  std::vector<std::string> parked_now_;  ///< streams parked in this batch
};

}  // namespace tracseq
