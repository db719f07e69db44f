// The cluster as people and proxies see it from this node.

#include <algorithm>
#include <cmath>
#include <set>

#include "node/cluster/cluster.hpp"
#include "node/tls_certificate.hpp"

namespace tracseq::cluster {
namespace {

using steady = std::chrono::steady_clock;

constexpr auto owner_patience = std::chrono::seconds(3);  // a partition that moves makes no node unready

}  // namespace

std::string cluster::why_not_ready() const {
  std::lock_guard const guard(mutex_);
  if (auto const& why = why_it_waits(); !why.empty()) return why;
  auto const time = steady::now();
  for (partition_id p = 0; p < partitions_; ++p) {
    auto const& one = owners_[p];
    if (!one.lost_since || time - *one.lost_since < owner_patience) continue;
    auto const state = state_of(p);
    if (state == "unowned") return "partition " + std::to_string(p) + " is no node's yet";
    return "partition " + std::to_string(p) + " is owned by " + one.by.node + " and " +
           (state == "unreachable" ? "it cannot be reached" : "it is " + state);
  }
  return {};
}

std::string cluster::why_no_claim(partition_id partition) const {
  std::lock_guard const guard(mutex_);
  return witness_.is_short(partition) ? witness_.words() : std::string();
}

std::uint64_t cluster::missing_records() const {
  std::lock_guard const guard(mutex_);
  return witness_.missing();
}

std::vector<link_status> cluster::lines() const {
  if (!links_) return {};
  auto all = links_->status();
  std::lock_guard const guard(mutex_);
  for (auto& one : all) {
    if (!one.up || !one.peer) continue;
    auto const found = peers_.find(one.peer->boot_id);
    if (found == peers_.end()) continue;
    one.clock_ahead_s = found->second.clock.ahead_s().value_or(one.clock_ahead_s);
  }
  return all;
}

std::size_t cluster::unserved() const {
  std::lock_guard const guard(mutex_);
  std::size_t count = 0;
  for (partition_id p = 0; p < partitions_; ++p) count += state_of(p) == "open" ? 0 : 1;
  return count;
}

bool cluster::is_settled() const { return unserved() == 0; }

std::string cluster::fatal() const {
  std::lock_guard const guard(mutex_);
  return fatal_;
}

std::vector<std::string> cluster::warnings() const {
  std::vector<std::string> out;
  if (joined_)
    if (auto words = group_->trouble(); !words.empty()) out.push_back(std::move(words));
  std::set<std::string> left;  // in good order: nobody has to look after them
  {
    std::lock_guard const guard(mutex_);
    for (auto const& [boot_id, one] : peers_)
      if (!one.up && one.said && one.said->leaving) left.insert(one.who.address);
  }
  constexpr double clocks_differ_s = 5;
  for (auto const& one : lines()) {
    if (!one.up && left.contains(one.address)) continue;
    if (!one.up)
      out.push_back("The node " + (one.peer ? one.peer->node + " " : std::string()) + "at " + one.address +
                    " is not reached: " + (one.trouble.empty() ? std::string("it was not tried yet") : one.trouble) + ".");
    else if (std::abs(one.clock_ahead_s) > clocks_differ_s)
      out.push_back("The clock of " + one.peer->node + " is " +
                    std::to_string(static_cast<long>(std::abs(one.clock_ahead_s))) + " s " +
                    (one.clock_ahead_s > 0 ? "ahead of" : "behind") + " this node's. Set both by one time server.");
  }
  if (auto const last = links_->last_stranger(); !last.empty()) {
    auto const count = links_->strangers();
    out.push_back(std::to_string(count) + (count == 1 ? " connection" : " connections") + " to the port for nodes " +
                  (count == 1 ? "was" : "were") + " refused; the last one: " + last + ".");
  }
  return out;
}

std::vector<std::string> cluster::certificate_warnings() const {
  auto const ours = links_ ? links_->certificate() : nullptr;
  return ours ? ours->warnings() : std::vector<std::string>();
}

std::optional<instant> cluster::certificate_expires() const {
  auto const ours = links_ ? links_->certificate() : nullptr;
  return ours ? std::optional(ours->expires()) : std::nullopt;
}

void cluster::read_certificate_again() {
  if (auto const ours = links_ ? links_->certificate() : nullptr) ours->read_again();
}

double cluster::clock_difference_s() const {
  double most = 0;
  for (auto const& one : lines())
    if (one.up) most = std::max(most, std::abs(one.clock_ahead_s));
  return most;
}

http::cluster_view cluster::view() const {
  http::cluster_view out;
  out.clustered = true;
  out.node = options_.node;
  out.warnings = warnings();
  auto const own = self();
  std::map<std::string, link_status> by_address;
  for (auto& one : lines()) by_address[one.address] = one;
  std::lock_guard const guard(mutex_);
  auto const partitions_of = [&](uuid const& boot_id) {
    std::vector<std::uint16_t> owned;
    for (partition_id p = 0; p < partitions_; ++p)
      if (owners_[p].claim != 0 && owners_[p].by.boot_id == boot_id) owned.push_back(p);
    return owned;
  };
  auto const describe_node = [&](identity const& who) {
    http::cluster_node node;
    node.name = who.node;
    node.boot_id = to_string(who.boot_id);
    node.version = who.version;
    node.address = who.address;
    node.http = who.http;
    node.roles = who.roles;
    node.started = who.started;
    node.partitions = partitions_of(who.boot_id);
    return node;
  };
  auto& here = out.nodes.emplace_back(describe_node(own));
  here.state = "here";
  here.ready = facts_.ready && why_it_waits().empty();
  here.trouble = facts_.ready ? why_it_waits() : facts_.why_not_ready;
  here.lag = facts_.lag;
  here.leaving = leaving_;
  here.warnings = facts_.warnings;
  for (auto const& [boot_id, one] : peers_) {
    auto& node = out.nodes.emplace_back(describe_node(one.who));
    node.state = one.up ? "reachable" : "unreachable";
    node.heard_at = one.heard_at;
    if (auto const line = by_address.find(one.who.address); line != by_address.end()) {
      node.clock_ahead_s = line->second.clock_ahead_s;
      if (!one.up) node.trouble = line->second.trouble;
    }
    if (!one.said) continue;
    node.ready = one.up && one.said->ready;
    if (one.up) node.trouble = one.said->why_not_ready;
    node.leaving = one.said->leaving;
    node.lag = one.said->lag;
    node.warnings = one.said->warnings;
  }
  std::ranges::sort(out.nodes, {}, &http::cluster_node::name);
  for (partition_id p = 0; p < partitions_; ++p) {
    auto const& one = owners_[p];
    auto& row = out.partitions.emplace_back();
    row.partition = p;
    row.state = state_of(p);
    if (one.claim == 0) continue;
    row.owner = one.by.node;
    row.boot_id = to_string(one.by.boot_id);
    row.claim = one.claim;
    row.since = one.by.since;
  }
  return out;
}

}  // namespace tracseq::cluster
