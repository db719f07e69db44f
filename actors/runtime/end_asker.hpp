#pragma once
// Asks the log where it ends, for shards that cannot wait for it: one question at a time, for all that ask meanwhile.

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "actors/runtime/messages.hpp"
#include "events/event_log.hpp"

namespace tracseq::runtime {

class end_asker {
 public:
  /// `told` is called on the asker's thread.
  end_asker(event_log& log, std::function<void(partition_id, log_ends)> told);

  /// Any thread. Of two questions of one partition the newer one is answered. While the log does not answer it is
  /// asked again.
  void ask(partition_id partition, std::uint64_t question);

 private:
  void run(std::stop_token const& stop);

  event_log& log_;
  std::function<void(partition_id, log_ends)> told_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::map<partition_id, std::uint64_t> open_;
  std::jthread thread_;
};

}  // namespace tracseq::runtime
