#include "node/http/views.hpp"

#include <array>
#include <cmath>

#include "events/words.hpp"
#include "node/http/json_value.hpp"
#include "node/key_store.hpp"

namespace tracseq::http {
namespace {

struct temperature_row {
  storage_unit::temperature_class value;
  std::string_view word;
};
constexpr auto temperatures = std::to_array<temperature_row>({
    {storage_unit::temperature_class::unspecified, ""},
    {storage_unit::temperature_class::LN2, "LN2"},
    {storage_unit::temperature_class::minus_80, "-80"},
    {storage_unit::temperature_class::minus_20, "-20"},
    {storage_unit::temperature_class::plus_4, "4"},
    {storage_unit::temperature_class::RT, "RT"},
    {storage_unit::temperature_class::plus_37, "37"},
});

template <class T>
nullable<T> maybe(std::optional<T> const& value) {
  nullable<T> out;
  if (value) out.emplace(*value);
  return out;
}

/// What an event says it changed, as {field, old, new}: corrections list it, moves and new labels tell it
/// by their names.
std::string changes_of(std::string const& data_json) {
  auto const data = parse_json(data_json);
  if (!data) return "[]";
  std::string out = "[";
  auto const add = [&out](std::string_view field, std::string_view before, std::string_view after) {
    out.append(out.size() > 1 ? R"(,{"field":)" : R"({"field":)");
    append_json_string(out, field);
    out.append(R"(,"old":)");
    append_json_string(out, before);
    out.append(R"(,"new":)");
    append_json_string(out, after);
    out.push_back('}');
  };
  if (auto const* changes = data->find("changes"))
    if (auto const* list = changes->as<json_list>())
      for (auto const& one : *list) add(one.text("field"), one.text("old_value"), one.text("new_value"));
  for (std::string_view const field : {"barcode", "name"}) {
    auto const before = data->text("old_" + std::string(field));
    auto const after = data->text("new_" + std::string(field));
    if (!before.empty() || !after.empty()) add(field, before, after);
  }
  auto const place = [&](std::string_view label, std::string_view slot) {
    auto const unit = data->text(label);
    return unit.empty() ? std::string() : words::spot(unit, data->text(slot));
  };
  if (data->find("move_id") && data->find("unit_label"))
    add("place", place("from_unit_label", "from_slot"), place("unit_label", "slot"));
  else if (data->find("move_id") && data->find("from_unit_label"))
    add("place", place("from_unit_label", "from_slot"), "");
  return out.append("]");
}

}  // namespace

std::string temperature_word(storage_unit::temperature_class temperature) {
  for (auto const& row : temperatures)
    if (row.value == temperature) return std::string(row.word);
  return {};
}

storage_unit::temperature_class temperature_of(std::string_view word) noexcept {
  for (auto const& row : temperatures)
    if (row.word == word) return row.value;
  return storage_unit::temperature_class::unspecified;
}

namespace {

void show_donor(std::optional<sealed_text> const& sealed, services const& at, sample_view& out) {
  if (!sealed) return;
  auto opened = at.keys ? at.keys->unseal(*sealed) : unsealed_text{};
  if (opened.state == personal_text::readable)
    out.donor = std::move(opened.text);
  else
    out.donor_state = opened.state == personal_text::erased ? "erased" : "sealed";
}

}  // namespace

sample_view view_of(sample_row row, read_view const& rows, services const& at) {
  sample_view out;
  static_cast<shown_sample&>(out) = std::move(static_cast<shown_sample&>(row));
  auto& d = row.details;
  out.name = std::move(d.name);
  out.barcode = std::move(d.barcode);
  out.aliases = std::move(row.old_barcodes);
  out.project = std::move(d.project);
  out.submission = std::move(d.submission);
  out.type = d.type;
  out.taxon_id = maybe(d.taxon_id);
  out.organism = std::move(d.organism);
  show_donor(d.donor, at, out);
  out.collected_at = maybe(d.collected_at);
  out.collected_where = std::move(d.collected_where);
  out.collected_by = std::move(d.collected_by);
  out.concentration_ng_per_ul = maybe(d.concentration_ng_per_ul);
  out.volume_ul = maybe(d.volume_ul);
  out.amount_ng = maybe(d.amount_ng);
  out.requires_temperature = std::move(d.requires_temperature);
  out.notes = std::move(d.notes);
  out.custom = std::move(d.custom);
  if (row.place)
    out.place = place_view{row.place->unit_id, row.place->slot, row.place->unit_label,
                           storage_query(rows).path_words(row.place->unit_id)};
  if (row.checked_out) {
    auto const& gone = *row.checked_out;
    out.checked_out = check_out_view{gone.purpose, maybe(gone.due_at), gone.by,         gone.since,
                                     gone.from_unit_id, gone.from_slot, gone.from_unit_label};
  }
  return out;
}

unit_view view_of(unit_row const& row, std::vector<path_step> const& path,
                  std::uint64_t children) {
  unit_view out;
  static_cast<shown_unit&>(out) = row;
  out.temperature = temperature_word(row.temperature);
  for (auto const& step : path) out.path.push_back({step.unit_id, step.name, step.kind});
  if (row.parent_id) {
    std::string label;
    for (auto const& step : path)
      if (step.unit_id == *row.parent_id) label = step.name;
    out.parent = parent_view{*row.parent_id, row.slot, label};
  }
  if (row.capacity() > 0) {
    out.capacity.emplace(row.capacity());
    out.fill_percent.emplace(std::round(1000.0 * row.filled / row.capacity()) / 10);
  }
  out.used = row.filled;
  out.children_count = children;
  return out;
}

unit_view view_of(unit_row const& row, read_view const& rows) {
  storage_query const units(rows);
  auto const children = units.children(row.id);
  return view_of(row, units.path(row.id), children ? children->rows.size() : 0);
}

run_view view_of(run_row const& row) {
  run_view out;
  static_cast<shown_run&>(out) = row;
  return out;
}

history_view view_of(history_event const& event) {
  history_view out;
  out.event_id = event.id;
  out.stream = event.stream;
  out.seq = event.version;
  out.type = event.type;
  out.summary = event.words;
  out.occurred_at = event.occurred_at;
  out.recorded_at = event.recorded_at;
  out.who = {event.by_subject, event.by};
  out.reason = event.reason;
  out.command_id = event.command_id;
  out.data.text = event.data_json;
  out.changes.text = changes_of(event.data_json);
  return out;
}

import_view view_of(import_row const& row) {
  import_view out;
  out.id = row.id;
  out.file_name = row.file_name;
  out.sha256 = row.file_sha256;
  out.file_kind = row.file_kind;
  out.state = row.state;
  out.progress = progress_words(row);
  out.rows = row.rows;
  out.listed = row.rows_listed;
  out.reserved = row.barcodes_reserved;
  out.registered = row.rows_registered;
  out.understood = row.understood;
  out.parked_why = row.parked_why;
  out.refusals = row.refusals;
  out.created_at = row.created_at;
  out.updated_at = row.updated_at;
  out.who = row.created_by;
  out.version = row.version;
  return out;
}

}  // namespace tracseq::http
