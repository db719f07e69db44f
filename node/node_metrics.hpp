#pragma once
// Where the metrics of a node come from. A test expects every row of `metric_table` of a node that serves.

#include "actors/runtime/engine.hpp"
#include "node/channels/webhook.hpp"
#include "node/checkpoint_keeper.hpp"
#include "node/follower.hpp"
#include "node/http/server.hpp"
#include "node/http/services.hpp"
#include "node/log_pulse.hpp"
#include "node/metrics.hpp"
#include "node/stream_store.hpp"

namespace tracseq {

namespace cluster {
class cluster;
}

/// What the figures are of. What a read-only node does not have is null. All outlive the metrics.
struct measured_parts {
  http::node_facts facts;
  runner* models = nullptr;
  stream_store* streams = nullptr;
  http::node_status* status = nullptr;
  log_pulse* log = nullptr;
  engine* commands = nullptr;
  follower* reader = nullptr;
  webhook_channel* webhooks = nullptr;
};
void register_node_metrics(metrics& counts, measured_parts const& of);
/// `keeper` is null where no checkpoints are written; it is made after the node's other parts.
void register_checkpoint_metrics(metrics& counts, std::unique_ptr<checkpoint_keeper> const& keeper);
/// Of the other nodes; `others` is null where there are none.
void register_cluster_metrics(metrics& counts, cluster::cluster const* others);
/// Of the connections. `server` is asked as long as it serves.
void register_server_metrics(metrics& counts, http::server const& server);

}  // namespace tracseq
