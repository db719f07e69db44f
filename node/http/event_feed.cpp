#include "node/http/event_feed.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>

#include "node/http/problem.hpp"
#include "node/http/services.hpp"
#include "projections/table_view.hpp"

namespace tracseq::http {
namespace {

constexpr std::chrono::milliseconds heartbeat{15'000};
/// A missed wake-up costs at most this much.
constexpr std::chrono::milliseconds nap{50};
constexpr std::size_t read_bytes = 256 * 1024;
/// A client that catches up is given more only when it has taken most of what it was given.
constexpr std::size_t queued_bytes_for_more = 256 * 1024;
/// To write to a stream costs a core some 20 µs in all, and more where its reader is on the same machine. After so many
/// the feed rests, so that thousands of streams take a tenth of a core, not all of it at each event, and requests are
/// answered between them. A hundred streams hear of an event within 25 ms, five thousand within 1.3 s.
constexpr std::size_t streams_at_once = 20;
constexpr std::chrono::milliseconds rest{5};
/// A reader of Kafka has threads and connections of its own: after a failover a thousand streams come back at once.
constexpr std::size_t readers_max = 8;
/// Where others wait, a reader is had for so long, however far its client is behind.
constexpr std::chrono::milliseconds turn{3'000};

std::string frame_of(feed_event const& event) {
  std::string out = "id: " + to_text(event.after);
  out.append("\nevent: ").append(event.type).append("\ndata: ").append(event.json).append("\n\n");
  return out;
}

}  // namespace

event_feed::event_feed(services const& at)
    : at_(at), opener_([this] { open_readers(); }), thread_([this] { run(); }) {}

event_feed::~event_feed() { stop(); }

position_vector event_feed::current() const {
  return at_.progress ? at_.progress->applied() : position_vector(at_.facts.partitions, 0);
}

bool event_feed::has_to_ask(std::string_view position) const {
  auto const asked = parse_position(position);
  auto const shown = current();
  // What lies beyond is of another node, which is further, or of nobody.
  return at_.log && asked && asked->size() == shown.size() &&
         !std::ranges::equal(*asked, shown, std::ranges::less_equal{});
}

result<position_vector> event_feed::check(std::string_view position) const {
  auto asked = parse_position(position);
  auto const shown = current();
  if (!asked || asked->size() != shown.size())
    return fail(errc::invalid_argument, "\"" + clipped(position, 80) +
                                            "\" is not a position that this laboratory gave.");
  if (!has_to_ask(position)) return *std::move(asked);
  auto const ends = at_.log->ends_within(at_.read_wait);
  for (std::size_t i = 0; ends && i < asked->size(); ++i)
    if ((*asked)[i] > std::max((*ends)[i], shown[i]))
      return fail(errc::invalid_argument,
                  "The position lies beyond the end of this laboratory's history. Begin anew without it.");
  return *std::move(asked);
}

void event_feed::subscribe(std::shared_ptr<stream> to, position_vector from, event_filter filter) {
  client one;
  one.to = std::move(to);
  one.filter = std::move(filter);
  one.position = std::move(from);
  {
    std::lock_guard const lock(mutex_);
    if (!stopped_) fresh_.push_back(std::move(one));
  }
  if (one.to) return one.to->close();
  wake_.notify_one();
}

void event_feed::news() noexcept {
  news_.store(true, std::memory_order_release);
  if (clients_.load(std::memory_order_relaxed) > 0) wake_.notify_one();
}

void event_feed::stop() {
  {
    std::lock_guard const lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
  }
  wake_.notify_one();
  asked_.notify_one();
  thread_.join();
  opener_.join();
}

bool event_feed::client::takes_more() const { return to->queued_bytes() <= queued_bytes_for_more; }

void event_feed::open_readers() {
  std::unique_lock lock(mutex_);
  while (true) {
    asked_.wait(lock, [this] { return stopped_ || !wanted_.empty(); });
    if (stopped_) return;
    auto const next = std::move(wanted_.front());
    wanted_.pop_front();
    lock.unlock();
    auto reader = feed_reader::open(at_, next.from);
    lock.lock();
    opened_.push_back({next.client, std::move(reader)});
    wake_.notify_one();
  }
}

void event_feed::admit(std::vector<client>& all) {
  std::vector<client> fresh;
  std::vector<opened_reader> opened;
  {
    std::lock_guard const lock(mutex_);
    fresh.swap(fresh_);
    opened.swap(opened_);
  }
  for (auto& one : opened) take_reader(all, std::move(one));
  greet(all, std::move(fresh));
  ask_for_readers(all);
}

void event_feed::greet(std::vector<client>& all, std::vector<client> fresh) {
  auto const known = static_cast<std::ptrdiff_t>(all.size());
  std::ranges::move(fresh, std::back_inserter(all));
  for (auto& one : std::span(all).subspan(static_cast<std::size_t>(known))) {
    one.number = ++numbers_;
    one.since = std::chrono::steady_clock::now();
    if (!give(one, "retry: 3000\n: TracSeq events\nid: " + to_text(one.position) + "\n\n")) return;
  }
}

void event_feed::take_reader(std::vector<client>& all, opened_reader opened) {
  --being_opened_;
  auto const& reader = opened.reader;
  auto const to = std::ranges::find(all, opened.client, &client::number);
  if (reader) {
    if (to == all.end()) return;
    to->behind = std::make_unique<feed_reader>(*std::move(opened.reader));
    to->at = stage::behind;
    to->since = std::chrono::steady_clock::now();
    return;
  }
  if (to != all.end()) to->to->close();
  if (!describe(reader.error().code).retryable) return;
  // The log does not answer: whoever wants to be read from it comes back, rather than waits for his turn to be told.
  std::lock_guard const lock(mutex_);
  being_opened_ -= wanted_.size();
  wanted_.clear();
  for (auto& one : all)
    if (one.at == stage::waiting || one.at == stage::opening) one.to->close();
}

void event_feed::ask_for_readers(std::vector<client>& all) {
  auto const waits = [](client const& one) { return one.at == stage::waiting && one.takes_more(); };
  auto const current = std::chrono::steady_clock::now();
  if (live_)
    for (auto& one : all)
      if (one.at == stage::waiting && one.position == live_->position()) one.at = stage::live;
  auto used = being_opened_ + static_cast<std::size_t>(std::ranges::count(all, stage::behind, &client::at));
  if (used >= readers_max && std::ranges::any_of(all, waits)) {
    // Who is far behind, or takes nothing, gives up its reader to them, and stands behind them.
    for (auto& one : all) {
      if (one.at != stage::behind || (one.takes_more() && current - one.since < turn)) continue;
      one.behind = nullptr;
      one.at = stage::waiting;
      one.since = current;
      --used;
    }
  }
  for (; used < readers_max; ++used) {
    client* first = nullptr;
    for (auto& one : all)
      if (waits(one) && (!first || one.since < first->since)) first = &one;
    if (!first) return;
    first->at = stage::opening;
    ++being_opened_;
    std::lock_guard const lock(mutex_);
    wanted_.push_back({first->number, first->position});
    asked_.notify_one();
  }
}

bool event_feed::advance_behind(client& one) {
  if (!one.takes_more()) return false;
  auto events = one.behind->next(read_bytes, live_ ? live_->position() : current());
  if (!events) {
    one.to->close();
    return false;
  }
  std::string frames;
  for (auto const& event : *events)
    if (one.filter.lets(event.name, event.stream)) frames += frame_of(event);
  one.position = one.behind->position();
  if (!frames.empty()) give(one, std::move(frames));
  // Where the first one caught up, the common reader begins.
  if (!live_ && events->empty() && one.position == current()) {
    live_ = std::move(one.behind);
    one.at = stage::live;
    return true;
  }
  if (live_ && one.position == live_->position()) {
    one.behind = nullptr;
    one.at = stage::live;
  }
  return !events->empty();
}

bool event_feed::advance_live(std::vector<client>& all) {
  if (!live_) return false;
  auto events = live_->next(read_bytes, current());
  if (!events) {
    // The log cannot be read: streams end, and clients come back where they stopped.
    for (auto& one : all) one.to->close();
    live_ = nullptr;
    return false;
  }
  std::vector<std::string> frames;
  for (auto const& event : *events) frames.push_back(frame_of(event));
  for (auto& one : all) {
    if (one.at != stage::live) continue;
    std::string some;
    for (std::size_t i = 0; i < frames.size(); ++i)
      if (one.filter.lets((*events)[i].name, (*events)[i].stream)) some += frames[i];
    one.position = live_->position();
    if (!some.empty() && !give(one, std::move(some))) return false;
  }
  return !events->empty();
}

void event_feed::beat(std::vector<client>& all) {
  for (auto& one : all)
    if (!give(one, ": beat\nid: " + to_text(one.position) + "\n\n")) return;
}

bool event_feed::give(client& one, std::string frames) {
  one.to->send(std::move(frames));
  if (++given_ % streams_at_once != 0) return true;
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, rest, [&] { return stopped_; });
}

void event_feed::run() {
  std::vector<client> all;
  auto next_beat = std::chrono::steady_clock::now() + heartbeat;
  bool more = false;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      auto const wait = more ? std::chrono::milliseconds(0) : all.empty() ? heartbeat : nap;
      wake_.wait_for(lock, wait, [&] {
        return stopped_ || !fresh_.empty() || !opened_.empty() ||
               (!all.empty() && news_.load(std::memory_order_acquire));
      });
      if (stopped_) break;
    }
    news_.store(false, std::memory_order_release);
    admit(all);
    try {
      more = advance_live(all);
      for (auto& one : all)
        if (one.at == stage::behind) more = advance_behind(one) || more;
    } catch (query_failure const&) {
      // The store cannot be read now: streams end, and clients come back where they stopped.
      for (auto& one : all) one.to->close();
    }
    if (std::chrono::steady_clock::now() >= next_beat) {
      beat(all);
      next_beat = std::chrono::steady_clock::now() + heartbeat;
    }
    std::erase_if(all, [](client const& one) { return !one.to->open(); });
    if (all.empty()) live_ = nullptr;
    clients_.store(all.size());
  }
  for (auto& one : all) one.to->close();
  for (auto& one : fresh_) one.to->close();
}

}  // namespace tracseq::http
