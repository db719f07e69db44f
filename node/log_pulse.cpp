#include "node/log_pulse.hpp"

#include <algorithm>

namespace tracseq {
namespace {

constexpr auto pace = std::chrono::seconds(1);
constexpr auto fresh_for = 3 * pace;
constexpr auto slow_from = std::chrono::seconds(1);
constexpr int slow_told_from = 5;

}  // namespace

log_pulse::log_pulse(event_log& log, std::function<std::vector<std::uint64_t>()> shown)
    : log_(log), shown_(std::move(shown)) {
  thread_ = std::jthread([this](std::stop_token const& stop) {
    while (!stop.stop_requested()) {
      ask();
      std::unique_lock guard(mutex_);
      wake_.wait_for(guard, stop, pace, [] { return false; });
    }
  });
}

void log_pulse::ask() {
  // In this order: what is shown is in the log before.
  auto missing = shown_();
  auto const asked_at = std::chrono::steady_clock::now();
  auto answer = log_.ends();
  auto const answered_at = std::chrono::steady_clock::now();
  std::lock_guard const guard(mutex_);
  if (answer) {
    for (std::size_t p = 0; p < missing.size(); ++p) missing[p] -= std::min(missing[p], (*answer)[p]);
    missing_ = std::move(missing);
    ends_ = *std::move(answer);
    trouble_.reset();
    answered_at_ = answered_at;
    took_ = answered_at - asked_at;
    slow_in_a_row_ = took_ > slow_from ? slow_in_a_row_ + 1 : 0;
  } else {
    trouble_ = std::move(answer).error();
  }
}

bool log_pulse::fresh() const {
  std::lock_guard const guard(mutex_);
  return std::chrono::steady_clock::now() - answered_at_ < fresh_for;
}

std::optional<error> log_pulse::trouble() const {
  std::lock_guard const guard(mutex_);
  return trouble_;
}

std::chrono::duration<double> log_pulse::answered_in() const {
  std::lock_guard const guard(mutex_);
  return took_;
}

bool log_pulse::slow() const {
  std::lock_guard const guard(mutex_);
  return slow_in_a_row_ >= slow_told_from && !trouble_;
}

std::optional<std::vector<std::uint64_t>> log_pulse::ends() const {
  std::lock_guard const guard(mutex_);
  return ends_;
}

std::vector<std::uint64_t> log_pulse::missing() const {
  std::lock_guard const guard(mutex_);
  return missing_;
}

}  // namespace tracseq
