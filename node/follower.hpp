#pragma once
// The one thread that reads the log: folds it, tells the engine what was read back, applies it to the
// projections, and tells everybody how far they are.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actors/runtime/engine.hpp"
#include "node/http/services.hpp"
#include "node/stream_store.hpp"
#include "projections/follow.hpp"
#include "projections/runner.hpp"

namespace tracseq {

class follower final : public http::progress {
 public:
  follower(event_log& log, runner& models, stream_store& streams);
  ~follower() override;

  /// Begins to read at the projections' positions. `to` is told what was read back; null in a node
  /// that takes no commands.
  [[nodiscard]] result<void> start(engine* to);
  void stop();
  /// Why reading stopped, if it did: damage, a log that forgot.
  [[nodiscard]] std::optional<error> failure() const;
  /// Seconds since the last time the log was seen to its end.
  [[nodiscard]] double behind_seconds() const;

  [[nodiscard]] std::vector<std::uint64_t> applied() const override;
  [[nodiscard]] std::vector<std::uint64_t> acknowledged() const override;
  [[nodiscard]] bool current() const noexcept override;
  void when_applied(std::vector<log_position> wanted, std::chrono::milliseconds within,
                    std::function<void(bool)> done) override;
  void on_advance(std::function<void()> news) override;

 private:
  struct waiter {
    std::vector<log_position> wanted;
    std::chrono::steady_clock::time_point until;
    std::function<void(bool)> done;
  };
  void run(engine* to);
  void tell_engine(engine& to, folded_batch const& batch);
  [[nodiscard]] bool apply(folded_batch const& batch);
  void tell_waiters();
  [[nodiscard]] bool covered(std::vector<log_position> const& wanted) const noexcept;
  [[nodiscard]] std::vector<log_position> applied_positions() const;

  event_log& log_;
  runner& models_;
  stream_store& streams_;
  std::unique_ptr<fold_reader> reader_;
  std::vector<std::atomic<std::uint64_t>> acknowledged_;
  std::atomic<std::int64_t> caught_up_us_{0};
  std::atomic<bool> stopping_{false};

  mutable std::mutex mutex_;  // guards what follows
  std::optional<error> failure_;
  std::vector<waiter> waiters_;
  std::vector<std::function<void()>> listeners_;
  std::atomic<std::size_t> waiting_{0};

  std::jthread thread_;
};

}  // namespace tracseq
