#pragma once
// Which column of a sheet gives which field, how surely, and why.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/sheets/fields.hpp"
#include "node/sheets/table.hpp"

namespace tracseq::sheets {

/// The field that a header names, judged by its words alone.
struct header_match {
  field_info const* field = nullptr;  ///< null: no field has such a name
  double confidence = 0;              ///< 0–1
};

/// Exact names and synonyms only: cheap enough to ask of every cell.
[[nodiscard]] header_match match_header(std::string_view header);

/// The same without words that say nothing ("your", "required"), and with one slip of the
/// keyboard. `words` as
/// `header_words::words` has them; less sure than an exact match.
[[nodiscard]] header_match match_reduced_header(std::string_view words);
[[nodiscard]] header_match match_misspelt_header(std::string_view words);

/// True where a header names or reaches a person ("Date of birth", "E-mail") and is no field of ours.
[[nodiscard]] bool is_personal_header(std::string_view header);

/// One column as the table finder cut it out.
struct column_source {
  std::uint32_t column = 0;
  std::string header;                  ///< as written; may be empty
  std::string group;                   ///< the title above it that spans several columns; may be empty
  std::vector<cell const*> cells;      ///< filled data cells, top to bottom
};

struct column_mapping {
  std::uint32_t column = 0;    ///< 1-based
  std::string letter;          ///< "C"
  std::string header;          ///< as written, on one line
  std::string field;           ///< a field's key, `custom` or `ignore`
  std::string custom_key;      ///< for `custom`: the name to keep the values under; unique in the sheet
  double confidence = 0;       ///< 1 = a person said so, or the exact name
  bool chosen = false;         ///< a person said so
  std::string why;             ///< a sentence
  double unit_factor = 1;      ///< from the header's unit into the field's
  std::vector<std::string> choices;  ///< what the workbook's own drop-down list offers there
};

/// The name to keep a column's texts under: its header, or "Column C" where that is empty or too long.
[[nodiscard]] std::string custom_name(column_mapping const& column);

/// Two columns with one name, of which only the first can give a field. Indexes into the sources.
struct duplicate_columns {
  std::size_t first = 0;
  std::size_t second = 0;
  bool told_apart = false;  ///< by upper and lower case, or by the titles above them
};

struct mapping_result {
  std::vector<column_mapping> columns;
  std::vector<std::string> notes;
  std::vector<duplicate_columns> duplicates;
  std::vector<std::string> refused_overrides;  ///< what a person asked for and cannot be done
};

enum class sheet_kind : std::uint8_t { submission, sample_sheet };

/// `chosen`: a person's mapping, from column letter or header to a field's key, `custom` or
/// `ignore`.
[[nodiscard]] mapping_result map_columns(std::vector<column_source> const& sources,
                                         std::map<std::string, std::string> const& chosen,
                                         sheet_kind kind);

}  // namespace tracseq::sheets
