#pragma once
// A few threads for what would block an io thread: sheets, walks of the chain, moments long ago.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tracseq::http {

class worker_pool {
 public:
  worker_pool(std::size_t threads, std::size_t waiting_max);
  ~worker_pool();
  /// False when too much waits already, or the pool was stopped.
  [[nodiscard]] bool run(std::function<void()> work);
  /// Finishes what runs, forgets what waits.
  void stop();

 private:
  void work();

  std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tracseq::http
