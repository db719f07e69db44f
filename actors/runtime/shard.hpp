#pragma once
// The actor of one partition this node owns (or is about to): routes commands to entities, chains their
// events into commits, appends them, and answers when they were read back and accepted.
//
//   away → claiming → catching_up → open;   any → closed on failure (claims again), → away on a stranger's claim

#include <algorithm>
#include <deque>
#include <list>
#include <optional>
#include <set>
#include <unordered_map>

#include "actors/hosting.hpp"
#include "actors/runtime/messages.hpp"

namespace tracseq::runtime {

class shard final : public caf::event_based_actor {
 public:
  shard(caf::actor_config& config, partition_id partition, std::shared_ptr<surroundings> around);
  caf::behavior make_behavior() override;
  char const* name() const override { return "shard"; }

 private:
  using phase = shard_phase;

  struct live {
    caf::actor actor;
    std::uint64_t last_offset = 0;   ///< behind its last accepted commit
    std::uint32_t busy = 0;          ///< commands decided or being decided, not yet read back
    std::uint64_t version = 0;       ///< with its last accepted commit; 0 before the first one that came here
    bool process = false;
    bool ended = true;               ///< of a process: nothing is due any more
    bool idle = false;               ///< of a process: it only waits, and may do so without an actor
    std::list<std::string>::iterator place_in_lru;
  };
  struct in_flight {
    hash256 h;                       ///< of the chain behind this record
    group_ptr group;                 ///< answered when this record is accepted; null but for the last
    std::string stream;
    std::uint64_t version = 0;
    bool ends_process = false;
    instant recorded_at;
    steady::time_point since;
    std::vector<group_ptr> unwritten;  ///< decided on it, with nothing to write: answered when it is accepted
  };

  struct unwritten {
    group_ptr group;
    std::uint64_t offset = 0;  ///< what it was decided on lies at or before it
  };

  // Commands.
  void on_submit(group_ptr group);
  /// True if the group was answered, joined to one in flight, or refused by its id.
  [[nodiscard]] bool answer_repeat(group_ptr const& group);
  void begin(group_ptr group);
  void send_to_entity(group_ptr const& group, std::size_t index);
  void on_decided(group_ptr group, std::size_t index);
  void refuse(group_ptr const& group, std::size_t failed_at);
  void commit_group(group_ptr const& group);
  /// Of its first `decided` commands nothing is written, for they are refused or change nothing. What they were
  /// decided on has to be durable all the same (docs/adr/0019-a-no-is-durable-too.md).
  void answer_unwritten(group_ptr const& group, std::size_t decided);
  /// Told once it is known that no other node owned the partition when it was decided.
  void confirm(unwritten answer);
  void ask_end();
  void on_log_ends(std::uint64_t question, std::uint64_t end);
  void tell_confirmed();
  void give_up_question();
  /// Who waited for its answer; those who came since ask the next one.
  std::vector<unwritten> close_question();
  void forget_questions();
  void finish_unwritten(unwritten const& answer);
  [[nodiscard]] static bool ends_process(encoded_event const& last);
  void finish(command_group& group, result<command_reply> const& reply);
  [[nodiscard]] live& entity_for(std::string const& stream);
  /// Makes room for one more entity. Gives an actor that may host another stream, if there is one.
  [[nodiscard]] caf::actor passivate_idle();
  /// Live entities that there may be; there are more only while none of them can go.
  [[nodiscard]] std::size_t room() const {
    return std::max<std::size_t>(1, around_->options.live_entities_max / around_->partitions);
  }
  void mark_ended(live& one, bool ended);

  // Processes that wait.
  void on_waits(process_waits const& told);
  void wait_until(std::string const& stream, instant until);
  /// True if it waited.
  bool stop_waiting(std::string const& stream);
  void wake_due();

  // The log.
  void on_read(std::vector<read_back> const& records);
  void on_own_commit(read_back const& record);
  void start_claim();
  void on_claimed(read_back const& record);
  void try_open();
  /// From now on it takes commands.
  void serve();
  void take_back(commit const& torn);
  /// From now on nothing is written here, and nothing is taken.
  void bar(error const& why);
  [[nodiscard]] static error not_open(std::string why) { return {errc::unavailable, std::move(why), {}}; }
  void enter(phase next);
  /// Leaves what is in flight: to the new owner, who alone knows what became of it; or, where none is known,
  /// its outcome is unknown.
  void close(phase next, error const& why);
  void hand_over(group_ptr const& group);
  void on_tick();
  void forget_applied();

  partition_id const partition_;
  std::shared_ptr<surroundings> const around_;
  partition_gauge& gauge_;
  phase phase_ = phase::closed;   ///< changed by `enter`
  error closed_why_;
  std::optional<error> barred_;   ///< why nothing may be written any more
  bool forwards_ = false;         ///< there are other nodes to ask
  bool wanted_ = false;           ///< this node is to own it
  bool newest_is_own_ = false;    ///< of the claims that were read
  steady::time_point phase_since_ = around_->steady_now();

  chain_state followed_;        ///< as accepted
  chain_state head_;            ///< with all that was appended under the claim
  std::uint64_t open_at_ = 0;   ///< offset behind the claim: the projections must show it first
  instant last_recorded_;       ///< recorded_at never goes back within a partition, whatever the clock does

  std::unordered_map<std::string, live> entities_;
  std::list<std::string> lru_;  ///< least recently used first
  /// Processes that wait, by stream, and the same by time. One without a live entity is asleep: it gets one when
  /// its time or a command comes. A receiver that is down for days must not hold its messages in memory.
  std::unordered_map<std::string, instant> waits_;
  std::set<std::pair<instant, std::string>> waits_by_time_;
  std::deque<in_flight> in_flight_;
  std::vector<unwritten> asked_;    ///< told when the log is read to where it ended when it was asked
  std::vector<unwritten> unasked_;  ///< decided since
  std::optional<steady::time_point> asked_at_;  ///< while a question is open
  std::uint64_t question_ = 0;
  std::optional<std::uint64_t> end_;  ///< the answer to it
  std::uint64_t read_to_ = 0;         ///< of the log: the next offset
  std::deque<group_ptr> waiting_;  ///< came while the partition was not open
  group_ptr taking_back_;          ///< undoes a torn group: until it is written, nothing else is
  std::unordered_map<uuid, group_ptr> by_command_;  ///< in progress
  /// Accepted, but perhaps not yet in the projection of command ids.
  std::unordered_map<uuid, std::shared_ptr<first_answer const>> recent_;
  std::deque<std::pair<std::uint64_t, uuid>> recent_order_;
};

}  // namespace tracseq::runtime
