#pragma once
// Writes checkpoints to a second place: at start, at stop, and while there is something new every so
// many commits and every so many seconds. A place that cannot be reached is tried again and said; it
// never holds up a command.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actors/decider.hpp"
#include "events/chain.hpp"
#include "events/checkpoint.hpp"

namespace tracseq {

struct checkpoint_options {
  std::string node;
  std::string file;     ///< lines are appended to it
  std::string webhook;  ///< gets each as a CloudEvent; empty = none
  std::uint64_t commits = 1'000;
  std::chrono::milliseconds interval{60'000};
};

class checkpoint_keeper {
 public:
  /// Where each partition's chain stands now. Any thread.
  using heads_now = std::function<std::vector<chain_state>()>;
  /// Sends a body to the webhook under a message id; answers once, from any thread.
  using send_body = std::function<void(uuid const& id, std::string body,
                                       std::function<void(effect_outcome)> done)>;

  checkpoint_keeper(checkpoint_options options, signing_key key, heads_now heads, send_body send);
  ~checkpoint_keeper();
  void start();
  /// Writes the last one. What was sent and is not answered soon is given up.
  void stop();
  /// What an operator should know; sentences.
  [[nodiscard]] std::vector<std::string> warnings() const;
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

 private:
  void run(std::stop_token stopping);
  void compare_with_file();
  /// False where the file did not take it.
  bool write(std::string why, bool all);
  void send(std::string line, instant at);
  void note(std::string& into, std::string words);

  checkpoint_options const options_;
  signing_key const key_;
  heads_now const heads_;
  send_body const send_;
  std::vector<chain_state> last_;  ///< the heads that were written last; the keeper's thread only
  std::atomic<std::uint64_t> written_{0};

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::string history_words_;  ///< the history is shorter than it was
  std::string file_words_;
  std::string webhook_words_;
  bool sending_ = false;
  bool all_next_ = false;  ///< something was not sent: the next one has all heads

  std::jthread thread_;
};

}  // namespace tracseq
