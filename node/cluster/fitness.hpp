#pragma once
// Whether a node may join the group that divides the partitions, and which of two with one name goes. Pure.
//
// Who got partitions before the others can reach him would take them away from everybody. But one that will have
// nobody, or that nobody will have, must not keep the rest out for good: what counts is whether those who may be
// serving, the members of the group, are within reach both ways.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"
#include "node/cluster/messages.hpp"

namespace tracseq::cluster {

struct seen_line {
  std::string address;
  bool up = false;
  bool denied = false;    ///< somebody answers there, and one of the two will not have the other
  bool of_owner = false;  ///< the newest claim of a partition names it
  std::string trouble;    ///< empty while it was not tried
};

struct seen_peer {
  std::string node;
  bool up = false;
  bool hears = false;  ///< it says that it reaches this node
  bool deaf = false;   ///< not up, and alive all the same
};

struct seen_cluster {
  std::string own_address;
  std::vector<seen_line> lines;
  std::vector<seen_peer> peers;
};

/// Not thread-safe.
class fitness {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  /// The names of the group's members; costs a question to the log.
  using ask_members = std::function<result<std::vector<std::string>>()>;

  /// Of two that stand alone and deny each other one comes first: `self` says how long this one waits for the other.
  explicit fitness(uuid const& self);

  /// Why this node should not join yet; empty when it may.
  [[nodiscard]] std::string why_not(seen_cluster const& seen, ask_members const& members, time_point at);

 private:
  std::chrono::milliseconds wait_;
  std::optional<time_point> nobody_since_;
};

/// Of two processes with one node name: whether this one ends. The one that is at work stays, whatever the clocks say.
[[nodiscard]] bool yields_to(identity const& mine, identity const& theirs);

}  // namespace tracseq::cluster
