#include "node/sheets/preview.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "node/sheets/csv.hpp"
#include "node/sheets/detect.hpp"
#include "node/sheets/encoding.hpp"
#include "node/sheets/preview_rows.hpp"
#include "node/sheets/sample_sheet.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/title_block.hpp"
#include "node/sheets/xlsx.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::string_view file_kind_names[] = {"csv", "xlsx", "illumina_v1", "illumina_v2"};

constexpr std::size_t fields_down_max = 100;

void count_rows(preview_result& out) {
  out.good = static_cast<std::size_t>(
      std::count_if(out.rows.begin(), out.rows.end(), [](auto const& row) { return row.good(); }));
  out.bad = out.rows.size() - out.good;
}

/// A sheet with one sample per column names fields down its first column.
bool lies_on_its_side(found_table const& found, preview_result const& out) {
  auto const fields = std::count_if(out.columns.begin(), out.columns.end(), [](auto const& c) {
    return find_field(c.field) != nullptr;
  });
  if (fields > 1 || found.rows.size() > fields_down_max) return false;
  std::size_t names = 0;
  for (auto const* row : found.rows) {
    auto const* first = row->at(found.first_column);
    names += first != nullptr && match_header(first->text).confidence >= 0.75;
  }
  return names >= 2 && names * 2 >= found.rows.size();
}

result<preview_result> preview_table(workbook const& book, file_kind kind, char delimiter,
                                     import_overrides const& overrides,
                                     preview_context const& context) {
  auto found = find_table(book, overrides);
  if (!found) return tl::unexpected(found.error());
  bool const guessed = !overrides.header_row && overrides.columns.empty();
  if (guessed && found->first_column == found->last_column) {
    auto const* header = found->source->row(found->header_row);
    auto const* name = header == nullptr ? nullptr : header->at(found->first_column);
    if (name == nullptr || match_header(name->text).field == nullptr)
      return fail(errc::invalid_argument,
                  "No table of samples was found: no row names columns such as 'Sample name' or 'Barcode'. "
                  "Choose the row that holds the column names, or check that this is the right file.");
  }
  preview_result out;
  out.kind = kind;
  out.notes = book.notes;
  out.sheet = found->source->name;
  for (auto const& t : book.tables)
    if (!t.name.empty()) out.sheets.push_back({t.name, t.hidden, t.rows.size()});
  out.header_row = found->header_row;
  out.first_row = found->first_row;
  out.last_row = found->last_row;
  read_rows(*found, {sheet_kind::submission, delimiter}, overrides, context, out);
  if (guessed && lies_on_its_side(*found, out))
    return fail(errc::invalid_argument,
                "The table lies on its side: column " + column_letter(found->first_column) +
                    " holds the names of fields, and each sample is a column. Copy it in Excel, choose 'Paste "
                    "special', 'Transpose', and import the result.");
  explain(*found, book, out);
  apply_title_block(*found, overrides, context, out);
  check_rows(out);
  if (out.rows.empty())
    out.problems.push_back({out.header_row, "", "", "no_rows", "The table holds no samples yet.",
                            "Fill in rows below the header, or choose another sheet or header row."});
  count_rows(out);
  return out;
}

/// The sample section as a found table, so that it is read like any other.
found_table section_as_table(table const& content, sheet_section const& section) {
  found_table found;
  found.source = &content;
  auto const header = std::find_if(content.rows.begin(), content.rows.end(), [&](auto const& row) {
    return row.number > section.source_row;
  });
  if (header != content.rows.end()) found.header_row = header->number;
  found.first_column = 1;
  found.last_column = static_cast<std::uint32_t>(section.columns.size());
  for (auto const number : section.source_rows)
    if (auto const* row = content.row(number)) found.rows.push_back(row);
  if (!found.rows.empty()) {
    found.first_row = found.rows.front()->number;
    found.last_row = found.rows.back()->number;
  }
  return found;
}

std::string sheet_sentence(sample_sheet const& sheet, preview_result const& out) {
  std::string text = sheet.version == sheet_version::v2   ? "Illumina sample sheet v2 (BCL Convert)"
                     : sheet.version == sheet_version::v1 ? "Illumina sample sheet v1 (IEM)"
                                                          : "Illumina sample sheet in the old format "
                                                            "without sections";
  std::set<std::string> lanes;
  for (auto const& s : list_samples(sheet))
    if (!s.lane.empty()) lanes.insert(s.lane);
  text += " with " + count_of(out.rows.size(), "sample");
  if (!lanes.empty())
    text += " on " + count_of(lanes.size(), "lane");
  return text + ".";
}

/// The sheet's own problems go to the row, or the joined sample, that they speak of.
void attach_problems(sample_sheet const& sheet, preview_result& out) {
  std::unordered_map<std::uint32_t, std::size_t> row_index;
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    row_index.emplace(out.rows[i].source_row, i);
    for (auto const number : out.rows[i].also_rows) row_index.emplace(number, i);
  }
  std::unordered_map<std::string, column_mapping const*> column_index;  // the first with the name
  for (auto const& column : out.columns) column_index.emplace(to_words(column.header), &column);
  std::set<std::pair<std::size_t, std::string>> said;  // what holds for a sample on every lane is said once
  for (auto& found : check_sample_sheet(sheet)) {
    if (found.problem.code == "duplicate_header") continue;  // said with the columns
    auto const named = found.column.empty() ? column_index.end() : column_index.find(to_words(found.column));
    auto const* const column = named == column_index.end() ? nullptr : named->second;
    cell_problem problem{found.row,
                         column != nullptr ? column->letter : "",
                         column != nullptr && find_field(column->field) != nullptr ? column->field : "",
                         found.problem.code,
                         found.problem.detail,
                         found.problem.suggestion,
                         found.problem.level};
    auto const at = row_index.find(found.row);
    if (at == row_index.end()) {
      out.problems.push_back(std::move(problem));
      continue;
    }
    auto& row = out.rows[at->second];
    bool const has_no_name = problem.code == "required" && row.value("name").empty();  // said already
    bool const repeated =
        problem.level == severity::warning && !said.emplace(at->second, problem.code + problem.column).second;
    if (!has_no_name && !repeated) row.problems.push_back(std::move(problem));
  }
}

result<preview_result> preview_sample_sheet(workbook const& book, char delimiter,
                                            import_overrides const& overrides,
                                            preview_context const& context) {
  auto const& content = book.tables.front();
  auto sheet = read_sample_sheet(content);
  if (!sheet) return tl::unexpected(sheet.error());
  auto const found = section_as_table(content, *sheet->samples());
  preview_result out;
  out.kind = sheet->version == sheet_version::v2 ? file_kind::illumina_v2 : file_kind::illumina_v1;
  out.notes = book.notes;
  out.header_row = found.header_row;
  out.first_row = found.first_row;
  out.last_row = found.last_row;
  read_rows(found, {sheet_kind::sample_sheet, delimiter}, overrides, context, out);
  auto const listed = out.rows.size();
  join_samples(out);
  check_rows(out);
  attach_problems(*sheet, out);
  out.understood.push_back(sheet_sentence(*sheet, out));
  if (listed != out.rows.size())
    out.notes.push_back(count_of(listed, "row lists", "rows list") + " " +
                        count_of(out.rows.size(), "sample") +
                        ": rows with one Sample_ID, on several lanes or with several indexes, are one "
                        "sample.");
  explain(found, book, out);
  count_rows(out);
  return out;
}

/// A value or a separator that is missing moves what follows into the wrong columns: then some rows have
/// errors, and another number of fields than the header.
void tell_uneven_rows(std::vector<record_width> const& widths, preview_result& out) {
  std::unordered_map<std::uint32_t, std::uint32_t> fields;
  for (auto const& one : widths) fields.emplace(one.row, one.fields);
  auto const wanted = fields.find(out.header_row);
  if (wanted == fields.end()) return;
  std::map<std::uint32_t, std::set<std::uint32_t>> rows_with;
  for (auto const& row : out.rows)
    for (auto const& problem : row.problems)
      if (auto const own = fields.find(problem.row);
          problem.level == severity::error && own != fields.end() && own->second != wanted->second)
        rows_with[own->second].insert(problem.row);
  for (auto const& [count, rows] : rows_with)
    out.notes.push_back((rows.size() == 1 ? "Row " : "Rows ") + row_list({rows.begin(), rows.end()}) +
                        (rows.size() == 1 ? " has " : " have ") + count_of(count, "cell") +
                        ", and the header has " + std::to_string(wanted->second) +
                        ". Is a value or a separator missing or too many, so that what follows stands in the "
                        "wrong column?");
}

result<preview_result> preview_text(std::string_view bytes, import_overrides const& overrides,
                                    preview_context const& context) {
  auto text = decode_text(bytes);
  if (!text) return tl::unexpected(text.error());
  auto document = read_csv(text->utf8, {0, context.limits});
  if (!document) return tl::unexpected(document.error());
  if (document->content.rows.empty())
    return fail(errc::invalid_argument,
                "The file holds nothing but blanks. Is it the right file, and was it saved?");
  workbook book;
  if (!text->note.empty()) book.notes.push_back(text->note);
  book.notes.insert(book.notes.end(), document->notes.begin(), document->notes.end());
  if (document->delimiter != ',')
    book.notes.push_back(document->delimiter == ';' ? "Columns are separated by semicolons."
                                                    : "Columns are separated by tabs.");
  book.tables.push_back(std::move(document->content));
  auto read = !overrides.header_row && looks_like_sample_sheet(book.tables.front())
                  ? preview_sample_sheet(book, document->delimiter, overrides, context)
                  : preview_table(book, file_kind::csv, document->delimiter, overrides, context);
  if (read) tell_uneven_rows(document->widths, *read);
  return read;
}

}  // namespace

std::string_view to_string(file_kind kind) noexcept {
  return file_kind_names[static_cast<std::size_t>(kind)];
}

std::string_view preview_row::value(std::string_view field) const noexcept {
  for (auto const& v : values)
    if (v.field == field) return v.text;
  return {};
}

bool preview_row::good() const noexcept {
  return std::none_of(problems.begin(), problems.end(),
                      [](auto const& p) { return p.level == severity::error; });
}

bool preview_result::can_commit() const noexcept {
  return good > 0 && bad == 0 &&
         std::none_of(problems.begin(), problems.end(),
                      [](auto const& p) { return p.level == severity::error; });
}

std::string preview_result::understood_text() const {
  std::string out;
  for (auto const& sentence : understood) {
    if (!out.empty()) out += ' ';
    out += sentence;
  }
  return out;
}

result<preview_result> preview(std::string_view bytes, std::string_view filename,
                               import_overrides const& overrides, preview_context const& context) {
  auto const container = detect_container(bytes, filename, context.limits);
  if (!container) return tl::unexpected(container.error());
  if (*container == container_kind::text) return preview_text(bytes, overrides, context);
  auto book = read_xlsx(bytes, context.limits);
  if (!book) return tl::unexpected(book.error());
  return preview_table(*book, file_kind::xlsx, 0, overrides, context);
}

}  // namespace tracseq::sheets
