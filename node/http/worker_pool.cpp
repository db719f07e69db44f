#include "node/http/worker_pool.hpp"

namespace tracseq::http {

worker_pool::worker_pool(std::size_t threads, std::size_t waiting_max) : waiting_max_(waiting_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

worker_pool::~worker_pool() { stop(); }

bool worker_pool::run(std::function<void()> work) {
  {
    std::lock_guard const lock(mutex_);
    if (stopped_ || waiting_.size() >= waiting_max_) return false;
    waiting_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void worker_pool::stop() {
  // Destroyed without the lock: with a call goes its turn, and then a repeat of it begins, which may come here.
  std::deque<std::function<void()>> forgotten;
  {
    std::lock_guard const lock(mutex_);
    if (stopped_) return;
    stopped_ = true;
    forgotten.swap(waiting_);
  }
  forgotten.clear();
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void worker_pool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (stopped_) return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    next();
    next = nullptr;
    lock.lock();
  }
}

}  // namespace tracseq::http
