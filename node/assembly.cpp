#include "node/assembly.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "actors/command_codec.hpp"
#include "actors/delivery.hpp"
#include "actors/runtime/engine.hpp"
#include "events/formats.hpp"
#include "node/address.hpp"
#include "node/channels/webhook.hpp"
#include "node/checkpoint_file.hpp"
#include "node/cluster/cluster.hpp"
#include "node/cluster/secret.hpp"
#include "node/cluster/shared_state.hpp"
#include "node/data_directory.hpp"
#include "node/donor_erasures.hpp"
#include "node/follower.hpp"
#include "node/http/api.hpp"
#include "node/labels.hpp"
#include "node/log.hpp"
#include "node/log_pulse.hpp"
#include "node/metrics.hpp"
#include "node/node_metrics.hpp"
#include "node/notification_feed.hpp"
#include "node/repair.hpp"
#include "node/secrets.hpp"
#include "node/status.hpp"
#include "node/stream_store.hpp"
#include "projections/inbox.hpp"

namespace tracseq {
namespace {

constexpr auto claims_patience = std::chrono::seconds(20);
constexpr auto catch_up_patience = std::chrono::minutes(10);
constexpr auto log_patience = std::chrono::milliseconds(500);  // of the thread that says that this node lives

}  // namespace

// Members in the order of construction: each uses those before it, so they end in reverse.
struct node::parts {
  node_options options;
  node_secrets secrets;
  std::unique_ptr<event_log> log;
  std::unique_ptr<runner> models;
  std::unique_ptr<log_pulse> pulse;
  std::unique_ptr<stream_store> streams;
  uuid boot_id = new_uuid();
  std::unique_ptr<tracseq::engine> engine;
  std::unique_ptr<cluster::cluster> others;  ///< null in a node that is alone
  std::unique_ptr<cluster::shared_state> shared;  ///< the same
  std::unique_ptr<tracseq::follower> follower;
  std::unique_ptr<webhook_channel> webhooks;
  std::unique_ptr<block_labels> labels;
  std::unique_ptr<checkpoint_keeper> checkpoints;
  std::unique_ptr<live_status> status;
  tracseq::metrics metrics;
  std::unique_ptr<http::api> api;
  std::unique_ptr<notification_feed> notifications;
  std::atomic<bool> feeding{false};
  std::unique_ptr<http::server> server;
  std::vector<std::string> said;  ///< of what an operator should know, in the node's own log
  std::string said_not_ready;

  [[nodiscard]] std::string log_address() const {
    return options.log_address.empty() ? log_directory(options.data) : options.log_address;
  }

  [[nodiscard]] bool asked_to_stop() const { return options.asked_to_stop && *options.asked_to_stop; }

  static tl::unexpected<error> stopped_early() { return fail(errc::unavailable, "it was stopped while it started"); }

  [[nodiscard]] bool is_shared() const { return options.log_address.starts_with("kafka://"); }

  result<void> open_log() {
    if (options.read_only) return {};
    log_options wanted;
    wanted.partitions = options.partitions;
    wanted.segment_bytes = options.segment_bytes;
    wanted.require_replication = options.require_replication;
    // A node that has shown a history would begin another one in the place of a mistyped topic.
    bool const has_shown_one = std::filesystem::exists(store_directory(options.data));
    wanted.create = !is_shared() || !has_shown_one;
    auto opened = tracseq::open_log(log_address(), wanted);
    if (!opened && opened.error().code == errc::not_found)
      return fail(errc::not_found, opened.error().detail +
                                       ", but this node has shown a history that came from there. Is the address "
                                       "right? If the topic was lost, `tracseq log repair` makes it anew from this "
                                       "node's journal.");
    if (!opened) return tl::unexpected(opened.error());
    log = *std::move(opened);
    return {};
  }

  result<void> open_models() {
    store_options how;
    how.read_only = options.read_only;
    how.create = !options.read_only;
    auto rows = store::open(store_directory(options.data), how);
    if (!rows) return tl::unexpected(rows.error());
    runner_options wanted;
    if (log) wanted.partitions = log->partitions();
    auto opened = runner::open(*std::move(rows), options.projections, wanted);
    if (!opened) return tl::unexpected(opened.error());
    models = *std::move(opened);
    if (!options.read_only)
      models->before_applied([this](folded_batch const& batch) -> result<void> {
        remember_claims(*models, batch);
        if (!secrets.keys) return {};
        return erase_what_was(*secrets.keys, batch);
      });
    streams = std::make_unique<stream_store>(*models);
    streams->set_positions(models->positions());
    if (log) pulse = std::make_unique<log_pulse>(*log, [this] { return models->applied(); });
    return {};
  }

  /// Projections to where the log is. A log that lost what they hold gets it back from the journal.
  result<void> catch_up(std::function<void(std::string const&)> const& say) {
    auto put_back = repair_from_journal(*log, *models, is_shared() ? repair_policy::refuse : repair_policy::append);
    if (!put_back) return tl::unexpected(put_back.error());
    if (!put_back->empty()) {
      say(*put_back);
      startup_warning = *put_back;
    }
    // Of what a newer TracSeq wrote: this may be the newer one.
    if (auto const mended = models->healthy() ? 0 : models->retry_all_parked(); mended > 0)
      say(std::to_string(mended) + " parked streams could be read now, and are parked no more");
    auto reported = std::chrono::steady_clock::now();
    return models->catch_up(*log, options.asked_to_stop, [&](std::uint64_t events) {
      if (std::chrono::steady_clock::now() - reported < std::chrono::seconds(2)) return;
      reported = std::chrono::steady_clock::now();
      say("reading the history: " + std::to_string(events) + " events so far");
    });
  }
  std::string startup_warning;

  /// Listens before there is an engine, for its claims name the port.
  result<void> make_cluster(engine_options& wanted) {
    auto const& from = options.cluster;
    if (from.alone()) return {};
    auto made = cluster::options_from(from, secrets.cluster);
    made.http = host_and_port(options.http.address, server->port());
    made.node = options.node;
    made.version = program_version;
    made.event_formats = known_event_formats();
    made.log_address = options.log_address;
    made.log_name = log->name();
    made.forward.deadline = options.command_deadline;
    made.forward.waiting_max = 2 * options.in_flight_max;
    others = std::make_unique<cluster::cluster>(std::move(made), boot_id, log->partitions());
    shared = std::make_unique<cluster::shared_state>(*others, *secrets.keys, secrets.cluster, options.upload_bytes_max);
    if (auto listening = others->listen(); !listening) return listening;
    wanted.command_address = others->address();
    return {};
  }

  result<void> make_engine() {
    engine_options wanted;
    wanted.node = options.node;
    wanted.boot_id = boot_id;
    wanted.in_flight_max = options.in_flight_max;
    wanted.live_entities_max = options.live_entities_max;
    wanted.deadline = options.command_deadline;
    wanted.threads = options.engine_threads;
    if (auto listening = make_cluster(wanted); !listening) return listening;
    engine = std::make_unique<tracseq::engine>(*log, *streams, wanted);
    engine->ask_before_claims([this](partition_id p) -> std::string {
      return !pulse->fresh() ? "the log does not answer" : others ? others->why_no_claim(p) : std::string();
    });
    if (others) {
      others->serve(*engine);
      engine->on_elsewhere(others->elsewhere());
    }
    webhook_options sending;
    sending.master_key = secrets.webhook_key;
    sending.allow_private_addresses = options.webhooks_to_private_addresses;
    sending.timeout = options.webhook_timeout;
    webhooks = std::make_unique<webhook_channel>(std::move(sending));
    engine->on_effect([this](effect const& wanted_effect, std::function<void(effect_outcome)> done) {
      auto message = codec::decode<commands::delivery::webhook_message>(wanted_effect.payload);
      if (!message)
        return done({.ok = false, .detail = "the message cannot be read: " + message.error().detail, .permanent = true});
      webhooks->send(message->url, message->message_id, std::move(message->body), std::move(done));
    });
    follower = std::make_unique<tracseq::follower>(*log, *models, *streams);
    labels = std::make_unique<block_labels>(
        [this](auto group, auto done) { engine->submit(std::move(group), std::move(done)); },
        options.node, log->partitions());
    return {};
  }

  result<void> begin_checkpoints() {
    auto key = read_or_make_signing_key(checkpoint_key_file(options.data));
    if (!key) return tl::unexpected(key.error());
    auto const heads = [this] {
      std::vector<chain_state> now;
      for (auto const& at : streams->positions()) now.push_back(at.chain);
      return now;
    };
    auto send = [this](uuid const& id, std::string body, auto done) {
      webhooks->send(options.checkpoints.webhook, id, std::move(body), std::move(done));
    };
    checkpoints = std::make_unique<checkpoint_keeper>(options.checkpoints, *std::move(key), heads,
                                                      std::move(send));
    checkpoints->start();
    return {};
  }

  [[nodiscard]] std::string secret_of_rule(uuid const& rule) const {
    auto const row = inbox_query(*models->newest()).rule(rule);
    return row && !row->terms.url.empty() ? webhook_secret(secrets.webhook_key, row->terms.url) : std::string();
  }

  void make_api() {
    http::services with;
    with.facts.node = options.node;
    with.facts.version = program_version;
    with.facts.log = log ? log->description() : "none: a copy of the past";
    with.facts.data = options.data;
    with.facts.read_only = options.read_only;
    with.facts.started = now();
    if (options.read_only) with.facts.until = moment_of_replay(options.data);
    with.facts.partitions = log ? log->partitions() : static_cast<partition_id>(models->applied().size());
    with.facts.clustered = others != nullptr;
    with.token = secrets.token;
    with.ui_dir = options.ui_directory;
    with.serves_api = options.cluster.does("http");
    with.body_bytes_max = options.body_bytes_max;
    with.upload_bytes_max = options.upload_bytes_max;
    with.view = [this] { return models->newest(); };
    with.snapshot = [this] { return models->snapshot(); };
    with.progress = follower.get();
    with.status = status.get();
    with.log = log.get();
    with.keys = secrets.keys.get();
    with.webhooks_to_private_addresses = options.webhooks_to_private_addresses;
    if (engine) {
      with.submit = [this](auto group, auto done) { engine->submit(std::move(group), std::move(done)); };
      with.takes_more = [this] { return engine->takes_more(); };
      with.labels = labels.get();
      with.webhook_secret = [this](uuid const& rule) { return secret_of_rule(rule); };
    }
    register_node_metrics(metrics, {with.facts, models.get(), streams.get(), status.get(), pulse.get(), engine.get(),
                                    follower.get(), webhooks.get()});
    register_cluster_metrics(metrics, others.get());
    register_checkpoint_metrics(metrics, checkpoints);
    status->warn_of([this] { return feeding ? notifications->warnings() : std::vector<std::string>(); });
    if (shared) {
      shared->put_into(with);
      status->warn_of([this] { return shared->warnings(); });
    }
    api = std::make_unique<http::api>(std::move(with), metrics);
    if (shared) shared->show(api.get());
  }

  result<void> wait_for_end() const {
    auto const ends = log->ends();
    if (!ends) return tl::unexpected(ends.error());
    // Behind the last record there may be offsets at which nothing lies.
    auto const surely_asked_again = instant{now().us + 1'000'000};
    auto const until = std::chrono::steady_clock::now() + catch_up_patience;
    for (partition_id p = 0; p < ends->size(); ++p)
      // Of the positions that are claimed from below, which follow the rows by a moment.
      while (streams->positions()[p].next_offset < (*ends)[p] && !log->dead() &&
             !follower->has_seen_the_end_since(surely_asked_again)) {
        if (auto const why = follower->failure()) return tl::unexpected(*why);
        if (asked_to_stop()) return stopped_early();
        if (std::chrono::steady_clock::now() > until)
          return fail(errc::timed_out, "the history cannot be read to its end (partition " +
                                           std::to_string(p) + ")");
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    return {};
  }

  /// What this node is, where it is alone.
  [[nodiscard]] http::cluster_node own_facts() const {
    http::cluster_node self;
    self.name = options.node;
    self.boot_id = to_string(boot_id);
    self.version = program_version;
    self.http = host_and_port(options.http.address, server->port());
    self.roles = options.cluster.roles;
    self.started = now();
    return self;
  }

  result<void> take_partitions() {
    if (!others) {
      for (partition_id p = 0; p < log->partitions(); ++p) engine->take(p);
      return {};
    }
    return others->join(streams->positions(), [this] {
      cluster::node_facts_now facts;
      facts.why_not_ready = status->why_not_able();
      facts.ready = facts.why_not_ready.empty();
      facts.lag = status->lag();
      facts.applied = models->applied();
      if (pulse->fresh()) facts.ends = log->ends_within(log_patience).value_or(facts.ends);
      facts.warnings = status->own_warnings();
      if (feeding) facts.notification_cursor = notifications->cursor();
      return facts;
    });
  }

  result<void> begin_to_follow() {
    if (others)
      follower->on_claim([this](partition_id p, std::uint64_t number, partition_owner const& by) {
        others->on_claim(p, number, by);
      });
    std::vector<partition_head> heads;
    for (auto const& at : models->positions()) heads.push_back({at.chain, at.recorded_at});
    engine->stand_by(heads);
    if (auto started = follower->start(engine.get()); !started) return started;
    // Claimed only from the end of the log: a shard takes an older claim of another node that it reads
    // after it has opened for one that fences it.
    if (auto there = wait_for_end(); !there) return there;
    auto damage = damage_in(models->positions(), options.start_behind_damage);
    if (!damage) return tl::unexpected(damage.error());
    for (auto& words : *damage) status->add_warning(std::move(words));
    if (auto taken = take_partitions(); !taken) return taken;
    auto const settled = [this] { return others ? others->is_settled() : engine->ready(); };
    auto const until = std::chrono::steady_clock::now() + claims_patience;
    auto const hopeless = [this] {
      return log->dead() || (others && !others->fatal().empty()) || asked_to_stop();
    };
    while (!settled() && std::chrono::steady_clock::now() < until && !hopeless())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    models->start_rebuilds(*log);
    notifications = std::make_unique<notification_feed>(*log, *models, *engine, [this] {
      return others ? others->tells_notifications() : options.cluster.does("notifications");
    });
    if (others) others->on_cursor([this](std::string const& cursor) { notifications->adopt(cursor); });
    notifications->start();
    feeding = true;
    return {};
  }

  /// A certificate that is none, a port in use: known before this node takes partitions that others serve.
  result<void> open_server() {
    server = std::make_unique<http::server>(
        options.http, [this](http::request const& head) { return api->body_limit(head); },
        [this](http::request_ptr request, http::responder to) { api->handle(std::move(request), std::move(to)); });
    return server->open();
  }

  result<void> listen() {
    register_server_metrics(metrics, *server);
    return server->start();
  }

  result<void> start(std::function<void(std::string const&)> const& say) {
    if (auto fits = cluster::check(options.cluster, is_shared(), options.read_only); !fits) return fits;
    if (auto there = options.read_only ? find_data_directory(options.data) : make_data_directory(options.data); !there)
      return there;
    auto opened_secrets = open_secrets(options.data, options.read_only, options.cluster.secret_file);
    if (!opened_secrets) return tl::unexpected(opened_secrets.error());
    secrets = *std::move(opened_secrets);
    if (auto opened = open_log(); !opened) return opened;
    if (auto opened = open_models(); !opened) return opened;
    if (auto opened = open_server(); !opened) return opened;
    if (log) {
      if (auto there = catch_up(say); !there) return there;
      if (asked_to_stop()) return stopped_early();
      streams->set_positions(models->positions());
      if (auto made = make_engine(); !made) return made;
    }
    status = std::make_unique<live_status>(*models, *streams, log.get(), engine.get(),
                                           follower.get(), pulse.get(), log_address(), options.data);
    status->show_cluster(others.get(), own_facts());
    if (!startup_warning.empty()) {
      status->add_warning(startup_warning);
      said.push_back(startup_warning);
    }
    if (secrets.keys && secrets.keys->damaged() > 0)
      status->add_warning(std::to_string(secrets.keys->damaged()) +
                          " keys of donors in keys/subjects cannot be read: these donors are shown as sealed. "
                          "Put the folder keys back from the backup.");
    make_api();
    if (log) {
      if (auto following = begin_to_follow(); !following) return following;
      if (asked_to_stop()) return stopped_early();
      if (auto begun = begin_checkpoints(); !begun) return begun;
    }
    status->show_checkpoints(options.checkpoints.file, checkpoints.get());
    return listen();
  }
};

node::node(std::unique_ptr<parts> all) : parts_(std::move(all)) {}

result<std::unique_ptr<node>> node::start(node_options options,
                                          std::function<void(std::string const&)> say) {
  auto all = std::make_unique<parts>();
  all->options = std::move(options);
  auto started = all->start(say);
  std::unique_ptr<node> made(new node(std::move(all)));
  if (!started) {
    made->stop(std::chrono::milliseconds(0));
    return tl::unexpected(started.error());
  }
  return made;
}

node::~node() { stop(std::chrono::milliseconds(0)); }

std::uint16_t node::port() const { return parts_->server->port(); }

std::string const& node::token() const { return parts_->secrets.token; }

bool node::token_is_of_this_run() const { return parts_->secrets.token_is_of_this_run; }

std::string node::fatal() const {
  if (parts_->others)
    if (auto why = parts_->others->fatal(); !why.empty()) return why;
  auto const dead = parts_->log ? parts_->log->dead() : std::nullopt;
  if (dead) return dead->detail;
  auto const broken = parts_->engine ? parts_->engine->broken() : std::string();
  return broken.empty() ? broken : "it broke at " + broken;
}

void node::reload() {
  parts_->server->reload();
  if (parts_->others) parts_->others->read_certificate_again();
}

void node::say_changes() {
  auto& all = *parts_;
  all.status->show_certificate(all.server->warnings());
  auto standing = all.status->standing();
  for (auto const& words : standing)
    if (std::ranges::find(all.said, words) == all.said.end()) log::warn(words);
  for (auto const& words : all.said)
    if (std::ranges::find(standing, words) == standing.end()) log::info("this is over", {{"what", words}});
  all.said = std::move(standing);
  auto const why = all.status->why_not_ready();
  // Once for each cause, though its numbers and its particulars change: "3 of 12 partitions are open".
  auto cause = why.substr(0, why.find(':'));
  cause.erase(0, cause.find_first_not_of("0123456789"));
  if (!why.empty() && cause != all.said_not_ready) log::warn("not ready: no command is taken", {{"why", why}});
  if (why.empty() && !all.said_not_ready.empty()) log::info("ready again");
  all.said_not_ready = std::move(cause);
}

void node::stop(std::chrono::milliseconds within) {
  if (!parts_) return;
  auto& all = *parts_;
  if (!fatal().empty()) within = std::min(within, std::chrono::milliseconds(200));  // waiting is vain
  // One patience for all of it: whoever asked, kills what is not gone by then.
  auto const until = std::chrono::steady_clock::now() + within;
  auto const left = [&] {
    return std::max(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(
                                                      until - std::chrono::steady_clock::now()));
  };
  if (all.status) all.status->say_leaving();
  // As long as others have not taken over what is owned here it is served, and requests go on.
  if (all.others) all.others->leave(within / 2);
  if (all.shared) all.shared->show(nullptr);
  // First whoever is connected is answered; what answers ends behind it, and forgets nobody.
  if (all.server) all.server->drain(left());
  if (all.api) all.api->stop();
  all.feeding = false;
  if (all.notifications) all.notifications->stop();
  if (all.engine) all.engine->drain(left());
  if (all.others) all.others->stop();
  if (all.models) all.models->stop();
  if (all.follower) all.follower->stop();
  if (all.engine) all.engine->stop();  // whose last answers go through it, and through what stops below
  if (all.checkpoints) all.checkpoints->stop();
  all.server.reset();
  if (all.webhooks) all.webhooks->stop();
  all.engine.reset();
  all.notifications.reset();  // behind the engine, whose actor asks it what an event is about
  parts_.reset();
}

}  // namespace tracseq
