#pragma once
// Connections between processes, as TCP gives them: in order, nothing twice, and cut now and then, when nobody
// knows what of the last words arrived.

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "tests/sim/world.hpp"

namespace tracseq::sim {

class process;

class links {
 public:
  struct end {
    process* of = nullptr;
    bool cut = false;  ///< from the network
  };
  /// `ends` tells the processes that run now.
  links(world& in, std::function<std::vector<end>()> ends) : world_(in), ends_(std::move(ends)) {}

  /// False where there is no connection.
  bool send(process const& from, uuid const& to, bool is_answer, std::string body);
  /// Looks who can reach whom, and tells those whom it concerns.
  void look();
  /// A process has died: the others' systems say so, or only silence does.
  void died(uuid const& who);

 private:
  using pair = std::pair<uuid, uuid>;
  struct line {
    std::uint64_t number = 0;     ///< another one after each cut
    std::int64_t last_at_us = 0;  ///< when its newest word arrives
  };
  [[nodiscard]] process* find(uuid const& who) const;
  void deliver(pair between, std::uint64_t number, bool is_answer, std::string body);
  void cut(pair between, bool surely_ended);

  world& world_;
  std::function<std::vector<end>()> ends_;
  std::map<pair, line> lines_;  ///< that stand
  std::uint64_t made_ = 0;
};

}  // namespace tracseq::sim
