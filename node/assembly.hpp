#pragma once
// A node, put together: log, projections, follower, engine, notifications, HTTP. `serve` runs one.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "events/result.hpp"
#include "node/checkpoint_keeper.hpp"
#include "node/cluster/options.hpp"
#include "node/http/server.hpp"
#include "projections/projection.hpp"

namespace tracseq {

/// What a node is started with; `serve` fills it from the settings.
struct node_options {
  std::string data;          ///< directory; made if it is not there
  std::string log_address;   ///< empty = the embedded log in `data`
  std::string node = "node-1";
  cluster::node_settings cluster;  ///< of a node that is not alone
  bool read_only = false;    ///< shows the projections in `data`, as a replay left them
  std::uint16_t partitions = 12;
  std::size_t in_flight_max = 4096;
  std::size_t live_entities_max = 10'000;
  std::chrono::milliseconds command_deadline{10'000};
  std::size_t engine_threads = 2;
  std::size_t segment_bytes = 64u << 20;
  bool require_replication = false;
  bool start_behind_damage = false;  ///< claims a partition though its last commits do not follow
  bool webhooks_to_private_addresses = false;
  std::chrono::milliseconds webhook_timeout{10'000};
  checkpoint_options checkpoints;
  projection_list projections = all_projections();  ///< its read models
  std::string ui_directory;
  std::size_t body_bytes_max = 1u << 20;
  std::size_t upload_bytes_max = 20u << 20;
  http::server_options http;
  std::atomic<bool> const* asked_to_stop = nullptr;  ///< set while it starts: it gives up
};

class node {
 public:
  /// Opens everything and serves. Reports what it does in sentences to `say` (start-up only).
  [[nodiscard]] static result<std::unique_ptr<node>> start(
      node_options options, std::function<void(std::string const&)> say);
  ~node();
  node(node const&) = delete;
  node& operator=(node const&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string const& token() const;
  /// It stands in no file: the node shows a copy that has none.
  [[nodiscard]] bool token_is_of_this_run() const;
  /// Empty while all is well; else why the node cannot go on and should end.
  [[nodiscard]] std::string fatal() const;
  /// Writes to its own log what an operator should know and was not told yet, and what is over. Called often.
  void say_changes();
  /// Reads the certificate again.
  void reload();
  /// Takes nothing new, finishes what is in flight within `within`, closes.
  void stop(std::chrono::milliseconds within);

 private:
  struct parts;
  explicit node(std::unique_ptr<parts> all);
  std::unique_ptr<parts> parts_;
};

}  // namespace tracseq
