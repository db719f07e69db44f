#include "node/sheets/preview_rows.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "events/utf8.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/units.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t merged_fills_max = 200'000;
constexpr std::size_t merged_steps_max = 3'000'000;  // ranges that lie over one another add nothing to fill
constexpr std::size_t convention_cells = 5'000;
constexpr std::size_t remembered_values = 1'000;   // per column
constexpr std::size_t list_suggestions_max = 1'000;  // looking for the nearest choice is costly

/// Everything that is needed again for each cell of a column.
struct column_reader {
  std::size_t index = 0;  ///< in preview_result::columns
  std::uint32_t column = 0;
  field_info const* field = nullptr;
  column_convention convention;
  std::unordered_set<std::string> choices;  ///< folded; empty = no drop-down list
  std::unordered_map<std::string, parsed_value> known;  ///< of vocabularies, where values repeat
};

using place = std::pair<std::uint32_t, std::uint32_t>;  // row, column

class row_reader {
 public:
  row_reader(found_table const& found, table_facts const& facts, import_overrides const& overrides,
             preview_context const& context, preview_result& out)
      : found_(found), facts_(facts), overrides_(overrides), context_(context), out_(out) {}

  void run() {
    spread_merged_cells();
    auto sources = collect_sources();
    auto mapped = map_columns(sources, overrides_.columns, facts_.kind);
    out_.columns = std::move(mapped.columns);
    out_.notes.insert(out_.notes.end(), mapped.notes.begin(), mapped.notes.end());
    for (auto& refused : mapped.refused_overrides)
      out_.problems.push_back({0, "", "", "invalid_override", refused,
                               "Choose again from the columns and fields that are shown."});
    report_duplicates(mapped.duplicates, sources);
    prepare_readers(sources);
    out_.rows.reserve(found_.rows.size());
    for (auto const* row : found_.rows) read_row(*row);
    take_others();
  }

 private:
  cell const* cell_at(table_row const& row, std::uint32_t column) const {
    if (auto const* c = row.at(column)) return c;
    auto const merged = merged_.find({row.number, column});
    return merged == merged_.end() ? nullptr : merged->second;
  }

  /// A value merged over several rows belongs to each of them.
  void spread_merged_cells() {
    std::size_t sideways = 0;
    std::size_t steps = 0;
    for (auto const& range : found_.source->merged) {
      auto row = std::lower_bound(found_.rows.begin(), found_.rows.end(), range.first_row,
                                  [](table_row const* r, std::uint32_t n) { return r->number < n; });
      if (row == found_.rows.end() || (*row)->number > range.last_row) continue;
      sideways += range.last_column > range.first_column;
      auto const* first = found_.source->row(range.first_row);
      auto const* value = first == nullptr ? nullptr : first->at(range.first_column);
      if (value == nullptr || range.last_row == range.first_row) continue;
      for (; row != found_.rows.end() && (*row)->number <= range.last_row; ++row) {
        if (++steps > merged_steps_max || merged_.size() >= merged_fills_max) break;
        if ((*row)->number != range.first_row)
          merged_.emplace(place{(*row)->number, range.first_column}, value);
      }
    }
    if (steps > merged_steps_max || merged_.size() >= merged_fills_max)
      out_.notes.push_back("The sheet has more merged cells than are looked at: some values are missing below "
                           "the merged cell that holds them. Split the merged cells in the workbook.");
    if (!merged_.empty())
      out_.notes.push_back("Merged cells: " + count_of(merged_.size(), "cell takes", "cells take") +
                           " the value of the merged cell above.");
    if (sideways > 0)
      out_.notes.push_back(count_of(sideways, "cell is", "cells are") +
                           " merged over several columns; the value counts for the first of them.");
  }

  /// The title merged over this and other columns, right above the header: "Library
  /// Quantification".
  std::string group_above(std::uint32_t column) const {
    auto const above = found_.header_row - 1;
    for (auto const& range : found_.source->merged) {
      if (range.first_column == range.last_column || !range.contains(above, column)) continue;
      auto const* row = found_.source->row(range.first_row);
      auto const* title = row == nullptr ? nullptr : row->at(range.first_column);
      if (title != nullptr) return title->text;
    }
    return {};
  }

  std::vector<column_source> collect_sources() const {
    std::vector<column_source> sources;
    auto const* header = found_.source->row(found_.header_row);
    for (auto column = found_.first_column; column <= found_.last_column && column != 0; ++column) {
      column_source source{column, {}, group_above(column), {}};
      auto const* name = header == nullptr ? nullptr : header->at(column);
      if (name != nullptr && !is_list_source(*found_.source, found_.header_row, column))
        source.header = name->text;
      auto const unit_at = column - found_.first_column;
      if (unit_at < found_.units.size() && !found_.units[unit_at].empty() &&
          parse_header(source.header).known == nullptr)
        source.header += " (" + std::string(trim(found_.units[unit_at])) + ")";
      for (auto const* row : found_.rows)
        if (auto const* c = cell_at(*row, column);
            c != nullptr && !is_list_source(*found_.source, row->number, column))
          source.cells.push_back(c);
      if (!trim(source.header).empty() || !source.cells.empty()) sources.push_back(std::move(source));
    }
    return sources;
  }

  void report_duplicates(std::vector<duplicate_columns> const& duplicates,
                         std::vector<column_source> const& sources) {
    for (auto const& pair : duplicates) {
      auto const& first = out_.columns[pair.first];
      auto const& second = out_.columns[pair.second];
      bool const gives_field = find_field(first.field) != nullptr || find_field(second.field) != nullptr;
      bool const chosen = !overrides_.columns.empty();
      bool const matters = gives_field && !pair.told_apart && !chosen &&
                           !same_cells(sources[pair.first], sources[pair.second]);
      auto const& read = find_field(second.field) != nullptr ? second : first;
      auto const& other = &read == &first ? second : first;
      out_.problems.push_back(
          {found_.header_row, second.letter, find_field(read.field) != nullptr ? read.field : "",
           "duplicate_header",
           "Columns " + first.letter + " and " + second.letter + " are both called " +
               quoted(second.header) + ".",
           gives_field ? "Column " + read.letter + " is read, and " + other.letter +
                             " kept as a custom field. Rename or remove one of them, or choose what each "
                             "column means."
                       : "Both are kept as custom fields, under different names.",
           matters ? severity::error : severity::warning});
    }
  }

  static bool same_cells(column_source const& a, column_source const& b) {
    return a.cells.size() == b.cells.size() &&
           std::equal(a.cells.begin(), a.cells.end(), b.cells.begin(),
                      [](cell const* x, cell const* y) { return x->text == y->text; });
  }

  void prepare_readers(std::vector<column_source> const& sources) {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      auto& mapping = out_.columns[i];
      if (mapping.field == ignored_column) continue;
      column_reader reader{i, sources[i].column, find_field(mapping.field), {}, {}, {}};
      reader.convention = convention_of(sources[i], mapping, reader.field);
      add_choices(reader, mapping);
      readers_.push_back(std::move(reader));
    }
  }

  column_convention convention_of(column_source const& source, column_mapping const& mapping,
                                  field_info const* field) {
    column_convention convention;
    convention.unit_factor = mapping.unit_factor;
    if (field == nullptr) return convention;
    // "Sample type" promises our vocabulary; "Material" or "Source" only comes near it.
    convention.unknown_is_other = field->key == "type" && mapping.confidence < 0.97;
    std::vector<std::string_view> values;
    for (auto const* c : source.cells)
      if (c->kind == cell_kind::text && values.size() < convention_cells) values.push_back(c->text);
    if (field->type == field_type::date) {
      convention.dates = overrides_.dates.value_or(detect_date_order(values));
      if (auto const ways = mixed_dates(values); !ways.empty())
        out_.problems.push_back({found_.header_row, mapping.letter, mapping.field, "mixed_dates",
                                 "Dates of this column are written in more than one way: " + ways + ".",
                                 "Check that each is read as it is meant: with points the day comes first.",
                                 severity::warning});
    }
    if (field->type == field_type::number) {
      convention.decimals = overrides_.decimals.value_or(detect_decimal_mark(values));
      if (convention.decimals == decimal_mark::unknown && facts_.delimiter == ';')
        convention.decimals = decimal_mark::comma;
    }
    return convention;
  }

  void add_choices(column_reader& reader, column_mapping& mapping) const {
    if (found_.rows.empty()) return;
    for (auto const& list : found_.source->lists) {
      bool const applies = std::any_of(
          list.applies_to.begin(), list.applies_to.end(),
          [&](auto const& range) { return range.contains(found_.first_row, reader.column); });
      if (!applies) continue;
      mapping.choices = list.values;
      for (auto const& value : list.values) reader.choices.insert(fold(trim(value)));
      return;
    }
  }

  /// Forms offer "other" in one column and ask for it in the next: "Species", "Other species".
  void take_others() {
    for (auto const& beside : out_.columns) {
      auto const words = to_words(beside.header);
      constexpr std::string_view other = "other ";
      if (beside.field != custom_column || !std::string_view(words).starts_with(other)) continue;
      auto const match = match_header(std::string_view(words).substr(other.size()));
      auto const* main = match.field == nullptr ? nullptr : column_of(out_, match.field->key);
      if (main == nullptr || match.field->type != field_type::text) continue;
      std::size_t taken = 0;
      for (auto& row : out_.rows) taken += take_other(row, *match.field, beside.custom_key);
      if (taken > 0)
        out_.notes.push_back("Column " + beside.letter + " (" + quoted(beside.header) + ") gives the " +
                             fold(match.field->label) + " where column " + main->letter + " says other.");
    }
  }

  static bool take_other(preview_row& row, field_info const& field, std::string const& key) {
    auto const said = std::ranges::find(row.custom, key, &custom_value::key);
    auto const value = std::ranges::find(row.values, field.key, &field_value::field);
    if (said == row.custom.end() || value == row.values.end() || is_missing_word(said->text)) return false;
    auto const word = to_words(value->text);
    if (word != "other" && word != "annat" && word != "andere" && word != "autre") return false;
    auto text = printable(said->text);
    if (characters(text) > field.max_length) return false;
    value->text = std::move(text);
    return true;
  }

  void read_row(table_row const& row) {
    preview_row out;
    out.source_row = row.number;
    for (auto& reader : readers_) {
      auto const* c = cell_at(row, reader.column);
      if (c == nullptr || is_list_source(*found_.source, row.number, reader.column)) continue;
      read_cell(*c, reader, out);
    }
    out_.rows.push_back(std::move(out));
  }

  void read_cell(cell const& c, column_reader& reader, preview_row& row) {
    auto const& mapping = out_.columns[reader.index];
    if (c.kind == cell_kind::error && !is_missing_word(c.text))
      return add_problem(row, &mapping,
                         {"error_cell", "The cell shows " + quoted(c.text) + " instead of a value.",
                          "Correct its formula in the workbook, or type the value."});
    if (c.kind == cell_kind::formula)
      return add_problem(row, &mapping,
                         {"formula_without_result",
                          "The cell holds a formula whose result is not stored in the file.",
                          "Open the workbook in Excel or LibreOffice, save it, and import it again; or "
                          "paste the values."});
    auto const text = trim(c.text);
    if (text.empty() || c.kind == cell_kind::error) return;
    check_choice(text, reader, mapping, row);
    if (reader.field == nullptr) return keep(text, mapping.custom_key, mapping, row);
    auto value = parse(c, reader);
    bool const keep_as_is =
        facts_.kind == sheet_kind::sample_sheet && reader.field->type == field_type::sequence;
    if (value.problem && keep_as_is) {  // the sheet's own check speaks of indexes
      value = {std::string(text), {}};
    }
    if (value.problem) add_problem(row, &mapping, std::move(*value.problem));
    if (value.reworded) keep(text, custom_name(mapping), mapping, row);
    if (!value.text.empty()) row.values.push_back({reader.field->key, std::move(value.text)});
  }

  static void keep(std::string_view text, std::string const& key, column_mapping const& mapping,
                   preview_row& row) {
    auto value = parse_custom(key, text);
    if (value.problem) return add_problem(row, &mapping, std::move(*value.problem));
    row.custom.push_back({key, std::move(value.text)});
  }

  parsed_value parse(cell const& c, column_reader& reader) const {
    bool const repeats =
        reader.field->type == field_type::choice || reader.field->type == field_type::choice_list;
    if (!repeats) return parse_value(*reader.field, c, reader.convention, context_.today);
    if (auto const found = reader.known.find(c.text); found != reader.known.end()) return found->second;
    auto value = parse_value(*reader.field, c, reader.convention, context_.today);
    if (reader.known.size() < remembered_values) reader.known.emplace(c.text, value);
    return value;
  }

  void check_choice(std::string_view text, column_reader const& reader,
                    column_mapping const& mapping, preview_row& row) {
    if (reader.choices.empty() || reader.choices.contains(fold(text)) || is_missing_word(text)) return;
    std::optional<std::string> near;
    if (mapping.choices.size() <= list_suggestions_max && ++suggested_ <= list_suggestions_max)
      near = nearest(text, {mapping.choices.begin(), mapping.choices.end()});
    add_problem(row, &mapping,
                {"not_in_list",
                 quoted(text) + " is not in the workbook's own drop-down list for this column.",
                 near ? "Did you mean " + quoted(*near) + "?"
                      : "It offers " + join_words(mapping.choices, 6) + ".",
                 severity::warning});
  }

  found_table const& found_;
  table_facts const& facts_;
  import_overrides const& overrides_;
  preview_context const& context_;
  preview_result& out_;
  std::map<place, cell const*> merged_;
  std::vector<column_reader> readers_;
  std::size_t suggested_ = 0;
};

}  // namespace

void add_problem(preview_row& row, column_mapping const* column, value_problem problem) {
  bool const named = column != nullptr;
  bool const is_field = named && find_field(column->field) != nullptr;
  row.problems.push_back({row.source_row, named ? column->letter : "", is_field ? column->field : "",
                          std::move(problem.code), std::move(problem.detail),
                          std::move(problem.suggestion), problem.level});
}

column_mapping const* column_of(preview_result const& out, std::string_view field) noexcept {
  auto const it = std::find_if(out.columns.begin(), out.columns.end(),
                               [&](auto const& c) { return c.field == field; });
  return it == out.columns.end() ? nullptr : &*it;
}

void read_rows(found_table const& found, table_facts const& facts, import_overrides const& overrides,
               preview_context const& context, preview_result& out) {
  row_reader(found, facts, overrides, context, out).run();
}

}  // namespace tracseq::sheets
