#pragma once
// Keeps every projection where the log is: applies accepted commits, publishes how far it is, parks
// what cannot be applied, builds new versions beside the old ones.
//
//   auto models = *runner::open(std::move(store), all_projections(), {...});
//   if (auto ready = models->catch_up(log); !ready) …       first start: fast, everything at once
//   auto reader = *fold_reader::open(log, models->positions());
//   loop: batch = reader->next(…); models->apply(*batch);   one follower thread
//   models->start_rebuilds(log);                            new versions, in the background
//   samples_query(*models->newest()).get(id)                any thread

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "projections/follow.hpp"
#include "projections/projection.hpp"
#include "projections/store.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

struct runner_options {
  partition_id partitions = 12;  ///< of the log; a read-only store says itself how many there are
  /// Part of the time that a rebuild may work, 0 < share ≤ 1.
  double rebuild_share = 0.5;
  /// Before a rebuild that failed goes on.
  std::chrono::milliseconds rebuild_pause{5'000};
  /// While a projection's rows are read by nobody but itself (first start), batches of this size.
  std::size_t bulk_bytes = 48u << 20;
};

enum class projection_state : std::uint8_t {
  live,
  building,          ///< and nothing to show meanwhile
  building_beside,   ///< an older version is shown meanwhile
};

struct projection_status {
  std::string name;
  std::uint32_t version = 0;
  projection_state state = projection_state::live;
  std::uint32_t shown_version = 0;  ///< 0 = none
  std::uint64_t built_records = 0;  ///< of a build: read so far, and in all
  std::uint64_t log_records = 0;
  std::string stands_still;         ///< why a build does not go on; empty while it does
  std::uint64_t parked_streams = 0;
  std::uint64_t parked_commits = 0;
};

/// A commit that a projection could not apply, or that waits behind one.
struct parked_commit {
  std::string projection;  ///< "samples@1"
  std::string stream;
  std::uint64_t base_version = 0;
  partition_id partition = 0;
  std::uint64_t offset = 0;
  std::string why;  ///< of the first of a stream; empty for those behind it
  instant recorded_at;
};

class runner {
 public:
  struct parts;  ///< its inside, shared by runner*.cpp and replay.cpp (runner_parts.hpp)

  /// Creates tables of a new store; `conflict` for a store of a log with other partitions; read-only
  /// stores show what they hold.
  [[nodiscard]] static result<std::unique_ptr<runner>> open(std::unique_ptr<store> rows,
                                                            projection_list projections,
                                                            runner_options const& options);
  /// Of the log that the rows are of; `corrupt` where none was ever shown in them.
  [[nodiscard]] static result<partition_id> partitions_of(store& rows);
  ~runner();
  runner(runner const&) = delete;
  runner& operator=(runner const&) = delete;

  // ---- the follower's side: one thread --------------------------------------------------------

  /// Where to read on from.
  [[nodiscard]] std::vector<partition_position> positions() const;
  /// Applies the batch that begins at `positions()`, in one write. On success readers see it. An
  /// error is the store's (`storage_full`, `io_failure`): nothing of the batch is applied.
  [[nodiscard]] result<void> apply(folded_batch const& batch);
  /// Called before each batch is applied, and may be called again for the same: what has to have happened when the
  /// positions say that it was read. Its error is that of `apply`. Set before the first `apply` or `catch_up`.
  void before_applied(std::function<result<void>(folded_batch const&)> listener);
  /// Called after each batch is visible, from the follower's thread; must not block. Set before the
  /// first `apply`.
  void on_applied(std::function<void(folded_batch const&)> listener);

  /// Reads what the log holds beyond `positions()` in bulk, when that is much; call before the
  /// follower starts. `progress` is told events applied so far. Stops early, without harm, when `stop`
  /// becomes true.
  [[nodiscard]] result<void> catch_up(event_log& log, std::atomic<bool> const* stop = nullptr,
                                      std::function<void(std::uint64_t)> progress = {});
  /// Builds versions that are not in the store yet, in a thread of its own. `log` must outlive it. What
  /// fails is tried again after `rebuild_pause`, unless the log or the store is damaged.
  void start_rebuilds(event_log& log);
  /// Waits until no projection is being built; the error is that of a build that was given up. For
  /// tests and tools.
  [[nodiscard]] result<void> wait_for_rebuilds();
  /// Ends the background thread; what it built so far is kept.
  void stop();

  // ---- the readers' side: any thread -----------------------------------------------------------

  /// Next offset of each partition whose records are visible.
  [[nodiscard]] position_vector applied() const;
  /// True when every partition's applied offset is at least the wanted one. Cheap.
  [[nodiscard]] bool covers(position_vector const& wanted) const noexcept;
  [[nodiscard]] bool covers(log_position wanted) const noexcept;
  /// Waits for that; false after `timeout`. Returns at once when already there.
  [[nodiscard]] bool wait_for(position_vector const& wanted, std::chrono::milliseconds timeout) const;
  [[nodiscard]] bool wait_for(log_position wanted, std::chrono::milliseconds timeout) const;

  /// All tables as they are now, consistent with one another.
  [[nodiscard]] std::shared_ptr<read_view const> snapshot() const;
  /// The newest rows: cheaper, for requests that read one row. Each read may see a newer batch.
  [[nodiscard]] std::shared_ptr<read_view const> newest() const;

  // ---- the operator's side: any thread ---------------------------------------------------------

  [[nodiscard]] std::vector<projection_status> status() const;
  /// Why the builds do not go on; none while they do.
  [[nodiscard]] std::optional<error> rebuild_failure() const;
  /// False while something is parked.
  [[nodiscard]] bool healthy() const noexcept;
  /// In order of projection, stream and version; at most `limit`.
  [[nodiscard]] std::vector<parked_commit> parked(std::size_t limit = 100) const;
  /// Applies a stream's parked commits again, in order. The error is that of the first that still
  /// fails; it and those behind it stay parked. `not_found` where nothing of the stream is parked.
  /// Why something is parked that a newer build can read, if so.
  [[nodiscard]] std::optional<std::string> written_by_newer() const;
  /// Tries all again, as after an upgrade that may read what the version before could not; how many streams are
  /// mended. Those that fail again stay as they are.
  std::size_t retry_all_parked();
  [[nodiscard]] result<void> retry_parked(std::string const& projection, std::string const& stream);
  /// Leaves the first parked commit out for ever and retries those behind it.
  [[nodiscard]] result<void> skip_parked(std::string const& projection, std::string const& stream);

  // ---- snapshots of entities: the runtime's own, no projection ---------------------------------

  struct entity_snapshot {
    std::uint64_t version = 0;
    std::string state;
  };
  void save_snapshot(std::string_view stream, std::uint64_t version, std::string_view state);
  [[nodiscard]] std::optional<entity_snapshot> load_snapshot(std::string_view stream) const;

  [[nodiscard]] store& rows() noexcept;

  /// Internal: projections/runner_parts.hpp.
  struct parts;

 private:
  explicit runner(std::unique_ptr<parts> all);
  std::unique_ptr<parts> parts_;
};

}  // namespace tracseq
