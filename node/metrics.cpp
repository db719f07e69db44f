#include "node/metrics.hpp"

#include <array>
#include <charconv>

namespace tracseq {
namespace {

constexpr auto table = std::to_array<metric>({
    {"tracseq_info", metric_kind::gauge, "1, labelled with version and node."},
    {"tracseq_ready", metric_kind::gauge, "1 when the node answers commands and queries."},
    {"tracseq_uptime_seconds", metric_kind::gauge, "Since the node started."},
    {"tracseq_commands_accepted_total", metric_kind::counter, "Commands whose commit was read back."},
    {"tracseq_commands_refused_total", metric_kind::counter, "Commands that a rule refused."},
    {"tracseq_commands_repeated_total", metric_kind::counter,
     "Commands answered with the first answer of their key."},
    {"tracseq_commands_shed_total", metric_kind::counter, "Commands refused because too many waited."},
    {"tracseq_commands_in_flight", metric_kind::gauge, "Commands that wait for their commit."},
    {"tracseq_records_skipped_total", metric_kind::counter, "Records that the chain's rule skipped."},
    {"tracseq_entities_live", metric_kind::gauge, "Entity actors in memory."},
    {"tracseq_processes_open", metric_kind::gauge, "Moves, discards, imports and deliveries under way."},
    {"tracseq_partitions_open", metric_kind::gauge, "Partitions this node owns."},
    {"tracseq_checkpoints_total", metric_kind::counter, "Signed checkpoints written since the start."},
    {"tracseq_log_end_offset", metric_kind::gauge, "Next offset of the log, by partition."},
    {"tracseq_projection_lag_records", metric_kind::gauge, "Records not yet shown, by partition."},
    {"tracseq_projection_parked_streams", metric_kind::gauge, "Streams a projection could not apply."},
    {"tracseq_chain_commits", metric_kind::gauge, "Commits folded into the chain, by partition."},
    {"tracseq_tls_handshakes_failed_total", metric_kind::counter, "TLS handshakes that came to nothing."},
    {"tracseq_tls_certificate_expires_seconds", metric_kind::gauge,
     "When the certificate expires, in seconds since 1970; 0 without TLS."},
    {"tracseq_log_answer_seconds", metric_kind::gauge, "How long the log took to say where it ends, asked once a second."},
    {"tracseq_log_missing_records", metric_kind::gauge,
     "Records that this node has shown and the log does not hold any more, by partition."},
    {"tracseq_warnings", metric_kind::gauge, "What this node warns of, in words on the page System and in its log."},
    {"tracseq_sse_clients", metric_kind::gauge, "Open event streams."},
    {"tracseq_cluster_nodes_reachable", metric_kind::gauge, "Other nodes that this one has a connection to."},
    {"tracseq_cluster_nodes_known", metric_kind::gauge, "Other nodes that this one knows of."},
    {"tracseq_cluster_partitions_unserved", metric_kind::gauge,
     "Partitions without an owner that this node can reach and that has them open."},
    {"tracseq_cluster_strangers_total", metric_kind::counter,
     "Connections to the port for nodes that were refused."},
    {"tracseq_cluster_clock_difference_seconds", metric_kind::gauge,
     "The most that a connected node's clock differs from this one's."},
    {"tracseq_cluster_certificate_expires_seconds", metric_kind::gauge,
     "When this node's certificate for other nodes expires, in seconds since 1970; 0 without TLS between nodes."},
    {"tracseq_cluster_log_missing_records", metric_kind::gauge,
     "Records that other nodes have shown and the log does not hold."},
    {"tracseq_cluster_warnings", metric_kind::gauge, "What this node warns of other nodes; the cluster's page says it."},
    {"tracseq_forwards_total", metric_kind::counter, "Groups of commands that were sent to their owner."},
    {"tracseq_forwards_moved_total", metric_kind::counter,
     "Groups that were sent once more, because the owner had changed or was lost."},
    {"tracseq_forwards_failed_total", metric_kind::counter, "Groups that no owner answered in time."},
    {"tracseq_forwards_waiting", metric_kind::gauge, "Groups that wait for their owner's answer."},
    {"tracseq_sse_dropped_total", metric_kind::counter, "Event streams closed because of a slow client."},
    {"tracseq_http_connections", metric_kind::gauge, "Open connections."},
    {"tracseq_http_connections_refused_total", metric_kind::counter, "Connections over the bound."},
    {"tracseq_http_bad_requests_total", metric_kind::counter, "Requests refused before routing."},
    {"tracseq_webhook_failures_total", metric_kind::counter, "Attempts to send a webhook that failed."},
    {"tracseq_webhook_deliveries_total", metric_kind::counter, "Webhooks that a receiver took, signed checkpoints too."},
    {"process_resident_memory_bytes", metric_kind::gauge, "Resident memory."},
    {"process_open_fds", metric_kind::gauge, "Open file descriptors."},
});

constexpr std::array<double, request_metrics::buckets> bound_table{
    0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

std::string number(double value) {
  std::array<char, 32> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

}  // namespace

std::span<metric const> metric_table() noexcept { return table; }

std::span<double const> request_metrics::bounds() noexcept { return bound_table; }

request_metrics::request_metrics(std::vector<std::string> routes)
    : routes_(std::move(routes)), cells_(new cell[routes_.size()]{}) {}

void request_metrics::observe(std::size_t route, int status, double seconds) noexcept {
  if (route >= routes_.size()) return;
  auto& one = cells_[route];
  auto const status_class = static_cast<std::size_t>(status / 100);
  one.by_class[status_class < 6 ? status_class : 5].fetch_add(1, std::memory_order_relaxed);
  std::size_t i = 0;
  while (i < buckets && seconds > bound_table[i]) ++i;
  one.bucket[i].fetch_add(1, std::memory_order_relaxed);
  one.sum_us.fetch_add(static_cast<std::uint64_t>(seconds * 1e6), std::memory_order_relaxed);
}

void request_metrics::write(std::string& out) const {
  out.append(
      "# HELP tracseq_http_requests_total Answered requests.\n"
      "# TYPE tracseq_http_requests_total counter\n");
  for (std::size_t r = 0; r < routes_.size(); ++r)
    for (std::size_t k = 1; k < 6; ++k)
      if (auto const n = cells_[r].by_class[k].load(std::memory_order_relaxed))
        out.append("tracseq_http_requests_total{route=\"" + routes_[r] + "\",status=\"" +
                   std::to_string(k) + "xx\"} " + std::to_string(n) + "\n");
  out.append(
      "# HELP tracseq_http_request_duration_seconds Time to the answer.\n"
      "# TYPE tracseq_http_request_duration_seconds histogram\n");
  for (std::size_t r = 0; r < routes_.size(); ++r) {
    std::uint64_t sum = 0;
    std::string lines;
    auto const name = "tracseq_http_request_duration_seconds_";
    for (std::size_t i = 0; i <= buckets; ++i) {
      sum += cells_[r].bucket[i].load(std::memory_order_relaxed);
      lines += std::string(name) + "bucket{route=\"" + routes_[r] + "\",le=\"" +
               (i < buckets ? number(bound_table[i]) : "+Inf") + "\"} " + std::to_string(sum) + "\n";
    }
    if (sum == 0) continue;
    auto const us = static_cast<double>(cells_[r].sum_us.load(std::memory_order_relaxed));
    out.append(lines);
    out.append(std::string(name) + "sum{route=\"" + routes_[r] + "\"} " + number(us / 1e6) + "\n");
    out.append(std::string(name) + "count{route=\"" + routes_[r] + "\"} " + std::to_string(sum) + "\n");
  }
}

void metrics::source(std::string_view name, std::function<double()> value) {
  source_labelled(name, [value = std::move(value)] { return labelled{{"", value()}}; });
}

void metrics::source_labelled(std::string_view name, std::function<labelled()> values) {
  std::lock_guard const lock(mutex_);
  sources_.insert_or_assign(std::string(name), std::move(values));
}

std::string metrics::text(request_metrics const* requests) const {
  std::string out;
  std::lock_guard const lock(mutex_);
  for (auto const& one : table) {
    auto const from = sources_.find(one.name);
    if (from == sources_.end()) continue;
    out.append("# HELP ").append(one.name).append(" ").append(one.help).append("\n# TYPE ");
    out.append(one.name).append(one.kind == metric_kind::counter ? " counter\n" : " gauge\n");
    for (auto const& [labels, value] : from->second()) {
      out.append(one.name);
      if (!labels.empty()) out.append("{").append(labels).append("}");
      out.append(" ").append(number(value)).append("\n");
    }
  }
  if (requests) requests->write(out);
  return out;
}

}  // namespace tracseq
