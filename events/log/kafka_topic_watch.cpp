#include "events/log/kafka_topic_watch.hpp"

#include <algorithm>

namespace tracseq::kafka {
namespace {

// Who stops waits for a look that is under way.
constexpr std::chrono::milliseconds patience{1'000};

address hurried(address where) {
  where.timeout = std::min(where.timeout, patience);
  return where;
}

}  // namespace

topic_watch::topic_watch(client& with, address where, log_options const& options, topic_facts facts)
    : with_(with),
      where_(hurried(std::move(where))),
      options_(options),
      partitions_(facts.partitions),
      warnings_(std::move(facts.warnings)),
      thread_([this](std::stop_token const& stop) { look(stop); }) {}

std::vector<std::string> topic_watch::warnings() const {
  std::lock_guard const guard(mutex_);
  return warnings_;
}

void topic_watch::look(std::stop_token const& stop) {
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, stop, options_.topic_looked_at_every, [&] { return stop.stop_requested(); })) {
    lock.unlock();
    auto seen = look_again(with_, where_, options_, partitions_);
    lock.lock();
    if (seen) warnings_ = *std::move(seen);
  }
}

}  // namespace tracseq::kafka
