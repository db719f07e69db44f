#include "actors/runtime/engine.hpp"

#include <algorithm>
#include <thread>

#include "actors/runtime/end_asker.hpp"
#include "actors/runtime/notifier.hpp"
#include "actors/runtime/shard.hpp"

namespace tracseq {

using runtime::command_group;
using runtime::surroundings;

struct engine::parts {
  parts(event_log& log, stream_source& source, engine_options options)
      : around(std::make_shared<surroundings>(log, source, std::move(options))) {
    // Work stealing burns a fifth of an idle core, and without a bound on throughput one busy actor
    // makes its neighbours wait.
    config.set("scheduler.policy", caf::atom("sharing"));
    config.set("scheduler.max-threads", around->options.threads);
    config.set("scheduler.max-throughput", std::size_t{50});
    system = std::make_unique<caf::actor_system>(config);
    around->submit = [this](std::vector<command_request> group, command_callback done) {
      submit(std::move(group), std::move(done));
    };
    for (partition_id p = 0; p < around->partitions; ++p)
      shards.push_back(system->spawn<runtime::shard>(p, around));
  }

  void submit(std::vector<command_request> requests, command_callback done,
              std::optional<sent_by_peer> const& peer = std::nullopt) {
    if (stopped) return done(fail(errc::unavailable, "TracSeq is stopping; repeat the request"));
    auto const partition = partition_of(requests.front().command.stream, around->partitions);
    for (auto const& request : requests)
      if (partition_of(request.command.stream, around->partitions) != partition)
        return done(fail(errc::internal, "a group's streams live in different partitions"));
    // A shard would keep it for when it can claim again, which never comes.
    if (auto const dead = around->log.dead()) return done(fail(errc::unavailable, dead->detail));
    auto& in_flight = around->gauges[partition].in_flight;
    if (in_flight.fetch_add(1, std::memory_order_relaxed) >= around->options.in_flight_max) {
      in_flight.fetch_sub(1, std::memory_order_relaxed);
      around->count.shed.fetch_add(1, std::memory_order_relaxed);
      return done(fail(errc::overloaded, "too much work is waiting; try again in a second"));
    }
    auto group = std::make_shared<command_group>(around->steady_now());
    group->requests = std::move(requests);
    group->waiting.push_back(std::move(done));
    if (peer) group->under_claim = peer->claim;
    if (peer && peer->within) group->until = group->since + *peer->within;
    caf::anon_send(shards[partition], runtime::submit_group{std::move(group)});
  }

  std::shared_ptr<surroundings> around;
  caf::actor_system_config config;  // the system refers to it as long as it lives
  std::unique_ptr<caf::actor_system> system;
  std::vector<caf::actor> shards;
  caf::actor notifications;
  std::atomic<bool> stopped{false};
  std::unique_ptr<runtime::end_asker> ends;
};

engine::engine(event_log& log, stream_source& source, engine_options options)
    : parts_(std::make_unique<parts>(log, source, std::move(options))) {
  log.on_failure([shards = parts_->shards](partition_id partition, error why) {
    caf::anon_send(shards[partition],
                   runtime::append_failed{std::make_shared<error const>(std::move(why))});
  });
}

engine::~engine() { stop(); }

void engine::stop() {
  if (parts_->stopped.exchange(true)) return;
  parts_->around->log.on_failure({});
  // A shard ends its entities before itself; the actor system waits for all of them.
  for (auto const& shard : parts_->shards)
    caf::anon_send_exit(shard, caf::exit_reason::user_shutdown);
  if (parts_->notifications)
    caf::anon_send_exit(parts_->notifications, caf::exit_reason::kill);
  // Until here they submit, to each other and for whoever they answer.
  parts_->system->await_all_actors_done();
  parts_->ends.reset();
}

void engine::on_effect(effect_performer performer) {
  parts_->around->perform = std::move(performer);
}

void engine::on_elsewhere(forward_commands forward) {
  parts_->around->elsewhere = std::move(forward);
  parts_->ends = std::make_unique<runtime::end_asker>(
      parts_->around->log,
      [this](partition_id p, runtime::log_ends told) { caf::anon_send(parts_->shards[p], told); });
  parts_->around->ask_end = [this](partition_id p, std::uint64_t question) { parts_->ends->ask(p, question); };
}

void engine::ask_before_claims(std::function<std::string(partition_id)> why_not) {
  parts_->around->why_no_claim = std::move(why_not);
}

void engine::write_no_more(error why) {
  auto const shared = std::make_shared<error const>(std::move(why));
  for (auto const& shard : parts_->shards) caf::anon_send(shard, runtime::bar_shard{shared});
}

void engine::stand_by(std::vector<partition_head> const& at) {
  for (partition_id p = 0; p < parts_->around->partitions; ++p)
    caf::anon_send(parts_->shards[p], runtime::stand_by{at[p]});
}

void engine::take(partition_id partition) {
  caf::anon_send(parts_->shards[partition], runtime::take_partition{});
}

shard_phase engine::phase_of(partition_id partition) const {
  return parts_->around->gauges[partition].phase.load(std::memory_order_relaxed);
}

bool engine::ready() const {
  return parts_->around->count.open_partitions.load() == parts_->around->partitions;
}

// Some partitions are full before the others are: what is meant for those is refused where it arrives.
bool engine::takes_more() {
  auto& around = *parts_->around;
  std::uint64_t waiting = 0;
  for (auto const& gauge : around.gauges) waiting += gauge.in_flight.load(std::memory_order_relaxed);
  auto const partitions = std::max<std::uint64_t>(around.count.open_partitions.load(std::memory_order_relaxed), 1);
  if (waiting < around.options.in_flight_max * partitions * 3 / 4) return true;
  around.count.shed.fetch_add(1, std::memory_order_relaxed);
  return false;
}

void engine::submit(std::vector<command_request> group, command_callback done) {
  parts_->submit(std::move(group), std::move(done));
}

void engine::submit_for_peer(std::vector<command_request> group, command_callback done, sent_by_peer how) {
  parts_->submit(std::move(group), std::move(done), how);
}

void engine::on_read(std::vector<read_back> batch) {
  std::vector<std::shared_ptr<std::vector<read_back>>> split(parts_->around->partitions);
  for (auto& record : batch) {
    auto& mine = split[record.partition];
    if (!mine) mine = std::make_shared<std::vector<read_back>>();
    mine->push_back(std::move(record));
  }
  for (partition_id p = 0; p < split.size(); ++p)
    if (split[p])
      caf::anon_send(parts_->shards[p], runtime::records_read{std::move(split[p])});
}

void engine::on_applied(std::vector<log_position> applied) {
  for (auto const& [partition, offset] : applied) {
    auto& gauge = parts_->around->gauges[partition];
    gauge.applied.store(offset, std::memory_order_release);
    if (gauge.wants_applied.load(std::memory_order_acquire))
      caf::anon_send(parts_->shards[partition], runtime::projections_applied{});
  }
}

void engine::start_notifications(
    notification_rules rules, std::function<entity_facts(std::string const& stream)> look_up) {
  if (!parts_->notifications)
    parts_->notifications = parts_->system->spawn<runtime::notifier>(parts_->around, std::move(look_up));
  caf::anon_send(parts_->notifications, runtime::set_rules{std::make_shared<notification_rules>(
                                            std::move(rules))});
}

void engine::notify(std::vector<notice> events, std::function<void()> done) {
  caf::anon_send(parts_->notifications,
                 runtime::tell_events{std::make_shared<std::vector<notice>>(std::move(events)),
                                      std::move(done)});
}

void engine::drain(std::chrono::milliseconds within) {
  for (auto const& shard : parts_->shards) caf::anon_send(shard, runtime::drain_shard{});
  auto const until = runtime::steady::now() + within;
  auto const busy = [&] {
    std::uint64_t sum = 0;
    for (auto const& gauge : parts_->around->gauges) sum += gauge.in_flight.load();
    return sum > 0;
  };
  while (busy() && runtime::steady::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

std::string engine::broken() const { return parts_->around->broken.words(); }

engine_stats engine::stats() const {
  auto const& around = *parts_->around;
  engine_stats stats;
  stats.live_entities = around.count.live_entities;
  for (auto const& gauge : around.gauges) stats.in_flight += gauge.in_flight;
  stats.commands_accepted = around.count.accepted;
  stats.commands_refused = around.count.refused;
  stats.commands_repeated = around.count.repeated;
  stats.commands_shed = around.count.shed;
  stats.records_skipped = around.count.skipped;
  stats.partitions_open = around.count.open_partitions;
  stats.processes_open = around.count.open_processes;
  stats.claims_unconfirmed = around.count.claims_unconfirmed;
  return stats;
}

}  // namespace tracseq
