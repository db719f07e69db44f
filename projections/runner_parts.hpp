#pragma once
// What the runner's own files share. Included by runner*.cpp alone.

#include <condition_variable>
#include <mutex>
#include <thread>

#include "projections/applied_table.hpp"
#include "projections/bulk_build.hpp"
#include "projections/rows.hpp"
#include "projections/runner.hpp"

namespace tracseq {

/// The tables that queries see: replaced as a whole when a new version is switched to.
struct shown_tables {
  struct shown_table {
    std::string name;             ///< "samples"
    std::uint32_t version = 0;    ///< 0 = nothing to show
    table_handle rows;
    std::unique_ptr<table_view> newest;
    std::string why_not;          ///< where there is nothing to show
  };
  std::vector<shown_table> tables;
  [[nodiscard]] shown_table const& find(std::string_view name) const;
};

/// A projection version that is not live yet.
struct building_table {
  std::unique_ptr<applied_table> table;
  std::vector<partition_position> at;
  std::atomic<std::uint64_t> records = 0;
};

struct runner::parts {
  std::unique_ptr<store> rows;
  projection_list models;
  runner_options options;

  std::mutex apply_mutex;  ///< one writer at a time; held for a switch too
  std::vector<std::unique_ptr<applied_table>> live;
  std::vector<std::unique_ptr<building_table>> building;
  std::vector<partition_position> positions;
  std::function<result<void>(folded_batch const&)> before;
  std::function<void(folded_batch const&)> listener;
  table_handle snapshots;

  mutable std::mutex shown_mutex;
  std::shared_ptr<shown_tables const> shown;

  std::vector<std::atomic<std::uint64_t>> applied;
  mutable std::mutex wait_mutex;
  mutable std::condition_variable advanced;
  mutable std::atomic<int> waiting = 0;

  std::atomic<std::uint64_t> parked_commits = 0;
  std::atomic<std::uint64_t> log_records = 0;

  std::atomic<bool> stopping = false;
  mutable std::mutex rebuild_mutex;
  std::condition_variable rebuild_news;  ///< it ended, or has to
  std::optional<error> rebuild_failure;
  bool rebuilding = false;
  std::jthread rebuilder;

  /// Finds or makes the tables (runner_open.cpp).
  [[nodiscard]] result<void> open();
  [[nodiscard]] result<void> open_meta();
  [[nodiscard]] result<void> open_table(std::shared_ptr<projection const> const& model, bool fresh);
  [[nodiscard]] result<void> drop_leftovers();
  void show();
  [[nodiscard]] shown_tables::shown_table shown_of(std::string_view name) const;

  void publish();
  [[nodiscard]] std::shared_ptr<shown_tables const> shown_now() const {
    std::lock_guard const guard(shown_mutex);
    return shown;
  }

  /// New versions beside the old ones (runner_rebuild.cpp).
  void rebuild_all(event_log& log);
  [[nodiscard]] result<void> rebuild_what_is_left(event_log& log);
  void note_rebuild_failure(std::optional<error> why);
  [[nodiscard]] result<void> rebuild(event_log& log, std::vector<building_table*> const& group);
  [[nodiscard]] result<void> apply_building(std::vector<building_table*> const& group,
                                            folded_batch const& batch);
  [[nodiscard]] result<void> switch_over(fold_reader& reader,
                                         std::vector<building_table*> const& group);
  [[nodiscard]] result<void> make_live(std::vector<building_table*> const& group);

  /// Parked commits (runner_parked.cpp).
  [[nodiscard]] result<void> retry(std::string const& projection, std::string const& stream,
                                   bool skip_first);
};

/// Keys in `meta`.
namespace meta_keys {
inline constexpr std::string_view partitions = "partitions";
[[nodiscard]] inline std::string building(std::string_view table) {
  return "building/" + std::string(table);
}
}  // namespace meta_keys

/// A batch of some tables, taken back when its scope is left, however that comes about, unless it was
/// written.
class open_batch {
 public:
  explicit open_batch(std::vector<applied_table*> tables) : tables_(std::move(tables)) {}
  ~open_batch() {
    for (auto* table : tables_) table->begin_batch(!written_);
  }
  open_batch(open_batch const&) = delete;
  open_batch& operator=(open_batch const&) = delete;
  void written() noexcept { written_ = true; }

 private:
  std::vector<applied_table*> tables_;
  bool written_ = false;
};

/// Adds the writes of `changes` to `writes`.
void add_writes(std::vector<store_write>& writes, store& rows, applied_table const& table,
                table_changes const& changes);

[[nodiscard]] std::vector<partition_position> read_positions(store& rows, std::string_view of,
                                                             partition_id partitions);

}  // namespace tracseq
