#pragma once
// This node among others: membership, who owns what, and commands on their way to the owner.
//
//   claims in the log ─→ routes        the newest claim is the routing table; there is no second one
//   Kafka's group     ─→ ownership ─→ engine.take   which partitions this node claims
//   links             ─→ who is there; forwards and their answers

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "actors/runtime/engine.hpp"
#include "events/partition_group.hpp"
#include "node/cluster/asks.hpp"
#include "node/cluster/clock_offset.hpp"
#include "node/cluster/fitness.hpp"
#include "node/cluster/forwarder.hpp"
#include "node/cluster/links.hpp"
#include "node/cluster/log_witness.hpp"
#include "node/cluster/options.hpp"
#include "node/cluster/ownership.hpp"
#include "node/http/cluster_view.hpp"
#include "projections/position.hpp"

namespace tracseq::cluster {

struct cluster_options {
  link_options link;            ///< `link.address` empty: a node that is alone
  std::string advertise;        ///< host:port that others dial; empty = address:port
  std::string http;             ///< where this node's page is
  std::string node;
  std::string version;
  std::uint32_t event_formats = 0;
  std::string log_address;
  std::string log_name;         ///< that has to be alike everywhere
  std::string roles;
  std::chrono::milliseconds session_timeout{6'000};
  std::chrono::milliseconds suspect_after{2'000};  ///< of silence
  ownership_options ownership;
  forward_options forward;
};

/// With what the settings say.
[[nodiscard]] cluster_options options_from(node_settings const& settings, std::string const& secret);

/// What it asks its own node.
struct node_facts_now {
  bool ready = false;           ///< but for the other nodes
  std::string why_not_ready;
  std::uint64_t lag = 0;
  std::vector<std::string> warnings;
  std::string notification_cursor;
  std::vector<std::uint64_t> applied;  ///< up to where its rows show the log
  std::vector<std::uint64_t> ends;     ///< where the log ends, asked for now; empty where it does not answer
};

/// Any thread.
class cluster {
 public:
  cluster(cluster_options options, uuid const& boot_id, partition_id partitions);
  ~cluster();
  cluster(cluster const&) = delete;
  cluster& operator=(cluster const&) = delete;

  /// Listens, so that `address` is known.
  [[nodiscard]] result<void> listen();
  /// The engine whose partitions these are. Before `join`, and longer there than this is not stopped.
  void serve(engine& commands) { engine_ = &commands; }
  /// host:port for this node's claims.
  [[nodiscard]] std::string address() const;
  [[nodiscard]] forward_commands elsewhere();
  /// Where the partitions stand; joins the group. Behind `engine.stand_by`.
  [[nodiscard]] result<void> join(std::vector<partition_position> const& at, std::function<node_facts_now()> now);
  /// An accepted claim, from the follower.
  void on_claim(partition_id partition, std::uint64_t number, partition_owner const& owner);

  /// Partitions that are open nowhere in reach.
  [[nodiscard]] std::size_t unserved() const;
  /// None is.
  [[nodiscard]] bool is_settled() const;
  /// Of the nodes that have the role, one: of those that read all that is written, the owner of the lowest
  /// partition that has such an owner. Two may believe so for a moment.
  [[nodiscard]] bool tells_notifications() const;
  /// What the node that tells notifications says of how far it is.
  void on_cursor(std::function<void(std::string const&)> told);
  /// Empty when every partition has an owner in reach, or had a moment ago.
  [[nodiscard]] std::string why_not_ready() const;
  /// Why the partition may not be claimed here, as far as other nodes tell; empty if it may.
  [[nodiscard]] std::string why_no_claim(partition_id partition) const;
  /// Records that others have shown and the log does not hold.
  [[nodiscard]] std::uint64_t missing_records() const;
  /// Set once this node must not go on: another one has its name.
  [[nodiscard]] std::string fatal() const;
  /// Leaves the group and waits until others have taken what is owned here, or `within` is over.
  void leave(std::chrono::milliseconds within);
  void stop();

  /// Questions between nodes.
  [[nodiscard]] asks& questions() noexcept { return asks_; }
  /// Boot ids of the nodes that can be asked.
  [[nodiscard]] std::vector<uuid> in_reach() const;

  [[nodiscard]] http::cluster_view view() const;
  [[nodiscard]] std::vector<std::string> warnings() const;
  [[nodiscard]] forward_stats forwards() const { return forwarder_.stats(); }
  /// Seconds, of the nodes that this one is connected to.
  [[nodiscard]] double clock_difference_s() const;
  [[nodiscard]] std::uint64_t strangers() const { return links_ ? links_->strangers() : 0; }
  /// What is wrong with this node's certificate for the others.
  [[nodiscard]] std::vector<std::string> certificate_warnings() const;
  [[nodiscard]] std::optional<instant> certificate_expires() const;
  /// Reads that certificate again, whether it changed or not.
  void read_certificate_again();

 private:
  struct peer {
    identity who;
    bool up = false;
    std::optional<node_state> said;
    std::chrono::steady_clock::time_point heard{};
    instant heard_at;
    clock_offset clock;
    /// It is alive, and has not said that it reaches this node: until then it counts so, though the line was cut.
    std::chrono::steady_clock::time_point deaf_until{};
  };
  struct owner {
    std::uint64_t claim = 0;
    partition_owner by;
    std::optional<std::chrono::steady_clock::time_point> lost_since;
    std::optional<std::chrono::steady_clock::time_point> out_of_reach_since;
    bool given_up = false;  ///< the group has no member of its name
  };

  [[nodiscard]] identity self() const;
  [[nodiscard]] std::optional<std::string> refuse(identity const& who);
  void on_met(identity const& who);
  void on_up(identity const& who);
  void on_lost(identity const& who);
  void on_gone(identity const& who);
  void on_frame(identity const& from, frame_kind kind, std::string body, link_events::reply const& answer);
  void on_state(identity const& from, node_state said);
  void run(std::stop_token const& stop);
  void tick();
  void say_state();
  void look_for_silence();
  void watch_owners();
  /// Nodes that were not heard of for long, and addresses at which none was ever met.
  void forget_old();
  /// Into the group, once that is no harm to the others.
  void join_when_fit();
  /// Whether it says that it reaches this node.
  [[nodiscard]] bool hears(peer const& one) const;
  /// Why it would be: partitions whose commands could not come here.
  [[nodiscard]] std::string why_not_fit();
  /// Of owners that are not reached and, by the group's word, not there either.
  void give_up_owners();
  /// The group's members; asked for now and then. On the thread that ticks.
  [[nodiscard]] result<std::vector<std::string>> members();
  [[nodiscard]] node_state state_now();
  /// Asks its own node, now and then. Nothing that waits for the log: all that is due here would wait with it.
  void refresh_facts();
  /// What keeps this node from taking anything, beside what it says of itself. With the lock.
  [[nodiscard]] std::string const& why_it_waits() const;
  /// The links, with the clocks as they were heard last.
  [[nodiscard]] std::vector<link_status> lines() const;
  /// With the lock.
  [[nodiscard]] std::string state_of(partition_id p) const;

  cluster_options const options_;
  engine* engine_ = nullptr;
  uuid const boot_id_;
  partition_id const partitions_;
  instant const started_ = now();
  std::function<node_facts_now()> ask_facts_;
  std::chrono::steady_clock::time_point facts_at_{};  ///< on the thread that ticks
  std::chrono::steady_clock::time_point looked_back_at_{};
  std::chrono::steady_clock::time_point began_{};
  std::chrono::steady_clock::time_point members_at_{};
  result<std::vector<std::string>> members_;
  bool barred_ = false;
  std::unique_ptr<links> links_;
  forwarder forwarder_;
  asks asks_;
  fitness fitness_;  ///< on the thread that ticks
  std::unique_ptr<partition_group> group_;  ///< made on the thread that ticks; read by others once `joined_`
  std::atomic<bool> joined_{false};
  std::atomic<bool> leaving_{false};

  mutable std::mutex mutex_;  // guards what follows
  node_facts_now facts_;
  ownership ownership_;
  std::map<uuid, peer> peers_;
  std::vector<owner> owners_;
  std::string fatal_;
  std::string unfit_;
  log_witness witness_;
  std::string said_;  ///< the newest state, to see whether it changed
  std::chrono::steady_clock::time_point said_at_{};
  std::function<void(std::string const&)> cursor_told_;

  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace tracseq::cluster
