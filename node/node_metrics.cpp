#include "node/node_metrics.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "node/cluster/cluster.hpp"

namespace tracseq {
namespace {

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  in >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  double count = 0;
  std::error_code problem;
  for ([[maybe_unused]] auto const& one :
       std::filesystem::directory_iterator("/proc/self/fd", problem))
    ++count;
  return count;
}

std::string partition_label(std::size_t partition) {
  return "partition=\"" + std::to_string(partition) + "\"";
}

metrics::labelled by_partition(std::vector<std::uint64_t> const& values) {
  metrics::labelled rows;
  for (std::size_t p = 0; p < values.size(); ++p)
    rows.emplace_back(partition_label(p), static_cast<double>(values[p]));
  return rows;
}

/// As Prometheus wants it between quotes.
std::string label_text(std::string_view value) {
  std::string out;
  for (char const c : value) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

void register_identity(metrics& counts, http::node_facts const& facts, http::node_status const& status) {
  auto const labels = "version=\"" + label_text(facts.version) + "\",node=\"" + label_text(facts.node) + "\"";
  counts.source_labelled("tracseq_info", [labels] { return metrics::labelled{{labels, 1.0}}; });
  counts.source("tracseq_ready", [&status] { return status.ready() ? 1.0 : 0.0; });
  counts.source("tracseq_warnings", [&status] { return static_cast<double>(status.warnings().size()); });
  counts.source("tracseq_uptime_seconds",
                [since = facts.started] { return static_cast<double>(now().us - since.us) / 1e6; });
}

void register_webhooks(metrics& counts, webhook_channel* webhooks) {
  counts.source("tracseq_webhook_deliveries_total",
                [webhooks] { return static_cast<double>(webhooks->delivered()); });
  counts.source("tracseq_webhook_failures_total",
                [webhooks] { return static_cast<double>(webhooks->failed()); });
}

void register_engine(metrics& counts, engine* commands) {
  auto const from_stats = [&](std::string_view name, std::uint64_t engine_stats::*field) {
    counts.source(name, [commands, field] { return static_cast<double>(commands->stats().*field); });
  };
  from_stats("tracseq_commands_accepted_total", &engine_stats::commands_accepted);
  from_stats("tracseq_commands_refused_total", &engine_stats::commands_refused);
  from_stats("tracseq_commands_repeated_total", &engine_stats::commands_repeated);
  from_stats("tracseq_commands_shed_total", &engine_stats::commands_shed);
  from_stats("tracseq_commands_in_flight", &engine_stats::in_flight);
  from_stats("tracseq_records_skipped_total", &engine_stats::records_skipped);
  from_stats("tracseq_entities_live", &engine_stats::live_entities);
  from_stats("tracseq_processes_open", &engine_stats::processes_open);
  from_stats("tracseq_partitions_open", &engine_stats::partitions_open);
}

}  // namespace

void register_node_metrics(metrics& counts, measured_parts const& of) {
  counts.source("process_resident_memory_bytes", resident_bytes);
  counts.source("process_open_fds", open_descriptors);
  register_identity(counts, of.facts, *of.status);
  counts.source("tracseq_projection_parked_streams", [models = of.models] {
    double sum = 0;
    for (auto const& one : models->status()) sum += static_cast<double>(one.parked_streams);
    return sum;
  });
  counts.source_labelled("tracseq_chain_commits", [streams = of.streams] {
    std::vector<std::uint64_t> commits;
    for (auto const& at : streams->positions()) commits.push_back(at.chain.s);
    return by_partition(commits);
  });
  if (of.commands) register_engine(counts, of.commands);
  if (of.webhooks) register_webhooks(counts, of.webhooks);
  if (!of.log) return;
  counts.source_labelled("tracseq_log_end_offset", [log = of.log] {
    auto const ends = log->ends();
    return ends ? by_partition(*ends) : metrics::labelled{};
  });
  counts.source("tracseq_log_answer_seconds", [log = of.log] { return log->answered_in().count(); });
  counts.source_labelled("tracseq_log_missing_records", [log = of.log] { return by_partition(log->missing()); });
  counts.source_labelled("tracseq_projection_lag_records", [models = of.models, reader = of.reader] {
    auto lag = reader->acknowledged();
    auto const applied = models->applied();
    for (std::size_t p = 0; p < lag.size(); ++p) lag[p] = lag[p] > applied[p] ? lag[p] - applied[p] : 0;
    return by_partition(lag);
  });
}

void register_checkpoint_metrics(metrics& counts, std::unique_ptr<checkpoint_keeper> const& keeper) {
  counts.source("tracseq_checkpoints_total",
                [&keeper] { return keeper ? static_cast<double>(keeper->written()) : 0.0; });
}

void register_cluster_metrics(metrics& counts, cluster::cluster const* others) {
  auto const source = [&](std::string_view name, auto ask) {
    counts.source(name, [others, ask] { return others ? static_cast<double>(ask(*others)) : 0.0; });
  };
  using cluster::cluster;
  source("tracseq_cluster_nodes_reachable", [](cluster const& of) { return of.in_reach().size(); });
  source("tracseq_cluster_nodes_known", [](cluster const& of) { return of.view().nodes.size() - 1; });
  source("tracseq_cluster_partitions_unserved", [](cluster const& of) { return of.unserved(); });
  source("tracseq_cluster_strangers_total", [](cluster const& of) { return of.strangers(); });
  source("tracseq_cluster_clock_difference_seconds", [](cluster const& of) { return of.clock_difference_s(); });
  source("tracseq_cluster_certificate_expires_seconds", [](cluster const& of) {
    auto const at = of.certificate_expires();
    return at ? static_cast<double>(at->us) / 1e6 : 0.0;
  });
  source("tracseq_cluster_log_missing_records", [](cluster const& of) { return of.missing_records(); });
  source("tracseq_cluster_warnings", [](cluster const& of) { return of.warnings().size(); });
  source("tracseq_forwards_total", [](cluster const& of) { return of.forwards().sent; });
  source("tracseq_forwards_moved_total", [](cluster const& of) { return of.forwards().moved; });
  source("tracseq_forwards_failed_total", [](cluster const& of) { return of.forwards().gave_up; });
  source("tracseq_forwards_waiting", [](cluster const& of) { return of.forwards().waiting; });
}

void register_server_metrics(metrics& counts, http::server const& server) {
  auto const from_stats = [&](std::string_view name, std::uint64_t http::server_stats::*field) {
    counts.source(name, [&server, field] { return static_cast<double>(server.stats().*field); });
  };
  from_stats("tracseq_http_connections", &http::server_stats::connections);
  from_stats("tracseq_http_connections_refused_total", &http::server_stats::connections_refused);
  from_stats("tracseq_http_bad_requests_total", &http::server_stats::bad_requests);
  from_stats("tracseq_tls_handshakes_failed_total", &http::server_stats::handshakes_failed);
  counts.source("tracseq_tls_certificate_expires_seconds", [&server] {
    auto const at = server.certificate_expires();
    return at ? static_cast<double>(at->us) / 1e6 : 0.0;
  });
  from_stats("tracseq_sse_clients", &http::server_stats::streams);
  from_stats("tracseq_sse_dropped_total", &http::server_stats::streams_dropped);
}

}  // namespace tracseq
