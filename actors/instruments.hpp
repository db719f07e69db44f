#pragma once
// Sequencing instruments and how many lanes their flow cells have.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tracseq {

/// Lane counts that a model's flow cells come with.
struct instrument_model {
  std::string_view name;  ///< ENA's word
  std::uint16_t lanes[3];  ///< the choices; 0 = no further one
};

/// Of the table below. Grows with every change of it, so that a validation can be told apart from one
/// under another table.
inline constexpr int instrument_table_version = 1;
[[nodiscard]] std::span<instrument_model const> instrument_models() noexcept;

/// Finds a model by ENA's word, in any case, with or without the maker before it; null for one that
/// the table does not have.
[[nodiscard]] instrument_model const* find_instrument(std::string_view name) noexcept;
[[nodiscard]] bool offers_lanes(instrument_model const& model, std::uint16_t lanes) noexcept;
/// "2 or 4 lanes".
[[nodiscard]] std::string lane_choices(instrument_model const& model);

}  // namespace tracseq
