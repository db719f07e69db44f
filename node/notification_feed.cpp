#include "node/notification_feed.hpp"

#include <algorithm>
#include <utility>

#include "events/cloud_event.hpp"
#include "events/codec.hpp"
#include "node/log.hpp"
#include "projections/inbox.hpp"
#include "projections/runs.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"

namespace tracseq {
namespace {

constexpr std::size_t batch_bytes_max = 1u << 20;
constexpr auto poll_patience = std::chrono::milliseconds(200);
constexpr auto group_interval = std::chrono::milliseconds(20);
constexpr auto read_retry = std::chrono::milliseconds(250);
constexpr auto rows_retry = std::chrono::milliseconds(500);
constexpr auto idle_save_interval = std::chrono::seconds(1);
// Partitions are not read in step, least of all from several brokers: what a rule was there for may be read before
// the rule itself.
constexpr std::int64_t recent_us = 5'000'000;
constexpr std::size_t recent_max = 5'000;
// Not a stream anybody could name: kinds have no blanks.
constexpr std::string_view cursor_name = "notification feed/cursor";

struct saved_partition {
  std::uint64_t next_offset = 0;
  std::uint64_t last_offset = 0;
  std::string last_hash;
  std::string h;
  std::uint64_t c = 0;
  std::uint64_t s = 0;
};
BOOST_DESCRIBE_STRUCT(saved_partition, (), (next_offset, last_offset, last_hash, h, c, s))
struct saved_cursor {
  std::vector<saved_partition> partitions;
};
BOOST_DESCRIBE_STRUCT(saved_cursor, (), (partitions))

std::string bytes_of(hash256 const& hash) {
  return {reinterpret_cast<char const*>(hash.data()), hash.size()};
}
hash256 hash_of(std::string const& bytes) {
  hash256 hash{};
  std::memcpy(hash.data(), bytes.data(), std::min(bytes.size(), hash.size()));
  return hash;
}

}  // namespace

notification_feed::notification_feed(event_log& log, runner& models, engine& to, std::function<bool()> is_teller)
    : log_(log), models_(models), to_(to), is_teller_(std::move(is_teller)) {}

notification_feed::~notification_feed() { stop(); }

void notification_feed::start() {
  if (is_teller_()) (void)has_begun();
  thread_ = std::jthread([this] { run(); });
}

result<void> notification_feed::begin() {
  keep_adopted();
  rules_ = {};
  std::vector<partition_position> from;
  try {
    auto const view = models_.newest();
    for (auto const& row : inbox_query(*view).rules())
      rules_.put(row.id, {row.terms, row.paused, row.created_at});
    from = load_cursor();
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
  to_.start_notifications(rules_, [this](std::string const& stream) {
    auto const found = about_.find(stream);
    return found == about_.end() ? entity_facts{} : found->second;
  });
  auto opened = fold_reader::open(log_, std::move(from), nullptr, reading::in_groups);
  if (!opened) return tl::unexpected(opened.error());
  std::lock_guard const guard(mutex_);
  reader_ = *std::move(opened);
  return {};
}

bool notification_feed::has_begun() {
  auto begun = begin();
  std::lock_guard const guard(mutex_);
  trouble_.reset();
  if (!begun) trouble_ = std::move(begun).error();
  return begun.has_value();
}

void notification_feed::has_trouble_no_more() {
  std::lock_guard const guard(mutex_);
  trouble_.reset();
}

std::vector<std::string> notification_feed::warnings() const {
  std::lock_guard const guard(mutex_);
  if (!trouble_) return {};
  return {"no notification is sent for now: " + trouble_->detail};
}

void notification_feed::end() {
  recent_.clear();
  if (unsaved_) save_cursor();
  std::lock_guard const guard(mutex_);
  reader_.reset();
  cursor_.clear();
}

std::string notification_feed::cursor() const {
  std::lock_guard const guard(mutex_);
  return cursor_;
}

void notification_feed::adopt(std::string const& cursor) {
  if (!codec::decode<saved_cursor>(cursor)) return;
  std::lock_guard const guard(mutex_);
  if (reader_ || stopping_ || cursor == cursor_) return;
  cursor_ = cursor;
  adopted_ = true;
}

// Not where it was heard: whoever reads what other nodes say must not wait for the disk.
void notification_feed::keep_adopted() {
  std::string cursor;
  {
    std::lock_guard const guard(mutex_);
    if (!std::exchange(adopted_, false)) return;
    cursor = cursor_;
  }
  models_.save_snapshot(cursor_name, ++saves_, cursor);
}

void notification_feed::stop() {
  {
    // Under the lock, so that a wait that has just looked cannot miss it.
    std::lock_guard const guard(mutex_);
    stopping_ = true;
    if (reader_) reader_->interrupt();
  }
  told_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void notification_feed::run() {
  while (!stopping_) {
    if (!is_teller_()) {
      if (reader_) end();
      has_trouble_no_more();
      keep_adopted();
      rest(poll_patience);
      continue;
    }
    if (!reader_ && !has_begun()) {
      rest(read_retry);
      continue;
    }
    auto batch = reader_->next(batch_bytes_max, poll_patience, false);
    if (!batch) {
      // The follower reads the same log and says why. Damage stays; a broker that refuses may think better of it.
      if (batch.error().code == errc::corrupt) break;
      rest(read_retry);
      continue;
    }
    if (!batch->empty()) {
      auto events = notices_of(*batch);
      remember(*batch);
      unsaved_ = true;
      if (!events.empty()) {
        if (!tell(std::move(events))) return;
        save_cursor();
      }
      // In groups: to wake for each record of a busy log would cost the commands more than it gives here.
      rest(group_interval);
    }
    // Nothing was told: where it read to is only worth a write now and then.
    if (unsaved_ && std::chrono::steady_clock::now() - saved_at_ > idle_save_interval) save_cursor();
  }
  if (reader_ && unsaved_) save_cursor();
  keep_adopted();
}

void notification_feed::rest(std::chrono::milliseconds time) {
  std::unique_lock guard(mutex_);
  told_.wait_for(guard, time, [this] { return stopping_.load(); });
}

std::vector<notice> notification_feed::notices_of(folded_batch const& batch) {
  std::vector<notice> events;
  about_.clear();
  for (auto const* of : in_order_of_time(batch)) {
    auto const& accepted = *of;
    auto const kind = stream_kind(accepted.commit.stream);
    bool const of_rule = kind == notification_rule::kind;
    if (!of_rule && (rules_.empty() || kind == delivery::kind)) continue;
    for (std::uint32_t i = 0; i < accepted.commit.events.size(); ++i) {
      auto event = decode_event(accepted.commit.events[i]);
      if (!event) continue;  // the projections park it, where an operator sees it
      notice one;
      event_place const at{accepted.partition, accepted.offset, i};
      one.event_id = event_id(at);
      one.stream = accepted.commit.stream;
      one.recorded_at = accepted.commit.recorded_at;
      one.who = accepted.commit.who;
      one.cloud_event = cloud_event_json(at, accepted.commit, *event);
      one.event = *std::move(event);
      if (of_rule) rules_.learn(one);
      if (rules_.ask_for(one)) about_.try_emplace(one.stream);
      events.push_back(std::move(one));
    }
  }
  return events;
}

std::vector<accepted_commit const*> notification_feed::in_order_of_time(folded_batch const& batch) {
  auto first_rule = last_instant;
  std::vector<accepted_commit const*> all;
  for (auto const& one : batch.commits) {
    all.push_back(&one);
    if (stream_kind(one.commit.stream) == notification_rule::kind)
      first_rule = std::min(first_rule, one.commit.recorded_at);
  }
  // Told again where they were told: a delivery's id comes from its event and rule, so that is one delivery.
  for (auto const& one : recent_)
    if (one.commit.recorded_at >= first_rule) all.push_back(&one);
  std::ranges::stable_sort(all, {}, [](accepted_commit const* one) { return one->commit.recorded_at; });
  return all;
}

void notification_feed::remember(folded_batch const& batch) {
  for (auto const& one : batch.commits)
    if (stream_kind(one.commit.stream) != delivery::kind) recent_.push_back(one);
  auto const oldest = instant{now().us - recent_us};
  while (!recent_.empty() && (recent_.size() > recent_max || recent_.front().commit.recorded_at < oldest))
    recent_.pop_front();
}

bool notification_feed::look_up_all() {
  // As long as it takes: without its project an event would pass by the rules of that project for ever.
  while (!models_.wait_for(offsets_of(reader_->state().at()), rows_retry))
    if (stopping_) return false;
  while (true) {
    try {
      auto const view = models_.newest();
      for (auto& [stream, facts] : about_) facts = look_up_or_damaged(*view, stream);
      return true;
    } catch (query_failure const&) {
      rest(rows_retry);  // they cannot be read now, or are being built
      if (stopping_) return false;
    }
  }
}

bool notification_feed::tell(std::vector<notice> events) {
  if (!look_up_all()) return false;
  {
    std::lock_guard const guard(mutex_);
    batch_done_ = false;
  }
  to_.notify(std::move(events), [this] {
    std::lock_guard const guard(mutex_);
    batch_done_ = true;
    told_.notify_all();
  });
  std::unique_lock guard(mutex_);
  told_.wait(guard, [this] { return batch_done_ || stopping_; });
  return batch_done_;
}

void notification_feed::save_cursor() {
  saved_cursor cursor;
  for (auto const& at : reader_->state().at())
    cursor.partitions.push_back({at.next_offset, at.last_offset, bytes_of(at.last_hash),
                                 bytes_of(at.chain.h), at.chain.c, at.chain.s});
  auto const bytes = codec::encode(cursor);
  models_.save_snapshot(cursor_name, ++saves_, bytes);
  {
    std::lock_guard const guard(mutex_);
    cursor_ = bytes;
  }
  unsaved_ = false;
  saved_at_ = std::chrono::steady_clock::now();
}

std::vector<partition_position> notification_feed::load_cursor() const {
  auto positions = genesis_positions(log_.partitions());
  auto const saved = models_.load_snapshot(cursor_name);
  if (!saved) return positions;
  auto const cursor = codec::decode<saved_cursor>(saved->state);
  if (!cursor || cursor->partitions.size() != positions.size()) return positions;
  for (std::size_t p = 0; p < positions.size(); ++p) {
    auto const& from = cursor->partitions[p];
    positions[p].next_offset = from.next_offset;
    positions[p].last_offset = from.last_offset;
    positions[p].last_hash = hash_of(from.last_hash);
    positions[p].chain = {hash_of(from.h), from.c, from.s};
  }
  return positions;
}

// Damage does not pass: what happened to it is told without its name, rather than nothing more at all.
entity_facts notification_feed::look_up_or_damaged(read_view const& view, std::string const& stream) const {
  try {
    return look_up(view, stream);
  } catch (query_failure const& failed) {
    if (failed.why().code != errc::corrupt) throw;
    log::warn("a notification has no name", {{"stream", stream}, {"why", failed.why().detail}});
    return {};
  }
}

entity_facts notification_feed::look_up(read_view const& view, std::string const& stream) const {
  auto const id = parse_uuid(stream_key(stream));
  if (!id) return {std::string(stream_key(stream)), {}};
  auto const kind = stream_kind(stream);
  if (kind == sample::kind)
    if (auto const row = samples_query(view).get(*id)) return {row->details.name, row->details.project};
  if (kind == storage_unit::kind)
    if (auto const row = storage_query(view).get(*id)) return {row->name, row->project};
  if (kind == sequencing_run::kind)
    if (auto const row = runs_query(view).get(*id)) return {row->name, row->project};
  return {};
}

}  // namespace tracseq
