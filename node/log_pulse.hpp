#pragma once
// Asks the log once a second where it ends, so that a broker that went away is noticed though nobody works. Whoever
// wants to know where the log ends asks here: a broker that is gone keeps whoever asks it waiting for ten seconds.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "events/event_log.hpp"

namespace tracseq {

/// Any thread may ask. It outlives nothing that it was given.
class log_pulse {
 public:
  /// `shown`: records of each partition that the node has applied.
  log_pulse(event_log& log, std::function<std::vector<std::uint64_t>()> shown);

  /// It answered a moment ago: it may be written to. Sooner told than `trouble`, for which an answer has to be late.
  [[nodiscard]] bool fresh() const;
  /// Why the log did not answer when it was last asked.
  [[nodiscard]] std::optional<error> trouble() const;
  /// How long the last answer took.
  [[nodiscard]] std::chrono::duration<double> answered_in() const;
  /// The last five answers took over a second each.
  [[nodiscard]] bool slow() const;
  /// Where the log ended when it was last asked. None if it never answered.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> ends() const;
  /// By partition, records that had been shown when it was last asked and that it did not hold any more.
  [[nodiscard]] std::vector<std::uint64_t> missing() const;

 private:
  void ask();

  event_log& log_;
  std::function<std::vector<std::uint64_t>()> const shown_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<error> trouble_;
  std::chrono::steady_clock::time_point answered_at_{};
  std::chrono::duration<double> took_{};
  int slow_in_a_row_ = 0;
  std::optional<std::vector<std::uint64_t>> ends_;
  std::vector<std::uint64_t> missing_;
  std::jthread thread_;
};

}  // namespace tracseq
