#include "actors/slot_table.hpp"

#include <iterator>

#include "events/storage_layout.hpp"

namespace tracseq::aggregates {

void free_all_slots(storage_unit_state& state) {
  state.slots.clear();
  state.by_move.clear();
  state.free_runs.clear();
  auto const count = tracseq::storage_unit::slot_count(state.layout);
  if (count > 0) state.free_runs.emplace(0, count - 1);
}

std::optional<std::uint32_t> first_free_slot(storage_unit_state const& state) noexcept {
  if (state.free_runs.empty()) return std::nullopt;
  return state.free_runs.begin()->first;
}

slot_holder const* holder_of(storage_unit_state const& state, std::uint32_t index) noexcept {
  auto const found = state.slots.find(index);
  return found == state.slots.end() ? nullptr : &found->second;
}

void hold_slot(storage_unit_state& state, std::uint32_t index, slot_holder holder) {
  free_slot(state, index);
  if (auto const next = state.free_runs.upper_bound(index); next != state.free_runs.begin()) {
    auto const run = std::prev(next);
    auto const [first, last] = *run;
    if (last >= index) {
      state.free_runs.erase(run);
      if (first < index) state.free_runs.emplace(first, index - 1);
      if (index < last) state.free_runs.emplace(index + 1, last);
    }
  }
  state.by_move[holder.move_id] = index;
  state.slots.emplace(index, std::move(holder));
}

void free_slot(storage_unit_state& state, std::uint32_t index) {
  auto const held = state.slots.find(index);
  if (held == state.slots.end()) return;
  // A move that holds a later slot keeps its entry.
  auto const move = state.by_move.find(held->second.move_id);
  if (move != state.by_move.end() && move->second == index) state.by_move.erase(move);
  state.slots.erase(held);

  auto first = index;
  auto last = index;
  auto const next = state.free_runs.upper_bound(index);
  if (next != state.free_runs.begin()) {
    auto const before = std::prev(next);
    if (before->second + 1 == index) {
      first = before->first;
      state.free_runs.erase(before);
    }
  }
  if (next != state.free_runs.end() && next->first == index + 1) {
    last = next->second;
    state.free_runs.erase(next);
  }
  state.free_runs.emplace(first, last);
}

}  // namespace tracseq::aggregates
