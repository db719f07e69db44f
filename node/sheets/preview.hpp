#pragma once
// Start here: a file's bytes → what would be imported, with every wrong cell. Pure: no files, no
// clock.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "node/sheets/calendar.hpp"
#include "node/sheets/columns.hpp"
#include "node/sheets/table_finder.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {

enum class file_kind : std::uint8_t { csv, xlsx, illumina_v1, illumina_v2 };
[[nodiscard]] std::string_view to_string(file_kind kind) noexcept;  ///< "csv", "illumina_v1", …

/// One wrong or doubtful place.
struct cell_problem {
  std::uint32_t row = 0;   ///< of the file, 1-based; 0 = the file as a whole
  std::string column;      ///< letter; empty = the whole row
  std::string field;       ///< key of the field, or empty
  std::string code;        ///< stable word: "required", "ambiguous_date", "duplicate_barcode", …
  std::string detail;      ///< what is wrong
  std::string suggestion;  ///< what would be right; may be empty
  severity level = severity::error;
};

struct field_value {
  std::string_view field;  ///< a field's key
  std::string text;        ///< normalised, never empty
};

struct custom_value {
  std::string key;  ///< the column's `custom_key`
  std::string text;
};

/// One sample to be registered.
struct preview_row {
  std::uint32_t source_row = 0;
  std::vector<std::uint32_t> also_rows;  ///< further rows of a sample sheet that are the same sample
  std::vector<field_value> values;       ///< in the order of columns
  std::vector<custom_value> custom;
  std::vector<cell_problem> problems;

  [[nodiscard]] std::string_view value(std::string_view field) const noexcept;
  [[nodiscard]] bool good() const noexcept;  ///< no problem of severity error
};

struct sheet_summary {
  std::string name;
  bool hidden = false;
  std::size_t filled_rows = 0;
};

struct preview_result {
  file_kind kind = file_kind::csv;
  std::vector<std::string> understood;  ///< how the file was read, in sentences
  std::vector<sheet_summary> sheets;    ///< of a workbook, for a person to choose from
  std::string sheet;                    ///< the one that was read; empty for text files
  std::uint32_t header_row = 0;
  std::uint32_t first_row = 0;          ///< of the data; 0 = there is none
  std::uint32_t last_row = 0;
  std::vector<column_mapping> columns;
  std::vector<preview_row> rows;
  std::vector<cell_problem> problems;   ///< of the header or the file, not of one row
  std::vector<std::string> notes;       ///< assumptions and things left out
  std::size_t good = 0;                 ///< rows without an error
  std::size_t bad = 0;

  /// Every row is good, there is at least one, and the file itself has no error.
  [[nodiscard]] bool can_commit() const noexcept;
  /// `understood` as one text.
  [[nodiscard]] std::string understood_text() const;
};

struct preview_context {
  civil_date today;  ///< dates after it are refused
  import_limits limits;
};

/// The kind is detected from the bytes; `filename` is used in words only. Errors: nothing in the
/// file can be read as
/// a table (empty, damaged, binary, over a limit, another program's format), or an override names
/// what is not there.
[[nodiscard]] result<preview_result> preview(std::string_view bytes, std::string_view filename,
                                             import_overrides const& overrides,
                                             preview_context const& context);

}  // namespace tracseq::sheets
