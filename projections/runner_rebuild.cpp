// New versions of projections, built from the log in a thread of its own while the old ones are shown.
//
// Each has its own positions, in the same write as its rows, so that it goes on where it was after a
// crash or a failure. Near the end the follower is held for a moment: the last records are applied, the
// mark is taken away, the table becomes live, and the old one is dropped when its last reader has gone.

#include <algorithm>

#include "projections/runner_parts.hpp"

namespace tracseq {
namespace {

constexpr std::size_t batch_bytes = 512u << 10;
/// So close to the live tables the rest is done while the follower waits.
constexpr std::uint64_t switch_records_max = 2'000;
constexpr auto slice = std::chrono::milliseconds(20);

std::uint64_t records_of(std::vector<partition_position> const& positions) {
  std::uint64_t sum = 0;
  for (auto const& one : positions) sum += one.next_offset;
  return sum;
}

/// Works for at most `share` of the time.
class throttle {
 public:
  explicit throttle(double share) : share_(std::clamp(share, 0.01, 1.0)) {}
  void rest(std::atomic<bool> const& stopping) {
    auto const worked = clock::now() - since_;
    if (worked < slice) return;
    auto const pause = worked * ((1.0 - share_) / share_);
    auto const until = clock::now() + std::chrono::duration_cast<clock::duration>(pause);
    while (!stopping && clock::now() < until)
      std::this_thread::sleep_for(std::min<clock::duration>(slice, until - clock::now()));
    since_ = clock::now();
  }

 private:
  using clock = std::chrono::steady_clock;
  double share_;
  clock::time_point since_ = clock::now();
};

}  // namespace

result<void> runner::parts::apply_building(std::vector<building_table*> const& group,
                                           folded_batch const& batch) {
  std::vector<applied_table*> tables;
  for (auto* one : group) tables.push_back(one->table.get());
  open_batch this_batch(std::move(tables));
  std::vector<store_write> writes;
  std::vector<std::pair<std::string, std::string>> at;
  std::size_t parked = 0;
  for (auto* one : group) {
    one->table->apply(batch.commits);
    one->table->changes().rows->settle();
    parked += one->table->changes().parked.size();
    add_writes(writes, *rows, *one->table, one->table->changes());
    for (partition_id p = 0; p < batch.positions.size(); ++p)
      if (batch.positions[p] != one->at[p])
        at.emplace_back(position_key(one->table->name(), p), encode_position(batch.positions[p]));
  }
  for (auto const& [key, value] : at) writes.push_back({rows->meta(), key, value});
  if (auto written = rows->write(writes); !written) return written;
  this_batch.written();
  for (auto* one : group) {
    one->at = batch.positions;
    one->records = records_of(batch.positions);
  }
  parked_commits += parked;
  note_rebuild_failure(std::nullopt);
  return {};
}

result<void> runner::parts::switch_over(fold_reader& reader,
                                        std::vector<building_table*> const& group) {
  std::lock_guard const guard(apply_mutex);
  auto const reached = [&] {
    for (std::size_t p = 0; p < positions.size(); ++p)
      if (group.front()->at[p].next_offset < positions[p].next_offset) return false;
    return true;
  };
  while (!reached()) {
    if (stopping) return {};
    auto batch = reader.next(batch_bytes, std::chrono::milliseconds(100));
    if (!batch) return tl::unexpected(batch.error());
    // The log may be ahead of the live tables: what they have not applied yet they will apply to this
    // one too, once it is live.
    std::erase_if(batch->commits, [&](accepted_commit const& one) {
      return one.offset >= positions[one.partition].next_offset;
    });
    for (std::size_t p = 0; p < positions.size(); ++p)
      if (batch->positions[p].next_offset > positions[p].next_offset)
        batch->positions[p] = positions[p];
    if (auto applied_to = apply_building(group, *batch); !applied_to) return applied_to;
  }
  return make_live(group);
}

result<void> runner::parts::make_live(std::vector<building_table*> const& group) {
  std::vector<std::string> gone;
  for (auto const* one : group) {
    gone.push_back(meta_keys::building(one->table->name()));
    for (partition_id p = 0; p < options.partitions; ++p)
      gone.push_back(position_key(one->table->name(), p));
  }
  std::vector<store_write> writes;
  for (auto const& key : gone) writes.push_back({rows->meta(), key, std::nullopt});
  if (auto written = rows->write(writes); !written) return written;
  for (auto* one : group) {
    auto const name = one->table->model().name();
    auto const version = one->table->model().version();
    auto const older = [&](projection const& model) {
      return model.name() == name && model.version() < version;
    };
    std::erase_if(live, [&](auto const& table) { return older(table->model()); });
    std::erase_if(models, [&](auto const& model) { return older(*model); });
    live.push_back(std::move(one->table));
  }
  std::erase_if(building, [](auto const& one) { return one->table == nullptr; });
  show();
  return drop_leftovers();
}

result<void> runner::parts::rebuild(event_log& log, std::vector<building_table*> const& group) {
  auto opened = fold_reader::open(log, group.front()->at);
  if (!opened) return tl::unexpected(opened.error());
  auto& reader = **opened;
  throttle pace(options.rebuild_share);
  while (!stopping) {
    if (records_of(group.front()->at) + switch_records_max >= log_records) {
      auto switched = switch_over(reader, group);
      return switched;
    }
    auto batch = reader.next(batch_bytes, std::chrono::milliseconds(100));
    if (!batch) return tl::unexpected(batch.error());
    if (batch->empty()) continue;
    if (auto applied_to = apply_building(group, *batch); !applied_to) return applied_to;
    pace.rest(stopping);
  }
  return {};
}

void runner::parts::note_rebuild_failure(std::optional<error> why) {
  std::lock_guard const guard(rebuild_mutex);
  rebuild_failure = std::move(why);
}

result<void> runner::parts::rebuild_what_is_left(event_log& log) {
  auto const next_group = [&] {
    std::vector<building_table*> group;  // those that stand where the first one stands
    std::lock_guard const guard(apply_mutex);
    for (auto const& one : building)
      if (group.empty() || one->at == group.front()->at) group.push_back(one.get());
    return group;
  };
  try {
    for (auto group = next_group(); !stopping && !group.empty(); group = next_group())
      if (auto built = rebuild(log, group); !built) return built;
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
  return {};
}

void runner::parts::rebuild_all(event_log& log) {
  // A full disk is cleared, a broker comes back; damage stays.
  while (true) {
    auto const built = rebuild_what_is_left(log);
    note_rebuild_failure(built ? std::nullopt : std::optional(built.error()));
    std::unique_lock guard(rebuild_mutex);
    bool const again = !built && built.error().code != errc::corrupt;
    if (again) rebuild_news.wait_for(guard, options.rebuild_pause, [&] { return stopping.load(); });
    if (again && !stopping) continue;
    rebuilding = false;
    rebuild_news.notify_all();
    return;
  }
}

void runner::start_rebuilds(event_log& log) {
  auto& all = *parts_;
  {
    std::lock_guard const guard(all.apply_mutex);
    if (all.building.empty()) return;
  }
  std::lock_guard const guard(all.rebuild_mutex);
  if (all.rebuilding) return;
  all.rebuilding = true;
  all.rebuilder = std::jthread([&all, &log] { all.rebuild_all(log); });
}

result<void> runner::wait_for_rebuilds() {
  std::unique_lock guard(parts_->rebuild_mutex);
  parts_->rebuild_news.wait(guard, [&] { return !parts_->rebuilding; });
  if (parts_->rebuild_failure) return tl::unexpected(*parts_->rebuild_failure);
  return {};
}

std::optional<error> runner::rebuild_failure() const {
  std::lock_guard const guard(parts_->rebuild_mutex);
  return parts_->rebuild_failure;
}

}  // namespace tracseq
