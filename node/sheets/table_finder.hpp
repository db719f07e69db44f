#pragma once
// Where in a workbook the table of samples is. Real workbooks have title rows, instructions,
// drop-down lists, example
// rows and second tables around it.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/result.hpp"
#include "node/sheets/table.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {

/// What a person says better. Everything absent is found.
struct import_overrides {
  std::optional<std::string> sheet;            ///< name, or number from 1
  std::optional<std::uint32_t> header_row;     ///< 1-based row of the file
  std::optional<std::uint32_t> first_row;
  std::optional<std::uint32_t> last_row;
  std::map<std::string, std::string> columns;  ///< letter or header → field key, "custom" or "ignore"
  std::optional<date_order> dates;             ///< how ambiguous dates are meant
  std::optional<decimal_mark> decimals;
};

struct skipped_row {
  std::uint32_t row = 0;
  std::string reason;  ///< "an example", "instructions", "a marker", …
};

struct found_table {
  table const* source = nullptr;
  std::size_t sheet = 0;                    ///< index in the workbook
  std::uint32_t header_row = 0;
  std::uint32_t first_row = 0;              ///< of the data; 0 where there is none
  std::uint32_t last_row = 0;
  std::uint32_t first_column = 0;
  std::uint32_t last_column = 0;
  std::vector<table_row const*> rows;       ///< data rows that are read
  std::vector<skipped_row> skipped;
  std::vector<std::string> units;           ///< of a row of units below the header, by column − first_column
  std::vector<std::string> notes;
  std::string stopped_because;              ///< what ended the table; empty = the end of the sheet
};

/// Scores every sheet and row; refuses where nothing looks like a table, and where an override
/// names
/// what is not there.
[[nodiscard]] result<found_table> find_table(workbook const& book, import_overrides const& overrides);

/// Cells that belong to the sheet's drop-down lists rather than to a table.
[[nodiscard]] bool is_list_source(table const& t, std::uint32_t row, std::uint32_t column) noexcept;

/// Cuts the rows below `found.header_row`, given columns: fills rows, skipped, units, first and
/// last row.
void cut_rows(found_table& found, import_overrides const& overrides);

/// The filled cells of a row within the table's columns, list sources left out.
[[nodiscard]] std::vector<cell const*> cells_in(found_table const& found, table_row const& row);

}  // namespace tracseq::sheets
