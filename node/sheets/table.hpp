#pragma once
// What every reader of a file yields: sheets of rows of cells, each keeping the place where it
// stood in
// the file, so that a problem can be shown to a person as "row 14, column C".

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracseq::sheets {

/// Bounds of one file. A file over a bound is refused with words; nothing is cut off silently.
struct import_limits {
  std::size_t max_bytes = 20u << 20;            ///< of the file as it is
  std::size_t max_inflated_bytes = 200u << 20;  ///< counted while inflating, never read from a header
  std::size_t max_inflate_ratio = 100;          ///< inflated : packed, judged beyond `ratio_grace_bytes`
  std::size_t ratio_grace_bytes = 8u << 20;     ///< empty styled cells legitimately pack very well
  std::size_t max_archive_entries = 1000;
  std::size_t max_rows = 100'000;               ///< rows that hold something, per sheet
  std::size_t max_columns = 1024;
  std::size_t max_cell_bytes = 32u << 10;
  std::size_t max_cells = 3'000'000;            ///< cells that hold something, over all sheets
  std::size_t max_sheets = 200;
};

/// What a cell holds. The result of a formula has the kind of its stored value, with `computed`
/// set.
enum class cell_kind : std::uint8_t {
  empty,
  text,
  number,   ///< text is the number as a spreadsheet shows it, "0.1"
  date,     ///< text is ISO 8601, "2026-11-24" or "2026-11-24T09:30:00"; a bare time is "09:30:00"
  boolean,  ///< text is "true" or "false"
  formula,  ///< a formula without a stored result; text is empty
  error,    ///< text is what the spreadsheet shows, "#REF!"
};

struct cell {
  std::uint32_t column = 0;  ///< 1-based
  cell_kind kind = cell_kind::text;
  bool computed = false;     ///< the stored result of a formula
  std::string text;          ///< UTF-8
};

/// Only cells that hold something, in order of column.
struct table_row {
  std::uint32_t number = 0;  ///< 1-based row of the source
  bool hidden = false;
  std::vector<cell> cells;

  [[nodiscard]] cell const* at(std::uint32_t column) const noexcept;
};

/// Inclusive, 1-based.
struct cell_range {
  std::uint32_t first_row = 0;
  std::uint32_t first_column = 0;
  std::uint32_t last_row = 0;
  std::uint32_t last_column = 0;

  [[nodiscard]] bool contains(std::uint32_t row, std::uint32_t column) const noexcept;
};

/// A drop-down list: where it applies, and what it offers.
struct value_list {
  std::vector<cell_range> applies_to;
  std::vector<std::string> values;
};

/// One sheet, or the one table of a text file.
struct table {
  std::string name;                 ///< empty for a text file
  bool hidden = false;
  std::vector<table_row> rows;      ///< only rows that hold something, in order
  std::vector<cell_range> merged;
  std::vector<value_list> lists;
  std::vector<cell_range> list_sources;         ///< cells of this sheet that feed drop-down lists
  std::vector<std::uint32_t> hidden_columns;
  std::size_t formulas = 0;                     ///< cells whose value is a stored result

  [[nodiscard]] table_row const* row(std::uint32_t number) const noexcept;
};

struct workbook {
  std::vector<table> tables;
  std::vector<std::string> notes;  ///< assumptions made while reading, for a person
};

/// 1 → "A", 27 → "AA".
[[nodiscard]] std::string column_letter(std::uint32_t column);

/// "A" or "aa" → 1, 27; none for anything else.
[[nodiscard]] std::optional<std::uint32_t> column_number(std::string_view letters) noexcept;

/// "B12" → {12, 2}. `$` signs are passed over.
struct cell_place {
  std::uint32_t row = 0;
  std::uint32_t column = 0;
};
[[nodiscard]] std::optional<cell_place> parse_cell_place(std::string_view text) noexcept;

/// "A1:C9", "$A$1:$C$9" or a single cell.
[[nodiscard]] std::optional<cell_range> parse_cell_range(std::string_view text) noexcept;

}  // namespace tracseq::sheets
