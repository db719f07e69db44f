#pragma once
// What the HTTP handlers need of the node. `assembly` fills it in; tests fill in less.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actors/runtime/engine.hpp"
#include "events/event_log.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/record.hpp"
#include "events/result.hpp"
#include "node/http/cluster_view.hpp"

namespace tracseq {
class key_store;
class read_view;
namespace offline {
struct audit_report;
}
}  // namespace tracseq

namespace tracseq::http {

struct uploaded_sheet;

/// How far the projections are. Any thread.
class progress {
 public:
  virtual ~progress() = default;
  /// The next offset of each partition that the projections have not shown yet, by partition.
  [[nodiscard]] virtual std::vector<std::uint64_t> applied() const = 0;
  /// All that this node has acknowledged, as next offsets by partition.
  [[nodiscard]] virtual std::vector<std::uint64_t> acknowledged() const = 0;
  /// True when the projections show all that this node has acknowledged. Cheap: asked on every read.
  [[nodiscard]] virtual bool current() const noexcept = 0;
  /// True when the projections show what lies before `at`. Cheap.
  [[nodiscard]] virtual bool shows(log_position at) const noexcept = 0;
  /// Why nothing new can be shown, as long as that lasts: a full disk, damage. Cheap where all is well.
  [[nodiscard]] virtual std::optional<error> stuck() const = 0;
  /// Calls `done(true)` as soon as the projections cover `wanted` (in this call if they do already),
  /// `done(false)` after `within`.
  virtual void when_applied(std::vector<log_position> wanted, std::chrono::milliseconds within,
                            std::function<void(bool)> done) = 0;
  /// Calls `news` after each batch that was applied, from the follower's thread; it must not block.
  /// Only before the first batch.
  virtual void on_advance(std::function<void()> news) = 0;
};

/// Labels of our own, from blocks this node reserved. Any thread.
class label_source {
 public:
  virtual ~label_source() = default;
  /// The next unused label, or the next whose stream lives in the partition `beside`; calls back at once
  /// while there are such.
  virtual void next(std::optional<partition_id> beside, std::function<void(result<std::string>)> done) = 0;
};

/// Where commands go in: the engine. Any thread; see engine::submit.
using submit_commands = std::function<void(std::vector<command_request> group,
                                           std::function<void(result<command_reply>)> done)>;

/// One partition as /system shows it.
struct partition_status {
  partition_id partition = 0;
  std::uint64_t end = 0;      ///< next offset of the log
  std::uint64_t applied = 0;  ///< next offset of the projections
  std::uint64_t claim = 0;    ///< newest accepted claim
  std::uint64_t commits = 0;  ///< accepted
  std::uint64_t lag = 0;      ///< records the projections are behind
};
BOOST_DESCRIBE_STRUCT(partition_status, (), (partition, end, applied, claim, commits, lag))

struct projection_status {
  std::string name;
  std::uint32_t version = 0;
  std::string state;  ///< "live", "building 41 %", "building 41 %, stands still: …"
  std::uint64_t parked = 0;
};
BOOST_DESCRIBE_STRUCT(projection_status, (), (name, version, state, parked))

/// A stream that a projection could not apply; it waits there with what followed it.
struct parked_stream {
  std::string id;  ///< names it in the two calls below
  std::string projection;
  std::string stream;
  std::string why;
  std::uint64_t events = 0;
  instant since;
};
BOOST_DESCRIBE_STRUCT(parked_stream, (), (id, projection, stream, why, events, since))

/// The node's own state; any thread.
class node_status {
 public:
  virtual ~node_status() = default;
  [[nodiscard]] virtual bool ready() const = 0;  ///< partitions taken and projections caught up
  [[nodiscard]] virtual std::string why_not_ready() const = 0;
  [[nodiscard]] virtual std::vector<partition_status> partitions() const = 0;
  [[nodiscard]] virtual std::vector<projection_status> projections() const = 0;
  [[nodiscard]] virtual std::vector<std::string> warnings() const = 0;
  [[nodiscard]] virtual std::vector<parked_stream> parked() const = 0;
  [[nodiscard]] virtual result<void> retry_parked(std::string const& id) = 0;
  [[nodiscard]] virtual result<void> skip_parked(std::string const& id) = 0;
  /// Walks the chain of every partition. Takes seconds; called from a worker thread.
  [[nodiscard]] virtual result<offline::audit_report> verify() = 0;
  /// Every node as this one sees it, and who owns what; of a node that is alone, itself.
  [[nodiscard]] virtual cluster_view cluster() const = 0;
  /// Signed heads that were written elsewhere, as JSON objects, newest first.
  [[nodiscard]] virtual std::vector<std::string> checkpoints() const = 0;
};

struct node_facts {
  std::string node = "node-1";
  std::string version;
  std::string log;   ///< description of the log
  std::string data;  ///< directory
  bool read_only = false;
  std::optional<instant> until;  ///< of a replay: the moment it shows
  instant started;
  partition_id partitions = 12;
  bool clustered = false;  ///< a repeat may come to another node
};

struct services {
  node_facts facts;
  std::string token;   ///< of the operator; empty = nobody gets in
  std::string ui_dir;  ///< built page; empty = none
  bool serves_api = true;  ///< false: only what probes and Prometheus ask
  std::size_t body_bytes_max = 1 << 20;
  std::size_t upload_bytes_max = 20 << 20;
  std::chrono::milliseconds read_wait{2'000};     ///< for projections to reach a demanded position
  std::chrono::milliseconds process_wait{5'000};  ///< for a move or discard to end

  /// Rows of all projections, each the newest when it is read: for answers that are made of one row.
  std::function<std::shared_ptr<read_view const>()> view;
  /// The same at one moment, so that the rows agree with each other and with the ETag.
  std::function<std::shared_ptr<read_view const>()> snapshot;
  submit_commands submit;  ///< empty in a read-only node
  /// False where so much waits that a write would be refused: it is, before it costs anything. Empty: never.
  std::function<bool()> takes_more;
  http::progress* progress = nullptr;
  label_source* labels = nullptr;  ///< null in a read-only node
  node_status* status = nullptr;
  event_log* log = nullptr;  ///< null where there is none to read (a replayed copy)
  bool webhooks_to_private_addresses = false;
  key_store* keys = nullptr;  ///< of donors; null in a copy of the history without them
  // Of nodes that are not alone; empty in others. All call back from any thread, within seconds:
  /// Has the nodes in reach erase keys that were erased here.
  std::function<void(std::vector<uuid> const& keys, std::function<void()> done)> tell_erased;
  /// The sheet of a preview that another node keeps; null where none does.
  std::function<void(std::string const& id, std::function<void(std::shared_ptr<uploaded_sheet const>)> done)>
      find_preview;
  /// The secret that signs a rule's webhooks.
  std::function<std::string(uuid const& rule)> webhook_secret;
};

}  // namespace tracseq::http
