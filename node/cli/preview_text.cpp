#include "node/cli/preview_text.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "node/cli/table.hpp"
#include "node/sheets/text.hpp"

namespace tracseq::cli {
namespace {

using http::json_list;
using http::json_object;
using http::json_value;

constexpr std::size_t problems_shown_max = 40;
constexpr std::size_t rows_shown_max = 5;
constexpr std::size_t fields_shown_max = 7;
constexpr std::size_t row_list_max = 30;  // characters

/// One thing that is wrong, with every row where it is.
struct finding {
  std::string severity;
  std::string column;
  std::string words;
  std::vector<std::uint32_t> rows;
};

std::string words_of(json_value const& problem) {
  auto words = std::string(problem.text("detail"));
  if (auto const better = problem.text("suggestion"); !better.empty()) words.append(" ").append(better);
  return words;
}

/// Errors first: they are in the way. Otherwise in the order of the sheet. That the labels of a file are
/// taken says nothing more where the file was imported before.
std::vector<finding> findings_of(json_value const& preview) {
  std::vector<finding> out;
  std::map<std::string, std::size_t> known;
  bool const again = was_imported(preview);
  for (auto const& one : list_of(preview, "problems")) {
    if (again && one.text("code") == "barcode_taken") continue;
    finding found{std::string(one.text("severity")), std::string(one.text("column")), words_of(one), {}};
    auto const [at, is_new] = known.emplace(found.severity + '\n' + found.column + '\n' + found.words, out.size());
    if (is_new) out.push_back(std::move(found));
    if (auto const row = number_of(one.find("row")); row != 0)
      out[at->second].rows.push_back(static_cast<std::uint32_t>(row));
  }
  for (auto& one : out) std::ranges::sort(one.rows);
  std::stable_partition(out.begin(), out.end(), [](finding const& one) { return one.severity == "error"; });
  return out;
}

std::string rows_text(std::vector<std::uint32_t> const& rows) {
  if (rows.empty()) return "";
  auto text = sheets::row_list(rows);
  if (text.size() <= row_list_max) return text;
  text.resize(text.rfind(',', row_list_max));
  return text + " … (" + with_thousands(rows.size()) + " rows)";
}

std::string problems_text(json_value const& preview, output_style const& style) {
  auto const all = findings_of(preview);
  if (all.empty()) return {};
  std::vector<std::vector<std::string>> rows;
  for (auto const& one : all) {
    if (rows.size() == problems_shown_max) break;
    rows.push_back({rows_text(one.rows), one.column, one.severity, one.words});
  }
  auto out = "\n" + table_text({"ROW", "COLUMN", "", "WHAT"}, rows, style, true);
  if (all.size() > problems_shown_max)
    out += "… and " + with_thousands(all.size() - problems_shown_max) + " more; --json shows them.\n";
  return out;
}

std::string columns_text(json_value const& preview, output_style const& style) {
  std::vector<std::vector<std::string>> columns;
  for (auto const& one : list_of(preview, "columns"))
    columns.push_back({std::string(one.text("column")), std::string(one.text("header")),
                       std::string(one.text("field")), std::string(one.text("why"))});
  return "\n" + table_text({"COLUMN", "HEADER", "TAKEN AS", "WHY"}, columns, style, true);
}

/// The first samples, in the fields that they fill.
std::string samples_text(json_value const& preview, output_style const& style) {
  auto const& rows = list_of(preview, "rows");
  if (rows.empty()) return {};
  std::vector<std::string> keys;
  std::vector<std::string> header{"ROW"};
  for (auto const& field : list_of(preview, "fields")) {
    auto const key = field.text("key");
    bool const filled = std::any_of(rows.begin(), rows.end(), [&](json_value const& row) {
      auto const* values = row.find("values");
      return values && !values->text(key).empty();
    });
    if (!filled || keys.size() == fields_shown_max) continue;
    keys.emplace_back(key);
    auto label = std::string(field.text("label"));
    std::ranges::transform(label, label.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    auto const unit = field.text("unit");
    header.push_back(unit.empty() ? label : label + " " + std::string(unit));
  }
  std::vector<std::vector<std::string>> lines;
  for (auto const& row : rows) {
    if (lines.size() == rows_shown_max) break;
    auto& line = lines.emplace_back(1, std::to_string(number_of(row.find("source_row"))));
    auto const* values = row.find("values");
    for (auto const& key : keys) line.emplace_back(values ? values->text(key) : std::string_view());
  }
  return "\n" + table_text(header, lines, style);
}

}  // namespace

std::uint64_t number_of(json_value const* value) {
  if (!value) return 0;
  if (auto const* u = value->as<std::uint64_t>()) return *u;
  if (auto const* i = value->as<std::int64_t>()) return static_cast<std::uint64_t>(*i);
  return 0;
}

json_list const& list_of(json_value const& from, std::string_view name) {
  static json_list const empty;
  auto const* member = from.find(name);
  auto const* list = member ? member->as<json_list>() : nullptr;
  return list ? *list : empty;
}

bool was_imported(json_value const& preview) {
  auto const* earlier = preview.find("earlier");
  return earlier && !earlier->is_null();
}

std::string preview_text(json_value const& preview, output_style const& style) {
  std::string out(preview.text("file_name"));
  out.append(" (").append(preview.text("kind")).append(")\n");
  for (auto const& sentence : list_of(preview, "understood"))
    out.append("  ").append(cell_text(sentence)).append("\n");
  out += columns_text(preview, style);
  out += samples_text(preview, style);
  out += problems_text(preview, style);
  for (auto const& note : list_of(preview, "notes")) out.append("Note: ").append(cell_text(note)).append("\n");
  if (auto const* counts = preview.find("counts"))
    out += "\n" + sheets::count_of(number_of(counts->find("rows")), "sample") + ": " +
           with_thousands(number_of(counts->find("good"))) + " good, " +
           with_thousands(number_of(counts->find("bad"))) + " with errors.\n";
  if (was_imported(preview)) {
    auto const* earlier = preview.find("earlier");
    out.append("This file was imported before: ").append(earlier->text("at")).append(" by ")
        .append(earlier->text("by")).append(".\n");
  }
  return out;
}

}  // namespace tracseq::cli
