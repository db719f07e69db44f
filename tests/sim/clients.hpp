#pragma once
// People and instruments at work: commands with keys, repeated at another node where the outcome is not known.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/cluster.hpp"
#include "tests/sim/history.hpp"

namespace tracseq::sim {

/// What one client wanted, and what it was told.
struct operation {
  std::string what;
  uuid key;
  fingerprint print{};
  /// The commands, from what the asked node shows; the error is that node's refusal.
  std::function<result<std::vector<command_request>>(process&, operation&)> make;
  std::int64_t invoked_us = -1;
  std::int64_t answered_us = -1;
  std::optional<result<command_reply>> answer;
  int attempts = 0;
  std::function<void(command_reply const&)> then;  ///< after a success
};

class clients {
 public:
  clients(world& in, cluster& nodes, history const& so_far);
  void start();
  /// Everybody has an answer to everything.
  [[nodiscard]] bool done() const;
  /// One more operation, by nobody in particular: what a person does about a process that is stopped.
  void mend(std::string const& process);
  [[nodiscard]] std::vector<std::shared_ptr<operation>> const& asked() const { return asked_; }

 private:
  struct client {
    std::size_t left = 0;                               ///< operations it will still think of
    std::deque<std::shared_ptr<operation>> wanted;      ///< thought of already
    std::shared_ptr<operation> now;
  };
  using maker = std::function<result<std::vector<command_request>>(process&, operation&)>;
  void go_on(std::size_t who);
  void attempt(std::size_t who, std::shared_ptr<operation> const& what);
  void on_answer(std::size_t who, std::shared_ptr<operation> const& what, int attempt,
                 result<command_reply> const& reply);
  [[nodiscard]] std::shared_ptr<operation> think_of(std::size_t who);
  [[nodiscard]] std::shared_ptr<operation> wish(std::string what, maker make);

  // Kinds of work.
  [[nodiscard]] std::shared_ptr<operation> register_tube(std::size_t who);
  [[nodiscard]] std::shared_ptr<operation> add_unit(std::size_t who);
  [[nodiscard]] std::shared_ptr<operation> move_thing();
  [[nodiscard]] std::shared_ptr<operation> discard_tube();
  [[nodiscard]] std::shared_ptr<operation> treat_tube();
  [[nodiscard]] std::shared_ptr<operation> treat_unit();
  [[nodiscard]] std::shared_ptr<operation> send_message();
  [[nodiscard]] std::shared_ptr<operation> reuse_key();

  world& world_;
  cluster& cluster_;
  history const& history_;
  std::vector<client> clients_;
  std::vector<std::shared_ptr<operation>> asked_;
  std::vector<std::string> tubes_;  ///< streams of what was registered
  std::vector<uuid> boxes_;
  std::vector<uuid> freezers_;
  std::vector<uuid> messages_;
  std::size_t labels_ = 0;
};

}  // namespace tracseq::sim
