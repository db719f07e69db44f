#pragma once
// A year's series of labels: hands out blocks of numbers, each once.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/barcode.hpp"

namespace tracseq::commands::barcode_series {

/// The event that comes back says the first number.
struct reserve_block {
  static constexpr std::string_view name = "barcode_series.reserve_block";
  std::uint32_t count = 0;  ///< 1 to 100,000
  std::string purpose;
  friend bool operator==(reserve_block const&, reserve_block const&) = default;
};
BOOST_DESCRIBE_STRUCT(reserve_block, (), (count, purpose))

using command = std::variant<reserve_block>;

}  // namespace tracseq::commands::barcode_series

namespace tracseq::aggregates {

struct barcode_series_state {
  std::uint32_t next = 1;
  friend bool operator==(barcode_series_state const&, barcode_series_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(barcode_series_state, (), (next))

/// A decider; see actors/decider.hpp.
struct barcode_series {
  static constexpr std::string_view kind = tracseq::barcode_series::kind;
  using state = barcode_series_state;
  using command = commands::barcode_series::command;
  using event = tracseq::barcode_series::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static state evolve(state now, event const& happened);
};

}  // namespace tracseq::aggregates
