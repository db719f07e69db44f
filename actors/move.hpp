#pragma once
// The move: a process manager that brings a tube or a unit into a slot, to another, or out.
//
//   reserve the target slot → move the thing (point of no return) → vacate the old slot → fill the new
//
// Refused before the point of no return, it releases the slot. A step behind it that is refused parks
// the move for a person, who can resume it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/relocation.hpp"

namespace tracseq::commands::move {

struct request {
  static constexpr std::string_view name = "move.request";
  uuid move_id;  ///< the stream's key
  std::string thing;  ///< stream: `sample/…` or `storage_unit/…`
  std::string thing_label;
  std::string thing_kind;  ///< "tube", or the unit_kind's word
  std::string thing_project;  ///< may be empty
  std::vector<std::string> requires_temperature;
  std::optional<place> from;  ///< where it stands, as read; none = not in storage
  std::optional<place> to;  ///< none = out; an empty slot = the first free one
  tracseq::storage_unit::temperature_class to_temperature =
      tracseq::storage_unit::temperature_class::unspecified;  ///< of the units around `to`
  std::string purpose;  ///< of a check-out
  std::optional<instant> due_at;  ///< of a check-out
  std::string override_reason;  ///< lets a wrong temperature or project pass
  friend bool operator==(request const&, request const&) = default;
};
BOOST_DESCRIBE_STRUCT(request, (),
                      (move_id, thing, thing_label, thing_kind, thing_project, requires_temperature,
                       from, to, to_temperature, purpose, due_at, override_reason))

/// How a step ended. Made by `on_outcome`.
struct record_step {
  static constexpr std::string_view name = "move.record_step";
  std::string step;
  bool ok = true;
  std::string slot;  ///< the slot that was reserved
  std::string code;  ///< of a refusal: errc name
  std::string detail;  ///< of a refusal
  friend bool operator==(record_step const&, record_step const&) = default;
};
BOOST_DESCRIBE_STRUCT(record_step, (), (step, ok, slot, code, detail))

/// Tries again what parked the move.
struct resume {
  static constexpr std::string_view name = "move.resume";
  friend bool operator==(resume const&, resume const&) = default;
};
BOOST_DESCRIBE_STRUCT(resume, (), ())

using command = std::variant<request, record_step, resume>;

}  // namespace tracseq::commands::move

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(move_stage, none, reserving, moving, vacating, filling, releasing, completed,
                        refused)

struct move_state {
  move_stage stage = move_stage::none;
  tracseq::move::requested asked;
  std::string slot;  ///< the reserved one
  bool parked = false;
  std::string parked_why;
  std::uint32_t resumes = 0;
  friend bool operator==(move_state const&, move_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(move_state, (), (stage, asked, slot, parked, parked_why, resumes))

/// A process manager; see actors/decider.hpp.
struct move {
  static constexpr std::string_view kind = tracseq::move::kind;
  using state = move_state;
  using command = commands::move::command;
  using event = tracseq::move::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static state evolve(state now, event const& happened);
  [[nodiscard]] static std::vector<step> due(state const& seen);
  [[nodiscard]] static command on_outcome(state const& seen, step_outcome const& outcome);
};

}  // namespace tracseq::aggregates
