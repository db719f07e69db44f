#include "node/follower.hpp"

#include <algorithm>

#include "node/repair.hpp"

namespace tracseq {
namespace {

constexpr std::size_t batch_bytes_max = 4u << 20;
constexpr auto poll_patience = std::chrono::milliseconds(50);
constexpr auto store_retry = std::chrono::milliseconds(250);
constexpr auto read_retry = std::chrono::milliseconds(250);
constexpr auto ends_patience = std::chrono::milliseconds(500);

}  // namespace

follower::follower(event_log& log, runner& models, stream_store& streams)
    : log_(log), models_(models), streams_(streams), acknowledged_(log.partitions()) {}

follower::~follower() { stop(); }

result<void> follower::start(engine* to) {
  auto const positions = models_.positions();
  auto opened = fold_reader::open(log_, positions);
  if (!opened) return tl::unexpected(opened.error());
  reader_ = *std::move(opened);
  streams_.set_positions(positions);
  for (std::size_t p = 0; p < positions.size(); ++p) acknowledged_[p] = positions[p].next_offset;
  if (to) to->on_applied(applied_positions());
  thread_ = std::jthread([this, to] { run(to); });
  return {};
}

void follower::stop() {
  stopping_ = true;
  if (reader_) reader_->interrupt();
  if (thread_.joinable()) thread_.join();
  std::vector<waiter> left;
  {
    std::lock_guard const guard(mutex_);
    left.swap(waiters_);
  }
  for (auto const& one : left) one.done(false);
}

std::optional<error> follower::failure() const {
  if (!failing_.load(std::memory_order_acquire)) return std::nullopt;
  std::lock_guard const guard(mutex_);
  return failure_;
}

void follower::set_failure(std::optional<error> why) {
  if (!why && !failing_) return;
  std::lock_guard const guard(mutex_);
  failure_ = std::move(why);
  failing_.store(failure_.has_value(), std::memory_order_release);
}

bool follower::say_what_is_missing(engine* to) {
  auto why = *lost_;
  auto const ends = log_.ends_within(ends_patience);
  auto const missing = ends ? words_of_loss(*ends, models_.applied()) : std::string();
  if (!missing.empty())
    why.detail += ". Missing is: " + missing + ". Stop this node and see docs/howto/mend-a-log-that-forgot.md";
  if (to) to->write_no_more(why);
  set_failure(std::move(why));
  return ends.has_value();
}

double follower::behind_seconds() const {
  auto const at = caught_up_us_.load();
  return at == 0 ? 0.0 : static_cast<double>(now().us - at) / 1e6;
}

void follower::run(engine* to) {
  while (!stopping_ && follow(to)) tell_waiters();
  // Who waits is told in time, also when nothing more will come.
  bool said = false;
  while (!stopping_) {
    tell_waiters();
    if (lost_ && !said) said = say_what_is_missing(to);  // a broker that has just come back may not answer yet
    std::this_thread::sleep_for(poll_patience);
  }
}

bool follower::follow(engine* to) {
  auto batch = reader_->next(batch_bytes_max, poll_patience);
  if (!batch) {
    if (batch.error().code == errc::corrupt) {
      lost_ = batch.error();
      if (to) to->write_no_more(*lost_);  // at once; in more words below
      return false;
    }
    set_failure(batch.error());
    std::this_thread::sleep_for(read_retry);  // a broker that refuses may think better of it
    return true;
  }
  set_failure(std::nullopt);
  if (!batch->empty()) {
    // First the engine, so that who waits for an acknowledgement does not also wait for the rows.
    if (to) tell_engine(*to, *batch);
    if (!apply(*batch)) return false;
    streams_.set_positions(batch->positions);
    if (to) to->on_applied(applied_positions());
    std::vector<std::function<void()>> listeners;
    {
      std::lock_guard const guard(mutex_);
      listeners = listeners_;
    }
    for (auto const& news : listeners) news();
  }
  if (reader_->caught_up()) caught_up_us_ = now().us;
  return true;
}

void follower::tell_engine(engine& to, folded_batch const& batch) {
  std::vector<read_back> records;
  records.reserve(batch.records.size());
  for (auto const& record : batch.records) {
    records.push_back({record.partition, record.offset, record.judged, record.state,
                       record.claim ? record.claim->boot_id : uuid{}, record.recorded_at});
    acknowledged_[record.partition].store(record.offset + 1, std::memory_order_release);
  }
  to.on_read(std::move(records));
  if (!claimed_) return;
  for (auto const& record : batch.records)
    if (auto const& by = record.claim)
      claimed_(record.partition, by->number, {by->node, by->boot_id, by->command_address, by->recorded_at});
}

// The store refuses when its disk is full. The batch is kept and tried again: reads go on, and so does
// everything once there is room.
bool follower::apply(folded_batch const& batch) {
  for (;;) {
    auto applied = models_.apply(batch);
    set_failure(applied ? std::nullopt : std::optional(applied.error()));
    if (applied) return true;
    if (stopping_) return false;
    tell_waiters();
    std::this_thread::sleep_for(store_retry);
  }
}

std::vector<std::uint64_t> follower::applied() const { return models_.applied(); }

std::vector<log_position> follower::applied_positions() const {
  auto const offsets = models_.applied();
  std::vector<log_position> positions;
  positions.reserve(offsets.size());
  for (std::size_t p = 0; p < offsets.size(); ++p)
    positions.push_back({static_cast<partition_id>(p), offsets[p]});
  return positions;
}

bool follower::current() const noexcept {
  for (std::size_t p = 0; p < acknowledged_.size(); ++p)
    if (!models_.covers(log_position{static_cast<partition_id>(p),
                                     acknowledged_[p].load(std::memory_order_acquire)}))
      return false;
  return true;
}

std::vector<std::uint64_t> follower::acknowledged() const {
  std::vector<std::uint64_t> offsets;
  for (auto const& offset : acknowledged_) offsets.push_back(offset.load(std::memory_order_acquire));
  return offsets;
}

bool follower::covered(std::vector<log_position> const& wanted) const noexcept {
  return std::all_of(wanted.begin(), wanted.end(),
                     [this](log_position const& one) { return models_.covers(one); });
}

void follower::when_applied(std::vector<log_position> wanted, std::chrono::milliseconds within,
                            std::function<void(bool)> done) {
  if (covered(wanted)) return done(true);
  if (stopping_) return done(false);
  {
    std::lock_guard const guard(mutex_);
    waiters_.push_back({std::move(wanted), std::chrono::steady_clock::now() + within,
                        std::move(done)});
    waiting_.fetch_add(1, std::memory_order_release);
  }
  // The batch that covers it may have been applied between the look and the listing.
  tell_waiters();
}

void follower::tell_waiters() {
  if (waiting_.load(std::memory_order_acquire) == 0) return;
  std::vector<std::pair<std::function<void(bool)>, bool>> ready;
  {
    std::lock_guard const guard(mutex_);
    auto const time = std::chrono::steady_clock::now();
    std::erase_if(waiters_, [&](waiter& one) {
      bool const there = covered(one.wanted);
      if (!there && time < one.until) return false;
      ready.emplace_back(std::move(one.done), there);
      return true;
    });
    waiting_.store(waiters_.size(), std::memory_order_release);
  }
  for (auto const& [done, there] : ready) done(there);
}

void follower::on_advance(std::function<void()> news) {
  std::lock_guard const guard(mutex_);
  listeners_.push_back(std::move(news));
}

}  // namespace tracseq
