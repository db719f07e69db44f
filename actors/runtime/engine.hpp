#pragma once
// The engine: commands in, acknowledged facts out. CAF stays behind this header.
//
// A command goes to the shard that owns its stream's partition, from there to the entity actor that
// hosts the decider, and its events go to the log. The answer comes when the commit was read back and
// accepted by the chain — never earlier.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "actors/decider.hpp"
#include "actors/notification_policy.hpp"
#include "events/chain.hpp"
#include "events/event_log.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace tracseq {

/// One command for one stream, with all that its record will say.
struct command_request {
  outgoing_command command;
  uuid command_id;  ///< the idempotency key
  fingerprint request{};
  principal who;
  std::string reason;
  std::optional<instant> occurred_at;
  uuid correlation_id;
  uuid causation_id;
  std::string traceparent;
  std::optional<std::uint64_t> expected_version;  ///< `If-Match`
};

/// An acknowledged command. For a group: of its last command.
struct command_reply {
  std::string stream;
  partition_id partition = 0;
  std::uint64_t offset = 0;   ///< of the commit; with `partition` the position to wait for
  std::uint64_t version = 0;  ///< of the stream, with this commit
  std::vector<encoded_event> events;  ///< empty where the command changed nothing
  bool repeated = false;  ///< the first answer of an earlier command with this id
  instant recorded_at{};  ///< of the commit; of a repeat not told
};

using command_callback = std::function<void(result<command_reply>)>;

/// What a repeated command finds.
struct first_answer {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  std::string stream;
  std::uint64_t version = 0;
  fingerprint request{};
  std::vector<encoded_event> events;
};

/// A stream as stored: a snapshot, if there is one, and what came after.
struct stored_stream {
  /// Of the first commit: a process manager acts in the name of who started it.
  struct origin_facts {
    principal who;
    std::string reason;
    std::optional<instant> occurred_at;
    uuid correlation_id;
    std::string traceparent;
  };
  origin_facts origin;
  std::uint64_t snapshot_version = 0;  ///< events folded into the snapshot; 0 = none
  std::string snapshot;
  std::vector<encoded_event> tail;
  [[nodiscard]] std::uint64_t version() const noexcept { return snapshot_version + tail.size(); }
};

/// The local store as the engine needs it; node/ joins it to the projections. Any thread.
class stream_source {
 public:
  virtual ~stream_source() = default;
  /// The whole stream; `with_snapshot` false: all events in the tail.
  [[nodiscard]] virtual result<stored_stream> load(std::string_view stream, bool with_snapshot) = 0;
  [[nodiscard]] virtual result<std::optional<first_answer>> find_command(uuid const& id) = 0;
  /// Process managers' streams of a partition that have not ended.
  [[nodiscard]] virtual result<std::vector<std::string>> open_processes(partition_id partition) = 0;
  /// The last accepted commit of a partition, if it is flagged `continued` (a torn group).
  [[nodiscard]] virtual result<std::optional<commit>> torn_group(partition_id partition) = 0;
  virtual void save_snapshot(std::string_view stream, std::uint64_t version, std::string state) = 0;
};

/// Performs a process manager's effect; calls back from any thread, at the latest after its own
/// time-out.
using effect_performer = std::function<void(effect const&, std::function<void(effect_outcome)>)>;

/// Where a command goes whose partition another node owns. `done` comes once, from any thread.
using forward_commands = std::function<void(partition_id, std::vector<command_request>, command_callback done)>;

struct engine_options {
  std::string node = "node-1";
  uuid boot_id = new_uuid();
  std::string command_address;               ///< where other nodes reach this one; in its claims
  std::size_t in_flight_max = 4096;          ///< commands per partition; beyond: overloaded
  std::size_t live_entities_max = 10'000;    ///< over all partitions
  std::chrono::milliseconds deadline{10'000};  ///< for a commit to be read back
  std::size_t threads = 2;
};

struct engine_stats {
  std::uint64_t live_entities = 0;
  std::uint64_t in_flight = 0;
  std::uint64_t commands_accepted = 0;
  std::uint64_t commands_refused = 0;
  std::uint64_t commands_repeated = 0;
  std::uint64_t commands_shed = 0;
  std::uint64_t records_skipped = 0;
  std::uint64_t partitions_open = 0;
  std::uint64_t processes_open = 0;
  std::uint64_t claims_unconfirmed = 0;  ///< of this node's, since one was confirmed
};

/// A record the follower read, as the engine needs it.
struct read_back {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  verdict judged = verdict::not_a_record;
  chain_state state;      ///< after this record
  uuid claimed_by;        ///< boot id, of an accepted claim
  instant recorded_at;    ///< of an accepted commit
};

/// What a node says with commands that it sends to their owner.
struct sent_by_peer {
  /// By which the receiver is the owner. They are not begun under another: the sender may have asked the next owner
  /// meanwhile, and have told what that one decided.
  std::uint64_t claim = 0;
  /// What was not begun in that time is refused with `timed_out`: the sender has given up on it by then.
  std::optional<std::chrono::milliseconds> within;
};

/// What a node does for a partition.
enum class shard_phase : std::uint8_t {
  closed,       ///< asked to own it: something failed, it will claim again
  claiming,
  catching_up,  ///< the claim was accepted, the projections do not show it yet
  open,
  away,         ///< another node's, or not asked for
  draining,
};

/// Where the follower stands in a partition.
struct partition_head {
  chain_state chain;
  instant recorded_at;  ///< the newest of its commits
};

class engine {
 public:
  engine(event_log& log, stream_source& source, engine_options options);
  ~engine();
  engine(engine const&) = delete;
  engine& operator=(engine const&) = delete;

  /// Performs effects of processes. Set before `open`.
  void on_effect(effect_performer performer);
  /// A node of a cluster: commands of partitions that others own go there. Set before `stand_by`.
  void on_elsewhere(forward_commands forward);
  /// Why the partition may not be claimed just now (the log does not answer, or forgot something); empty if it may. Any
  /// thread, at once. Set before `stand_by`.
  void ask_before_claims(std::function<std::string(partition_id)> why_not);
  /// The log will not be read any further: it lacks what was read from it, or cannot be read. From now on nothing is
  /// claimed and nothing is written, and every command is refused with `why`.
  void write_no_more(error why);
  /// Where the follower begins to read (`at`, one for each partition). Before it tells anything.
  void stand_by(std::vector<partition_head> const& at);
  /// Claims a partition, once the follower stands at the log's end. Returns at once. It is lost to the next node
  /// whose claim is read, and only to that: until then it is served, whatever anybody believes. What is in
  /// flight then goes to the new owner.
  void take(partition_id partition);
  /// Every partition is open here.
  [[nodiscard]] bool ready() const;
  [[nodiscard]] shard_phase phase_of(partition_id partition) const;

  /// False where so much waits that a command is most likely refused: then it need not be looked at. Counts it. Any
  /// thread, cheap.
  [[nodiscard]] bool takes_more();
  /// Commands of one partition, in order, as adjacent records; mostly one. The callback comes once, from
  /// an engine thread; of a group that is refused at once (too much waits), within this call.
  void submit(std::vector<command_request> group, command_callback done);
  /// The same for commands that another node sent here: refused with `not_owner` rather than sent on.
  void submit_for_peer(std::vector<command_request> group, command_callback done, sent_by_peer how);

  /// The follower tells, in order, what it read: first all records of a batch …
  void on_read(std::vector<read_back> batch);
  /// … and, when the projections show them, up to where.
  void on_applied(std::vector<log_position> applied);

  /// Starts the notification actor with the rules in force, or gives it these; `look_up`, the same each time,
  /// describes a stream (any thread).
  void start_notifications(notification_rules rules,
                           std::function<entity_facts(std::string const& stream)> look_up);
  /// Tells it accepted events, in order; `done` comes once, when every delivery they ask for is queued.
  /// One batch at a time.
  void notify(std::vector<notice> events, std::function<void()> done);

  /// Takes no new command, lets what is in flight finish within `within`, closes.
  void drain(std::chrono::milliseconds within);
  /// Ends its actors, and returns when the last one has: what is under way is answered before. Whoever submits
  /// from then on, out of such an answer perhaps, is told that TracSeq is stopping.
  void stop();
  [[nodiscard]] engine_stats stats() const;
  /// Which actor ended by an exception, and why: what was its is served by nobody from then on, so the process should
  /// end. Else empty.
  [[nodiscard]] std::string broken() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace tracseq
