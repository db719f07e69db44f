#pragma once
// Feeds the notification actor from the log, behind a cursor of its own that is kept in the store: an
// event is told even if the node dies between the event and its notification.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "actors/runtime/engine.hpp"
#include "projections/runner.hpp"

namespace tracseq {

class notification_feed {
 public:
  notification_feed(event_log& log, runner& models, engine& to);
  ~notification_feed();
  [[nodiscard]] result<void> start();
  void stop();

 private:
  void run();
  void rest();
  [[nodiscard]] std::vector<notice> notices_of(folded_batch const& batch);
  /// Hands a batch to the actor and waits until it is done; false when stopping.
  [[nodiscard]] bool tell(std::vector<notice> events);
  void save_cursor();
  [[nodiscard]] std::vector<partition_position> load_cursor() const;
  [[nodiscard]] entity_facts look_up(std::string const& stream) const;

  event_log& log_;
  runner& models_;
  engine& to_;
  std::unique_ptr<fold_reader> reader_;
  notification_rules rules_;  ///< only to know whether there are any
  std::uint64_t saves_ = 0;
  bool unsaved_ = false;  ///< read further than was saved
  std::chrono::steady_clock::time_point saved_at_{};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable told_;
  bool batch_done_ = true;
  std::jthread thread_;
};

}  // namespace tracseq
