// Checks that need the whole table: missing and repeated names, barcodes, positions; samples over
// several lanes.

#include <algorithm>
#include <unordered_map>

#include "node/sheets/preview_rows.hpp"
#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

using first_seen = std::unordered_map<std::string, std::size_t>;  // value → index of row

std::string row_text(preview_row const& row) { return "row " + std::to_string(row.source_row); }

/// Says at both rows which the other one is.
void report_pair(preview_result& out, std::size_t first, std::size_t second, std::string_view field,
                 std::string const& code, std::string const& what, std::string const& suggestion,
                 severity level) {
  auto const* column = column_of(out, field);
  auto& a = out.rows[first];
  auto& b = out.rows[second];
  auto const already = std::any_of(a.problems.begin(), a.problems.end(),
                                   [&](auto const& p) { return p.code == code; });
  if (!already) add_problem(a, column, {code, what + " is also in " + row_text(b) + ".", suggestion, level});
  add_problem(b, column, {code, what + " is also in " + row_text(a) + ".", suggestion, level});
}

void check_barcodes(preview_result& out) {
  first_seen seen;
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    std::string const barcode(out.rows[i].value("barcode"));
    if (barcode.empty()) continue;
    auto const [first, is_new] = seen.emplace(barcode, i);
    if (!is_new)
      report_pair(out, first->second, i, "barcode", "duplicate_barcode", "The barcode " + quoted(barcode),
                  "A barcode names one tube. Scan both tubes again.", severity::error);
  }
}

/// One name on two tubes is possible where each has its own barcode or place; otherwise it is one
/// sample twice.
void check_names(preview_result& out) {
  first_seen seen;
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    auto const& row = out.rows[i];
    std::string const name(row.value("name"));
    if (name.empty()) continue;
    auto const [first, is_new] = seen.emplace(name, i);
    if (is_new) continue;
    auto const& other = out.rows[first->second];
    auto const differ = [&](std::string_view field) {
      return !row.value(field).empty() && !other.value(field).empty() &&
             row.value(field) != other.value(field);
    };
    bool const told_apart = differ("barcode") || (differ("position") || differ("container"));
    report_pair(out, first->second, i, "name", "duplicate_name", "The name " + quoted(name),
                told_apart ? "If these are two tubes of one sample, this is fine."
                           : "Remove one of the rows; or, if they are two tubes, give each its own name or "
                             "barcode.",
                told_apart ? severity::warning : severity::error);
  }
}

void check_positions(preview_result& out) {
  first_seen seen;
  auto const* column = column_of(out, "position");
  bool const no_containers =
      std::ranges::none_of(out.rows, [](auto const& row) { return !row.value("container").empty(); });
  if (column != nullptr && no_containers && !out.rows.empty())
    out.notes.push_back("Column " + column->letter + " gives positions, but no column names the box or "
                        "plate, so the samples are registered without a place.");
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    auto& row = out.rows[i];
    std::string const position(row.value("position"));
    if (position.empty()) continue;
    std::string const container(row.value("container"));
    if (container.empty()) {
      if (no_containers) continue;
      add_problem(row, column,
                  {"position_without_container",
                   "The row gives the position " + quoted(position) + " but no box or plate.",
                   "Name the container, or place the tube later; the sample is registered without a place.",
                   severity::warning});
      continue;
    }
    auto const [first, is_new] = seen.emplace(container + '\n' + position, i);
    if (!is_new)
      report_pair(out, first->second, i, "position", "duplicate_position",
                  "Position " + position + " of " + quoted(container),
                  "A position holds one tube. Check both rows.", severity::error);
  }
}

bool has_problem_in(preview_row const& row, std::string_view field) {
  return std::any_of(row.problems.begin(), row.problems.end(), [&](cell_problem const& p) {
    return p.field == field && p.level == severity::error;
  });
}

void check_required(preview_result& out) {
  auto const* name = column_of(out, "name");
  auto const* barcode = column_of(out, "barcode");
  bool const lists_indexes = column_of(out, "index_i7") != nullptr && column_of(out, "index_name") != nullptr;
  if (name == nullptr && barcode == nullptr && lists_indexes) {
    out.problems.push_back({out.header_row, "", "name", "no_name_column",
                            "The table lists indexes, not samples: it has their names and bases, but no "
                            "column names a sample.",
                            "If it is an index kit, there is nothing to import. Otherwise choose the column "
                            "that names the samples."});
  } else if (name == nullptr && barcode == nullptr) {
    out.problems.push_back({out.header_row, "", "name", "no_name_column",
                            "No column looks like the samples' name or barcode.",
                            "Choose the column that names the samples, or another header row. If the file "
                            "has no row of column names, add one."});
  } else if (name == nullptr) {
    out.notes.push_back("No column gives names, so each sample is named by its barcode.");
  }
  for (auto& row : out.rows) {
    if (!row.value("name").empty() || has_problem_in(row, "name")) continue;
    if (name == nullptr && !row.value("barcode").empty()) {
      row.values.push_back({"name", std::string(row.value("barcode"))});
      continue;
    }
    if (name == nullptr && has_problem_in(row, "barcode")) continue;
    add_problem(row, name,
                {"required", "The sample has no name.",
                 "Give it a name of 1 to 255 characters, or remove the row."});
    if (row.problems.back().field.empty()) row.problems.back().field = "name";
  }
}

/// "1" and "2" → "1,2"; the same text only once.
void join_text(std::string& into, std::string const& text) {
  constexpr std::size_t joined_max = 4096;  // a sample on so many rows is a mistake, or an attack
  if (into.size() > joined_max) {
    if (!into.ends_with("…")) into += ",…";
    return;
  }
  std::string_view rest = into;
  while (!rest.empty()) {
    auto const comma = rest.find(',');
    if (rest.substr(0, comma) == text) return;
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
  if (!into.empty()) into += ',';
  into += text;
}

/// "3,1,2" → "1,2,3".
void sort_lanes(preview_row& row) {
  for (auto& value : row.values) {
    if (value.field != "lane") continue;
    std::vector<std::string> lanes(1);
    for (char const c : value.text)
      if (c == ',') lanes.emplace_back();
      else lanes.back().push_back(c);
    std::sort(lanes.begin(), lanes.end(), [](auto const& a, auto const& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    value.text.clear();
    for (auto const& lane : lanes) value.text += (value.text.empty() ? "" : ",") + lane;
  }
}

void join_row(preview_result const& out, preview_row& into, preview_row&& row) {
  for (auto& value : row.values) {
    auto const own = std::find_if(into.values.begin(), into.values.end(),
                                  [&](auto const& v) { return v.field == value.field; });
    auto const* field = find_field(value.field);
    if (own == into.values.end()) {
      into.values.push_back(std::move(value));
    } else if (field != nullptr && field->place == field_place::custom) {
      join_text(own->text, value.text);
    } else if (own->text != value.text) {
      into.problems.push_back({row.source_row, column_of(out, value.field)->letter, std::string(value.field),
                               "differs",
                               "The " + fold(field->label) + " of " + quoted(into.value("name")) + " is " +
                                   quoted(value.text) + " here, but " + quoted(own->text) + " in " +
                                   row_text(into) + ".",
                               "The value of " + row_text(into) + " is taken.", severity::warning});
    }
  }
  for (auto& value : row.custom) {
    auto const own = std::find_if(into.custom.begin(), into.custom.end(),
                                  [&](auto const& v) { return v.key == value.key; });
    if (own == into.custom.end())
      into.custom.push_back(std::move(value));
    else
      join_text(own->text, value.text);
  }
  into.also_rows.push_back(row.source_row);
  std::move(row.problems.begin(), row.problems.end(), std::back_inserter(into.problems));
}

}  // namespace

void check_rows(preview_result& out) {
  check_required(out);
  check_barcodes(out);
  check_names(out);
  check_positions(out);
}

void join_samples(preview_result& out) {
  std::unordered_map<std::string, std::size_t> by_name;
  std::vector<preview_row> joined;
  for (auto& row : out.rows) {
    std::string const name(row.value("name"));
    auto const [first, is_new] = by_name.emplace(name, joined.size());
    if (name.empty() || is_new)
      joined.push_back(std::move(row));
    else
      join_row(out, joined[first->second], std::move(row));
  }
  for (auto& row : joined) sort_lanes(row);
  out.rows = std::move(joined);
}

}  // namespace tracseq::sheets
