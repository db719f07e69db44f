#include "tests/sim/world.hpp"

#include <cstdio>

#include "events/fault_point.hpp"

namespace tracseq {
namespace {

sim::world* current = nullptr;

}  // namespace

std::size_t register_fault_point(std::string_view name) {
  auto& all = sim::places();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].name == name) return i;
  all.push_back({std::string(name), 0, 0});
  return all.size() - 1;
}

bool fault_point_fires(std::size_t place) { return current != nullptr && current->place_fires(place); }

namespace sim {

std::vector<place_count>& places() {
  static std::vector<place_count> all;
  return all;
}

odds odds::draw(chance& dice) {
  odds drawn;
  auto const some = [&](double is_there, double low, double high) {
    bool const there = dice.happens(is_there);
    auto const how_often = dice.magnitude(low, high);
    return there ? how_often : 0.0;
  };
  drawn.append_refused = some(0.3, 0.001, 0.05);
  drawn.append_lost = some(0.4, 0.001, 0.05);
  drawn.append_lost_told = some(0.4, 0.001, 0.05);
  drawn.append_told = some(0.4, 0.001, 0.05);
  drawn.append_doubled = some(0.4, 0.001, 0.1);
  drawn.append_torn = some(0.5, 0.01, 0.2);
  drawn.append_overtakes = some(0.2, 0.001, 0.05);
  drawn.append_late_us = dice.magnitude(0.3 * ms, 40 * ms);
  drawn.slow_append = some(0.4, 0.001, 0.03);
  drawn.dies_on_wire = dice.unit();
  drawn.late_zombie = dice.unit();
  drawn.message_lost = some(0.5, 0.002, 0.1);
  drawn.message_doubled = some(0.5, 0.002, 0.1);
  drawn.message_late_us = dice.magnitude(0.2 * ms, 20 * ms);
  drawn.crashes = some(0.7, 0.02, 0.5);
  drawn.polite_stops = some(0.4, 0.02, 0.3);
  drawn.pauses = some(0.5, 0.02, 0.3);
  drawn.clock_steps = some(0.4, 0.05, 0.5);
  drawn.clock_step_us = dice.magnitude(10 * ms, 30 * second);
  drawn.disk_faults = some(0.4, 0.02, 0.3);
  drawn.log_cuts = some(0.4, 0.02, 0.3);
  drawn.net_cuts = some(0.4, 0.02, 0.3);
  drawn.takeovers = some(0.7, 0.05, 1.0);
  drawn.rollback = some(0.6, 0.2, 1.0);
  drawn.takes_all = dice.happens(0.3);
  drawn.effect_fails = some(0.6, 0.05, 0.6);
  return drawn;
}

world::world(std::uint64_t seed, bool tells) : dice(seed), story(tells) {
  bad = odds::draw(dice);
  for (std::size_t i = 0; i < places().size(); ++i) {
    bool const there = dice.happens(0.5);
    auto const how_often = dice.magnitude(0.003, 0.15);
    place_odds_.push_back(there ? how_often : 0.0);
  }
  current = this;
}

world::~world() { current = nullptr; }

bool world::place_fires(std::size_t place) {
  if (quiet_places) return false;
  auto& count = places()[place];
  ++count.reached;
  if (!goes_wrong(place_odds_[place])) return false;
  ++count.fired;
  say("  ", count.name, " misbehaves");
  return true;
}

void world::trace(std::string_view bytes) {
  pending_ += bytes;
  if (pending_.size() < 64 * 1024) return;
  hash_ = sha256({reinterpret_cast<char const*>(hash_.data()), hash_.size()}, pending_);
  pending_.clear();
}

hash256 world::trace_hash() {
  hash_ = sha256({reinterpret_cast<char const*>(hash_.data()), hash_.size()}, pending_);
  pending_.clear();
  return hash_;
}

void world::print(std::string const& line) const {
  std::printf("%9.3f ms  %s\n", static_cast<double>(now_us) / 1000.0, line.c_str());
}

}  // namespace sim
}  // namespace tracseq
