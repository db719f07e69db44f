#pragma once
// How a storage unit's slots are named, and the words of its kinds and temperature classes.
//
// A slot has an index, row by row from 0, and a name: SLAS coordinates in a grid (A1 … Z48, AA1 …
// AF48), "1" … "count" where places are numbered, "1" … without an end in an unbounded unit.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/result.hpp"
#include "events/storage_unit.hpp"

namespace tracseq::storage_unit {

inline constexpr std::uint16_t rows_max = 32;     ///< a 1536-well plate: A … AF
inline constexpr std::uint16_t columns_max = 48;
inline constexpr std::uint32_t count_max = 10'000;

/// Freezer 20 places, rack 25, box 9 × 9, plate and tube rack 8 × 12; others unbounded.
[[nodiscard]] layout default_layout(unit_kind unit) noexcept;
/// `invalid_argument` for a grid or a count beyond the limits above, or both at once.
[[nodiscard]] result<void> check_layout(layout const& shape);

/// Rows without columns, which only damaged bytes hold, are no grid.
[[nodiscard]] constexpr bool is_grid(layout const& shape) noexcept {
  return shape.rows > 0 && shape.columns > 0;
}
[[nodiscard]] constexpr bool is_unbounded(layout const& shape) noexcept {
  return !is_grid(shape) && shape.count == 0;
}
/// How many slots there are; of an unbounded unit the number that no lab reaches.
[[nodiscard]] std::uint32_t slot_count(layout const& shape) noexcept;

[[nodiscard]] std::string slot_name(layout const& shape, std::uint32_t index);
/// Takes "A1", "a1" and "A01" alike; none where the unit has no such slot.
[[nodiscard]] std::optional<std::uint32_t> slot_index(layout const& shape,
                                                      std::string_view name) noexcept;
/// For people: "A1 to I9", "1 to 20", "any number from 1".
[[nodiscard]] std::string slot_range(layout const& shape);

/// "freezer", "tube rack".
[[nodiscard]] std::string_view word(unit_kind unit) noexcept;
/// "LN2", "-80", "-20", "4", "RT", "37"; empty for unspecified.
[[nodiscard]] std::string_view word(temperature_class temperature) noexcept;
[[nodiscard]] std::optional<temperature_class> parse_temperature_class(
    std::string_view text) noexcept;
/// By its enumerator's name, as commands carry it ("tube_rack").
[[nodiscard]] std::optional<unit_kind> parse_unit_kind(std::string_view text) noexcept;

}  // namespace tracseq::storage_unit
