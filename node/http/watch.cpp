#include "node/http/watch.hpp"

namespace tracseq::http {

namespace {
/// News are missed at most this long: a notification between the check and the sleep is not lost, but
/// the flag is set without the lock so that the follower never waits for this thread.
constexpr std::chrono::milliseconds nap{20};
constexpr std::chrono::milliseconds idle_nap{500};
}  // namespace

watch::watch() : thread_([this] { run(); }) {}

watch::~watch() { stop(); }

void watch::until(std::function<bool()> seen, std::chrono::milliseconds within,
                  std::function<void(bool)> done) {
  auto const deadline = std::chrono::steady_clock::now() + within;
  {
    std::lock_guard const lock(mutex_);
    if (!stopped_) {
      fresh_.push_back({std::move(seen), deadline, std::move(done)});
      done = nullptr;
    }
  }
  if (done) return done(false);
  wake_.notify_one();
}

void watch::news() noexcept {
  news_.store(true, std::memory_order_release);
  wake_.notify_one();
}

void watch::stop() {
  {
    std::lock_guard const lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void watch::run() {
  std::vector<waiting> all;
  std::unique_lock lock(mutex_);
  while (!stopped_) {
    wake_.wait_for(lock, all.empty() ? idle_nap : nap, [&] {
      return stopped_ || !fresh_.empty() || (!all.empty() && news_.load(std::memory_order_acquire));
    });
    bool const look = news_.exchange(false) || !fresh_.empty();
    for (auto& one : fresh_) all.push_back(std::move(one));
    fresh_.clear();
    lock.unlock();
    auto const current = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < all.size();) {
      bool const is_seen = look && all[i].seen();
      if (!is_seen && current < all[i].deadline) {
        ++i;
        continue;
      }
      auto one = std::move(all[i]);
      all[i] = std::move(all.back());
      all.pop_back();
      one.done(is_seen);
    }
    lock.lock();
  }
  for (auto& one : fresh_) all.push_back(std::move(one));
  fresh_.clear();
  lock.unlock();
  for (auto& one : all) one.done(false);
}

}  // namespace tracseq::http
