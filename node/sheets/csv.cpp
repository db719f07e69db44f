#include "node/sheets/csv.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t sniffed_records = 50;

/// The state machine, over one text.
class csv_reader {
 public:
  csv_reader(std::string_view text, char delimiter, import_limits const& limits)
      : text_(text), delimiter_(delimiter), limits_(limits) {}

  result<void> run() {
    while (at_ < text_.size()) {
      if (auto done = read_record(); !done) return done;
    }
    return {};
  }

  table take() { return std::move(table_); }
  std::vector<record_width> take_widths() { return std::move(widths_); }
  std::size_t loose_quotes() const { return loose_quotes_; }

 private:
  result<void> read_record() {
    ++row_number_;
    column_ = 1;
    row_ = {row_number_, false, {}};
    for (;;) {
      if (auto field = read_field(); !field) return field;
      if (at_ >= text_.size()) break;
      char const c = text_[at_++];
      if (c == delimiter_) {
        ++column_;
        continue;
      }
      if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
      break;
    }
    return keep_row();
  }

  result<void> read_field() {
    field_.clear();
    if (at_ < text_.size() && text_[at_] == '"') {
      if (auto quoted_part = read_quoted(); !quoted_part) return quoted_part;
    }
    auto const from = at_;
    while (at_ < text_.size() && !ends_field(text_[at_])) ++at_;
    auto const rest = text_.substr(from, at_ - from);
    if (!field_.empty() && !trim(rest).empty()) ++loose_quotes_;
    if (field_.empty() || !trim(rest).empty()) field_.append(rest);
    return keep_field();
  }

  /// At an opening quote; leaves `at_` after the closing one.
  result<void> read_quoted() {
    auto const opened_row = row_number_;
    ++at_;
    for (;;) {
      auto const quote = text_.find('"', at_);
      if (quote == std::string_view::npos)
        return fail(errc::invalid_argument,
                    "The quotation mark opened in row " + std::to_string(opened_row) + ", column " +
                        column_letter(column_) +
                        " is never closed. Close it, or remove it, and import the file again.");
      field_.append(text_.substr(at_, quote - at_));
      at_ = quote + 1;
      if (at_ >= text_.size() || text_[at_] != '"') return {};
      field_.push_back('"');
      ++at_;
    }
  }

  bool ends_field(char c) const { return c == delimiter_ || c == '\n' || c == '\r'; }

  result<void> keep_field() {
    if (column_ > limits_.max_columns * 16) return too_wide();
    if (trim(field_).empty()) return {};
    if (column_ > limits_.max_columns) return too_wide();
    if (field_.size() > limits_.max_cell_bytes)
      return fail(errc::too_large,
                  "The cell in row " + std::to_string(row_number_) + ", column " +
                      column_letter(column_) + " holds more than " +
                      count_of(limits_.max_cell_bytes >> 10, "KiB", "KiB") +
                      " of text. Is a closing quotation mark missing before it?");
    if (++cells_ > limits_.max_cells)
      return fail(errc::too_large, "The file has more than " +
                                       count_of(limits_.max_cells, "filled cell") +
                                       ". Split it and import the parts.");
    row_.cells.push_back({static_cast<std::uint32_t>(column_), cell_kind::text, false, field_});
    return {};
  }

  result<void> too_wide() const {
    return fail(errc::too_large,
                "Row " + std::to_string(row_number_) + " has more than " +
                    count_of(limits_.max_columns, "column") +
                    ". Keep the columns that describe samples and import the file again.");
  }

  result<void> keep_row() {
    if (row_.cells.empty()) return {};
    if (table_.rows.size() >= limits_.max_rows)
      return fail(errc::too_large, "The file has more than " + count_of(limits_.max_rows, "row") +
                                       ". Split it and import the parts one after another.");
    table_.rows.push_back(std::move(row_));
    widths_.push_back({row_number_, static_cast<std::uint32_t>(column_)});
    return {};
  }

  std::string_view text_;
  char delimiter_;
  import_limits const& limits_;
  std::size_t at_ = 0;
  std::uint32_t row_number_ = 0;
  std::size_t column_ = 1;
  std::size_t cells_ = 0;
  std::size_t loose_quotes_ = 0;
  std::string field_;
  table_row row_;
  table table_;
  std::vector<record_width> widths_;
};

/// Field counts of the first records, ignoring what is inside quotes.
std::vector<std::size_t> field_counts(std::string_view text, char delimiter) {
  std::vector<std::size_t> counts;
  std::size_t fields = 1;
  bool quoted_field = false;
  bool blank = true;
  for (std::size_t i = 0; i < text.size() && counts.size() < sniffed_records; ++i) {
    char const c = text[i];
    if (c == '"') quoted_field = !quoted_field;
    if (c == delimiter && !quoted_field) ++fields;
    bool const line_end = (c == '\n' || c == '\r') && !quoted_field;
    if (!line_end) {
      blank = blank && c == ' ';
      continue;
    }
    if (!blank) counts.push_back(fields);
    fields = 1;
    blank = true;
  }
  if (!blank && counts.size() < sniffed_records) counts.push_back(fields);
  return counts;
}

/// Records that agree on the commonest field count above one, weighted by that count.
double evenness(std::vector<std::size_t> const& counts) {
  std::map<std::size_t, std::size_t> histogram;
  for (auto const n : counts)
    if (n > 1) ++histogram[n];
  double best = 0;
  for (auto const& [fields, records] : histogram)
    best = std::max(best, static_cast<double>(records) +
                              0.1 * static_cast<double>(std::min<std::size_t>(fields, 9)));
  return best;
}

}  // namespace

char detect_delimiter(std::string_view utf8) {
  char best = ',';
  double best_score = 0;
  for (char const candidate : {',', ';', '\t'}) {
    auto const score = evenness(field_counts(utf8, candidate));
    if (score > best_score + 1e-9) {
      best_score = score;
      best = candidate;
    }
  }
  return best;
}

result<csv_document> read_csv(std::string_view utf8, csv_options const& options) {
  csv_document document;
  document.delimiter = options.delimiter;
  // Excel's own hint, e.g. "sep=;", is a row of the file but not of the table.
  if (auto const line = utf8.substr(0, 6); line.size() >= 5 && fold(line.substr(0, 4)) == "sep=") {
    document.has_separator_line = true;
    if (document.delimiter == 0) document.delimiter = line[4];
  }
  if (document.delimiter != ',' && document.delimiter != ';' && document.delimiter != '\t')
    document.delimiter = detect_delimiter(utf8);
  csv_reader reader(utf8, document.delimiter, options.limits);
  if (auto done = reader.run(); !done) return tl::unexpected(done.error());
  document.content = reader.take();
  document.widths = reader.take_widths();
  if (document.has_separator_line && !document.content.rows.empty() &&
      document.content.rows.front().number == 1)
    document.content.rows.erase(document.content.rows.begin());
  if (reader.loose_quotes() > 0)
    document.notes.push_back(count_of(reader.loose_quotes(), "cell has", "cells have") +
                             " text after a closing quotation mark; it was kept.");
  return document;
}

std::string csv_field(std::string_view text, char delimiter) {
  bool const needs_quotes =
      text.find_first_of(std::array{'"', '\n', '\r', delimiter}.data(), 0, 4) !=
          std::string_view::npos ||
      (!text.empty() && (text.front() == ' ' || text.back() == ' ')) ||
      text.substr(0, 4) == "sep=";  // at the head of a file, Excel would take it for its own hint
  if (!needs_quotes) return std::string(text);
  std::string out = "\"";
  for (char const c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

}  // namespace tracseq::sheets
