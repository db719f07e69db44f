#include "actors/runtime/end_asker.hpp"

namespace tracseq::runtime {
namespace {

constexpr auto patience = std::chrono::milliseconds(500);  // of one try; who asks has his own
constexpr auto pause = std::chrono::milliseconds(100);

}  // namespace

end_asker::end_asker(event_log& log, std::function<void(partition_id, log_ends)> told)
    : log_(log), told_(std::move(told)), thread_([this](std::stop_token const& stop) { run(stop); }) {}

void end_asker::ask(partition_id partition, std::uint64_t question) {
  {
    std::lock_guard const guard(mutex_);
    open_[partition] = question;
  }
  wake_.notify_one();
}

void end_asker::run(std::stop_token const& stop) {
  std::unique_lock guard(mutex_);
  while (wake_.wait(guard, stop, [this] { return !open_.empty(); })) {
    auto const asked = open_;
    guard.unlock();
    auto const ends = log_.ends_within(patience);
    if (ends)
      for (auto const& [partition, question] : asked) told_(partition, {question, (*ends)[partition]});
    guard.lock();
    if (!ends) {
      wake_.wait_for(guard, stop, pause, [] { return false; });
      continue;
    }
    for (auto const& [partition, question] : asked)
      if (open_[partition] == question) open_.erase(partition);
  }
}

}  // namespace tracseq::runtime
