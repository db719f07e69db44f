#include "tests/sim/process.hpp"

#include <algorithm>

#include "actors/runtime/shard.hpp"

namespace tracseq::sim {
namespace {

/// The simulation begins on a Tuesday.
constexpr std::int64_t wall_at_zero_us = 1'764'000'000'000'000;
constexpr auto store_retry_us = 250 * ms;
constexpr auto read_retry_us = 250 * ms;
constexpr auto cluster_pace_us = 50 * ms;

caf::actor_clock::time_point clock_at(std::int64_t us) {
  return caf::actor_clock::time_point(std::chrono::hours(1) + std::chrono::microseconds(us));
}

}  // namespace

/// The store as the engine sees it; of a dead process nothing is written any more.
class process::guarded_source final : public stream_source {
 public:
  guarded_source(stream_store& to, std::shared_ptr<life> of) : to_(to), life_(std::move(of)) {}
  [[nodiscard]] result<stored_stream> load(std::string_view stream, bool with_snapshot) override {
    return to_.load(stream, with_snapshot);
  }
  [[nodiscard]] result<std::optional<first_answer>> find_command(uuid const& id) override {
    return to_.find_command(id);
  }
  [[nodiscard]] result<std::vector<std::string>> open_processes(partition_id partition) override {
    return to_.open_processes(partition);
  }
  [[nodiscard]] result<std::optional<commit>> torn_group(partition_id partition) override {
    return to_.torn_group(partition);
  }
  void save_snapshot(std::string_view stream, std::uint64_t version, std::string state) override {
    if (!life_->dead) to_.save_snapshot(stream, version, std::move(state));
  }

 private:
  stream_store& to_;
  std::shared_ptr<life> life_;
};

process::process(world& in, broker& log, machine& on, surroundings_of_process& others)
    : world_(in),
      broker_(log),
      machine_(on),
      others_(others),
      log_(in, log, life_),
      owners_(log.partitions()) {
  life_->name = on.name;
}

process::~process() {
  if (!life_->dead) kill();
  forwarder_.reset();  // what waits in it refers to actors
  shards_.clear();
  scheduler_ = nullptr;
  system_.reset();
}

result<void> process::start() {
  ++machine_.starts;
  auto ran = runner::open(open_memory_store(world_, machine_.disk), all_projections(),
                          {.partitions = broker_.partitions()});
  if (!ran) return tl::unexpected(ran.error());
  models_ = *std::move(ran);
  streams_ = std::make_unique<stream_store>(*models_);
  source_ = std::make_unique<guarded_source>(*streams_, life_);
  auto const at = models_->positions();
  auto opened = fold_reader::open(log_, at);
  if (!opened) return tl::unexpected(opened.error());
  reader_ = *std::move(opened);
  streams_->set_positions(at);

  config_.set("scheduler.policy", caf::atom("testing"));
  system_ = std::make_unique<caf::actor_system>(config_);
  scheduler_ = &dynamic_cast<caf::scheduler::test_coordinator&>(system_->scheduler());
  scheduler_->jobs.clear();
  scheduler_->clock().current_time = clock_at(world_.now_us);

  engine_options options;
  options.node = machine_.name;
  options.boot_id = world_.dice.id();
  options.deadline = std::chrono::milliseconds(2'000);
  options.in_flight_max = 12;
  options.live_entities_max = static_cast<std::size_t>(world_.dice.between(4, 200));
  around_ = std::make_shared<runtime::surroundings>(log_, *source_, options);
  around_->steady_now = [this] { return scheduler_->clock().now(); };
  around_->wall_now = [this] { return instant{wall_at_zero_us + world_.now_us + machine_.clock_off_us}; };
  around_->submit = [this](std::vector<command_request> group, command_callback done) {
    submit(std::move(group), std::move(done));
  };
  around_->elsewhere = [this](partition_id partition, std::vector<command_request> group, command_callback done) {
    if (!life_->dead) forwarder_->submit(partition, std::move(group), std::move(done));
  };
  around_->ask_end = [this](partition_id partition, std::uint64_t question) { ask_end(partition, question); };
  cluster::forwarder::world reach;
  reach.send = [this](uuid const& to, std::string body) {
    return others_.send_frame(*this, to, false, std::move(body));
  };
  reach.here = [this](std::vector<command_request> group, command_callback done, std::uint64_t claim) {
    submit(std::move(group), std::move(done), sent_by_peer{claim, std::nullopt});
  };
  reach.now = around_->steady_now;
  cluster::forward_options patience;
  patience.deadline = options.deadline;
  patience.unreachable = std::chrono::milliseconds(1'000);
  forwarder_ = std::make_unique<cluster::forwarder>(reach, options.boot_id, broker_.partitions(), patience);
  ownership_ = std::make_unique<cluster::ownership>(options.boot_id, broker_.partitions(),
                                                    cluster::ownership_options{});
  around_->perform = [this](effect const& what, std::function<void(effect_outcome)> done) {
    others_.perform(machine_.name, what, [of = life_, done = std::move(done)](effect_outcome outcome) {
      if (!of->dead) done(std::move(outcome));
    });
  };
  for (partition_id p = 0; p < broker_.partitions(); ++p) {
    shards_.push_back(system_->spawn<runtime::shard>(p, around_));
    caf::anon_send(shards_[p], runtime::stand_by{{at[p].chain, at[p].recorded_at}});
    if (at[p].owner) on_claim(p, at[p].chain.c, at[p].owner->boot_id, at[p].owner->node);
  }
  log_.on_failure([this](partition_id partition, error why) {
    caf::anon_send(shards_[partition], runtime::append_failed{std::make_shared<error const>(std::move(why))});
  });
  started_ = true;
  tell_applied();
  wake_follower();
  cluster_tick();
  return {};
}

// Where the log ends is looked at somewhere on the way there and back.
void process::ask_end(partition_id partition, std::uint64_t question) {
  world_.after(world_.dice.wait_us(3 * ms), [this, partition, question, of = life_] {
    if (of->dead) return;
    auto const ends = log_.ends();
    if (!ends || of->paused)
      return world_.after(50 * ms, [this, partition, question, of] {
        if (!of->dead) ask_end(partition, question);
      });
    world_.after(world_.dice.wait_us(3 * ms), [this, partition, question, of, end = (*ends)[partition]] {
      if (!of->dead) caf::anon_send(shards_[partition], runtime::log_ends{question, end});
    });
  });
}

void process::drain() {
  for (auto const& shard : shards_) caf::anon_send(shard, runtime::drain_shard{});
}

void process::kill() {
  life_->dead = true;
  log_.on_failure({});
  if (!system_) return;
  // The actors end as well as they can, unheard: nothing of it leaves the process.
  world_.quiet_places = true;
  for (auto const& shard : shards_) caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
  while (scheduler_->has_job()) scheduler_->run_once();
  world_.quiet_places = false;
  shards_.clear();
}

void process::set_clock() {
  auto const passed = clock_at(world_.now_us) - scheduler_->clock().current_time;
  if (passed.count() > 0) scheduler_->advance_time(passed);
}

std::int64_t process::next_timer_at() {
  auto const& timers = scheduler_->clock().schedule();
  if (timers.empty()) return INT64_MAX;
  auto const due = timers.begin()->first - clock_at(0);
  return std::chrono::duration_cast<std::chrono::microseconds>(due).count() + 1;
}

void process::step() {
  auto& jobs = scheduler_->jobs;
  auto const chosen = jobs.begin() + static_cast<std::ptrdiff_t>(world_.dice.below(jobs.size()));
  std::rotate(jobs.begin(), chosen, chosen + 1);
  scheduler_->run_once();
}

// --- The follower: as node/follower.cpp, a step at a time ---------------------------------------

void process::wake_follower() {
  if (follows_ || !started_ || life_->dead) return;
  follows_ = true;
  world_.after(world_.dice.wait_us(2 * ms), [this] { follow(); });
}

void process::follow() {
  if (life_->dead) return;
  if (life_->paused) return world_.after(50 * ms, [this] { follow(); });
  if (unapplied_) return apply();
  auto batch = reader_->next(static_cast<std::size_t>(world_.dice.between(1, 8'000)),
                             std::chrono::milliseconds(0));
  if (!batch) return world_.after(read_retry_us, [this] { follow(); });
  follows_ = false;
  if (batch->empty()) return;
  // First the shards, so that who waits for an acknowledgement does not also wait for the rows.
  tell_shards(*batch);
  unapplied_ = *std::move(batch);
  follows_ = true;
  world_.after(world_.dice.wait_us(3 * ms), [this] { follow(); });
}

void process::tell_shards(folded_batch const& batch) {
  std::vector<std::shared_ptr<std::vector<read_back>>> split(shards_.size());
  for (auto const& record : batch.records) {
    auto& mine = split[record.partition];
    if (!mine) mine = std::make_shared<std::vector<read_back>>();
    mine->push_back({record.partition, record.offset, record.judged, record.state,
                     record.claim ? record.claim->boot_id : uuid{}, record.recorded_at});
    if (!record.claim) continue;
    on_claim(record.partition, record.state.c, record.claim->boot_id, record.claim->node);
    world_.say(name(), " reads: partition ", record.partition, " is ", record.claim->node, "'s by claim ",
               record.claim->number);
  }
  for (partition_id p = 0; p < split.size(); ++p)
    if (split[p]) caf::anon_send(shards_[p], runtime::records_read{std::move(split[p])});
}

// The store refuses when its disk is full. The batch is kept and tried again.
void process::apply() {
  if (auto applied = models_->apply(*unapplied_); !applied)
    return world_.after(store_retry_us, [this] { follow(); });
  streams_->set_positions(unapplied_->positions);
  unapplied_.reset();
  tell_applied();
  if (world_.dice.happens(0.1)) machine_.disk->sync();
  follows_ = false;
  wake_follower();
}

void process::tell_applied() {
  auto const applied = models_->applied();
  for (partition_id p = 0; p < applied.size(); ++p) {
    auto& gauge = around_->gauges[p];
    gauge.applied.store(applied[p]);
    if (gauge.wants_applied.load()) caf::anon_send(shards_[p], runtime::projections_applied{});
  }
}

bool process::shows(position_vector const& wanted) const {
  auto const at = models_->applied();
  for (std::size_t p = 0; p < wanted.size(); ++p)
    if (at[p] < wanted[p]) return false;
  return true;
}

bool process::current() const {
  auto const at = models_->positions();
  for (partition_id p = 0; p < at.size(); ++p)
    if (at[p].next_offset != broker_.records(p).size()) return false;
  return true;
}

// --- Commands ---------------------------------------------------------------------------------------

// As engine::parts::submit.
void process::submit(std::vector<command_request> group, command_callback done,
                     std::optional<sent_by_peer> const& peer) {
  if (life_->dead) return;
  auto const partition = partition_of(group.front().command.stream, broker_.partitions());
  auto& in_flight = around_->gauges[partition].in_flight;
  if (in_flight.fetch_add(1) >= around_->options.in_flight_max) {
    in_flight.fetch_sub(1);
    return done(fail(errc::overloaded, "too much work is waiting; try again in a second"));
  }
  auto made = std::make_shared<runtime::command_group>(around_->steady_now());
  made->requests = std::move(group);
  if (peer) made->under_claim = peer->claim;
  if (peer && peer->within) made->until = made->since + *peer->within;
  made->waiting.push_back([of = life_, done = std::move(done)](result<command_reply> reply) {
    if (!of->dead) done(std::move(reply));
  });
  caf::anon_send(shards_[partition], runtime::submit_group{std::move(made)});
}

// --- Other nodes: as node/cluster/cluster.cpp, without threads ------------------------------------------

void process::take(partition_id partition) {
  if (!runs()) return;
  world_.say(name(), " takes partition ", partition);
  caf::anon_send(shards_[partition], runtime::take_partition{});
}

void process::on_claim(partition_id partition, std::uint64_t number, uuid const& by, std::string const& node) {
  if (number <= owners_[partition].claim) return;
  owners_[partition] = {number, by, node};
  ownership_->claimed(partition, by, around_->steady_now());
  forwarder_->on_route(partition, owners_[partition]);
}

void process::on_frame(uuid const& from, bool is_answer, std::string const& body) {
  if (life_->dead) return;
  if (is_answer) {
    auto reply = cluster::decode_answer(body);
    if (!reply) return world_.broken("an answer of another node cannot be read: ", reply.error().detail);
    return forwarder_->on_answer(*std::move(reply));
  }
  auto asked = cluster::decode_forward(body);
  if (!asked) return world_.broken("a command of another node cannot be read: ", asked.error().detail);
  submit(std::move(asked->commands),
         [this, from, id = asked->id](result<command_reply> const& reply) {
           (void)others_.send_frame(*this, from, true, cluster::encode_answer(id, reply));
         },
         sent_by_peer{asked->claim, asked->within});
}

void process::on_up(uuid const& other) {
  ownership_->reachable(other, true);
  forwarder_->on_connected(other);
}

void process::on_down(uuid const& other, bool surely_ended) {
  ownership_->reachable(other, false);
  forwarder_->on_lost(other);
  if (surely_ended) ownership_->gone(other, around_->steady_now());
}

void process::assigned(std::vector<partition_id> const& mine) {
  ownership_->assigned(mine);
}

void process::hear_state(process const& other) {
  for (partition_id p = 0; p < owners_.size(); ++p)
    if (owners_[p].boot_id == other.boot_id())
      ownership_->serving(p, other.around_->gauges[p].phase.load() == shard_phase::open, around_->steady_now());
}

void process::cluster_tick() {
  if (life_->dead) return;
  world_.after(cluster_pace_us, [this] { cluster_tick(); });
  if (life_->paused) return;
  forwarder_->tick();
  // Who cannot read the log, or is far behind it, would only claim late.
  if (life_->log_cut || unapplied_) return;
  for (auto const p : ownership_->due(around_->steady_now())) take(p);
}

engine_stats process::stats() const {
  engine_stats stats;
  for (auto const& gauge : around_->gauges) stats.in_flight += gauge.in_flight;
  stats.live_entities = around_->count.live_entities;
  stats.partitions_open = around_->count.open_partitions;
  stats.processes_open = around_->count.open_processes;
  return stats;
}

}  // namespace tracseq::sim
