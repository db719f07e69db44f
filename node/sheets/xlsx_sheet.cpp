#include "node/sheets/xlsx_sheet.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "node/sheets/calendar.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/xml_reader.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::uint32_t row_max = 1'048'576;
constexpr std::size_t merged_max = 100'000;
constexpr std::size_t rules_max = 2'000;
constexpr std::size_t ranges_max = 10'000;

std::uint32_t to_uint(std::string_view text, std::uint32_t other) {
  std::uint32_t value = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  return bad == std::errc{} && end == text.data() + text.size() ? value : other;
}

class sheet_handler final : public xml_handler {
 public:
  sheet_handler(std::string name, workbook_parts& shared) : shared_(shared) {
    out_.content.name = std::move(name);
  }

  void open(std::string_view name, xml_attributes const& attributes) override {
    if (name == "row") {
      open_row(attributes);
    } else if (name == "c") {
      open_cell(attributes);
    } else if (name == "v" || name == "t") {
      taking_ = in_cell_ && !in_phonetic_;
    } else if (name == "f") {
      has_formula_ = in_cell_;
      taking_rule_ = in_rule_;
    } else if (name == "rPh") {
      in_phonetic_ = true;
    } else if (name == "mergeCell") {
      keep_merged(attributes.get_or("ref", ""));
    } else if (name == "col") {
      keep_hidden_columns(attributes);
    } else if (name == "dataValidation") {
      open_rule(attributes);
    } else if (name == "formula1" || name == "sqref") {
      taking_rule_ = in_rule_;
    }
  }

  void close(std::string_view name) override {
    if (name == "v" || name == "t") {
      taking_ = false;
    } else if (name == "c") {
      close_cell();
    } else if (name == "row") {
      close_row();
    } else if (name == "rPh") {
      in_phonetic_ = false;
    } else if (name == "formula1") {
      rule_.source = std::string(trim(rule_text_));
      end_rule_text();
    } else if (name == "sqref") {
      keep_rule_ranges(rule_text_);
      end_rule_text();
    } else if (name == "dataValidation") {
      close_rule();
    }
  }

  void text(std::string_view content) override {
    if (taking_) {
      if (value_.size() + content.size() > shared_.limits.max_cell_bytes) return refuse_long_cell();
      value_.append(content);
    } else if (taking_rule_ && rule_text_.size() < shared_.limits.max_cell_bytes) {
      rule_text_.append(content);
    }
  }

  sheet_content take() {
    put_in_order();
    return std::move(out_);
  }

 private:
  void open_row(xml_attributes const& attributes) {
    auto const number = to_uint(attributes.get_or("r", ""), row_number_ + 1);
    if (number == 0 || number > row_max)
      return refuse(errc::invalid_argument, "Sheet " + quoted(out_.content.name) +
                                                " has a row number that no spreadsheet can have; the "
                                                "file is damaged. Save it again as .xlsx.");
    row_number_ = number;
    column_ = 0;
    row_ = {number, attributes.is_true("hidden"), {}};
  }

  void close_row() {
    if (row_.cells.empty()) return;
    auto& rows = out_.content.rows;
    if (rows.size() >= shared_.limits.max_rows)
      return refuse(errc::too_large, "Sheet " + quoted(out_.content.name) + " has more than " +
                                         count_of(shared_.limits.max_rows, "row") +
                                         ". Split it and import the parts one after another.");
    sorted_ = sorted_ && (rows.empty() || rows.back().number < row_.number);
    rows.push_back(std::move(row_));
    row_ = {};
  }

  void open_cell(xml_attributes const& attributes) {
    auto const place = parse_cell_place(attributes.get_or("r", ""));
    if (place) {
      column_ = place->column;
    } else {
      ++column_;
    }
    type_ = attributes.get_or("t", "n");
    style_ = to_uint(attributes.get_or("s", "0"), 0);
    value_.clear();
    has_formula_ = false;
    in_cell_ = true;
  }

  void close_cell() {
    in_cell_ = false;
    cell c = make_cell();
    if (c.kind == cell_kind::empty) return;
    if (column_ > shared_.limits.max_columns)
      return refuse(errc::too_large, "Sheet " + quoted(out_.content.name) + ", row " +
                                         std::to_string(row_number_) + " has more than " +
                                         count_of(shared_.limits.max_columns, "column") +
                                         ". Keep the columns that describe samples and import the "
                                         "file again.");
    shared_.text_bytes += c.text.size();
    if (++shared_.cells > shared_.limits.max_cells ||
        shared_.text_bytes > shared_.limits.max_inflated_bytes)
      return refuse(errc::too_large, "The workbook has more than " +
                                         count_of(shared_.limits.max_cells, "filled cell") +
                                         " or too much text. Split it and import the parts.");
    out_.content.formulas += c.computed;
    row_.cells.push_back(std::move(c));
  }

  cell make_cell() {
    cell c{column_, cell_kind::text, has_formula_, {}};
    if (type_ == "s") {
      auto const index = to_uint(trim(value_), UINT32_MAX);
      if (index < shared_.shared_strings.size()) c.text = shared_.shared_strings[index];
    } else if (type_ == "b") {
      c.kind = cell_kind::boolean;
      if (!value_.empty()) c.text = value_ == "1" || value_ == "true" ? "true" : "false";
    } else if (type_ == "e") {
      c.kind = cell_kind::error;
      c.text = std::string(trim(value_));
    } else if (type_ == "d") {
      c.kind = cell_kind::date;
      c.text = std::string(trim(value_));
    } else if (type_ == "n") {
      set_number(c);
    } else {  // "str", "inlineStr"
      c.text = value_;
    }
    if (c.text.size() > shared_.limits.max_cell_bytes) refuse_long_cell();
    if (!trim(c.text).empty()) return c;
    // A formula whose text result is empty is an empty cell; one without any result was never
    // computed.
    bool const never_computed = has_formula_ && value_.empty() && type_ != "str";
    c.kind = never_computed ? cell_kind::formula : cell_kind::empty;
    c.text.clear();
    return c;
  }

  void set_number(cell& c) const {
    auto const digits = trim(value_);
    if (digits.empty()) return;
    double value = 0;
    auto const [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (bad != std::errc{} || end != digits.data() + digits.size()) {
      c.text = std::string(digits);
      return;
    }
    c.kind = cell_kind::number;
    auto const style = style_ < shared_.styles.size() ? shared_.styles[style_] : cell_style{};
    if (style.look != number_look::plain) {
      if (auto iso = serial_to_iso(value, shared_.system_1904, style.look == number_look::date_time)) {
        c.kind = cell_kind::date;
        c.text = std::move(*iso);
        return;
      }
    }
    c.text = format_number(value);
    bool const whole = value >= 0 && c.text.find_first_not_of("0123456789") == std::string::npos;
    if (whole && c.text.size() < style.leading_zeros_to) {
      c.kind = cell_kind::text;  // an identifier: its zeros are part of it
      c.text.insert(0, style.leading_zeros_to - c.text.size(), '0');
    }
  }

  void keep_merged(std::string_view ref) {
    if (auto const range = parse_cell_range(ref); range && out_.content.merged.size() < merged_max)
      out_.content.merged.push_back(*range);
  }

  void keep_hidden_columns(xml_attributes const& attributes) {
    if (!attributes.is_true("hidden")) return;
    auto const first = to_uint(attributes.get_or("min", ""), 0);
    auto const last = std::min<std::size_t>(to_uint(attributes.get_or("max", ""), 0),
                                            shared_.limits.max_columns);
    auto& hidden = out_.content.hidden_columns;
    for (std::uint32_t n = first; n > 0 && n <= last && hidden.size() < shared_.limits.max_columns; ++n)
      hidden.push_back(n);
  }

  void open_rule(xml_attributes const& attributes) {
    in_rule_ = attributes.get_or("type", "") == "list" && out_.rules.size() < rules_max;
    rule_ = {};
    keep_rule_ranges(attributes.get_or("sqref", ""));
  }

  void keep_rule_ranges(std::string_view text) {
    while (!(text = trim(text)).empty()) {
      auto const blank = text.find(' ');
      if (auto const range = parse_cell_range(text.substr(0, blank)); range && ranges_ < ranges_max) {
        rule_.applies_to.push_back(*range);
        ++ranges_;
      }
      text = blank == std::string_view::npos ? std::string_view{} : text.substr(blank);
    }
  }

  void end_rule_text() {
    rule_text_.clear();
    taking_rule_ = false;
  }

  void close_rule() {
    if (in_rule_ && !rule_.source.empty() && !rule_.applies_to.empty())
      out_.rules.push_back(std::move(rule_));
    rule_ = {};
    in_rule_ = false;
  }

  void refuse_long_cell() {
    refuse(errc::too_large, "Sheet " + quoted(out_.content.name) + ": the cell " +
                                column_letter(column_) + std::to_string(row_number_) +
                                " holds more than " +
                                count_of(shared_.limits.max_cell_bytes >> 10, "KiB", "KiB") +
                                " of text. Shorten it and import the file again.");
  }

  /// Writers keep rows and cells in order; a damaged file may not.
  void put_in_order() {
    auto& rows = out_.content.rows;
    if (!sorted_) {
      std::stable_sort(rows.begin(), rows.end(),
                       [](auto const& a, auto const& b) { return a.number < b.number; });
      rows.erase(std::unique(rows.begin(), rows.end(),
                             [](auto const& a, auto const& b) { return a.number == b.number; }),
                 rows.end());
    }
    auto const by_column = [](cell const& a, cell const& b) { return a.column < b.column; };
    auto const same_column = [](cell const& a, cell const& b) { return a.column == b.column; };
    for (auto& row : rows) {
      auto& cells = row.cells;
      if (!std::is_sorted(cells.begin(), cells.end(), by_column))
        std::stable_sort(cells.begin(), cells.end(), by_column);
      cells.erase(std::unique(cells.begin(), cells.end(), same_column), cells.end());
    }
  }

  workbook_parts& shared_;
  sheet_content out_;
  std::uint32_t row_number_ = 0;
  std::uint32_t column_ = 0;
  table_row row_;
  std::string type_;
  std::uint32_t style_ = 0;
  std::string value_;
  bool in_cell_ = false;
  bool in_phonetic_ = false;
  bool taking_ = false;
  bool has_formula_ = false;
  bool sorted_ = true;
  list_rule rule_;
  std::string rule_text_;
  std::size_t ranges_ = 0;
  bool in_rule_ = false;
  bool taking_rule_ = false;
};

}  // namespace

result<sheet_content> read_sheet(zip_archive& archive, std::string_view part, std::string name,
                                 workbook_parts& shared) {
  sheet_handler handler(std::move(name), shared);
  if (auto done = read_xml(archive, part, handler); !done) return tl::unexpected(done.error());
  return handler.take();
}

}  // namespace tracseq::sheets
