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
  /// Told of each accepted claim, and of its number. Set before `start`.
  using claim_listener = std::function<void(partition_id, std::uint64_t number, partition_owner const&)>;
  void on_claim(claim_listener told) { claimed_ = std::move(told); }
  /// Why nothing new is shown, if so: the store's disk is full, or reading has stopped for good.
  [[nodiscard]] std::optional<error> failure() const;
  /// Seconds since the last time the log was seen to its end.
  [[nodiscard]] double behind_seconds() const;
  /// Whether it has seen the log's end since `then`.
  [[nodiscard]] bool has_seen_the_end_since(instant then) const { return caught_up_us_.load() > then.us; }

  [[nodiscard]] std::vector<std::uint64_t> applied() const override;
  [[nodiscard]] std::vector<std::uint64_t> acknowledged() const override;
  [[nodiscard]] bool current() const noexcept override;
  [[nodiscard]] bool shows(log_position at) const noexcept override { return models_.covers(at); }
  [[nodiscard]] std::optional<error> stuck() const override { return failure(); }
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
  /// One round of it; false when reading has stopped for good.
  [[nodiscard]] bool follow(engine* to);
  /// Of a log that forgot: why nothing more is read and written, and what is missing. False while the log does not
  /// answer where it ends; then the second is left out.
  [[nodiscard]] bool say_what_is_missing(engine* to);
  void set_failure(std::optional<error> why);
  void tell_engine(engine& to, folded_batch const& batch);
  [[nodiscard]] bool apply(folded_batch const& batch);
  void tell_waiters();
  [[nodiscard]] bool covered(std::vector<log_position> const& wanted) const noexcept;
  [[nodiscard]] std::vector<log_position> applied_positions() const;

  event_log& log_;
  runner& models_;
  stream_store& streams_;
  std::unique_ptr<fold_reader> reader_;
  std::optional<error> lost_;  ///< why reading has stopped for good
  claim_listener claimed_;
  std::vector<std::atomic<std::uint64_t>> acknowledged_;
  std::atomic<std::int64_t> caught_up_us_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failing_{false};  ///< `failure_` is set

  mutable std::mutex mutex_;  // guards what follows
  std::optional<error> failure_;
  std::vector<waiter> waiters_;
  std::vector<std::function<void()>> listeners_;
  std::atomic<std::size_t> waiting_{0};

  std::jthread thread_;
};

}  // namespace tracseq
