#pragma once
// Questions between nodes that are not commands: bytes by topic, answered once or given up in time.

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace tracseq::cluster {

/// Any thread.
class asks {
 public:
  using reply = std::function<void(result<std::string>)>;
  /// Answers a question; may do so later, from any thread. Called from the links' thread: it must not block.
  using handler = std::function<void(std::string body, reply done)>;
  using clock = std::chrono::steady_clock;

  /// `send` gives an `ask` frame's body to a node; false where there is no connection to it.
  explicit asks(std::function<bool(uuid const& to, std::string body)> send) : send_(std::move(send)) {}

  /// Before the node is in reach of others.
  void on(std::string topic, handler answers) { handlers_[std::move(topic)] = std::move(answers); }
  /// `unavailable` where the node is not reached, `timed_out` behind `within`, else what the node answered.
  void ask(uuid const& whom, std::string topic, std::string body, std::chrono::milliseconds within, reply done);

  /// An `ask` frame's body came in; `answer` sends a `told` frame's back.
  void on_ask(std::string_view body, std::function<void(std::string body)> answer);
  void on_told(std::string_view body);
  void on_lost(uuid const& whom);
  void tick();
  void stop();

 private:
  struct waiting {
    uuid whom;
    clock::time_point until;
    reply done;
  };
  template <class Which>
  void give_up(Which which, error const& why);

  std::function<bool(uuid const&, std::string)> const send_;
  std::map<std::string, handler, std::less<>> handlers_;
  std::mutex mutex_;  // guards what follows
  std::map<std::uint64_t, waiting> waiting_;
  std::uint64_t next_id_ = 1;
};

}  // namespace tracseq::cluster
