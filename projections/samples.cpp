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

void change(sample_row& row, accepted_event const& event, sample::event const& one) {
  row.id = uuid_of_stream(event.stream());
  std::visit(sample_changes{row, event}, one);
  if (!is_final(row.stage)) row.state_reason = row.hold_reason;
  row.state = state_of(row);
  row.version = event.version();
  row.updated_at = event.recorded_at();
}

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
  auto const* const one = std::get_if<sample::event>(&event.event);
  if (!one) return;
  key const at = key('R').id(uuid_of_stream(event.stream()));
  auto& row = std::holds_alternative<sample::registered>(*one)
                  ? edit_row<sample_row>(rows, at, event.version() == 1)
                  : existing_row<sample_row>(rows, at, event.stream());
  change(row, event, *one);
}

std::optional<sample_row> row_of_new_sample(accepted_commit const& first) {
  if (first.commit.base_version != 0 || first.events.empty()) return std::nullopt;
  sample_row row;
  for (std::uint32_t i = 0; i < first.events.size(); ++i) {
    auto const* const one = std::get_if<sample::event>(&first.events[i]);
    if (!one || (i == 0) != std::holds_alternative<sample::registered>(*one)) return std::nullopt;
    change(row, {first, i, first.events[i]}, *one);
  }
  return row;
}

std::vector<std::string> search_terms(sample_row const& row) {
  std::vector<std::string> terms;
  if (!row.details.barcode.empty()) terms.push_back(fold_case(row.details.barcode));
  for (auto const& old : row.old_barcodes) terms.push_back(fold_case(old));
  add_name_terms(row.details.name, terms);
  add_name_terms(row.details.organism, terms);
  return terms;
}

}  // namespace tracseq
