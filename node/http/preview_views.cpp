#include "node/http/preview_views.hpp"

#include "events/barcode_label.hpp"
#include "projections/barcodes.hpp"
#include "projections/imports.hpp"

namespace tracseq::http {
namespace {

constexpr std::size_t rows_shown_max = 200;
constexpr std::size_t problems_shown_max = 1000;

preview_problem view_of(sheets::cell_problem const& one) {
  return {one.row,    one.column,     one.field,
          one.code,   one.detail,     one.suggestion,
          one.level == sheets::severity::error ? "error" : "warning"};
}

preview_line view_of(sheets::preview_row const& row) {
  preview_line out;
  out.source_row = row.source_row;
  for (auto const& value : row.values) out.values.emplace(value.field, value.text);
  for (auto const& value : row.custom) out.values.emplace("custom." + value.key, value.text);
  for (auto const& problem : row.problems) out.problems.push_back(view_of(problem));
  return out;
}

std::vector<preview_field> all_fields() {
  std::vector<preview_field> out;
  for (auto const& field : sheets::fields()) {
    preview_field one{std::string(field.key),  std::string(field.label), std::string(field.unit),
                      std::string(field.help), field.required,           field.personal,
                      {}};
    for (auto const word : field.vocabulary) one.vocabulary.emplace_back(word);
    out.push_back(std::move(one));
  }
  return out;
}

std::string letter_of(sheets::preview_result const& preview, std::string_view field) {
  for (auto const& column : preview.columns)
    if (column.field == field) return column.letter;
  return {};
}

}  // namespace

void check_against_lab(sheets::preview_result& preview, read_view const& rows) {
  barcodes_query const labels(rows);
  auto const column = letter_of(preview, "barcode");
  for (auto& row : preview.rows) {
    auto const label = row.value("barcode");
    if (label.empty()) continue;
    auto const known = labels.find(label);
    bool const blank = known && known->state == label_state::reserved && known->entity.empty();
    std::string why;
    if (known && known->state == label_state::assigned)
      why = std::string(label) + " already names " +
            (known->entity_label.empty() ? known->entity : known->entity_label) + ".";
    else if (known && known->state == label_state::reserved && !blank)
      why = std::string(label) + " is reserved for another sheet.";
    else if (!blank && parse_series_label(label))
      why = std::string(label) + " has the shape of a label that TracSeq makes, but TracSeq did not hand it out.";
    if (why.empty()) continue;
    if (row.good()) {
      --preview.good;
      ++preview.bad;
    }
    row.problems.push_back({row.source_row, column, "barcode", "barcode_taken", std::move(why),
                            "Give another label, or leave the cell empty to get one.",
                            sheets::severity::error});
  }
}

preview_view view_of(kept_preview const& kept, read_view const& rows) {
  auto const& from = kept.result;
  preview_view out;
  out.preview_id = kept.id;
  out.file_name = kept.file_name;
  out.sha256 = kept.sha256;
  out.kind = to_string(from.kind);
  out.understood = from.understood;
  for (auto const& sheet : from.sheets) out.sheets.push_back({sheet.name, sheet.hidden, sheet.filled_rows});
  out.sheet = from.sheet;
  out.header_row = from.header_row;
  out.first_row = from.first_row;
  out.last_row = from.last_row;
  for (auto const& earlier : imports_query(rows).of_file(kept.sha256)) {
    if (came_to_nothing(earlier)) continue;
    out.earlier = earlier_import{earlier.id, earlier.created_at, earlier.created_by, earlier.rows,
                                 boost::describe::enum_to_string(earlier.state, "")};
    break;
  }
  for (auto const& column : from.columns)
    out.columns.push_back({column.letter, column.header, column.field, column.custom_key,
                           column.confidence, column.why});
  out.fields = all_fields();
  out.counts = {from.rows.size(), from.good, from.bad};
  for (auto const& problem : from.problems) out.problems.push_back(view_of(problem));
  for (auto const& row : from.rows) {
    bool const shown = out.rows.size() < rows_shown_max &&
                       (out.rows.size() < rows_shown_max / 2 || !row.problems.empty());
    if (shown) out.rows.push_back(view_of(row));
    for (auto const& problem : row.problems)
      if (out.problems.size() < problems_shown_max) out.problems.push_back(view_of(problem));
  }
  out.notes = from.notes;
  out.can_commit = from.can_commit();
  return out;
}

}  // namespace tracseq::http
