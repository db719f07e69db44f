#include "tests/sim/cluster.hpp"

#include <algorithm>

#include "actors/delivery.hpp"
#include "events/codec.hpp"

namespace tracseq::sim {
namespace {

constexpr auto misfortune_every_us = 50 * ms;
constexpr auto start_retry_us = 500 * ms;
constexpr auto look_every_us = 100 * ms;
constexpr auto divide_every_us = 1 * second;
/// Of a webhook only so many attempts fail: the next one is seconds later, not hours.
constexpr std::uint32_t failing_attempts_max = 3;

}  // namespace

cluster::cluster(world& in, std::size_t nodes, partition_id partitions)
    : world_(in),
      log_(in, partitions),
      nodes_(nodes),
      links_(in, [this] {
        std::vector<links::end> ends;
        for (auto const& one : nodes_)
          if (one.running) ends.push_back({one.running.get(), one.net_cut});
        return ends;
      }) {
  for (std::size_t i = 0; i < nodes_.size(); ++i) nodes_[i].on.name = "node-" + std::to_string(i + 1);
  log_.news = [this] {
    for (auto& one : nodes_)
      if (one.running) one.running->wake_follower();
  };
}

cluster::~cluster() {
  world_.forget_everything();
  nodes_.clear();
  dead_.clear();
}

void cluster::start() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) start_node(i);
  look();
  divide();
  world_.after(misfortune_every_us, [this] { misfortune(); });
}

void cluster::start_node(std::size_t index) {
  auto& one = nodes_[index];
  one.starting = false;
  if (one.running) return;
  auto made = std::make_unique<process>(world_, log_, one.on, *this);
  if (auto started = made->start(); !started) {
    world_.say(one.on.name, " cannot start: ", started.error().detail);
    made->kill();
    dead_.push_back(std::move(made));
    one.starting = true;
    return world_.after(start_retry_us, [this, index] { start_node(index); });
  }
  one.running = std::move(made);
  world_.say(one.on.name, " runs");
  if (world_.faults && world_.bad.takes_all)
    for (partition_id p = 0; p < log_.partitions(); ++p) one.running->take(p);
}

void cluster::crash(std::size_t index) {
  auto& one = nodes_[index];
  if (!one.running) return;
  auto& dice = world_.dice;
  auto const boot_id = one.running->boot_id();
  one.running->kill();
  dead_.push_back(std::move(one.running));
  links_.died(boot_id);
  std::size_t lost = 0;
  if (dice.happens(world_.bad.rollback) && one.on.disk->unsynced() > 0) {
    lost = dice.below(one.on.disk->unsynced() + 1);
    one.on.disk->lose(lost);
  }
  world_.say(one.on.name, " dies; its store loses ", lost, " writes");
}

void cluster::heal() {
  world_.faults = false;
  healed_ = true;
  world_.say("--- from here on nothing goes wrong");
  auto& dice = world_.dice;
  if (dice.happens(0.3)) {
    auto const out = dice.below(nodes_.size());
    nodes_[out].left_out = true;
    if (dice.happens(0.5)) crash(out);
    else if (nodes_[out].running) nodes_[out].running->alive()->paused = true;
    world_.say(nodes_[out].on.name, " is left out");
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    auto& one = nodes_[i];
    one.net_cut = false;
    one.on.clock_off_us = 0;
    one.on.disk->writes_fail = one.on.disk->reads_fail = false;
    if (one.running) one.running->alive()->log_cut = false;
    if (one.left_out) continue;
    if (one.running) one.running->alive()->paused = false;
    else if (!one.starting) start_node(i);
  }
}

// As a consumer group does: who is heard of has a share, and gets another when members come or go.
void cluster::divide() {
  std::vector<process*> heard;
  std::vector<uuid> members;
  for (auto const& one : nodes_)
    if (one.running && one.running->runs() && !one.running->alive()->log_cut) {
      heard.push_back(one.running.get());
      members.push_back(one.running->boot_id());
    }
  if (members != members_)
    for (std::size_t i = 0; i < heard.size(); ++i) {
      std::vector<partition_id> share;
      for (auto p = i; p < log_.partitions(); p += heard.size()) share.push_back(static_cast<partition_id>(p));
      heard[i]->assigned(share);
    }
  members_ = std::move(members);
  world_.after(divide_every_us, [this] { divide(); });
}

void cluster::look() {
  links_.look();
  world_.after(look_every_us, [this] { look(); });
}

// --- What befalls the nodes -------------------------------------------------------------------------

void cluster::misfortune() {
  if (!world_.faults) return;
  for (std::size_t i = 0; i < nodes_.size(); ++i) befall(i);
  auto& dice = world_.dice;
  auto const share = static_cast<double>(misfortune_every_us) / second;
  if (world_.goes_wrong(world_.bad.takeovers * share)) {
    auto& one = dice.pick(nodes_);
    if (one.running) one.running->take(static_cast<partition_id>(dice.below(log_.partitions())));
  }
  world_.after(misfortune_every_us, [this] { misfortune(); });
}

void cluster::befall(std::size_t index) {
  auto& one = nodes_[index];
  auto& dice = world_.dice;
  auto const& bad = world_.bad;
  auto const share = static_cast<double>(misfortune_every_us) / second;
  if (one.running && world_.goes_wrong(bad.crashes * share)) {
    crash(index);
    one.starting = true;
    world_.after(dice.between(10 * ms, 4 * second), [this, index] { start_node(index); });
    return;
  }
  if (one.running && one.running->runs() && world_.goes_wrong(bad.polite_stops * share)) {
    world_.say(one.on.name, " is stopped");
    one.running->drain();
    world_.after(dice.between(1 * ms, 3 * second), [this, index, of = one.running->alive(), &one] {
      if (!one.running || one.running->alive() != of || (one.left_out && healed_)) return;
      crash(index);
      one.starting = true;
      world_.after(world_.dice.between(10 * ms, 2 * second), [this, index] { start_node(index); });
    });
  }
  if (one.running && !one.running->alive()->paused && world_.goes_wrong(bad.pauses * share)) {
    auto const of = one.running->alive();
    of->paused = true;
    world_.say(one.on.name, " stands still");
    world_.after(dice.between(10 * ms, 6 * second), [this, of, &one] {
      if (one.left_out && healed_) return;
      of->paused = false;
      world_.say(of->name, " goes on");
    });
  }
  if (world_.goes_wrong(bad.clock_steps * share)) {
    one.on.clock_off_us += dice.between(static_cast<std::int64_t>(-bad.clock_step_us),
                                        static_cast<std::int64_t>(bad.clock_step_us));
    world_.say(one.on.name, "'s clock is ", one.on.clock_off_us / ms, " ms off");
  }
  if (world_.goes_wrong(bad.disk_faults * share)) {
    auto const of = one.on.disk;
    of->writes_fail = dice.happens(0.6);
    of->reads_fail = !of->writes_fail || dice.happens(0.3);
    world_.say(one.on.name, "'s disk fails: ", of->writes_fail ? "writes " : "", of->reads_fail ? "reads" : "");
    world_.after(dice.between(50 * ms, 4 * second), [of] { of->writes_fail = of->reads_fail = false; });
  }
  if (one.running && world_.goes_wrong(bad.log_cuts * share)) {
    auto const of = one.running->alive();
    of->log_cut = true;
    world_.say(one.on.name, " is cut off from the log");
    world_.after(dice.between(50 * ms, 5 * second), [of] { of->log_cut = false; });
  }
  if (world_.goes_wrong(bad.net_cuts * share)) {
    one.net_cut = true;
    world_.say(one.on.name, " is cut off from the others");
    world_.after(dice.between(50 * ms, 5 * second), [&one] { one.net_cut = false; });
  }
}

// --- The network --------------------------------------------------------------------------------------

void cluster::send(std::function<void()> what) {
  auto& dice = world_.dice;
  auto const& bad = world_.bad;
  if (world_.goes_wrong(bad.message_lost)) return;
  if (world_.goes_wrong(bad.message_doubled)) world_.after(dice.wait_us(10 * bad.message_late_us), what);
  world_.after(dice.wait_us(bad.message_late_us), std::move(what));
}

void cluster::deliver(std::size_t to, std::function<void(process&)> what) {
  auto& one = nodes_[to];
  if (!one.running || one.net_cut) return;
  if (one.running->alive()->paused)
    return world_.after(20 * ms, [this, to, what = std::move(what)] { deliver(to, what); });
  what(*one.running);
}

void cluster::ask(std::size_t node, std::function<void(process&)> what) {
  send([this, node, what = std::move(what)] { deliver(node, what); });
}

void cluster::tell_client(std::function<void()> what) { send(std::move(what)); }

bool cluster::send_frame(process const& from, uuid const& to, bool is_answer, std::string body) {
  return links_.send(from, to, is_answer, std::move(body));
}

void cluster::perform(std::string const& by, effect const& what, std::function<void(effect_outcome)> done) {
  auto const message = codec::decode<commands::delivery::webhook_message>(what.payload);
  if (!message) return done({false, "not a message", true});
  auto const failed = message->attempt <= failing_attempts_max && world_.goes_wrong(world_.bad.effect_fails);
  bool const permanent = failed && world_.dice.happens(0.1);
  world_.say(by, failed ? " cannot deliver " : " delivers ", to_string(message->message_id));
  if (!failed) performed_.insert(message->message_id);
  world_.after(world_.dice.wait_us(50 * ms), [done = std::move(done), failed, permanent] {
    done({!failed, failed ? "the receiver refused" : "", permanent});
  });
}

// --- Turns ------------------------------------------------------------------------------------------------

bool cluster::step() {
  std::array<process*, 16> ready{};
  std::size_t count = 0;
  for (auto& one : nodes_)
    if (one.running && one.running->runs() && one.running->has_work()) ready[count++] = one.running.get();
  if (count > 0) {
    ready[world_.dice.below(count)]->step();
    world_.now_us += world_.dice.between(1, 30);
  } else {
    auto next = world_.next_at();
    for (auto& one : nodes_)
      if (one.running && one.running->runs()) next = std::min(next, one.running->next_timer_at());
    if (next == INT64_MAX) return false;
    world_.now_us = std::max(world_.now_us, next);
  }
  for (auto& one : nodes_)
    if (one.running && one.running->runs()) one.running->set_clock();
  world_.run_due();
  return true;
}

std::vector<process*> cluster::core() {
  std::vector<process*> all;
  for (auto& one : nodes_)
    if (!one.left_out && one.running) all.push_back(one.running.get());
  return all;
}

disk const& cluster::disk_of(process const& one) const { return *nodes_[index_of(one.name())].on.disk; }

std::size_t cluster::index_of(std::string const& name) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].on.name == name) return i;
  return 0;
}

}  // namespace tracseq::sim
