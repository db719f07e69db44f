#include "node/cluster/cluster.hpp"

#include <algorithm>
#include <set>

#include "events/codec.hpp"
#include "node/log.hpp"

namespace tracseq::cluster {
namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr auto pace = milliseconds(50);
constexpr auto say_every = milliseconds(500);
constexpr auto look_back_every = std::chrono::seconds(5);
constexpr auto peer_memory = std::chrono::hours(24);
constexpr auto facts_every = milliseconds(250);

std::string_view words_of(shard_phase phase) {
  switch (phase) {
    case shard_phase::closed: return "closed";
    case shard_phase::claiming: return "claiming";
    case shard_phase::catching_up: return "catching up";
    case shard_phase::open: return "open";
    case shard_phase::away: return "away";
    case shard_phase::draining: return "stopping";
  }
  return "closed";
}

bool does(std::string const& roles, std::string_view role) {
  return (" " + roles + " ").find(" " + std::string(role) + " ") != std::string::npos;
}

bool may_own(identity const& who) { return does(who.roles, "shards"); }

}  // namespace

cluster::cluster(cluster_options options, uuid const& boot_id, partition_id partitions)
    : options_(std::move(options)),
      boot_id_(boot_id),
      partitions_(partitions),
      forwarder_({[this](uuid const& to, std::string body) { return links_->send(to, frame_kind::forward, body); },
                  [this](auto group, auto done) { engine_->submit_for_peer(std::move(group), std::move(done)); }},
                 boot_id, partitions, options_.forward),
      asks_([this](uuid const& to, std::string body) { return links_->send(to, frame_kind::ask, body); }),
      ownership_(boot_id, partitions, options_.ownership),
      owners_(partitions) {}

cluster::~cluster() { stop(); }

result<void> cluster::listen() {
  link_events told;
  told.refuse = [this](identity const& who) { return refuse(who); };
  told.met = [this](identity const& who) { on_met(who); };
  told.up = [this](identity const& who) { on_up(who); };
  told.lost = [this](identity const& who) { on_lost(who); };
  told.gone = [this](identity const& who) { on_gone(who); };
  told.frame = [this](identity const& from, frame_kind kind, std::string body, link_events::reply const& answer) {
    on_frame(from, kind, std::move(body), answer);
  };
  links_ = std::make_unique<links>(options_.link, [this] { return self(); }, std::move(told));
  return links_->start();
}

std::string cluster::address() const {
  if (!options_.advertise.empty()) return options_.advertise;
  auto const& host = options_.link.address;
  return (host.find(':') == host.npos ? host : "[" + host + "]") + ":" + std::to_string(links_->port());
}

identity cluster::self() const {
  identity who;
  who.node = options_.node;
  who.boot_id = boot_id_;
  who.version = options_.version;
  who.event_formats = options_.event_formats;
  who.address = address();
  who.http = options_.http;
  who.log = options_.log_name;
  who.partitions = partitions_;
  who.roles = options_.roles;
  who.started = started_;
  return who;
}

forward_commands cluster::elsewhere() {
  return [this](partition_id partition, std::vector<command_request> group, command_callback done) {
    forwarder_.submit(partition, std::move(group), std::move(done));
  };
}

result<void> cluster::join(std::vector<partition_position> const& at, std::function<node_facts_now()> facts) {
  ask_facts_ = std::move(facts);
  facts_ = ask_facts_();
  for (partition_id p = 0; p < at.size(); ++p)
    if (at[p].owner) on_claim(p, at[p].chain.c, *at[p].owner);
  thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
  return {};
}

std::string cluster::why_not_fit() const {
  std::set<std::string> owners;
  std::map<uuid, identity> up;
  {
    std::lock_guard const guard(mutex_);
    for (auto const& one : owners_)
      if (one.claim != 0 && one.by.boot_id != boot_id_) owners.insert(one.by.address);
    for (auto const& [boot_id, one] : peers_) {
      if (!one.up) continue;
      auto const hears = one.said && std::ranges::find(one.said->reaches, options_.node) != one.said->reaches.end();
      if (!hears)
        return one.who.node + " cannot reach this node at " + address() +
               "; set cluster.advertise to an address that the others can dial";
    }
  }
  for (auto const& one : links_->status()) {
    if (one.denied)
      return "the node at " + one.address + " and this one do not have each other: " + one.trouble;
    if (owners.contains(one.address) && !one.up && one.trouble.empty())
      return "the node at " + one.address + " was not tried yet";
  }
  return {};
}

// Who got partitions before the others can reach him would take them away from everybody.
void cluster::join_when_fit() {
  if (joined_ || !options_.owns_partitions || leaving_now_) return;
  auto why = why_not_fit();
  bool const fit = why.empty();
  {
    std::lock_guard const guard(mutex_);
    unfit_ = std::move(why);
  }
  if (!fit) return;
  group_options wanted;
  wanted.session_timeout = options_.session_timeout;
  wanted.name = options_.node;
  auto joined = join_group(options_.log_address, wanted, [this](std::vector<partition_id> mine) {
    {
      std::lock_guard const guard(mutex_);
      ownership_.assigned(mine, steady::now());
    }
    wake_.notify_all();
  });
  if (!joined) {
    std::lock_guard const guard(mutex_);
    unfit_ = joined.error().detail;
    return;
  }
  group_ = *std::move(joined);
  joined_ = true;
}

void cluster::on_claim(partition_id partition, std::uint64_t number, partition_owner const& by) {
  {
    std::lock_guard const guard(mutex_);
    if (number <= owners_[partition].claim) return;
    owners_[partition] = {number, by, std::nullopt};
    ownership_.claimed(partition, by.boot_id, steady::now());
  }
  forwarder_.on_route(partition, {number, by.boot_id, by.node});
  if (by.boot_id != boot_id_ && !by.address.empty()) links_->dial(by.address);
  wake_.notify_all();
}

// --- Others -------------------------------------------------------------------------------------

std::optional<std::string> cluster::refuse(identity const& who) {
  if (who.boot_id == boot_id_) return "this is the node itself";
  auto const theirs = who.node + " at " + who.address;
  if (who.protocol != protocol_version)
    return theirs + " speaks version " + std::to_string(who.protocol) + " of the protocol between nodes, and " +
           options_.node + " version " + std::to_string(protocol_version) + "; upgrade the older one";
  if (who.log != options_.log_name)
    return theirs + " has another log (" + who.log + "), and " + options_.node + " has " + options_.log_name;
  if (who.partitions != partitions_)
    return theirs + " counts " + std::to_string(who.partitions) + " partitions, and " + options_.node + " counts " +
           std::to_string(partitions_);
  if (who.node == options_.node) {
    // The one that came later goes: the other one is at work.
    if (std::pair(who.started, who.boot_id) < std::pair(started_, boot_id_)) {
      std::lock_guard const guard(mutex_);
      fatal_ = "another node is named " + options_.node + " already, at " + who.address +
               "; give this one a name of its own with --node-name";
    }
    return "two nodes are named " + who.node + ", at " + who.address + " and at " + address() +
           "; give each a name of its own with --node-name";
  }
  return std::nullopt;
}

void cluster::on_met(identity const& who) {
  {
    std::lock_guard const guard(mutex_);
    auto& one = peers_[who.boot_id];
    one.who = who;
    one.heard = steady::now();
    one.heard_at = now();
    // Its earlier process is over; keep what is shown of it short.
    std::erase_if(peers_, [&](auto const& other) {
      return other.second.who.node == who.node && other.first != who.boot_id && !other.second.up;
    });
  }
  links_->dial(who.address);
}

void cluster::on_up(identity const& who) {
  {
    std::lock_guard const guard(mutex_);
    peers_[who.boot_id].up = true;
    if (may_own(who)) ownership_.reachable(who.boot_id, true);
  }
  log::info("reached a node", {{"node", who.node}, {"address", who.address}, {"version", who.version}});
  forwarder_.on_connected(who.boot_id);
  wake_.notify_all();
}

void cluster::on_lost(identity const& who) {
  {
    std::lock_guard const guard(mutex_);
    peers_[who.boot_id].up = false;
    ownership_.reachable(who.boot_id, false);
  }
  log::warn("lost a node", {{"node", who.node}, {"address", who.address}});
  forwarder_.on_lost(who.boot_id);
  asks_.on_lost(who.boot_id);
}

void cluster::on_gone(identity const& who) {
  {
    std::lock_guard const guard(mutex_);
    ownership_.gone(who.boot_id, steady::now());
  }
  wake_.notify_all();
}

void cluster::on_frame(identity const& from, frame_kind kind, std::string body, link_events::reply const& answer) {
  {
    std::lock_guard const guard(mutex_);
    auto& one = peers_[from.boot_id];
    one.heard = steady::now();
    one.heard_at = now();
  }
  if (kind == frame_kind::answer) {
    if (auto reply = decode_answer(body)) forwarder_.on_answer(*std::move(reply));
    return;
  }
  if (kind == frame_kind::told) return asks_.on_told(body);
  if (kind == frame_kind::ask)
    return asks_.on_ask(body, [answer](std::string told) { answer(frame_kind::told, std::move(told)); });
  if (kind == frame_kind::state) {
    if (auto said = codec::decode<node_state>(body)) on_state(from, *std::move(said));
    return;
  }
  auto asked = decode_forward(body);
  if (!asked) {
    log::warn("a node sent commands that cannot be read", {{"node", from.node}, {"why", asked.error().detail}});
    return;
  }
  engine_->submit_for_peer(std::move(asked->commands), [answer, id = asked->id](result<command_reply> const& reply) {
    answer(frame_kind::answer, encode_answer(id, reply));
  });
}

void cluster::on_state(identity const& from, node_state said) {
  std::vector<std::string> known;
  std::function<void(std::string const&)> told;
  auto const cursor = said.notification_cursor;
  {
    std::lock_guard const guard(mutex_);
    if (!cursor.empty()) told = cursor_told_;
    auto& one = peers_[from.boot_id];
    one.who = from;
    for (auto const& mine : said.owned)
      if (mine.partition < partitions_ && owners_[mine.partition].by.boot_id == from.boot_id)
        ownership_.serving(mine.partition, mine.state == "open" && said.ready && !said.leaving, steady::now());
    known = said.known;
    one.said = std::move(said);
  }
  constexpr std::size_t known_max = 64;
  known.resize(std::min(known.size(), known_max));
  for (auto const& address : known) links_->dial(address);
  if (told) told(cursor);
}

std::vector<uuid> cluster::in_reach() const {
  std::lock_guard const guard(mutex_);
  std::vector<uuid> all;
  for (auto const& [boot_id, one] : peers_)
    if (one.up) all.push_back(boot_id);
  return all;
}

bool cluster::tells_notifications() const {
  std::lock_guard const guard(mutex_);
  // While nodes are upgraded an older one would pass by what it cannot read.
  auto newest = options_.event_formats;
  for (auto const& [boot_id, one] : peers_)
    if (one.up) newest = std::max(newest, one.who.event_formats);
  auto const fit = [&](std::string const& roles, std::uint32_t formats) {
    return does(roles, "notifications") && formats == newest;
  };
  bool const self_fit = fit(options_.roles, options_.event_formats);
  for (auto const& one : owners_) {
    if (one.claim == 0) continue;
    if (one.by.boot_id == boot_id_) {
      if (self_fit) return true;
      continue;
    }
    auto const found = peers_.find(one.by.boot_id);
    if (found != peers_.end() && found->second.up && fit(found->second.who.roles, found->second.who.event_formats))
      return false;
  }
  // Nobody who owns a partition is.
  return self_fit && std::ranges::none_of(peers_, [&](auto const& other) {
    return other.second.up && other.first < boot_id_ && fit(other.second.who.roles, other.second.who.event_formats);
  });
}

void cluster::on_cursor(std::function<void(std::string const&)> told) {
  std::lock_guard const guard(mutex_);
  cursor_told_ = std::move(told);
}

// --- What is due ----------------------------------------------------------------------------------

void cluster::run(std::stop_token const& stop) {
  while (!stop.stop_requested()) {
    tick();
    std::unique_lock guard(mutex_);
    wake_.wait_for(guard, stop, pace, [] { return false; });
  }
}

void cluster::tick() {
  forwarder_.tick();
  asks_.tick();
  look_for_silence();
  watch_owners();
  refresh_facts();
  forget_old();
  join_when_fit();
  std::vector<partition_id> take;
  {
    std::lock_guard const guard(mutex_);
    // Who cannot write to the log would only claim late; and where nobody can, nobody is stuck.
    if (!facts_.ready) ownership_.look_anew(steady::now());
    if (facts_.ready && joined_ && !leaving_) take = ownership_.due(steady::now());
  }
  for (auto const p : take) engine_->take(p);
  say_state();
}

void cluster::look_for_silence() {
  std::vector<std::pair<uuid, std::string>> silent;
  {
    std::lock_guard const guard(mutex_);
    for (auto const& [boot_id, one] : peers_)
      if (one.up && steady::now() - one.heard > options_.suspect_after) silent.emplace_back(boot_id, one.who.node);
  }
  for (auto const& [boot_id, name] : silent)
    links_->cut(boot_id, "nothing was heard of it for " + std::to_string(options_.suspect_after.count()) + " ms");
}

void cluster::forget_old() {
  if (steady::now() - looked_back_at_ < look_back_every) return;
  looked_back_at_ = steady::now();
  std::set<std::string> wanted;
  {
    std::lock_guard const guard(mutex_);
    std::erase_if(peers_, [&](auto const& other) {
      auto const& [boot_id, one] = other;
      auto const owns = std::ranges::any_of(owners_, [&](owner const& of) { return of.by.boot_id == boot_id; });
      return !one.up && !owns && steady::now() - one.heard > peer_memory;
    });
    for (auto const& [boot_id, one] : peers_) wanted.insert(one.who.address);
    for (auto const& one : owners_) wanted.insert(one.by.address);
  }
  for (auto const& one : links_->status())
    if (!one.up && !one.trouble.empty() && !wanted.contains(one.address)) links_->forget(one.address);
}

void cluster::watch_owners() {
  std::lock_guard const guard(mutex_);
  auto const time = steady::now();
  for (partition_id p = 0; p < partitions_; ++p) {
    auto& one = owners_[p];
    if (state_of(p) == "open")
      one.lost_since.reset();
    else if (!one.lost_since)
      one.lost_since = time;
  }
}

std::string cluster::state_of(partition_id p) const {
  auto const& one = owners_[p];
  if (one.claim == 0) return "unowned";
  if (one.by.boot_id == boot_id_) return std::string(words_of(engine_->phase_of(p)));
  auto const found = peers_.find(one.by.boot_id);
  if (found == peers_.end() || !found->second.up) return "unreachable";
  if (found->second.said)
    for (auto const& theirs : found->second.said->owned)
      if (theirs.partition == p) return theirs.state;
  return "claiming";
}

void cluster::refresh_facts() {
  auto const time = steady::now();
  if (time - facts_at_ < facts_every) return;
  facts_at_ = time;
  auto facts = ask_facts_();
  std::lock_guard const guard(mutex_);
  facts_ = std::move(facts);
}

node_state cluster::state_now() {
  node_state out;
  std::lock_guard const guard(mutex_);
  out.ready = facts_.ready;
  out.why_not_ready = facts_.why_not_ready;
  out.lag = facts_.lag;
  out.warnings = facts_.warnings;
  out.notification_cursor = facts_.notification_cursor;
  out.leaving = leaving_;
  for (partition_id p = 0; p < partitions_; ++p)
    if (owners_[p].by.boot_id == boot_id_)
      out.owned.push_back({p, owners_[p].claim, std::string(words_of(engine_->phase_of(p)))});
  out.assigned.assign(ownership_.mine().begin(), ownership_.mine().end());
  std::set<std::string> known;
  for (auto const& [boot_id, one] : peers_)
    if (one.up) {
      out.reaches.push_back(one.who.node);
      known.insert(one.who.address);
    }
  out.known.assign(known.begin(), known.end());
  return out;
}

void cluster::say_state() {
  auto state = state_now();
  auto const bytes = codec::encode(state);  // `sent` is still zero, so that it can be compared
  {
    std::lock_guard const guard(mutex_);
    auto const time = steady::now();
    if (bytes == said_ && time - said_at_ < say_every) return;
    said_ = bytes;
    said_at_ = time;
  }
  state.sent = now();
  links_->send_to_all(frame_kind::state, codec::encode(state));
}

// --- The end ---------------------------------------------------------------------------------------

void cluster::leave(milliseconds within) {
  bool others = false;
  {
    std::lock_guard const guard(mutex_);
    leaving_ = true;
    for (auto const& [boot_id, one] : peers_) others = others || (one.up && may_own(one.who));
  }
  leaving_now_ = true;
  wake_.notify_all();
  if (joined_) group_->leave();
  if (!others) return;
  auto const until = steady::now() + within;
  auto const owns_some = [this] {
    std::lock_guard const guard(mutex_);
    return std::ranges::any_of(owners_, [this](owner const& one) { return one.by.boot_id == boot_id_; });
  };
  while (owns_some() && steady::now() < until) std::this_thread::sleep_for(milliseconds(10));
}

void cluster::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
  }
  if (joined_) group_->leave();
  forwarder_.stop();
  asks_.stop();
  if (links_) links_->stop();
}

}  // namespace tracseq::cluster
