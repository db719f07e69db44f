#include "projections/samples.hpp"

#include <algorithm>

#include "projections/rows.hpp"
#include "projections/text.hpp"

namespace tracseq {
namespace {

bool is_final(sample_state stage) noexcept {
  return stage == sample_state::rejected || stage == sample_state::discarded ||
         stage == sample_state::archived;
}

/// As the decider says it (actors/sample.cpp).
sample_state state_of(sample_row const& row) noexcept {
  if (row.on_hold) return sample_state::on_hold;
  if (row.stage == sample_state::accepted && row.place) return sample_state::in_storage;
  return row.stage;
}

void end(sample_row& row, sample_state stage, std::string reason) {
  row.stage_before = row.stage;
  row.stage = stage;
  row.on_hold = false;
  row.hold_reason.clear();
  row.state_reason = std::move(reason);
}

/// Changes one row by one event.
struct changes {
  sample_row& row;
  accepted_event const& event;

  void operator()(sample::registered const& e) const {
    row.details = e.details;
    row.import_id = e.import_id;
    row.created_at = event.recorded_at();
    row.created_by = event.in.commit.who.name;
  }
  void operator()(sample::received const& e) const {
    row.stage = sample_state::received;
    row.received_at = event.occurred_at();
    row.condition = e.condition;
    row.arrival_temperature_celsius = e.temperature_celsius;
  }
  void operator()(sample::accepted const&) const { row.stage = sample_state::accepted; }
  void operator()(sample::rejected const& e) const { end(row, sample_state::rejected, e.reason); }
  void operator()(sample::corrected const& e) const { row.details = e.details; }
  void operator()(sample::relabelled const& e) const {
    std::erase(row.old_barcodes, e.new_barcode);
    if (!e.old_barcode.empty()) row.old_barcodes.push_back(e.old_barcode);
    row.details.barcode = e.new_barcode;
  }
  void operator()(sample::placed const& e) const {
    row.place = sample_place{e.unit_id, e.slot, e.unit_label, event.occurred_at()};
    row.checked_out.reset();
  }
  void operator()(sample::taken_out const& e) const {
    row.place.reset();
    row.checked_out = sample_check_out{e.from_unit_id,  e.from_slot,
                                       e.from_unit_label, e.purpose,
                                       event.in.commit.who.name, event.occurred_at(), e.due_at};
  }
  void operator()(sample::held const& e) const {
    row.on_hold = true;
    row.hold_reason = e.reason;
  }
  void operator()(sample::hold_ended const&) const {
    row.on_hold = false;
    row.hold_reason.clear();
  }
  void operator()(sample::discarded const& e) const {
    end(row, sample_state::discarded, e.reason);
    row.disposal = e.how;
    row.place.reset();
    row.checked_out.reset();
  }
  void operator()(sample::archived const&) const { end(row, sample_state::archived, {}); }
  void operator()(sample::reinstated const&) const {
    row.stage = row.stage_before;
    row.state_reason.clear();
    row.disposal.clear();
  }
  void operator()(sample::donor_erased const&) const {}
};

}  // namespace

void index_of(sample_row const& row, index_keys& keys) {
  auto const at = row.created_at;
  auto const& details = row.details;
  keys.add(key('C').time(at).id(row.id));
  keys.add(key('N').text(fold_case(details.name)).id(row.id));
  keys.add(key('M').time(row.updated_at).id(row.id));
  keys.add(key('P').text(details.project).time(at).id(row.id));
  keys.add(key('S').u8(static_cast<std::uint8_t>(row.state)).time(at).id(row.id));
  keys.add(key('T').u8(static_cast<std::uint8_t>(details.type)).time(at).id(row.id));
  if (row.place) keys.add(key('U').id(row.place->unit_id).time(at).id(row.id));
  if (row.import_id) keys.add(key('I').id(*row.import_id).time(at).id(row.id));
  keys.count(key('#').u8('A'));
  keys.count(key('#').u8('P').tail(details.project));
  keys.count(key('#').u8('S').u8(static_cast<std::uint8_t>(row.state)));
  keys.count(key('#').u8('T').u8(static_cast<std::uint8_t>(details.type)));
  if (row.place) keys.count(key('#').u8('U').id(row.place->unit_id));
  if (row.import_id) keys.count(key('#').u8('I').id(*row.import_id));
}

void samples_projection::apply(accepted_event const& event, table& rows) const {
  visit_as<sample::event>(event.event, [&](auto const& one) {
    auto const id = uuid_of_stream(event.stream());
    key const at = key('R').id(id);
    bool const first = std::is_same_v<std::decay_t<decltype(one)>, sample::registered>;
    auto& row = first ? edit_row<sample_row>(rows, at, event.version() == 1)
                      : existing_row<sample_row>(rows, at, event.stream());
    row.id = id;
    changes{row, event}(one);
    if (!is_final(row.stage)) row.state_reason = row.hold_reason;
    row.state = state_of(row);
    row.version = event.version();
    row.updated_at = event.recorded_at();
  });
}

std::vector<std::string> search_terms(sample_row const& row) {
  std::vector<std::string> terms;
  if (!row.details.barcode.empty()) terms.push_back(fold_case(row.details.barcode));
  for (auto const& old : row.old_barcodes) terms.push_back(fold_case(old));
  add_name_terms(row.details.name, terms);
  return terms;
}

}  // namespace tracseq
