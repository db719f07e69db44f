#include "node/sheets/table_finder.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "events/utf8.hpp"
#include "node/sheets/columns.hpp"
#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t header_rows_tried = 300;
constexpr std::size_t rows_looked_below = 30;
constexpr std::uint32_t gap_between_tables = 4;  // blank columns
constexpr std::size_t header_length_max = 90;

/// A run of header cells without a wide gap.
struct segment {
  std::vector<cell const*> cells;
  double names = 0;        ///< confidence of the names and barcodes among them
  double others = 0;
  std::size_t fields = 0;  ///< different fields that match
};

struct header_candidate {
  std::size_t sheet = 0;
  std::uint32_t row = 0;
  double score = -1e9;
  std::uint32_t first_column = 0;
  std::uint32_t last_column = 0;
  std::size_t fields = 0;
  bool set_aside = false;  ///< a second segment of the row was left out
};

bool is_numeric(cell const& c) {
  if (c.kind == cell_kind::number || c.kind == cell_kind::date || c.kind == cell_kind::boolean)
    return true;
  auto const text = trim(c.text);
  return !text.empty() && text.find_first_not_of("0123456789.,-+/: ") == std::string_view::npos;
}

std::vector<segment> split_segments(table const& t, table_row const& row) {
  std::vector<segment> out;
  std::uint32_t last = 0;
  for (auto const& c : row.cells) {
    if (is_list_source(t, row.number, c.column)) continue;
    if (out.empty() || c.column - last > gap_between_tables) out.emplace_back();
    out.back().cells.push_back(&c);
    last = c.column;
  }
  return out;
}

/// What each cell looked at names; rows are looked at several times.
using known_matches = std::unordered_map<cell const*, header_match>;

header_match const& match_of(cell const& c, known_matches& known) {
  auto const [entry, is_new] = known.try_emplace(&c);
  if (is_new && !is_numeric(c)) entry->second = match_header(c.text);
  return entry->second;
}

void match_fields(segment& s, known_matches& known) {
  std::set<std::string_view> seen;
  for (auto const* c : s.cells) {
    auto const& match = match_of(*c, known);
    if (match.field == nullptr || match.confidence < 0.6 || !seen.insert(match.field->key).second)
      continue;
    bool const identity = match.field->key == "name" || match.field->key == "barcode";
    (identity ? s.names : s.others) += match.confidence;
  }
  s.fields = seen.size();
}

/// How much a run of cells looks like the head of a table, by itself.
double shape_score(segment const& s) {
  double const n = static_cast<double>(s.cells.size());
  double numeric = 0;
  double lengthy = 0;
  std::set<std::string> distinct;
  for (auto const* c : s.cells) {
    numeric += is_numeric(*c);
    lengthy += characters(c->text) > header_length_max;
    distinct.insert(fold(trim(c->text)));
  }
  double const repeated = n - static_cast<double>(distinct.size());
  return 0.25 * std::min(n, 12.0) - 4 * numeric / n - 5 * lengthy / n - 2 * repeated / n;
}

/// The same header once more, as on every printed page.
bool repeats(segment const& header, segment const& below) {
  return header.cells.size() == below.cells.size() &&
         std::equal(header.cells.begin(), header.cells.end(), below.cells.begin(),
                    [](cell const* a, cell const* b) { return equal_folded(a->text, b->text); });
}

/// Rows below that fill the columns of the header, and whether one of them is a better header.
double support_score(table const& t, std::size_t at, segment const& s, known_matches& known) {
  auto const first = s.cells.front()->column;
  auto const last = s.cells.back()->column;
  double rows = 0;
  double filled = 0;
  double better_below = 0;
  for (std::size_t i = at + 1; i < t.rows.size() && i <= at + rows_looked_below; ++i) {
    auto const& row = t.rows[i];
    if (row.number > t.rows[at].number + 2 * rows_looked_below) break;
    segment inside;
    for (auto const& c : row.cells)
      if (c.column >= first && c.column <= last && !is_list_source(t, row.number, c.column))
        inside.cells.push_back(&c);
    if (inside.cells.empty()) continue;
    ++rows;
    filled += std::min(1.0, static_cast<double>(inside.cells.size()) / static_cast<double>(s.cells.size()));
    if (i <= at + 6 && !repeats(s, inside)) {
      match_fields(inside, known);
      if (inside.names > 0 && inside.fields >= 2 && inside.names + inside.others >= 0.7 * (s.names + s.others))
        better_below = 4;
    }
  }
  if (rows == 0) return -1;
  return 1.5 * std::min(1.0, rows / 3) + 1.5 * filled / rows - better_below;
}

header_candidate score_row(table const& t, std::size_t at, known_matches& known) {
  header_candidate best;
  best.row = t.rows[at].number;
  auto segments = split_segments(t, t.rows[at]);
  for (auto& s : segments) {
    match_fields(s, known);
    double score = 4 * std::min(s.names, 1.6) + 1.2 * std::min(s.others, 8.0) + shape_score(s) +
                   support_score(t, at, s, known);
    if (s.cells.size() == 1 && s.names < 0.8) score -= 4;
    if (score <= best.score) continue;
    best.score = score;
    best.first_column = s.cells.front()->column;
    best.last_column = s.cells.back()->column;
    best.fields = s.fields;
  }
  best.set_aside = segments.size() > 1;
  return best;
}

/// Sheets that help a person fill in another one.
double sheet_penalty(table const& t) {
  double penalty = t.hidden ? 4 : 0;
  auto const name = fold(t.name);
  for (std::string_view const word : {"drop", "list", "lookup", "vocab", "info", "instruction", "readme",
                                      "example", "help", "guide", "metadata", "version", "legend", "faq"})
    if (name.find(word) != std::string::npos) return penalty + 3;
  if (!t.list_sources.empty() && t.lists.empty()) penalty += 3;
  return penalty;
}

header_candidate best_of_sheet(table const& t) {
  header_candidate best;
  known_matches known;
  for (std::size_t i = 0; i < t.rows.size() && i < header_rows_tried; ++i) {
    auto candidate = score_row(t, i, known);
    candidate.score -= 0.01 * static_cast<double>(i);  // earlier rows win ties
    if (candidate.score > best.score) best = candidate;
  }
  best.score -= sheet_penalty(t);
  return best;
}

result<std::size_t> chosen_sheet(workbook const& book, std::string const& wanted) {
  for (std::size_t i = 0; i < book.tables.size(); ++i)
    if (equal_folded(book.tables[i].name, wanted)) return i;
  std::size_t number = 0;
  auto const [end, bad] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  if (bad == std::errc{} && end == wanted.data() + wanted.size() && number >= 1 &&
      number <= book.tables.size())
    return number - 1;
  std::vector<std::string> names;
  for (auto const& t : book.tables) names.push_back(quoted(t.name));
  return fail(errc::invalid_argument,
              "There is no sheet " + quoted(wanted) + ". The file has " + join_words(names, 20) + ".");
}

result<header_candidate> chosen_header(table const& t, std::size_t sheet, std::uint32_t row) {
  auto const* found = t.row(row);
  if (found == nullptr)
    return fail(errc::invalid_argument, "Row " + std::to_string(row) +
                                            " is empty, so it cannot be the header. Choose the row with "
                                            "the column names.");
  known_matches known;
  auto candidate = score_row(t, static_cast<std::size_t>(found - t.rows.data()), known);
  candidate.sheet = sheet;
  return candidate;
}

result<header_candidate> best_of_book(workbook const& book) {
  header_candidate best;
  for (std::size_t i = 0; i < book.tables.size(); ++i) {
    auto candidate = best_of_sheet(book.tables[i]);
    candidate.sheet = i;
    if (candidate.row != 0 && candidate.score > best.score) best = candidate;
  }
  if (best.row == 0)
    return fail(errc::invalid_argument,
                "The file is empty: no cell holds anything. Is it the right file, and was it saved?");
  return best;
}

/// Data may lie right of the last named column ("no header"), or left of the first.
void widen(found_table& found) {
  std::uint32_t const limit_right = found.last_column + gap_between_tables;
  for (auto const* row : found.rows)
    for (auto const& c : row->cells) {
      if (is_list_source(*found.source, row->number, c.column)) continue;
      if (c.column == found.last_column + 1 && c.column <= limit_right) found.last_column = c.column;
    }
}

}  // namespace

bool is_list_source(table const& t, std::uint32_t row, std::uint32_t column) noexcept {
  return std::any_of(t.list_sources.begin(), t.list_sources.end(),
                     [&](auto const& range) { return range.contains(row, column); });
}

result<found_table> find_table(workbook const& book, import_overrides const& overrides) {
  result<header_candidate> header = fail(errc::internal, "no candidate");
  if (overrides.sheet || overrides.header_row) {
    std::size_t sheet = 0;
    if (overrides.sheet) {
      auto chosen = chosen_sheet(book, *overrides.sheet);
      if (!chosen) return tl::unexpected(chosen.error());
      sheet = *chosen;
    } else if (auto best = best_of_book(book)) {
      sheet = best->sheet;
    }
    if (sheet >= book.tables.size()) return fail(errc::invalid_argument, "The file has no table.");
    auto const& t = book.tables[sheet];
    if (overrides.header_row) {
      header = chosen_header(t, sheet, *overrides.header_row);
    } else {
      header = best_of_sheet(t);
      header->sheet = sheet;
      if (header->row == 0)
        return fail(errc::invalid_argument, "Sheet " + quoted(t.name) + " is empty. Choose another one.");
    }
  } else {
    header = best_of_book(book);
  }
  if (!header) return tl::unexpected(header.error());

  found_table found;
  found.sheet = header->sheet;
  found.source = &book.tables[header->sheet];
  found.header_row = header->row;
  found.first_column = header->first_column;
  found.last_column = header->last_column;
  if (header->set_aside)
    found.notes.push_back("Row " + std::to_string(header->row) +
                          " holds other cells far from the table; columns outside " +
                          column_letter(found.first_column) + "–" + column_letter(found.last_column) +
                          " were not read.");
  cut_rows(found, overrides);
  widen(found);
  return found;
}

}  // namespace tracseq::sheets
