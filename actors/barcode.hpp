#pragma once
// The label: names one thing, once and for ever. Its stream is where two who want it are told apart.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/barcode.hpp"

namespace tracseq::commands::barcode {

/// Keeps the label for `holder`.
struct reserve {
  static constexpr std::string_view name = "barcode.reserve";
  std::string label;  ///< the stream's key
  std::string entity;  ///< stream it will name; empty = a blank label
  uuid holder;
  bool from_series = false;  ///< TracSeq made the label, out of a block it holds
  friend bool operator==(reserve const&, reserve const&) = default;
};
BOOST_DESCRIBE_STRUCT(reserve, (), (label, entity, holder, from_series))

struct assign {
  static constexpr std::string_view name = "barcode.assign";
  std::string label;  ///< the stream's key
  std::string entity;  ///< stream it names from now on
  std::string entity_label;
  uuid holder;  ///< whose reservation is made good; nil = none
  bool from_series = false;  ///< TracSeq made the label, out of a block it holds
  friend bool operator==(assign const&, assign const&) = default;
};
BOOST_DESCRIBE_STRUCT(assign, (), (label, entity, entity_label, holder, from_series))

/// Makes the reservation of `holder` good: the label names what it was reserved for.
struct confirm {
  static constexpr std::string_view name = "barcode.confirm";
  std::string label;
  uuid holder;
  std::string entity_label;
  friend bool operator==(confirm const&, confirm const&) = default;
};
BOOST_DESCRIBE_STRUCT(confirm, (), (label, holder, entity_label))

/// Takes a reservation or an assignment back; does nothing where it is not there (any more).
struct release {
  static constexpr std::string_view name = "barcode.release";
  std::string label;  ///< may be empty
  std::string entity;  ///< what it is reserved for or names
  uuid holder;  ///< of a reservation; nil where an assignment is taken back
  uuid reserve_for;  ///< nil, or the holder for whom it stays reserved
  bool as_blank = false;  ///< it stays reserved as a blank label
  std::string why;
  friend bool operator==(release const&, release const&) = default;
};
BOOST_DESCRIBE_STRUCT(release, (), (label, entity, holder, reserve_for, as_blank, why))

using command = std::variant<reserve, assign, confirm, release>;

}  // namespace tracseq::commands::barcode

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(barcode_use, free, reserved, assigned)

struct barcode_state {
  barcode_use use = barcode_use::free;
  std::string entity;        ///< empty for a blank label that is reserved
  std::string entity_label;
  uuid holder;
  friend bool operator==(barcode_state const&, barcode_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(barcode_state, (), (use, entity, entity_label, holder))

/// A decider; see actors/decider.hpp.
struct barcode {
  static constexpr std::string_view kind = tracseq::barcode::kind;
  using state = barcode_state;
  using command = commands::barcode::command;
  using event = tracseq::barcode::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static std::optional<event> refusal(command const& asked, error const& why, std::uint64_t version);
  [[nodiscard]] static state evolve(state now, event const& happened);
  /// An assignment whose registration was cut off goes back to what it was.
  [[nodiscard]] static std::optional<command> take_back(event const& happened);
};

}  // namespace tracseq::aggregates
