#pragma once
// Which slots of a unit are held and which are free, in O(log n) whatever its size: held slots by
// index and by move, free ones as runs.

#include <cstdint>
#include <optional>

#include "actors/storage_unit.hpp"

namespace tracseq::aggregates {

/// All slots free; of an unbounded unit too.
void free_all_slots(storage_unit_state& state);
/// The first free slot, row by row; none when all are held.
[[nodiscard]] std::optional<std::uint32_t> first_free_slot(storage_unit_state const& state) noexcept;
/// Null for a free slot.
[[nodiscard]] slot_holder const* holder_of(storage_unit_state const& state,
                                           std::uint32_t index) noexcept;
void hold_slot(storage_unit_state& state, std::uint32_t index, slot_holder holder);
void free_slot(storage_unit_state& state, std::uint32_t index);

}  // namespace tracseq::aggregates
