#pragma once
// The storage unit: anything that holds things. It alone says who holds which of its slots, so that a
// slot never holds two. A command costs O(log n) in the slots it has.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/storage_unit.hpp"

namespace tracseq::commands::storage_unit {

struct add {
  static constexpr std::string_view name = "storage_unit.add";
  tracseq::storage_unit::unit_kind unit = tracseq::storage_unit::unit_kind::box;
  std::string unit_name;  ///< its `name`; 1 to 255 characters
  std::string barcode;  ///< may be empty
  std::optional<tracseq::storage_unit::layout> layout;  ///< none = the kind's default
  tracseq::storage_unit::temperature_class temperature =
      tracseq::storage_unit::temperature_class::unspecified;
  std::string project;  ///< keeps the unit for one project; may be empty
  friend bool operator==(add const&, add const&) = default;
};
BOOST_DESCRIBE_STRUCT(add, (), (unit, unit_name, barcode, layout, temperature, project))

struct rename {
  static constexpr std::string_view name = "storage_unit.rename";
  std::string new_name;
  friend bool operator==(rename const&, rename const&) = default;
};
BOOST_DESCRIBE_STRUCT(rename, (), (new_name))

/// A step of a move: the slot of the new parent is reserved.
struct place {
  static constexpr std::string_view name = "storage_unit.place";
  uuid move_id;
  tracseq::place to;
  std::optional<tracseq::place> from;  ///< where it is expected to stand
  friend bool operator==(place const&, place const&) = default;
};
BOOST_DESCRIBE_STRUCT(place, (), (move_id, to, from))

/// A step of a move out of its parent.
struct take_out {
  static constexpr std::string_view name = "storage_unit.take_out";
  uuid move_id;
  tracseq::place from;  ///< where it is expected to stand
  friend bool operator==(take_out const&, take_out const&) = default;
};
BOOST_DESCRIBE_STRUCT(take_out, (), (move_id, from))

/// Keeps a slot for a thing that is on its way.
struct reserve_slot {
  static constexpr std::string_view name = "storage_unit.reserve_slot";
  uuid move_id;
  std::string slot;  ///< empty = the first free one, row by row
  std::string occupant;  ///< stream: `sample/…` or `storage_unit/…`
  std::string occupant_label;
  std::string occupant_kind;  ///< "tube", or the unit_kind's word
  std::string project;  ///< of the occupant; may be empty
  std::vector<std::string> requires_temperature;  ///< empty = any
  /// Of the units around this one, for a unit without a class of its own.
  tracseq::storage_unit::temperature_class inherited_temperature =
      tracseq::storage_unit::temperature_class::unspecified;
  std::string override_reason;  ///< lets a wrong temperature or project pass
  friend bool operator==(reserve_slot const&, reserve_slot const&) = default;
};
BOOST_DESCRIBE_STRUCT(reserve_slot, (),
                      (move_id, slot, occupant, occupant_label, occupant_kind, project,
                       requires_temperature, inherited_temperature, override_reason))

/// The thing does not come.
struct release_slot {
  static constexpr std::string_view name = "storage_unit.release_slot";
  uuid move_id;
  std::string slot;
  friend bool operator==(release_slot const&, release_slot const&) = default;
};
BOOST_DESCRIBE_STRUCT(release_slot, (), (move_id, slot))

/// The thing has come into the slot that was reserved for it.
struct fill_slot {
  static constexpr std::string_view name = "storage_unit.fill_slot";
  uuid move_id;
  std::string slot;
  friend bool operator==(fill_slot const&, fill_slot const&) = default;
};
BOOST_DESCRIBE_STRUCT(fill_slot, (), (move_id, slot))

/// The thing is gone.
struct vacate_slot {
  static constexpr std::string_view name = "storage_unit.vacate_slot";
  uuid move_id;
  std::string slot;
  std::string occupant;
  std::string to;  ///< for people: "Box 7 B3", "checked out", "discarded"
  friend bool operator==(vacate_slot const&, vacate_slot const&) = default;
};
BOOST_DESCRIBE_STRUCT(vacate_slot, (), (move_id, slot, occupant, to))

struct start_maintenance {
  static constexpr std::string_view name = "storage_unit.start_maintenance";
  static constexpr std::string_view summary = "Close a storage unit for maintenance";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  std::string reason;
  friend bool operator==(start_maintenance const&, start_maintenance const&) = default;
};
BOOST_DESCRIBE_STRUCT(start_maintenance, (), (reason))

struct end_maintenance {
  static constexpr std::string_view name = "storage_unit.end_maintenance";
  static constexpr std::string_view summary = "Open a storage unit after maintenance";
  friend bool operator==(end_maintenance const&, end_maintenance const&) = default;
};
BOOST_DESCRIBE_STRUCT(end_maintenance, (), ())

struct retire {
  static constexpr std::string_view name = "storage_unit.retire";
  static constexpr std::string_view summary = "Retire an empty storage unit";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  std::string reason;
  friend bool operator==(retire const&, retire const&) = default;
};
BOOST_DESCRIBE_STRUCT(retire, (), (reason))

using command = std::variant<add, rename, place, take_out, reserve_slot, release_slot, fill_slot,
                             vacate_slot, start_maintenance, end_maintenance, retire>;

}  // namespace tracseq::commands::storage_unit

namespace tracseq::aggregates {

/// Who holds a slot.
struct slot_holder {
  std::string occupant;
  std::string label;
  uuid move_id;
  bool filled = false;  ///< otherwise reserved
  friend bool operator==(slot_holder const&, slot_holder const&) = default;
};
BOOST_DESCRIBE_STRUCT(slot_holder, (), (occupant, label, move_id, filled))

struct storage_unit_state {
  tracseq::storage_unit::unit_kind unit = tracseq::storage_unit::unit_kind::box;
  std::string name;
  std::string barcode;
  tracseq::storage_unit::layout layout;
  tracseq::storage_unit::temperature_class temperature =
      tracseq::storage_unit::temperature_class::unspecified;
  std::string project;
  std::optional<place> at;
  uuid last_move;
  bool in_maintenance = false;
  std::string maintenance_reason;
  bool retired = false;
  std::map<std::uint32_t, slot_holder> slots;      ///< held ones, by index row by row from 0
  std::map<std::uint32_t, std::uint32_t> free_runs;  ///< free ones: first → last index of a run
  std::map<uuid, std::uint32_t> by_move;           ///< held ones, by the move that holds them
  friend bool operator==(storage_unit_state const&, storage_unit_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(storage_unit_state, (),
                      (unit, name, barcode, layout, temperature, project, at, last_move,
                       in_maintenance, maintenance_reason, retired, slots, free_runs, by_move))

/// A decider; see actors/decider.hpp.
struct storage_unit {
  static constexpr std::string_view kind = tracseq::storage_unit::kind;
  using state = storage_unit_state;
  using command = commands::storage_unit::command;
  using event = tracseq::storage_unit::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static std::optional<event> refusal(command const& asked, error const& why, std::uint64_t version);
  [[nodiscard]] static state evolve(state now, event const& happened);
};

}  // namespace tracseq::aggregates
