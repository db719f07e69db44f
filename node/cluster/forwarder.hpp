#pragma once
// Commands of partitions that other nodes own: to the owner, over the connection there is to it, and again to
// the next owner where the partition has moved. The command id makes the second try safe: whoever opens a
// partition has read all that the one before got accepted. And each try names the claim by which its receiver is the
// owner: one that is late, at a node that owns the partition once more, is not begun behind the answer of the next.
//
// Decides only: connections, time and the engine are what it is given, so that a simulation can give others.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "actors/runtime/engine.hpp"
#include "node/cluster/wire.hpp"

namespace tracseq::cluster {

/// Who owns a partition: its newest accepted claim.
struct route {
  std::uint64_t claim = 0;  ///< 0 = nobody yet
  uuid boot_id;
  std::string node;
};

struct forward_options {
  std::chrono::milliseconds deadline{10'000};    ///< for an answer, over all tries
  std::chrono::milliseconds unreachable{3'000};  ///< to find a way to the owner; then it is refused
  std::chrono::milliseconds again{50};           ///< before an owner that was not one is asked again
  std::size_t waiting_max = 8192;                ///< groups
  std::size_t waiting_bytes_max = 64u << 20;
};

struct forward_stats {
  std::uint64_t waiting = 0;
  std::uint64_t sent = 0;
  std::uint64_t moved = 0;       ///< sent once more, because the owner had changed or was lost
  std::uint64_t gave_up = 0;     ///< deadlines that passed
  std::uint64_t shed = 0;
};

/// Any thread.
class forwarder {
 public:
  using clock = std::chrono::steady_clock;
  struct world {
    /// A `forward` frame's body to the node that booted so; false where there is no connection to it.
    std::function<bool(uuid const& boot_id, std::string body)> send;
    /// To this node's own shard, which refuses with `not_owner` where it is not the owner by that claim.
    std::function<void(std::vector<command_request>, command_callback, std::uint64_t claim)> here;
    std::function<clock::time_point()> now = &clock::now;
  };

  forwarder(world around, uuid const& self, partition_id partitions, forward_options options);

  void submit(partition_id partition, std::vector<command_request> group, command_callback done);
  /// A claim was accepted.
  void on_route(partition_id partition, route to);
  void on_answer(answered reply);
  /// A connection to a node came up, or was lost.
  void on_connected(uuid const& boot_id);
  void on_lost(uuid const& boot_id);
  /// Deadlines, and what waits to be tried again. Called every few ten milliseconds.
  void tick();
  /// Refuses what waits, and all that comes.
  void stop();

  [[nodiscard]] route route_of(partition_id partition) const;
  [[nodiscard]] forward_stats stats() const;

 private:
  struct waiting {
    partition_id partition = 0;
    std::vector<command_request> group;
    command_callback done;
    clock::time_point since;
    clock::time_point not_before;
    uuid asked;                     ///< nil while nobody is asked
    std::uint64_t asked_claim = 0;  ///< of the newest try
    bool ever_sent = false;
    bool in_doubt = false;          ///< a try before the newest one was never answered
    std::size_t bytes = 0;
  };
  struct outgoing {
    std::uint64_t id = 0;
    uuid to;
    std::chrono::milliseconds within{0};
    std::uint64_t claim = 0;
    std::vector<command_request> group;
  };

  /// With the lock: those that can go out now, taken note of as asked.
  void collect(partition_id partition, std::vector<outgoing>& out);
  void collect_all(std::vector<outgoing>& out);
  bool prepare(std::uint64_t id, waiting& one, std::vector<outgoing>& out);
  /// Without the lock.
  void send(std::vector<outgoing> out);
  void not_sent(std::uint64_t id, bool sent_before);
  void on_reply(std::uint64_t id, result<command_reply> reply);
  /// Whether somebody may have done it: a try is out, to this node's own shard too, or was.
  [[nodiscard]] bool may_be_done(waiting const& one) const { return one.ever_sent || one.asked == self_; }
  [[nodiscard]] error too_late(waiting const& one) const;

  world const world_;
  uuid const self_;
  forward_options const options_;
  mutable std::mutex mutex_;
  std::vector<route> routes_;
  std::set<uuid> connected_;
  std::map<std::uint64_t, waiting> waiting_;  ///< by the id of the newest try
  std::uint64_t next_id_ = 1;
  std::size_t bytes_ = 0;
  bool stopped_ = false;
  forward_stats stats_;
};

}  // namespace tracseq::cluster
