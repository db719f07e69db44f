#pragma once
// How the nodes of a cluster divide the partitions of a log among themselves. It divides work, no more: who may
// write is what the chain says (events/chain.hpp), so a group that errs costs time and never data.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace tracseq {

class partition_group {
 public:
  virtual ~partition_group() = default;
  /// Tells the others at once that this node goes; its partitions are given to them.
  virtual void leave() = 0;
  /// Why this node gets no partitions, if it knows; else empty.
  [[nodiscard]] virtual std::string trouble() const = 0;
};

struct group_options {
  /// Those of the log. A topic may have got more, which are nobody's.
  partition_id partitions = 0;
  /// A member that was not heard of for so long is out. The broker has a least one (group.min.session.timeout.ms,
  /// 6 s unless it was set).
  std::chrono::milliseconds session_timeout{6'000};
  std::string name;  ///< of the node, for people who look at the group
};

/// All that is this node's from now on; called from the group's thread at each change.
using assigned_callback = std::function<void(std::vector<partition_id>)>;

/// Joins the nodes on the log at `address`. `unsupported` where the log is one machine's alone.
[[nodiscard]] result<std::unique_ptr<partition_group>> join_group(std::string_view address,
                                                                  group_options const& options,
                                                                  assigned_callback told);

/// The names of the nodes that are in the group, dead ones too as long as their time-out runs. Costs a question to the
/// log, which may take a second.
[[nodiscard]] result<std::vector<std::string>> group_members(std::string_view address);

}  // namespace tracseq
