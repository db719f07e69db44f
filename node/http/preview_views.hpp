#pragma once
// A preview as the page and the command line see it. Include this from .cpp files only.

#include "node/http/previews.hpp"
#include "node/http/schema.hpp"
#include "node/sheets/fields.hpp"

namespace tracseq {
class read_view;
}

namespace tracseq::http {

struct preview_problem {
  std::uint32_t row = 0;
  std::string column;
  std::string field;
  std::string code;
  std::string detail;
  std::string suggestion;
  std::string severity;
};
BOOST_DESCRIBE_STRUCT(preview_problem, (), (row, column, field, code, detail, suggestion, severity))

struct preview_column {
  std::string column;
  std::string header;
  std::string field;
  std::string custom_key;
  double confidence = 0;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(preview_column, (), (column, header, field, custom_key, confidence, why))

struct preview_field {
  std::string key;
  std::string label;
  std::string unit;
  std::string help;
  bool required = false;
  bool personal = false;
  std::vector<std::string> vocabulary;
};
BOOST_DESCRIBE_STRUCT(preview_field, (), (key, label, unit, help, required, personal, vocabulary))

struct preview_line {
  std::uint32_t source_row = 0;
  std::map<std::string, std::string> values;
  std::vector<preview_problem> problems;
};
BOOST_DESCRIBE_STRUCT(preview_line, (), (source_row, values, problems))

struct preview_counts {
  std::uint64_t rows = 0;
  std::uint64_t good = 0;
  std::uint64_t bad = 0;
};
BOOST_DESCRIBE_STRUCT(preview_counts, (), (rows, good, bad))

struct preview_sheet {
  std::string name;
  bool hidden = false;
  std::uint64_t filled_rows = 0;
};
BOOST_DESCRIBE_STRUCT(preview_sheet, (), (name, hidden, filled_rows))

struct earlier_import {
  uuid id;
  instant at;
  std::string by;
  std::uint32_t rows = 0;
  std::string state;
};
BOOST_DESCRIBE_STRUCT(earlier_import, (), (id, at, by, rows, state))

struct preview_view {
  std::string preview_id;
  std::string file_name;
  std::string sha256;
  std::string kind;
  std::vector<std::string> understood;
  std::vector<preview_sheet> sheets;
  std::string sheet;
  std::uint32_t header_row = 0;
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;
  nullable<earlier_import> earlier;
  std::vector<preview_column> columns;
  std::vector<preview_field> fields;
  preview_counts counts;
  std::vector<preview_line> rows;
  std::vector<preview_problem> problems;
  std::vector<std::string> notes;
  bool can_commit = false;
};
BOOST_DESCRIBE_STRUCT(preview_view, (),
                      (preview_id, file_name, sha256, kind, understood, sheets, sheet, header_row,
                       first_row, last_row, earlier, columns, fields, counts, rows, problems, notes,
                       can_commit))
template <>
inline constexpr auto notes<preview_view> = std::to_array<note>({
    {.field = "preview_id", .doc = "Names it when it is imported; kept for an hour."},
    {.field = "sheets", .doc = "The workbook's sheets."},
    {.field = "sheet", .doc = "The sheet that was read."},
    {.field = "header_row", .doc = "Row of the column names, from 1."},
    {.field = "earlier", .doc = "An import of the same file before this one."},
    {.field = "columns", .doc = "What each column was taken for, how surely, and why."},
    {.field = "fields", .doc = "What a column can be taken for."},
    {.field = "counts", .doc = "Rows in all, without and with an error."},
    {.field = "rows", .doc = "The first rows as they would be imported, and all with a problem; at most 200."},
    {.field = "problems", .doc = "Every wrong cell; at most 1,000."},
    {.field = "notes", .doc = "What was assumed or left out."},
    {.field = "can_commit", .doc = "Nothing is in the way of importing it."},
});

[[nodiscard]] preview_view view_of(kept_preview const& kept, read_view const& rows);

/// Adds what only the laboratory knows: labels that are in use already.
void check_against_lab(sheets::preview_result& preview, read_view const& rows);

}  // namespace tracseq::http
