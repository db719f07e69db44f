#pragma once
// One process of a node: the real shards, entities and process drivers on CAF's scheduler for tests, the real
// projections over a disk in memory, and the follower's work, step by step.

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/messages.hpp"
#include "node/cluster/forwarder.hpp"
#include "node/cluster/ownership.hpp"
#include "node/stream_store.hpp"
#include "projections/follow.hpp"
#include "projections/runner.hpp"
#include "tests/sim/broker.hpp"
#include "tests/sim/memory_store.hpp"

namespace tracseq::sim {

/// What lasts when a node's process ends.
struct machine {
  std::string name;
  std::shared_ptr<sim::disk> disk = std::make_shared<sim::disk>();
  std::int64_t clock_off_us = 0;
  std::uint64_t starts = 0;
};

class process;

/// How processes reach each other, and the receivers of effects.
class surroundings_of_process {
 public:
  virtual ~surroundings_of_process() = default;
  /// A frame to another process; false where there is no connection to it.
  virtual bool send_frame(process const& from, uuid const& to, bool is_answer, std::string body) = 0;
  virtual void perform(std::string const& by, effect const& what, std::function<void(effect_outcome)> done) = 0;
};

class process {
 public:
  process(world& in, broker& log, machine& on, surroundings_of_process& others);
  ~process();
  process(process const&) = delete;
  process& operator=(process const&) = delete;

  /// Opens the store and the log; an error is a start that failed.
  [[nodiscard]] result<void> start();
  /// Takes no further command; what is under way may finish.
  void drain();
  /// Ends as kill -9 would.
  void kill();
  [[nodiscard]] std::shared_ptr<life> const& alive() const noexcept { return life_; }
  [[nodiscard]] bool runs() const noexcept { return started_ && !life_->dead && !life_->paused; }
  [[nodiscard]] std::string const& name() const noexcept { return machine_.name; }
  [[nodiscard]] uuid const& boot_id() const noexcept { return around_->options.boot_id; }

  // Time and turns.
  void set_clock();
  [[nodiscard]] std::int64_t next_timer_at();
  [[nodiscard]] bool has_work() const { return !scheduler_->jobs.empty(); }
  /// Lets one actor, of those that have something to do, handle one message.
  void step();

  /// Something lies in the log.
  void wake_follower();
  /// Claims a partition, whoever has it.
  void take(partition_id partition);
  /// A group from a client of this node, or from a process manager: here or at its owner.
  void submit(std::vector<command_request> group, command_callback done,
              std::optional<sent_by_peer> const& peer = std::nullopt);

  // Other nodes: what node/cluster/cluster.cpp does, without threads.
  void on_frame(uuid const& from, bool is_answer, std::string const& body);
  void on_up(uuid const& other);
  void on_down(uuid const& other, bool surely_ended);
  void assigned(std::vector<partition_id> const& mine);
  /// What another says of the partitions it owns.
  void hear_state(process const& other);

  /// What this node would show.
  [[nodiscard]] std::shared_ptr<read_view const> view() const { return models_->newest(); }
  /// How far into each partition that goes, and whether it is as far as `wanted`.
  [[nodiscard]] position_vector applied() const { return models_->applied(); }
  [[nodiscard]] bool shows(position_vector const& wanted) const;
  /// Everything that was read is shown.
  [[nodiscard]] bool current() const;
  [[nodiscard]] std::vector<partition_position> positions() const { return models_->positions(); }
  [[nodiscard]] engine_stats stats() const;

 private:
  class guarded_source;
  void follow();
  void tell_shards(folded_batch const& batch);
  void apply();
  void tell_applied();
  void ask_end(partition_id partition, std::uint64_t question);
  void on_claim(partition_id partition, std::uint64_t number, uuid const& by, std::string const& node);
  void cluster_tick();

  world& world_;
  broker& broker_;
  machine& machine_;
  surroundings_of_process& others_;
  std::shared_ptr<life> life_ = std::make_shared<life>();
  way_to_log log_;
  std::unique_ptr<runner> models_;
  std::unique_ptr<stream_store> streams_;
  std::unique_ptr<guarded_source> source_;
  std::shared_ptr<runtime::surroundings> around_;
  std::unique_ptr<fold_reader> reader_;
  std::optional<folded_batch> unapplied_;  ///< told to the shards, not yet in the store
  bool follows_ = false;                   ///< the follower's next step is on its way
  bool started_ = false;

  caf::actor_system_config config_;  // the system refers to it as long as it lives
  std::unique_ptr<caf::actor_system> system_;
  caf::scheduler::test_coordinator* scheduler_ = nullptr;
  std::vector<caf::actor> shards_;

  std::unique_ptr<cluster::forwarder> forwarder_;
  std::unique_ptr<cluster::ownership> ownership_;
  std::vector<cluster::route> owners_;
};

}  // namespace tracseq::sim
