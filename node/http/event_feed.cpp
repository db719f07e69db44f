#include "node/http/event_feed.hpp"

#include <algorithm>
#include <chrono>

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

std::string frame_of(feed_event const& event) {
  std::string out = "id: " + to_text(event.after);
  out.append("\nevent: ").append(event.type).append("\ndata: ").append(event.json).append("\n\n");
  return out;
}

}  // namespace

event_feed::event_feed(services const& at) : at_(at), thread_([this] { run(); }) {}

event_feed::~event_feed() { stop(); }

position_vector event_feed::current() const {
  return at_.progress ? at_.progress->applied() : position_vector(at_.facts.partitions, 0);
}

result<position_vector> event_feed::check(std::string_view position) const {
  auto asked = parse_position(position);
  auto const shown = current();
  if (!asked || asked->size() != shown.size())
    return fail(errc::invalid_argument, "\"" + clipped(position, 80) +
                                            "\" is not a position that this laboratory gave.");
  if (!at_.log || std::ranges::equal(*asked, shown, std::ranges::less_equal{})) return *std::move(asked);
  // Of another node, which is further, or of nobody. Only then is the log worth asking: one that is away takes seconds.
  auto const ends = at_.log->ends();
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
  thread_.join();
}

void event_feed::admit(std::vector<client>& all) {
  std::vector<client> fresh;
  {
    std::lock_guard const lock(mutex_);
    fresh.swap(fresh_);
  }
  for (auto& one : fresh) {
    give(one, "retry: 3000\n: TracSeq events\nid: " + to_text(one.position) + "\n\n");
    auto reader = feed_reader::open(at_, one.position);
    if (!reader) {
      one.to->close();
      continue;
    }
    one.behind = std::make_unique<feed_reader>(*std::move(reader));
    all.push_back(std::move(one));
  }
}

bool event_feed::advance_behind(client& one) {
  if (one.to->queued_bytes() > queued_bytes_for_more) return false;
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
    return true;
  }
  if (live_ && one.position == live_->position()) one.behind = nullptr;
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
    if (one.behind) continue;
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
        return stopped_ || !fresh_.empty() || (!all.empty() && news_.load(std::memory_order_acquire));
      });
      if (stopped_) break;
    }
    news_.store(false, std::memory_order_release);
    admit(all);
    try {
      more = advance_live(all);
      for (auto& one : all)
        if (one.behind) more = advance_behind(one) || more;
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
