#pragma once
// Inner parts of the preview: from a found table to rows, and the checks that need all rows.

#include "node/sheets/preview.hpp"

namespace tracseq::sheets {

struct table_facts {
  sheet_kind kind = sheet_kind::submission;
  char delimiter = 0;  ///< of a text file; ';' tells of decimal commas
};

/// Fills columns, rows and the problems of single cells and headers.
void read_rows(found_table const& found, table_facts const& facts, import_overrides const& overrides,
               preview_context const& context, preview_result& out);

/// Names and barcodes that are missing or used twice, positions taken twice.
void check_rows(preview_result& out);

/// Rows of a sample sheet with one Sample_ID become one row, lanes joined.
void join_samples(preview_result& out);

/// Adds the sentences and notes that say how the table was understood.
void explain(found_table const& found, workbook const& book, preview_result& out);

void add_problem(preview_row& row, column_mapping const* column, value_problem problem);
[[nodiscard]] column_mapping const* column_of(preview_result const& out, std::string_view field) noexcept;

}  // namespace tracseq::sheets
