#pragma once
// Asks the log once a second where it ends, so that a broker that went away is noticed though nobody works.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "events/event_log.hpp"

namespace tracseq {

/// Any thread may ask. It outlives nothing that it was given.
class log_pulse {
 public:
  explicit log_pulse(event_log& log);

  /// It answered a moment ago: it may be written to. Sooner told than `trouble`, for which an answer has to be late.
  [[nodiscard]] bool fresh() const;
  /// Why the log did not answer when it was last asked.
  [[nodiscard]] std::optional<error> trouble() const;
  /// Where the log ends; as it was last known while it does not answer. None if it was never known.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> ends() const;
  /// The same without a question, and so without a wait: a second old.
  [[nodiscard]] std::optional<std::vector<std::uint64_t>> last_ends() const;

 private:
  void ask();

  event_log& log_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<error> trouble_;
  std::chrono::steady_clock::time_point answered_at_{};
  std::optional<std::vector<std::uint64_t>> ends_;
  std::jthread thread_;
};

}  // namespace tracseq
