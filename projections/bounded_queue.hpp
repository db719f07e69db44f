#pragma once
// Hands things from one thread to another, a few at a time.

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace tracseq {

template <class T>
class bounded_queue {
 public:
  explicit bounded_queue(std::size_t size_max) : size_max_(size_max) {}

  /// Waits for room; false once closed.
  bool push(T item) {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return closed_ || items_.size() < size_max_; });
    if (closed_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }
  /// Waits for an item; none once closed and empty.
  std::optional<T> pop() {
    std::unique_lock guard(mutex_);
    changed_.wait(guard, [&] { return closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    changed_.notify_all();
    return item;
  }
  /// Nothing more is pushed; what is there can still be popped.
  void close() {
    std::lock_guard const guard(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

 private:
  std::size_t const size_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool closed_ = false;
};

}  // namespace tracseq
