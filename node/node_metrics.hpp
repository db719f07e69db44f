#pragma once
// Where the metrics of log, engine and projections come from.

#include "actors/runtime/engine.hpp"
#include "node/follower.hpp"
#include "node/metrics.hpp"

namespace tracseq {

/// `log`, `commands` and `reader` are null in a read-only node. All outlive `counts`.
void register_node_metrics(metrics& counts, event_log* log, runner& models, engine* commands,
                           follower* reader);

}  // namespace tracseq
