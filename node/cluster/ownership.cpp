#include "node/cluster/ownership.hpp"

#include <algorithm>

#include "events/fault_point.hpp"

namespace tracseq::cluster {
namespace {

constexpr std::chrono::milliseconds reclaim_of_lost_max{30'000};

/// The same order at every node (rendezvous hashing); nobody's claim depends on who asks.
std::uint64_t weight(partition_id partition, uuid const& boot_id) {
  std::uint64_t h = 0xcbf29ce484222325u;
  auto const mix = [&h](std::uint8_t byte) { h = (h ^ byte) * 0x100000001b3u; };
  for (auto const byte : boot_id.bytes) mix(byte);
  mix(static_cast<std::uint8_t>(partition));
  mix(static_cast<std::uint8_t>(partition >> 8));
  h ^= h >> 29;
  return h * 0xbf58476d1ce4e5b9u;
}

}  // namespace

ownership::ownership(uuid const& self, partition_id partitions, ownership_options options)
    : self_(self), options_(options), partitions_(partitions) {}

void ownership::assigned(std::vector<partition_id> const& mine) {
  group_spoke_ = true;
  std::set<partition_id> const now(mine.begin(), mine.end());
  for (auto const p : now) {
    auto& one = partitions_[p];
    if (mine_.contains(p)) continue;
    one.fresh = one.owner != self_;
    one.reclaim = options_.reclaim_first;
    one.tried_at.reset();
  }
  mine_ = now;
}

void ownership::claimed(partition_id partition, uuid const& by, time_point at) {
  auto& one = partitions_[partition];
  one.owner = by;
  one.claimed_at = at;
  one.stuck_since.reset();
  one.gone_since.reset();
  if (auto const found = gone_.find(by); found != gone_.end()) one.gone_since = at;
  if (by == self_) one.fresh = false;
}

void ownership::reachable(uuid const& boot_id, bool is) {
  if (is) {
    reachable_.insert(boot_id);
    gone_.erase(boot_id);
    for (auto& one : partitions_)
      if (one.owner == boot_id) one.gone_since.reset();
  } else {
    reachable_.erase(boot_id);
  }
}

void ownership::gone(uuid const& boot_id, time_point at) {
  constexpr std::size_t remembered_max = 1000;
  if (gone_.size() > remembered_max) gone_.clear();
  gone_[boot_id] = at;
  reachable_.erase(boot_id);
  for (auto& one : partitions_)
    if (one.owner == boot_id && !one.gone_since) one.gone_since = at;
}

void ownership::serving(partition_id partition, bool is, time_point at) {
  auto& one = partitions_[partition];
  if (is)
    one.stuck_since.reset();
  else if (!one.stuck_since)
    one.stuck_since = at;
}

void ownership::look_anew(time_point at) {
  for (auto& one : partitions_)
    if (one.stuck_since) one.stuck_since = at;
}

int ownership::rank(partition_id partition, uuid const& owner) const {
  auto const own = weight(partition, self_);
  return static_cast<int>(std::ranges::count_if(
      reachable_, [&](uuid const& other) { return other != owner && weight(partition, other) > own; }));
}

bool ownership::is_due(partition_id p, state const& one, time_point at) const {
  if (one.owner == self_) return false;
  if (fault_point<"ownership.impatient">()) return true;
  if (one.tried_at && at - *one.tried_at < options_.settle) return false;
  bool const given = mine_.contains(p);
  if (given && (one.fresh || one.gone_since)) return true;
  auto const my_turn = [&](time_point since) { return at - since >= rank(p, one.owner) * options_.next_in_line; };
  if (one.gone_since && my_turn(*one.gone_since)) return true;
  if (one.stuck_since && my_turn(*one.stuck_since + options_.stuck_after)) return true;
  // Nobody whom this node has seen owns it, and the group says nothing: it may be that there is none.
  if (!group_spoke_ && !reachable_.contains(one.owner) && my_turn(*began_ + options_.group_patience)) return true;
  // Of an owner out of reach nobody knows whether it serves; the group, which gives its partition to this node, may
  // have put it out.
  auto const patience = reachable_.contains(one.owner) ? one.reclaim : std::min(one.reclaim, reclaim_of_lost_max);
  return given && at - one.claimed_at >= patience;
}

std::vector<partition_id> ownership::due(time_point at, std::function<bool(partition_id)> const& may) {
  if (!began_) began_ = at;
  if (fault_point<"ownership.looks_later">()) return {};
  std::vector<partition_id> out;
  for (partition_id p = 0; p < partitions_.size(); ++p) {
    auto& one = partitions_[p];
    if (!is_due(p, one, at) || (may && !may(p))) continue;
    if (!one.fresh && mine_.contains(p) && !one.gone_since && !one.stuck_since)
      one.reclaim = std::min(one.reclaim * 2, options_.reclaim_max);
    one.tried_at = at;
    out.push_back(p);
  }
  return out;
}

}  // namespace tracseq::cluster
