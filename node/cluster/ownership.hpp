#pragma once
// Which partitions this node should claim now. Pure: facts and time come in, claims come out. A wrong guess
// about who is alive costs a claim, never data: of two that claim at once the first in the log has it.
//
// A partition changes hands when
//   * the group gives it to this node,
//   * its owner has surely ended: then the first in a fixed order of those who are left takes it, at once,
//   * its owner lives and does not serve it,
//   * the group gave it to this node earlier, and somebody took it who had lost sight of this node.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "events/ids.hpp"

namespace tracseq::cluster {

struct ownership_options {
  std::chrono::milliseconds group_patience{5'000};  ///< for the group's first word, at start
  std::chrono::milliseconds next_in_line{700};      ///< each further one in the order waits so much longer
  std::chrono::milliseconds stuck_after{5'000};     ///< of an owner that does not open its partition
  std::chrono::milliseconds settle{3'000};          ///< before a claim of this node's is made once more
  std::chrono::milliseconds reclaim_first{10'000};  ///< before what the group gave is taken back; then doubled
  std::chrono::milliseconds reclaim_max{300'000};
};

/// Not thread-safe.
class ownership {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  ownership(uuid const& self, partition_id partitions, ownership_options options);

  /// The group's division, as far as this node's share goes.
  void assigned(std::vector<partition_id> const& mine);
  /// A claim was accepted.
  void claimed(partition_id partition, uuid const& by, time_point at);
  /// A node that could take partitions is in reach, or is not any more.
  void reachable(uuid const& boot_id, bool is);
  /// A process that has surely ended.
  void gone(uuid const& boot_id, time_point at);
  /// Its owner says that it does not serve the partition, or that it does.
  void serving(partition_id partition, bool is, time_point at);

  /// This node could not have taken anything until now: whoever seemed stuck gets his time once more.
  void look_anew(time_point at);

  /// The partitions to claim now; each is told once in a while as long as it is another's. Those that `may` does not
  /// let pass are due again at the next look.
  [[nodiscard]] std::vector<partition_id> due(time_point at, std::function<bool(partition_id)> const& may = {});

  [[nodiscard]] std::set<partition_id> const& mine() const noexcept { return mine_; }

 private:
  struct state {
    uuid owner;
    bool fresh = false;  ///< given by the group, not claimed since
    std::optional<time_point> gone_since;
    std::optional<time_point> stuck_since;
    time_point claimed_at{};
    std::optional<time_point> tried_at;
    std::chrono::milliseconds reclaim{0};
  };
  [[nodiscard]] bool is_due(partition_id partition, state const& one, time_point at) const;
  /// This node's place in the order of those who may take the partition from its owner.
  [[nodiscard]] int rank(partition_id partition, uuid const& owner) const;

  uuid const self_;
  ownership_options const options_;
  std::vector<state> partitions_;
  std::set<partition_id> mine_;
  std::set<uuid> reachable_;
  std::map<uuid, time_point> gone_;
  std::optional<time_point> began_;
  bool group_spoke_ = false;
};

}  // namespace tracseq::cluster
