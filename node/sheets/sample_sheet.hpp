#pragma once
// Illumina sample sheets.
//
//   v1 (IEM)          [Header] key,value… [Reads] one cycle count per line [Settings] key,value…
// [Data] columns, rows
//   v2 (BCL Convert)  [Header] with FileFormatVersion,2 [Reads] key,value… [BCLConvert_Settings]
// [BCLConvert_Data] …
//   bare              no sections, only columns: CASAVA's FCID,Lane,SampleID,SampleRef,Index,…
//
// Reading keeps everything that has a meaning: sections in order, their lines, the data's columns
// and rows. Writing is
// deterministic, and read → write → read gives an equal sheet.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "node/sheets/csv.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {

enum class sheet_version : std::uint8_t { v1, v2, bare };

/// One `[Section]`. A section of data has columns and rows; any other has lines.
struct sheet_section {
  std::string name;                             ///< "Data", in the usual case where the section is known
  std::vector<std::vector<std::string>> lines;  ///< fields of each line, trailing empty ones cut off
  std::vector<std::string> columns;             ///< of data: header as written
  std::vector<std::vector<std::string>> rows;   ///< of data: one text per column
  std::vector<std::uint32_t> source_rows;       ///< row of the file of each data row; no part of the meaning
  std::uint32_t source_row = 0;                 ///< of the section's name

  [[nodiscard]] bool is_data() const noexcept;
  friend bool operator==(sheet_section const& a, sheet_section const& b) {
    return a.name == b.name && a.lines == b.lines && a.columns == b.columns && a.rows == b.rows;
  }
};

struct sample_sheet {
  sheet_version version = sheet_version::v1;
  std::vector<sheet_section> sections;

  [[nodiscard]] sheet_section const* section(std::string_view name) const noexcept;
  /// The section that lists the samples: BCLConvert_Data in v2, else Data; null where there is
  /// none.
  [[nodiscard]] sheet_section const* samples() const noexcept;
  /// A setting's value; keys compared without regard to case. Empty where there is none.
  [[nodiscard]] std::string_view setting(std::string_view section_name,
                                         std::string_view key) const noexcept;
  friend bool operator==(sample_sheet const&, sample_sheet const&) = default;
};

/// What is wrong at a place of the sheet.
struct sheet_problem {
  std::uint32_t row = 0;  ///< of the file; 0 = the sheet as a whole
  std::string column;     ///< name of the data column, or empty
  value_problem problem;
};

/// One row of the data, in the words of both versions.
struct sheet_sample {
  std::uint32_t source_row = 0;
  std::string lane;         ///< empty = every lane
  std::string sample_id;
  std::string sample_name;
  std::string index;        ///< bases as the sheet gives them
  std::string index2;
  std::string project;
};

/// True when the first filled rows have a section name, or the columns of a bare sheet.
[[nodiscard]] bool looks_like_sample_sheet(table const& content);

/// Refuses a sheet without any sample section, or with a section name that is never closed.
[[nodiscard]] result<sample_sheet> read_sample_sheet(table const& content);
[[nodiscard]] result<sample_sheet> read_sample_sheet(std::string_view utf8,
                                                     import_limits const& limits = {});

/// Commas, "\n", an empty line between sections; quotes only where needed.
[[nodiscard]] std::string write_sample_sheet(sample_sheet const& sheet);

[[nodiscard]] std::vector<sheet_sample> list_samples(sample_sheet const& sheet);

/// Illegal characters, lengths, lanes, indexes: unequal lengths and collisions per lane, repeated
/// rows, rows
/// without an index (a warning by that name, never "duplicate").
[[nodiscard]] std::vector<sheet_problem> check_sample_sheet(sample_sheet const& sheet);

/// Position of a data column under any of its names ("Sample_ID", "SampleID"); npos where there is
/// none.
[[nodiscard]] std::size_t data_column(sheet_section const& section, std::string_view name) noexcept;

}  // namespace tracseq::sheets
