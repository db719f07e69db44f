#pragma once
// People and instruments at work: commands with keys, repeated at another node where the outcome is not known.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/sample_row.hpp"
#include "tests/sim/cluster.hpp"
#include "tests/sim/history.hpp"

namespace tracseq::sim {

/// What a command demands of the stream that it is about, or does with it.
enum class deed {
  register_tube, receive, accept, hold, end_hold, archive, correct, move, discard, add_unit, rename,
  start_maintenance, end_maintenance, queue, send_again, resume, reuse_key, read,
};

/// What a client has seen: it is shown that, and what was before, at whatever node it asks next.
struct session {
  position_vector position;
  std::map<std::string, std::uint64_t> versions;
  void saw(command_reply const& reply, position_vector const& shown);
};

/// A tube as a node showed it.
struct sight {
  sample_row row;
  position_vector position;  ///< of the node; of a command's answer empty
};

/// What one client wanted, and what it was told.
struct operation {
  std::string what;
  deed does = deed::add_unit;
  std::string about;            ///< the stream whose state decides
  std::optional<place> to;      ///< of a move; the unit's label is not known
  std::optional<std::uint64_t> expected;  ///< If-Match
  bool demands = false;         ///< to be shown what its client has seen
  session seen;                 ///< by its client, when it asked
  bool not_shown = false;       ///< the node refused by what it shows, without asking an owner
  int arrived = 0;              ///< requests, at any node: the network may double one
  bool unanswered = false;      ///< an attempt, or a copy of one, came to nothing, and may still be on its way
  sight showed;                 ///< of a read
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
    session seen;
  };
  struct told {
    result<command_reply> reply;
    bool not_shown = false;
    sight showed;
  };
  using maker = std::function<result<std::vector<command_request>>(process&, operation&)>;
  void go_on(std::size_t who);
  void attempt(std::size_t who, std::shared_ptr<operation> const& what);
  /// Once the node shows what the client has seen.
  void ask(process& asked, std::shared_ptr<operation> const& what, std::int64_t until_us,
           std::function<void(told)> const& answer);
  void on_answer(std::size_t who, std::shared_ptr<operation> const& what, int attempt, told const& answer);
  [[nodiscard]] std::shared_ptr<operation> think_of(std::size_t who);
  [[nodiscard]] std::shared_ptr<operation> wish(deed does, std::string about, std::string what, maker make);

  // Kinds of work.
  [[nodiscard]] std::shared_ptr<operation> register_tube(std::size_t who);
  [[nodiscard]] std::shared_ptr<operation> add_unit(std::size_t who);
  [[nodiscard]] std::shared_ptr<operation> move_thing();
  [[nodiscard]] std::shared_ptr<operation> discard_tube();
  [[nodiscard]] std::shared_ptr<operation> treat_tube();
  [[nodiscard]] std::shared_ptr<operation> treat_unit();
  [[nodiscard]] std::shared_ptr<operation> send_message();
  [[nodiscard]] std::shared_ptr<operation> reuse_key();
  [[nodiscard]] std::shared_ptr<operation> read_tube();

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
