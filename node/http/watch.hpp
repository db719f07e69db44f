#pragma once
// Waits for something to become visible in the projections: the end of a move, of a discard.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tracseq::http {

class watch {
 public:
  watch();
  ~watch();
  /// Asks `seen` now and after every news until it says true, then calls `done(true)`; after `within`
  /// calls `done(false)`. Both on the watch's own thread.
  void until(std::function<bool()> seen, std::chrono::milliseconds within,
             std::function<void(bool)> done);
  /// The projections moved on. Never blocks.
  void news() noexcept;
  /// Ends every wait with `done(false)`.
  void stop();

 private:
  struct waiting {
    std::function<bool()> seen;
    std::chrono::steady_clock::time_point deadline;
    std::function<void(bool)> done;
  };
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<waiting> fresh_;
  std::atomic<bool> news_{false};
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace tracseq::http
