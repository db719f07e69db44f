#pragma once
// Storage as a tree of units with slots, and what left each place and where to.
//
//   R unit                      unit_row
//   S unit slot-order           slot_row: what stands there or is on its way there
//   D unit version              departure_row: what left
//   K parent kind name 00 unit  children of a unit (nil = nowhere), in order of kind and name
//   # …                         counts: by kind, children of a unit

#include <map>

#include "projections/projection.hpp"
#include "projections/samples.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

BOOST_DEFINE_ENUM_CLASS(unit_state, available, maintenance, retired)
BOOST_DEFINE_ENUM_CLASS(slot_state, reserved, filled)

/// What of a row everybody is shown as it stands.
struct shown_unit {
  uuid id;
  storage_unit::unit_kind kind = storage_unit::unit_kind::box;
  std::string name;
  std::string barcode;
  storage_unit::layout layout;
  std::string project;
  unit_state state = unit_state::available;
  std::string state_reason;
  std::uint32_t reserved = 0;  ///< slots kept for something on its way
  instant created_at;
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;
  friend bool operator==(shown_unit const&, shown_unit const&) = default;
};
BOOST_DESCRIBE_STRUCT(shown_unit, (),
                      (id, kind, name, barcode, layout, project, state, state_reason, reserved,
                       created_at, updated_at, created_by, version))

struct unit_row : shown_unit {
  storage_unit::temperature_class temperature = storage_unit::temperature_class::unspecified;
  std::optional<uuid> parent_id;
  std::string slot;          ///< in the parent
  std::uint32_t filled = 0;  ///< its own slots that hold something
  /// Places in all; 0 = unbounded.
  [[nodiscard]] std::uint32_t capacity() const noexcept {
    return layout.count != 0 ? layout.count : std::uint32_t{layout.rows} * layout.columns;
  }
  friend bool operator==(unit_row const&, unit_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(unit_row, (shown_unit), (temperature, parent_id, slot, filled))

struct slot_row {
  std::string slot;
  std::string occupant;  ///< stream: `sample/…` or `storage_unit/…`
  std::string occupant_label;
  slot_state state = slot_state::filled;
  uuid move_id;
  instant since;
  friend bool operator==(slot_row const&, slot_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(slot_row, (), (slot, occupant, occupant_label, state, move_id, since))

struct departure_row {
  std::string slot;
  std::string occupant;
  std::string occupant_label;
  std::string to;  ///< for people: "Box 7 B3", "checked out", "discarded"
  uuid move_id;
  instant at;
  std::string by;
  friend bool operator==(departure_row const&, departure_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(departure_row, (), (slot, occupant, occupant_label, to, move_id, at, by))

/// A slot on a box map, with what its occupant is today.
struct slot_view {
  slot_row slot;
  std::string occupant_kind;   ///< "sample", or the unit_kind's word
  std::string occupant_state;  ///< the sample's or the unit's word; empty where unknown
  std::string barcode;         ///< of the occupant
  std::string project;         ///< of the occupant
};
BOOST_DESCRIBE_STRUCT(slot_view, (), (slot, occupant_kind, occupant_state, barcode, project))

/// One step of a path from the outermost unit to the innermost.
struct path_step {
  uuid unit_id;
  std::string name;
  storage_unit::unit_kind kind = storage_unit::unit_kind::box;
  std::string slot;  ///< where this unit stands in the one before
};
BOOST_DESCRIBE_STRUCT(path_step, (), (unit_id, name, kind, slot))

/// A unit in a listing of the tree.
struct unit_summary {
  unit_row unit;
  std::uint64_t children = 0;
};
BOOST_DESCRIBE_STRUCT(unit_summary, (), (unit, children))

class storage_query {
 public:
  explicit storage_query(read_view const& view) : view_(view) {}

  [[nodiscard]] std::optional<unit_row> get(uuid const& id) const;
  /// Units that stand in `parent`, or in nothing, by kind and name; of one kind where it is given. The
  /// cursor is opaque; `invalid_argument` for a cursor of another list or a limit out of range.
  [[nodiscard]] result<page<unit_summary>> children(
      std::optional<uuid> const& parent, std::string const& cursor = {},
      std::uint32_t limit = page_rows_max,
      std::optional<storage_unit::unit_kind> kind = std::nullopt) const;
  /// The occupied and reserved slots in order of rows and columns. Costs what the unit holds.
  [[nodiscard]] std::vector<slot_view> slots(uuid const& id) const;
  [[nodiscard]] std::optional<slot_row> slot(uuid const& id, std::string_view slot) const;
  /// From the outermost unit to this one.
  [[nodiscard]] std::vector<path_step> path(uuid const& id) const;
  /// "Freezer 1 › Shelf 2 › Box 7"; empty for an unknown unit.
  [[nodiscard]] std::string path_words(uuid const& id) const;
  /// What left this unit, newest first.
  [[nodiscard]] result<page<departure_row>> departures(uuid const& id, std::string const& cursor = {},
                                                       std::uint32_t limit = 50) const;
  /// Units by the word of their kind.
  [[nodiscard]] std::map<std::string, std::uint64_t> counts() const;

 private:
  read_view const& view_;
};

class storage_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "storage"; }
  [[nodiscard]] std::uint32_t version() const override { return 2; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
