#pragma once
// Where the metrics of log, engine and projections come from.

#include "actors/runtime/engine.hpp"
#include "node/follower.hpp"
#include "node/http/server.hpp"
#include "node/metrics.hpp"

namespace tracseq {

/// `log`, `commands` and `reader` are null in a read-only node. All outlive `counts`.
void register_node_metrics(metrics& counts, event_log* log, runner& models, engine* commands,
                           follower* reader);
/// Of the connections. `server` is asked as long as it serves.
void register_server_metrics(metrics& counts, http::server const& server);

}  // namespace tracseq
