#include "projections/storage.hpp"

#include <algorithm>

#include "projections/rows.hpp"
#include "projections/storage_keys.hpp"
#include "projections/text.hpp"

namespace tracseq {

key slot_key(uuid const& unit, std::string_view slot) {
  std::size_t letters = 0;
  while (letters < slot.size() && slot[letters] >= 'A' && slot[letters] <= 'Z') ++letters;
  std::uint32_t number = 0;
  for (auto const c : slot.substr(letters))
    if (c >= '0' && c <= '9') number = number * 10 + static_cast<std::uint32_t>(c - '0');
  return key('S')
      .id(unit)
      .u8(static_cast<std::uint8_t>(std::min<std::size_t>(letters, 255)))
      .text(slot.substr(0, letters))
      .u32(number)
      .tail(slot);
}

key children_key(std::optional<uuid> const& parent) { return key('K').id(parent.value_or(uuid{})); }

void index_of(unit_row const& row, index_keys& keys) {
  auto const kind = static_cast<std::uint8_t>(row.kind);
  keys.add(children_key(row.parent_id).u8(kind).text(fold_case(row.name)).id(row.id));
  keys.count(key('#').u8('K').u8(kind));
  keys.count(key('#').u8('C').id(row.parent_id.value_or(uuid{})));
}

namespace {

/// Changes one unit, and its slots, by one event.
struct changes {
  unit_row& row;
  accepted_event const& event;
  table& rows;

  void operator()(storage_unit::added const& e) const {
    row.kind = e.unit;
    row.name = e.name;
    row.barcode = e.barcode;
    row.layout = e.layout;
    row.temperature = e.temperature;
    row.project = e.project;
    row.created_at = event.recorded_at();
    row.created_by = event.in.commit.who.name;
  }
  void operator()(storage_unit::renamed const& e) const { row.name = e.new_name; }
  void operator()(storage_unit::placed const& e) const {
    row.parent_id = e.unit_id;
    row.slot = e.slot;
  }
  void operator()(storage_unit::taken_out const&) const {
    row.parent_id.reset();
    row.slot.clear();
  }
  void operator()(storage_unit::slot_reserved const& e) const {
    occupy({e.slot, e.occupant, e.occupant_label, slot_state::reserved, e.move_id,
            event.occurred_at()});
  }
  void operator()(storage_unit::slot_released const& e) const { free(e.slot); }
  void operator()(storage_unit::slot_filled const& e) const {
    occupy({e.slot, e.occupant, e.occupant_label, slot_state::filled, e.move_id,
            event.occurred_at()});
  }
  void operator()(storage_unit::slot_vacated const& e) const {
    free(e.slot);
    departure_row const left{e.slot,   e.occupant,          e.occupant_label,        e.to,
                             e.move_id, event.occurred_at(), event.in.commit.who.name};
    rows.put(key('D').id(row.id).u64(event.version()), codec::encode(left));
  }
  void operator()(storage_unit::maintenance_started const& e) const {
    row.state = unit_state::maintenance;
    row.state_reason = e.reason;
  }
  void operator()(storage_unit::maintenance_ended const&) const {
    row.state = unit_state::available;
    row.state_reason.clear();
  }
  void operator()(storage_unit::retired const& e) const {
    row.state = unit_state::retired;
    row.state_reason = e.reason;
  }
  void operator()(storage_unit::step_refused const&) const {}

 private:
  void leave(std::optional<slot_row> const& before) const {
    if (!before) return;
    --(before->state == slot_state::filled ? row.filled : row.reserved);
  }
  void occupy(slot_row next) const {
    auto& slot = find_row<slot_row>(rows, slot_key(row.id, next.slot));
    leave(slot);
    ++(next.state == slot_state::filled ? row.filled : row.reserved);
    slot = std::move(next);
  }
  void free(std::string const& name) const {
    auto& slot = find_row<slot_row>(rows, slot_key(row.id, name));
    leave(slot);
    slot.reset();
  }
};

}  // namespace

void storage_projection::apply(accepted_event const& event, table& rows) const {
  visit_as<storage_unit::event>(event.event, [&](auto const& one) {
    auto const id = uuid_of_stream(event.stream());
    key const at = key('R').id(id);
    bool const first = std::is_same_v<std::decay_t<decltype(one)>, storage_unit::added>;
    auto& row = first ? edit_row<unit_row>(rows, at, event.version() == 1)
                      : existing_row<unit_row>(rows, at, event.stream());
    row.id = id;
    changes{row, event, rows}(one);
    row.version = event.version();
    row.updated_at = event.recorded_at();
  });
}

}  // namespace tracseq
