#pragma once
// The node's state as /system, /readyz and an operator see it.

#include "actors/runtime/engine.hpp"
#include "node/checkpoint_keeper.hpp"
#include "node/cluster/cluster.hpp"
#include "node/follower.hpp"
#include "node/http/services.hpp"
#include "node/log_pulse.hpp"

namespace tracseq {

class live_status final : public http::node_status {
 public:
  /// `log`, `commands`, `reader` and `pulse` are null in a read-only node.
  live_status(runner& models, stream_store& streams, event_log* log, engine* commands,
              follower* reader, log_pulse* pulse, std::string log_address, std::string data);

  [[nodiscard]] bool ready() const override;
  [[nodiscard]] std::string why_not_ready() const override;
  [[nodiscard]] http::cluster_view cluster() const override;
  /// The same, but for what it needs other nodes for.
  [[nodiscard]] std::string why_not_able() const;
  [[nodiscard]] std::uint64_t lag() const;
  [[nodiscard]] std::vector<http::partition_status> partitions() const override;
  [[nodiscard]] std::vector<http::projection_status> projections() const override;
  [[nodiscard]] std::vector<std::string> warnings() const override;
  [[nodiscard]] std::vector<http::parked_stream> parked() const override;
  [[nodiscard]] result<void> retry_parked(std::string const& id) override;
  [[nodiscard]] result<void> skip_parked(std::string const& id) override;
  [[nodiscard]] result<offline::audit_report> verify() override;
  [[nodiscard]] std::vector<std::string> checkpoints() const override;

  /// Before the node answers. `keeper` is null where none are written.
  void show_checkpoints(std::string file, checkpoint_keeper const* keeper);
  /// Those of the warnings that the node's own log has not been told where they arose, but for `why_not_ready`.
  [[nodiscard]] std::vector<std::string> standing() const;
  /// Those that have nothing to do with other nodes.
  [[nodiscard]] std::vector<std::string> own_warnings() const;
  /// Before the node answers: what it is told in a cluster. `facts` describes a node that is alone.
  void show_cluster(cluster::cluster const* others, http::cluster_node facts);
  /// It stops: proxies are to send nothing more.
  void say_leaving() { leaving_ = true; }
  /// What is wrong with the server's certificate just now.
  void show_certificate(std::vector<std::string> words);
  /// Asked for further warnings each time. Before the node answers.
  void warn_of(std::function<std::vector<std::string>()> more) { more_warnings_.push_back(std::move(more)); }
  /// Sentences from start-up that stay worth knowing.
  void add_warning(std::string words);

 private:
  runner& models_;
  stream_store& streams_;
  event_log* const log_;
  engine* const commands_;
  follower* const reader_;
  log_pulse* const pulse_;
  std::string const log_address_;
  std::string const data_;
  std::string checkpoint_file_;
  checkpoint_keeper const* checkpoints_ = nullptr;
  cluster::cluster const* others_ = nullptr;
  http::cluster_node self_;
  std::vector<std::function<std::vector<std::string>()>> more_warnings_;
  std::atomic<bool> leaving_{false};
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_;
  std::vector<std::string> of_certificate_;
};

}  // namespace tracseq
