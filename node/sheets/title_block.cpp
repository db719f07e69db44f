#include "node/sheets/title_block.hpp"

#include <algorithm>
#include <array>

#include "events/utf8.hpp"
#include "node/sheets/preview_rows.hpp"
#include "node/sheets/row_kinds.hpp"
#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t label_characters_max = 40;
constexpr std::size_t named_max = 6;
constexpr std::uint32_t rows_above_max = 30;

/// What one place can say for all samples of a sheet. A name or a barcode is one sample's own.
field_info const* shared_field(std::string_view label) {
  constexpr auto shared = std::to_array<std::string_view>(
      {"project", "submission", "type", "taxon_id", "organism", "collected_at", "collected_where",
       "collected_by", "received_at", "requires_temperature", "container"});
  auto const match = match_header(label);
  bool const fits = match.field != nullptr && match.confidence >= 0.75 &&
                    std::ranges::find(shared, match.field->key) != shared.end();
  return fits ? match.field : nullptr;
}

bool is_label(cell const& c) {
  auto const text = trim(c.text);
  return c.kind == cell_kind::text && !text.empty() && characters(text) <= label_characters_max &&
         text.front() != '<' && text.front() != '[' && text.front() != '-' &&
         text.find("://") == std::string_view::npos && words_in(text) <= 5;
}

bool is_value(cell const& c) {
  auto const text = trim(c.text);
  return c.kind != cell_kind::error && c.kind != cell_kind::formula && !text.empty() &&
         !text.starts_with('<') && !is_guidance_cell(c);
}

std::string label_text(std::string_view text) {
  text = trim(text);
  while (text.ends_with(':') || text.ends_with(' ')) text.remove_suffix(1);
  return std::string(text);
}

class block_reader {
 public:
  explicit block_reader(found_table const& found) : found_(found) {
    for (auto const& row : found.source->rows)
      if (row.number < found.header_row && row.number + rows_above_max >= found.header_row)
        above_.push_back(&row);
  }

  std::vector<titled_value> run() {
    for (std::size_t i = 0; i < above_.size(); ++i) {
      if (i + 1 < above_.size() && take_names_over_values(*above_[i], *above_[i + 1])) {
        ++i;
        continue;
      }
      take_pairs(*above_[i]);
    }
    return std::move(out_);
  }

 private:
  void add(table_row const& row, std::string label, cell value) {
    auto const* field = shared_field(label);
    out_.push_back({column_letter(value.column) + std::to_string(row.number), std::move(label),
                    std::move(value), field});
  }

  /// A row of names that we know, right over a row of values.
  bool take_names_over_values(table_row const& names, table_row const& values) {
    if (values.number != names.number + 1) return false;
    // "Project | P-17" over "Protocol | ChIP" are two pairs, so two names both have to be ours.
    auto const is_name = [](cell const& c) { return match_header(c.text).field != nullptr; };
    bool const known =
        std::ranges::all_of(names.cells, is_label) &&
        std::ranges::any_of(names.cells, [](cell const& c) { return shared_field(c.text) != nullptr; }) &&
        (names.cells.size() != 2 || std::ranges::all_of(names.cells, is_name));
    bool const below = std::ranges::all_of(values.cells, [&](cell const& c) {
      return names.at(c.column) != nullptr && is_value(c) && match_header(c.text).field == nullptr;
    });
    if (!known || !below) return false;
    for (auto const& value : values.cells) add(values, label_text(names.at(value.column)->text), value);
    return true;
  }

  /// "Project: P-17" in one cell, or in two neighbours.
  void take_pairs(table_row const& row) {
    if (row.cells.size() > 2) return;
    auto const& first = row.cells.front();
    auto const text = trim(first.text);
    if (auto const colon = text.find(": "); row.cells.size() == 1 && colon != std::string_view::npos) {
      cell name = first;
      cell value = first;
      name.text = text.substr(0, colon);
      value.text = trim(text.substr(colon + 2));
      if (is_label(name) && is_value(value)) add(row, label_text(name.text), value);
      return;
    }
    if (row.cells.size() != 2 || !is_label(first)) return;
    auto const& value = row.cells.back();
    bool const beside = value.column - first.column <= 2 || text.ends_with(':');
    if (beside && is_value(value) && match_header(value.text).field == nullptr)
      add(row, label_text(first.text), value);
  }

  found_table const& found_;
  std::vector<table_row const*> above_;
  std::vector<titled_value> out_;
};

bool is_filled(preview_result const& out, std::string_view field) {
  return std::ranges::any_of(out.rows, [&](auto const& row) { return !row.value(field).empty(); });
}

}  // namespace

std::vector<titled_value> read_title_block(found_table const& found) { return block_reader(found).run(); }

void apply_title_block(found_table const& found, import_overrides const& overrides,
                       preview_context const& context, preview_result& out) {
  std::vector<std::string> given;
  std::vector<std::string> left;
  for (auto const& one : read_title_block(found)) {
    auto const said = quoted(one.label) + " " + quoted(trim(one.value.text)) + " (" + one.place + ")";
    auto const chosen = overrides.columns.find(one.place);
    bool const refused = chosen != overrides.columns.end() && chosen->second == ignored_column;
    if (one.field == nullptr || refused || out.rows.empty() || is_filled(out, one.field->key)) {
      left.push_back(said);
      continue;
    }
    auto const value = parse_value(*one.field, one.value, {}, context.today);
    if (value.text.empty() || (value.problem && value.problem->level == severity::error)) {
      left.push_back(said);
      continue;
    }
    for (auto& row : out.rows) row.values.push_back({one.field->key, value.text});
    given.push_back(said);
  }
  if (!given.empty())
    out.understood.push_back("Above the table stands what holds for all samples: " + join_words(given, named_max) +
                             ". If one does not, choose ignore for its cell.");
  if (!left.empty())
    out.notes.push_back("Above the table, and not imported: " + join_words(left, named_max) + ".");
}

}  // namespace tracseq::sheets
