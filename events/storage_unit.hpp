#pragma once
// A storage unit's facts: anything that holds things, from a site to a bag. Streams
// `storage_unit/<uuid>`. Type ids 200–299.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/place.hpp"

namespace tracseq::storage_unit {

inline constexpr std::string_view kind = "storage_unit";

/// In the order of nesting: a unit stands only in a unit of an earlier kind, so that there is never
/// a cycle.
BOOST_DEFINE_ENUM_CLASS(unit_kind, site, building, room, freezer, shelf, drawer, rack, box, plate,
                        tube_rack, bag)

BOOST_DEFINE_ENUM_CLASS(temperature_class, unspecified, LN2, minus_80, minus_20, plus_4, RT, plus_37)

/// How a unit's places are laid out: a grid with SLAS coordinates (A1 … ), numbered places, or
/// unbounded (rows = columns = count = 0).
struct layout {
  std::uint16_t rows = 0;
  std::uint16_t columns = 0;
  std::uint32_t count = 0;  ///< numbered places "1" … "count", where there is no grid
  friend bool operator==(layout const&, layout const&) = default;
};
BOOST_DESCRIBE_STRUCT(layout, (), (rows, columns, count))

struct added {
  static constexpr event_type type{200, 1, "storage_unit_added"};
  unit_kind unit = unit_kind::box;
  std::string name;
  std::string barcode;
  storage_unit::layout layout;
  temperature_class temperature = temperature_class::unspecified;
  std::string project;  ///< reserved for a project; may be empty
  [[nodiscard]] std::string words() const;
  friend bool operator==(added const&, added const&) = default;
};
BOOST_DESCRIBE_STRUCT(added, (), (unit, name, barcode, layout, temperature, project))

struct renamed {
  static constexpr event_type type{201, 1, "storage_unit_renamed"};
  std::string old_name;
  std::string new_name;
  [[nodiscard]] std::string words() const;
  friend bool operator==(renamed const&, renamed const&) = default;
};
BOOST_DESCRIBE_STRUCT(renamed, (), (old_name, new_name))

/// The unit itself, with all in it, now stands in another unit (or in none).
struct placed {
  static constexpr event_type type{202, 1, "storage_unit_placed"};
  uuid move_id;
  uuid unit_id;  ///< the new parent
  std::string slot;
  std::string unit_label;
  std::optional<uuid> from_unit_id;
  std::string from_slot;
  std::string from_unit_label;
  [[nodiscard]] std::string words() const;
  friend bool operator==(placed const&, placed const&) = default;
};
BOOST_DESCRIBE_STRUCT(placed, (),
                      (move_id, unit_id, slot, unit_label, from_unit_id, from_slot, from_unit_label))

struct taken_out {
  static constexpr event_type type{203, 1, "storage_unit_taken_out"};
  uuid move_id;
  uuid from_unit_id;
  std::string from_slot;
  std::string from_unit_label;
  [[nodiscard]] std::string words() const;
  friend bool operator==(taken_out const&, taken_out const&) = default;
};
BOOST_DESCRIBE_STRUCT(taken_out, (), (move_id, from_unit_id, from_slot, from_unit_label))

/// A place is kept for a thing that is on its way. `occupant` is its stream: `sample/…` or
/// `storage_unit/…`.
struct slot_reserved {
  static constexpr event_type type{210, 1, "slot_reserved"};
  std::string slot;
  std::string occupant;
  std::string occupant_label;
  uuid move_id;
  std::string override_reason;  ///< why it is taken though a rule of the unit speaks against it
  [[nodiscard]] std::string words() const;
  friend bool operator==(slot_reserved const&, slot_reserved const&) = default;
};
BOOST_DESCRIBE_STRUCT(slot_reserved, (),
                      (slot, occupant, occupant_label, move_id, override_reason))

struct slot_released {
  static constexpr event_type type{211, 1, "slot_released"};
  std::string slot;
  std::string occupant;
  uuid move_id;
  [[nodiscard]] std::string words() const;
  friend bool operator==(slot_released const&, slot_released const&) = default;
};
BOOST_DESCRIBE_STRUCT(slot_released, (), (slot, occupant, move_id))

struct slot_filled {
  static constexpr event_type type{212, 1, "slot_filled"};
  std::string slot;
  std::string occupant;
  std::string occupant_label;
  uuid move_id;
  [[nodiscard]] std::string words() const;
  friend bool operator==(slot_filled const&, slot_filled const&) = default;
};
BOOST_DESCRIBE_STRUCT(slot_filled, (), (slot, occupant, occupant_label, move_id))

struct slot_vacated {
  static constexpr event_type type{213, 1, "slot_vacated"};
  std::string slot;
  std::string occupant;
  std::string occupant_label;
  std::string to;  ///< where it went, for people: "Box 7 B3", "checked out", "discarded"
  uuid move_id;
  [[nodiscard]] std::string words() const;
  friend bool operator==(slot_vacated const&, slot_vacated const&) = default;
};
BOOST_DESCRIBE_STRUCT(slot_vacated, (), (slot, occupant, occupant_label, to, move_id))

struct maintenance_started {
  static constexpr event_type type{220, 1, "maintenance_started"};
  std::string reason;
  [[nodiscard]] std::string words() const;
  friend bool operator==(maintenance_started const&, maintenance_started const&) = default;
};
BOOST_DESCRIBE_STRUCT(maintenance_started, (), (reason))

struct maintenance_ended {
  static constexpr event_type type{221, 1, "maintenance_ended"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(maintenance_ended const&, maintenance_ended const&) = default;
};
BOOST_DESCRIBE_STRUCT(maintenance_ended, (), ())

struct retired {
  static constexpr event_type type{222, 1, "storage_unit_retired"};
  std::string reason;
  [[nodiscard]] std::string words() const;
  friend bool operator==(retired const&, retired const&) = default;
};
BOOST_DESCRIBE_STRUCT(retired, (), (reason))

/// A step of a move was refused, here as the thing that moves or as the unit that was to take it. See
/// sample::step_refused.
struct step_refused {
  static constexpr event_type type{223, 1, "storage_unit_step_refused"};
  static constexpr bool refuses = true;
  uuid process_id;
  std::string step;  ///< the command's name
  std::string code;  ///< an errc's name
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(step_refused const&, step_refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(step_refused, (), (process_id, step, code, why))

using event = std::variant<added, renamed, placed, taken_out, slot_reserved, slot_released, slot_filled, slot_vacated,
                           maintenance_started, maintenance_ended, retired, step_refused>;

}  // namespace tracseq::storage_unit
