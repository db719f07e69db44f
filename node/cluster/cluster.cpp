#include "node/cluster/cluster.hpp"

#include <algorithm>
#include <set>

#include "events/codec.hpp"
#include "node/address.hpp"
#include "node/cluster/options.hpp"
#include "node/log.hpp"

namespace tracseq::cluster {
namespace {

using steady = std::chrono::steady_clock;

}  // namespace

cluster_options options_from(node_settings const& settings, std::string const& secret) {
  cluster_options made;
  made.link = {settings.address, settings.port, secret, settings.tls_certificate, settings.tls_key, settings.tls_ca};
  made.advertise = settings.advertise;
  made.roles = settings.roles;
  made.session_timeout = settings.session_timeout;
  made.suspect_after = settings.suspect_after;
  return made;
}

cluster::cluster(cluster_options options, uuid const& boot_id, partition_id partitions)
    : options_(std::move(options)),
      boot_id_(boot_id),
      partitions_(partitions),
      forwarder_({[this](uuid const& to, std::string body) { return links_->send(to, frame_kind::forward, body); },
                  [this](auto group, auto done, std::uint64_t claim) {
                    engine_->submit_for_peer(std::move(group), std::move(done), {claim, std::nullopt});
                  }},
                 boot_id, partitions, options_.forward),
      asks_([this](uuid const& to, std::string body) { return links_->send(to, frame_kind::ask, body); }),
      fitness_(boot_id),
      ownership_(boot_id, partitions, options_.ownership),
      owners_(partitions),
      witness_(partitions) {}

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
  auto link = options_.link;
  link.silence_max = 3 * options_.suspect_after;
  links_ = std::make_unique<links>(std::move(link), [this] { return self(); }, std::move(told));
  return links_->start();
}

std::string cluster::address() const {
  if (!options_.advertise.empty()) return options_.advertise;
  return host_and_port(options_.link.address, links_->port());
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
  who.joined = joined_;
  return who;
}

forward_commands cluster::elsewhere() {
  return [this](partition_id partition, std::vector<command_request> group, command_callback done) {
    forwarder_.submit(partition, std::move(group), std::move(done));
  };
}

result<void> cluster::join(std::vector<partition_position> const& at, std::function<node_facts_now()> facts) {
  ask_facts_ = std::move(facts);
  began_ = steady::now();
  refresh_facts();
  for (partition_id p = 0; p < at.size(); ++p)
    if (at[p].owner) on_claim(p, at[p].chain.c, *at[p].owner);
  thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
  return {};
}

void cluster::on_claim(partition_id partition, std::uint64_t number, partition_owner const& by) {
  {
    std::lock_guard const guard(mutex_);
    if (number <= owners_[partition].claim) return;
    owner taken;
    taken.claim = number;
    taken.by = by;
    owners_[partition] = std::move(taken);
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
  if (who.log != options_.log_name)
    return theirs + " has another log (" + who.log + "), and " + options_.node + " has " + options_.log_name;
  if (who.partitions != partitions_)
    return theirs + " counts " + std::to_string(who.partitions) + " partitions, and " + options_.node + " counts " +
           std::to_string(partitions_);
  if (who.node == options_.node) {
    if (yields_to(self(), who)) {
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
    if (has_role(who.roles, "shards")) ownership_.reachable(who.boot_id, true);
  }
  log::info("reached a node", {{"node", who.node}, {"address", who.address}, {"version", who.version}});
  forwarder_.on_connected(who.boot_id);
  wake_.notify_all();
}

void cluster::on_lost(identity const& who) {
  {
    std::lock_guard const guard(mutex_);
    if (auto const found = peers_.find(who.boot_id); found != peers_.end()) found->second.up = false;
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
    if (auto const found = peers_.find(who.boot_id); found != peers_.end()) found->second.deaf_until = {};
  }
  wake_.notify_all();
}

void cluster::on_frame(identity const& from, frame_kind kind, std::string body, link_events::reply const& answer) {
  {
    std::lock_guard const guard(mutex_);
    // What a process sent before it ended may come after its successor was met, when a network is mended: it is no node
    // any more.
    if (auto const found = peers_.find(from.boot_id); found != peers_.end()) {
      found->second.heard = steady::now();
      found->second.heard_at = now();
    }
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
  auto const told = [answer, id = asked->id](result<command_reply> const& reply) {
    answer(frame_kind::answer, encode_answer(id, reply));
  };
  engine_->submit_for_peer(std::move(asked->commands), told, {asked->claim, asked->within});
}

void cluster::on_state(identity const& from, node_state said) {
  std::vector<std::string> known;
  std::function<void(std::string const&)> told;
  auto const cursor = said.notification_cursor;
  {
    std::lock_guard const guard(mutex_);
    if (!cursor.empty()) told = cursor_told_;
    auto const found = peers_.find(from.boot_id);
    if (found == peers_.end()) return;
    auto& one = found->second;
    one.who = from;
    one.clock.add(static_cast<double>(said.sent.us - now().us) / 1e6);
    witness_.heard(from.node, said.applied);
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
    return has_role(roles, "notifications") && formats == newest;
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

}  // namespace tracseq::cluster
