#pragma once
// Delimited text (RFC 4180 with the dialects that laboratory programs write).

#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "node/sheets/table.hpp"

namespace tracseq::sheets {

struct csv_options {
  char delimiter = 0;  ///< ',', ';' or '\t'; 0 = detect
  import_limits limits;
};

/// How many fields a record has, empty ones too.
struct record_width {
  std::uint32_t row = 0;
  std::uint32_t fields = 0;
};

struct csv_document {
  table content;              ///< rows are records, numbered as a spreadsheet would number them
  std::vector<record_width> widths;  ///< of those rows
  char delimiter = ',';
  bool has_separator_line = false;  ///< row 1 was Excel's "sep=;"
  std::vector<std::string> notes;   ///< odd quoting that was tolerated
};

/// Reads well-formed UTF-8. Records end with CRLF, LF or CR; a quoted field may hold delimiters,
/// line breaks and
/// doubled quotes. Every cell is text. Errors name the row and column: a quote that is never
/// closed, too
/// many rows or columns, a cell that is too long.
[[nodiscard]] result<csv_document> read_csv(std::string_view utf8, csv_options const& options);

/// The delimiter that splits the first records into the most even columns; ',' where nothing does.
[[nodiscard]] char detect_delimiter(std::string_view utf8);

/// A field as RFC 4180 writes it: in quotes only where it has to be.
[[nodiscard]] std::string csv_field(std::string_view text, char delimiter = ',');

}  // namespace tracseq::sheets
