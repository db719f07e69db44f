#include "node/log_pulse.hpp"

namespace tracseq {
namespace {

constexpr auto pace = std::chrono::seconds(1);
constexpr auto fresh_for = 3 * pace;

}  // namespace

log_pulse::log_pulse(event_log& log) : log_(log) {
  thread_ = std::jthread([this](std::stop_token const& stop) {
    while (!stop.stop_requested()) {
      ask();
      std::unique_lock guard(mutex_);
      wake_.wait_for(guard, stop, pace, [] { return false; });
    }
  });
}

void log_pulse::ask() {
  auto answer = log_.ends();
  std::lock_guard const guard(mutex_);
  if (answer) {
    ends_ = *std::move(answer);
    trouble_.reset();
    answered_at_ = std::chrono::steady_clock::now();
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

std::optional<std::vector<std::uint64_t>> log_pulse::ends() const {
  {
    std::lock_guard const guard(mutex_);
    if (trouble_) return ends_;
  }
  auto answer = log_.ends();
  if (answer) return *std::move(answer);
  std::lock_guard const guard(mutex_);
  return ends_;
}

std::optional<std::vector<std::uint64_t>> log_pulse::last_ends() const {
  std::lock_guard const guard(mutex_);
  return ends_;
}

}  // namespace tracseq
