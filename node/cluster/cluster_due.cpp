// What is due every few ten milliseconds: partitions to claim, silence to notice, the state to say.

#include <algorithm>
#include <iterator>
#include <set>

#include "events/codec.hpp"
#include "node/cluster/cluster.hpp"
#include "node/cluster/options.hpp"

namespace tracseq::cluster {
namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr auto pace = milliseconds(50);
constexpr auto say_every = milliseconds(500);
constexpr auto look_back_every = std::chrono::seconds(5);
constexpr auto peer_memory = std::chrono::hours(24);
constexpr auto facts_every = milliseconds(250);
constexpr auto members_every = std::chrono::seconds(2);
// Longer than a node waits before it dials another one again: who has shown another history would be here by then.
constexpr auto empty_log_patience = milliseconds(1'500);

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

}  // namespace

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
  give_up_owners();
  refresh_facts();
  forget_old();
  join_when_fit();
  std::vector<partition_id> take;
  bool doubted = false;
  auto const may = [&](partition_id p) {
    if (witness_.holds(p)) return true;
    doubted = true;
    return false;
  };
  {
    std::lock_guard const guard(mutex_);
    // Who cannot write to the log would only claim late; and where nobody can, nobody is stuck.
    if (!facts_.ready) ownership_.look_anew(steady::now());
    if (facts_.ready && joined_ && !leaving_) take = ownership_.due(steady::now(), may);
  }
  if (doubted) facts_at_ = {};  // where the log ends is asked at the next look
  for (auto const p : take) engine_->take(p);
  say_state();
}

bool cluster::hears(peer const& one) const {
  return one.said && std::ranges::find(one.said->reaches, options_.node) != one.said->reaches.end();
}

std::string cluster::why_not_fit() {
  auto const time = steady::now();
  seen_cluster seen;
  seen.own_address = address();
  std::set<std::string> owners;
  bool claimed = false;
  bool log_is_known = false;
  {
    std::lock_guard const guard(mutex_);
    for (auto const& one : owners_) {
      claimed = claimed || one.claim != 0;
      if (one.claim != 0 && one.by.boot_id != boot_id_) owners.insert(one.by.address);
    }
    for (auto const& [boot_id, one] : peers_)
      seen.peers.push_back({one.who.node, one.up, hears(one), !one.up && time < one.deaf_until});
    if (!witness_.words().empty()) return {};  // it says so itself
    log_is_known = witness_.holds_all();
  }
  for (auto const& one : links_->status())
    seen.lines.push_back({one.address, one.up, one.denied, owners.contains(one.address), one.trouble});
  if (auto why = fitness_.why_not(seen, [this] { return members(); }, time); !why.empty()) return why;
  if (!claimed && time - began_ < empty_log_patience)
    return "the log is empty; whoever has shown more of it than that dials this node within a moment";
  return log_is_known ? std::string() : "whether the log holds what other nodes have shown of it is not known yet";
}

result<std::vector<std::string>> cluster::members() {
  auto const time = steady::now();
  if (time - members_at_ >= members_every) {
    members_ = group_members(options_.log_address);
    members_at_ = steady::now();
  }
  return members_;
}

// Who got partitions before the others can reach him would take them away from everybody.
void cluster::join_when_fit() {
  if (joined_ || leaving_ || !has_role(options_.roles, "shards")) return;
  auto why = why_not_fit();
  bool fit = why.empty();
  {
    std::lock_guard const guard(mutex_);
    unfit_ = std::move(why);
    fit = fit && witness_.words().empty();
  }
  if (!fit) return;
  group_options wanted;
  wanted.partitions = partitions_;
  wanted.session_timeout = options_.session_timeout;
  wanted.name = options_.node;
  auto joined = join_group(options_.log_address, wanted, [this](std::vector<partition_id> mine) {
    {
      std::lock_guard const guard(mutex_);
      ownership_.assigned(mine);
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

void cluster::look_for_silence() {
  std::vector<std::pair<uuid, std::string>> silent;
  {
    std::lock_guard const guard(mutex_);
    auto const time = steady::now();
    for (auto& [boot_id, one] : peers_) {
      if (!one.up || time - one.heard <= options_.suspect_after) continue;
      // Longer than the group keeps a dead one: whoever lives is dialled and met again before.
      if (!hears(one)) one.deaf_until = time + options_.session_timeout + options_.suspect_after;
      silent.emplace_back(boot_id, one.who.node);
    }
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
      auto const& one = other.second;
      auto const owns = std::ranges::any_of(owners_, [&](owner const& of) { return of.by.boot_id == other.first; });
      return !one.up && !owns && steady::now() - one.heard > peer_memory;
    });
    for (auto const& [boot_id, one] : peers_) {
      wanted.insert(one.who.address);
      if (one.up && one.said) wanted.insert(one.said->known.begin(), one.said->known.end());
    }
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
    auto const state = state_of(p);
    if (state == "open")
      one.lost_since.reset();
    else if (!one.lost_since)
      one.lost_since = time;
    if (state != "unreachable")
      one.out_of_reach_since.reset();
    else if (!one.out_of_reach_since)
      one.out_of_reach_since = time;
  }
}

// The group gives what a silent owner had to one of its members, which may not be able to take it. A process that is
// neither reached nor in the group for so long serves nobody: the next in line takes it, whomever the group chose.
void cluster::give_up_owners() {
  if (!joined_) return;
  auto const overdue = [this, time = steady::now()](owner const& one) {
    return one.out_of_reach_since && !one.given_up && time - *one.out_of_reach_since >= 2 * options_.session_timeout;
  };
  {
    std::lock_guard const guard(mutex_);
    if (!facts_.ready || std::ranges::none_of(owners_, overdue)) return;
  }
  auto const known = members();
  // A list that does not have this node is not the whole one.
  if (!known || std::ranges::find(*known, options_.node) == known->end()) return;
  std::lock_guard const guard(mutex_);
  for (auto& one : owners_) {
    if (!overdue(one) || std::ranges::find(*known, one.by.node) != known->end()) continue;
    one.given_up = true;
    ownership_.gone(one.by.boot_id, steady::now());
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
  log_witness::offsets shown;
  {
    std::lock_guard const guard(mutex_);
    shown = witness_.shown();
  }
  auto facts = ask_facts_();
  std::string lost;
  {
    std::lock_guard const guard(mutex_);
    witness_.ends_at(shown, facts.ends, steady::now());
    facts_ = std::move(facts);
    if (witness_.is_sure()) lost = witness_.words();
  }
  // What is open here, too: who was not heard before knows of claims and commits that this node took for none.
  if (!lost.empty() && !std::exchange(barred_, true)) engine_->write_no_more({errc::unavailable, lost, {}});
}

std::string const& cluster::why_it_waits() const { return witness_.words().empty() ? unfit_ : witness_.words(); }

node_state cluster::state_now() {
  node_state out;
  std::lock_guard const guard(mutex_);
  out.ready = facts_.ready && why_it_waits().empty();
  out.why_not_ready = facts_.ready ? why_it_waits() : facts_.why_not_ready;
  out.lag = facts_.lag;
  out.warnings = facts_.warnings;
  if (joined_)
    if (auto words = group_->trouble(); !words.empty()) out.warnings.push_back(std::move(words));
  out.notification_cursor = facts_.notification_cursor;
  out.applied = facts_.applied;
  out.leaving = leaving_;
  for (partition_id p = 0; p < partitions_; ++p)
    if (owners_[p].by.boot_id == boot_id_)
      out.owned.push_back({p, owners_[p].claim, std::string(words_of(engine_->phase_of(p)))});
  out.assigned.assign(ownership_.mine().begin(), ownership_.mine().end());
  std::set<std::string> known;
  std::set<std::string> missed;
  for (auto const& [boot_id, one] : peers_) {
    if (one.up) {
      out.reaches.push_back(one.who.node);
      known.insert(one.who.address);
    } else if (!one.said || !one.said->leaving) {
      missed.insert(one.who.address);  // or whoever comes later would not know that a node is missed
    }
  }
  out.known.assign(known.begin(), known.end());  // these first: not all of a long list is dialled
  std::ranges::set_difference(missed, known, std::back_inserter(out.known));
  return out;
}

void cluster::say_state() {
  auto state = state_now();
  auto applied = std::exchange(state.applied, {});  // they grow all the time
  auto const bytes = codec::encode(state);  // `sent` is still zero, so that it can be compared
  {
    std::lock_guard const guard(mutex_);
    auto const time = steady::now();
    if (bytes == said_ && time - said_at_ < say_every) return;
    said_ = bytes;
    said_at_ = time;
  }
  state.applied = std::move(applied);
  state.sent = now();
  links_->send_to_all(frame_kind::state, codec::encode(state));
}

// --- The end ---------------------------------------------------------------------------------------

void cluster::leave(milliseconds within) {
  leaving_ = true;
  wake_.notify_all();
  if (joined_) group_->leave();
  auto const until = steady::now() + within;
  // Not for those who are leaving, too: nobody would take anything.
  auto const somebody_takes = [this] {
    std::lock_guard const guard(mutex_);
    return std::ranges::any_of(owners_, [this](owner const& one) { return one.by.boot_id == boot_id_; }) &&
           std::ranges::any_of(peers_, [](auto const& other) {
             auto const& one = other.second;
             return one.up && has_role(one.who.roles, "shards") && (!one.said || !one.said->leaving);
           });
  };
  while (somebody_takes() && steady::now() < until) std::this_thread::sleep_for(milliseconds(10));
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
