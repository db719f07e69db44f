#include "projections/runner.hpp"

#include <algorithm>

#include "projections/runner_parts.hpp"

namespace tracseq {
namespace {

/// From so many records on, catching up goes in bulk.
constexpr std::uint64_t bulk_records_min = 20'000;

class newest_view final : public read_view {
 public:
  newest_view(std::shared_ptr<shown_tables const> shown, position_vector position)
      : shown_(std::move(shown)), position_(std::move(position)) {}
  [[nodiscard]] table_view const& table(std::string_view projection) const override {
    return *shown_->find(projection).newest;
  }
  [[nodiscard]] position_vector const& position() const override { return position_; }

 private:
  std::shared_ptr<shown_tables const> shown_;
  position_vector position_;
};

class snapshot_view final : public read_view {
 public:
  snapshot_view(std::shared_ptr<shown_tables const> shown, position_vector position,
                std::shared_ptr<store::snapshot const> at)
      : position_(std::move(position)), shown_(std::move(shown)), at_(std::move(at)) {
    views_.resize(shown_->tables.size());
    for (std::size_t i = 0; i < views_.size(); ++i)
      if (shown_->tables[i].rows) views_[i] = at_->view(shown_->tables[i].rows);
  }
  [[nodiscard]] table_view const& table(std::string_view projection) const override {
    auto const& one = shown_->find(projection);
    return *views_[static_cast<std::size_t>(&one - shown_->tables.data())];
  }
  [[nodiscard]] position_vector const& position() const override { return position_; }

 private:
  position_vector position_;
  std::shared_ptr<shown_tables const> shown_;
  std::shared_ptr<store::snapshot const> at_;
  std::vector<std::unique_ptr<table_view>> views_;
};

}  // namespace

shown_tables::shown_table const& shown_tables::find(std::string_view name) const {
  for (auto const& one : tables) {
    if (one.name != name) continue;
    if (!one.rows) throw query_failure({errc::unavailable, one.why_not, {}});
    return one;
  }
  throw query_failure({errc::internal, "There is no projection \"" + std::string(name) + "\".", {}});
}

void add_writes(std::vector<store_write>& writes, store& rows, applied_table const& table,
                table_changes const& changes) {
  // In order of keys: the store finds the place of each near that of the one before.
  for (auto const& change : changes.rows->sorted_changes())
    writes.push_back({table.rows(), change.key,
                      change.erase ? std::nullopt : std::optional(change.value)});
  for (auto const& [key, value] : changes.parked) writes.push_back({rows.meta(), key, value});
}

runner::runner(std::unique_ptr<parts> all) : parts_(std::move(all)) {}

runner::~runner() { stop(); }

result<std::unique_ptr<runner>> runner::open(std::unique_ptr<store> rows,
                                             projection_list projections,
                                             runner_options const& options) {
  auto all = std::make_unique<parts>();
  all->rows = std::move(rows);
  all->models = std::move(projections);
  all->options = options;
  try {
    if (auto opened = all->open(); !opened) return tl::unexpected(opened.error());
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
  return std::unique_ptr<runner>(new runner(std::move(all)));
}

std::vector<partition_position> runner::positions() const {
  std::lock_guard const guard(parts_->apply_mutex);
  return parts_->positions;
}

result<void> runner::apply(folded_batch const& batch) {
  auto& all = *parts_;
  if (all.before)
    if (auto ready = all.before(batch); !ready) return ready;
  {
    std::lock_guard const guard(all.apply_mutex);
    std::vector<store_write> writes;
    std::vector<std::pair<std::string, std::string>> positions;
    std::size_t parked = 0;
    std::vector<applied_table*> tables;
    for (auto const& table : all.live) tables.push_back(table.get());
    open_batch this_batch(std::move(tables));
    try {
      for (auto const& table : all.live) {
        table->apply(batch.commits);
        table->changes().rows->settle();
        parked += table->changes().parked.size();
        add_writes(writes, *all.rows, *table, table->changes());
      }
    } catch (query_failure const& caught) {
      return tl::unexpected(caught.why());
    }
    for (partition_id p = 0; p < batch.positions.size(); ++p)
      if (batch.positions[p] != all.positions[p])
        positions.emplace_back(position_key({}, p), encode_position(batch.positions[p]));
    for (auto const& [key, value] : positions) writes.push_back({all.rows->meta(), key, value});
    if (auto written = all.rows->write(writes); !written) return written;
    this_batch.written();
    all.parked_commits += parked;
    all.positions = batch.positions;
    all.publish();
  }
  if (all.listener) all.listener(batch);
  return {};
}

void runner::before_applied(std::function<result<void>(folded_batch const&)> listener) {
  parts_->before = std::move(listener);
}

void runner::on_applied(std::function<void(folded_batch const&)> listener) {
  parts_->listener = std::move(listener);
}

result<void> runner::catch_up(event_log& log, std::atomic<bool> const* stop,
                              std::function<void(std::uint64_t)> progress) {
  auto& all = *parts_;
  if (all.rows->read_only()) return {};
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  std::lock_guard const guard(all.apply_mutex);
  if (ends->size() != all.positions.size()) return {};  // the follower says what is wrong
  std::uint64_t behind = 0;
  for (std::size_t p = 0; p < ends->size(); ++p)
    behind += (*ends)[p] - std::min((*ends)[p], all.positions[p].next_offset);
  if (behind < bulk_records_min) return {};
  std::vector<applied_table*> tables;
  for (auto const& table : all.live) tables.push_back(table.get());
  bulk_options options;
  options.generation_bytes = all.options.bulk_bytes;
  options.progress = std::move(progress);
  options.stop = stop;
  options.before = all.before;
  auto built = bulk_build(log, *all.rows, tables, all.positions, options);
  for (auto const& table : all.live) table->begin_batch(true);
  if (!built) return tl::unexpected(built.error());
  all.parked_commits += built->parked_commits;
  all.positions = std::move(built->positions);
  all.publish();
  return {};
}

void runner::parts::publish() {
  std::uint64_t records = 0;
  for (std::size_t p = 0; p < positions.size(); ++p) {
    applied[p].store(positions[p].next_offset, std::memory_order_seq_cst);
    records += positions[p].next_offset;
  }
  log_records = records;
  if (waiting.load(std::memory_order_seq_cst) == 0) return;
  // Taken and let go, so that a waiter between its look and its wait cannot miss the call.
  { std::lock_guard const guard(wait_mutex); }
  advanced.notify_all();
}

void runner::stop() {
  {
    std::lock_guard const guard(parts_->rebuild_mutex);
    parts_->stopping = true;
  }
  parts_->rebuild_news.notify_all();
  if (parts_->rebuilder.joinable()) parts_->rebuilder.join();
}

position_vector runner::applied() const {
  position_vector offsets;
  offsets.reserve(parts_->applied.size());
  for (auto const& one : parts_->applied) offsets.push_back(one.load());
  return offsets;
}

bool runner::covers(position_vector const& wanted) const noexcept {
  if (wanted.size() > parts_->applied.size()) return false;
  for (std::size_t p = 0; p < wanted.size(); ++p)
    if (parts_->applied[p].load() < wanted[p]) return false;
  return true;
}

bool runner::covers(log_position wanted) const noexcept {
  return wanted.partition < parts_->applied.size() &&
         parts_->applied[wanted.partition].load() >= wanted.offset;
}

bool runner::wait_for(position_vector const& wanted, std::chrono::milliseconds timeout) const {
  if (covers(wanted)) return true;
  std::unique_lock guard(parts_->wait_mutex);
  ++parts_->waiting;
  bool const there = parts_->advanced.wait_for(guard, timeout, [&] { return covers(wanted); });
  --parts_->waiting;
  return there;
}

bool runner::wait_for(log_position wanted, std::chrono::milliseconds timeout) const {
  if (covers(wanted)) return true;
  std::unique_lock guard(parts_->wait_mutex);
  ++parts_->waiting;
  bool const there = parts_->advanced.wait_for(guard, timeout, [&] { return covers(wanted); });
  --parts_->waiting;
  return there;
}

std::shared_ptr<read_view const> runner::snapshot() const {
  // In this order: the rows are then never behind the position that goes with them.
  auto position = applied();
  auto shown = parts_->shown_now();
  return std::make_shared<snapshot_view const>(std::move(shown), std::move(position),
                                               parts_->rows->take_snapshot());
}

std::shared_ptr<read_view const> runner::newest() const {
  auto position = applied();
  return std::make_shared<newest_view const>(parts_->shown_now(), std::move(position));
}

void runner::save_snapshot(std::string_view stream, std::uint64_t version, std::string_view state) {
  if (!parts_->snapshots || parts_->rows->read_only()) return;
  auto const at = key('E').stream(stream);
  auto const value = key('v').u64(version).tail(state).bytes();
  store_write const write{parts_->snapshots, at, value};
  // A snapshot that could not be kept costs time at the next activation, nothing else.
  (void)parts_->rows->write({&write, 1});
}

std::optional<runner::entity_snapshot> runner::load_snapshot(std::string_view stream) const {
  if (!parts_->snapshots) return std::nullopt;
  auto const value = parts_->rows->get(*parts_->snapshots, key('E').stream(stream));
  if (!value || value->size() < 9) return std::nullopt;
  key_reader reader(*value);
  auto const version = reader.number(8);
  return entity_snapshot{version, std::string(reader.rest())};
}

store& runner::rows() noexcept { return *parts_->rows; }

}  // namespace tracseq
