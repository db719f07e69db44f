#include "tests/sim/links.hpp"

#include <algorithm>

#include "tests/sim/process.hpp"

namespace tracseq::sim {

process* links::find(uuid const& who) const {
  for (auto const& one : ends_())
    if (one.of->boot_id() == who) return one.of;
  return nullptr;
}

bool links::send(process const& from, uuid const& to, bool is_answer, std::string body) {
  pair const between{from.boot_id(), to};
  auto const found = lines_.find(between);
  if (found == lines_.end()) return false;
  auto late = world_.dice.wait_us(world_.bad.message_late_us);
  if (world_.goes_wrong(world_.bad.message_lost)) late += world_.dice.between(50 * ms, 2 * second);
  auto& line = found->second;
  line.last_at_us = std::max(line.last_at_us + 1, world_.now_us + late);
  world_.after(line.last_at_us - world_.now_us,
               [this, between, number = line.number, is_answer, body = std::move(body)]() mutable {
                 deliver(between, number, is_answer, std::move(body));
               });
  return true;
}

void links::deliver(pair between, std::uint64_t number, bool is_answer, std::string body) {
  auto* const to = find(between.second);
  if (to == nullptr) return;
  auto const found = lines_.find(between);
  // Of a line that was cut, the last words may still have arrived.
  bool const stands = found != lines_.end() && found->second.number == number;
  if (!stands && (found != lines_.end() || !world_.dice.happens(0.5))) return;
  if (to->alive()->paused)
    return world_.after(20 * ms, [this, between, number, is_answer, body = std::move(body)]() mutable {
      deliver(between, number, is_answer, std::move(body));
    });
  to->on_frame(between.first, is_answer, body);
}

void links::look() {
  auto const ends = ends_();
  for (auto const& from : ends)
    for (auto const& to : ends) {
      if (from.of == to.of) continue;
      pair const between{from.of->boot_id(), to.of->boot_id()};
      bool const stands = lines_.contains(between);
      bool const can = !from.cut && !to.cut;
      bool const silent = from.of->alive()->paused || to.of->alive()->paused;
      if (stands && (!can || (silent && world_.dice.happens(0.02)))) cut(between, false);
      if (stands || !can || silent || !world_.dice.happens(0.3)) continue;
      lines_[between] = {++made_, world_.now_us};
      world_.say(from.of->name(), " reaches ", to.of->name());
      from.of->on_up(to.of->boot_id());
    }
  // What an owner says of its partitions.
  for (auto const& [between, line] : lines_) {
    auto* const from = find(between.first);
    auto* const to = find(between.second);
    if (from != nullptr && to != nullptr && from->runs() && to->runs()) from->hear_state(*to);
  }
}

void links::cut(pair between, bool surely_ended) {
  lines_.erase(between);
  auto* const from = find(between.first);
  if (from == nullptr) return;
  world_.say(from->name(), " loses another node");
  from->on_down(between.second, surely_ended);
}

void links::died(uuid const& who) {
  std::vector<pair> gone;
  for (auto const& [between, line] : lines_)
    if (between.first == who || between.second == who) gone.push_back(between);
  for (auto const& between : gone) cut(between, world_.dice.happens(0.5));
}

}  // namespace tracseq::sim
