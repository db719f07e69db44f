// How the table was understood, in sentences.

#include <algorithm>
#include <map>

#include "node/sheets/preview_rows.hpp"
#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

std::string rows_sentence(found_table const& found, preview_result const& out) {
  std::string const where = found.source->name.empty() ? "The header is"
                                                       : "Sheet " + quoted(found.source->name) +
                                                             ": the header is";
  std::string text = where + " in row " + std::to_string(found.header_row);
  if (found.rows.empty()) return text + ", and no row below it holds a sample.";
  std::vector<std::uint32_t> numbers;
  for (auto const* row : found.rows) numbers.push_back(row->number);
  return text + ", the samples in " + (numbers.size() == 1 ? "row " : "rows ") + row_list(numbers) + " (" +
         count_of(out.rows.size(), "sample") + ").";
}

/// "volume", "i7 index": a label without the capital of a heading.
std::string field_in_words(std::string_view key) {
  auto const* field = find_field(key);
  std::string label(field == nullptr ? key : field->label);
  if (!label.empty() && label[0] >= 'A' && label[0] <= 'Z') label[0] = static_cast<char>(label[0] - 'A' + 'a');
  return label;
}

std::string columns_sentence(preview_result const& out) {
  std::vector<std::string> fields;
  std::size_t custom = 0;
  std::size_t ignored = 0;
  std::size_t left_out = 0;
  for (auto const& column : out.columns) {
    if (column.field == custom_column)
      ++custom;
    else if (column.field == ignored_column)
      ++(column.chosen ? ignored : left_out);
    else
      fields.push_back(column.letter + " " + field_in_words(column.field));
  }
  std::string text = count_of(out.columns.size(), "column") + ": ";
  text += fields.empty() ? "none gives a field that TracSeq knows" : join_words(fields, 30);
  if (custom > 0) text += "; " + std::to_string(custom) + " kept as custom fields";
  if (left_out > 0) text += "; " + std::to_string(left_out) + " left out because of what they say of a person";
  if (ignored > 0) text += "; " + std::to_string(ignored) + " left out because you said so";
  return text + ".";
}

std::vector<std::string> skipped_sentences(found_table const& found) {
  std::map<std::string, std::vector<std::uint32_t>> by_reason;
  std::vector<std::string> order;
  for (auto const& skipped : found.skipped) {
    auto& rows = by_reason[skipped.reason];
    if (rows.empty()) order.push_back(skipped.reason);
    rows.push_back(skipped.row);
  }
  std::vector<std::string> out;
  for (auto const& reason : order) {
    auto const& rows = by_reason[reason];
    out.push_back(std::string(rows.size() == 1 ? "Row " : "Rows ") + row_list(rows) +
                  (rows.size() == 1 ? " was" : " were") + " skipped: " + reason + ".");
  }
  return out;
}

std::string sheets_sentence(found_table const& found, workbook const& book) {
  std::vector<std::string> others;
  for (std::size_t i = 0; i < book.tables.size(); ++i) {
    if (i == found.sheet) continue;
    others.push_back(quoted(book.tables[i].name) + (book.tables[i].hidden ? " (hidden)" : ""));
  }
  if (others.empty()) return {};
  return std::string(others.size() == 1 ? "Sheet " : "Sheets ") + join_words(others) +
         (others.size() == 1 ? " was" : " were") + " not read: " + quoted(found.source->name) +
         " looks most like a table of samples.";
}

void note_hidden(found_table const& found, preview_result& out) {
  std::vector<std::uint32_t> rows;
  for (auto const* row : found.rows)
    if (row->hidden) rows.push_back(row->number);
  if (!rows.empty())
    out.notes.push_back(std::string(rows.size() == 1 ? "Row " : "Rows ") + row_list(rows) +
                        (rows.size() == 1 ? " is" : " are") +
                        " hidden in the workbook, but read like the others.");
  std::vector<std::string> columns;
  for (auto const hidden : found.source->hidden_columns)
    if (std::any_of(out.columns.begin(), out.columns.end(),
                    [&](auto const& c) { return c.column == hidden; }))
      columns.push_back(column_letter(hidden));
  if (!columns.empty())
    out.notes.push_back(std::string(columns.size() == 1 ? "Column " : "Columns ") + join_words(columns, 20) +
                        (columns.size() == 1 ? " is" : " are") +
                        " hidden in the workbook, but read like the others.");
  if (found.source->hidden) out.notes.push_back("Sheet " + quoted(found.source->name) + " is hidden.");
}

void note_formulas(found_table const& found, preview_result& out) {
  std::size_t formulas = 0;
  for (auto const* row : found.rows)
    for (auto const* c : cells_in(found, *row)) formulas += c->computed && c->kind != cell_kind::formula;
  if (formulas > 0)
    out.notes.push_back(count_of(formulas, "cell holds", "cells hold") +
                        " a formula; the results stored in the file were taken.");
}

}  // namespace

void explain(found_table const& found, workbook const& book, preview_result& out) {
  out.understood.push_back(rows_sentence(found, out));
  out.understood.push_back(columns_sentence(out));
  for (auto& sentence : skipped_sentences(found)) out.understood.push_back(std::move(sentence));
  if (!found.stopped_because.empty())
    out.understood.push_back("The table ends where " + found.stopped_because + ".");
  if (auto others = sheets_sentence(found, book); !others.empty())
    out.understood.push_back(std::move(others));
  out.notes.insert(out.notes.end(), found.notes.begin(), found.notes.end());
  note_hidden(found, out);
  note_formulas(found, out);
}

}  // namespace tracseq::sheets
