#include "node/cluster/fitness.hpp"

#include <algorithm>

namespace tracseq::cluster {
namespace {

constexpr std::chrono::milliseconds wait_least{2'000};
constexpr int wait_step_ms = 16;  // of 256

}  // namespace

fitness::fitness(uuid const& self) : wait_(wait_least + std::chrono::milliseconds(self.bytes.back() * wait_step_ms)) {}

std::string fitness::why_not(seen_cluster const& seen, ask_members const& members, time_point at) {
  for (auto const& one : seen.peers)
    if (one.up ? !one.hears : one.deaf)
      return one.node + " cannot reach this node at " + seen.own_address +
             "; set cluster.advertise to an address that the others can dial";
  for (auto const& one : seen.lines)
    if (one.of_owner && !one.up && !one.denied && one.trouble.empty())
      return "the node at " + one.address + " was not tried yet";
  auto const denied = std::ranges::find(seen.lines, true, &seen_line::denied);
  if (denied == seen.lines.end()) return {};
  auto const words = "the node at " + denied->address + " and this one do not have each other: " + denied->trouble;
  auto const serving = members();
  if (!serving) return words + "; and whether it serves is not known: " + serving.error().detail;
  for (auto const& name : *serving) {
    auto const within = std::ranges::any_of(
        seen.peers, [&](seen_peer const& one) { return one.node == name && one.up && one.hears; });
    if (within) continue;
    nobody_since_.reset();
    return words;
  }
  if (std::ranges::any_of(seen.peers, &seen_peer::up)) return {};
  if (!nobody_since_) nobody_since_ = at;
  return at - *nobody_since_ < wait_ ? words : std::string();
}

bool yields_to(identity const& mine, identity const& theirs) {
  if (mine.joined) return false;
  if (theirs.joined) return true;
  return std::pair(theirs.started, theirs.boot_id) < std::pair(mine.started, mine.boot_id);
}

}  // namespace tracseq::cluster
