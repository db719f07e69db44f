#pragma once
// Building small files for the tests of the import front half.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "node/sheets/preview.hpp"

namespace tracseq::sheets::test {

inline constexpr civil_date today{2026, 11, 24};

[[nodiscard]] preview_context context();
[[nodiscard]] result<preview_result> preview_text(std::string_view bytes,
                                                  import_overrides const& overrides = {});

/// All problems of the rows and the file.
[[nodiscard]] std::vector<cell_problem> problems_of(preview_result const& result);
/// The first problem with this code; fails the test where there is none.
[[nodiscard]] cell_problem problem_with(preview_result const& result, std::string_view code);
[[nodiscard]] bool has_problem(preview_result const& result, std::string_view code);
[[nodiscard]] bool contains(std::string_view text, std::string_view part);
[[nodiscard]] column_mapping const& column_for(preview_result const& result, std::string_view field);

/// A zip archive with these entries.
[[nodiscard]] std::string make_zip(std::map<std::string, std::string> const& entries);

/// Parts of a workbook around one sheet's XML (what stands inside <worksheet>).
[[nodiscard]] std::map<std::string, std::string> workbook_parts_around(std::string_view worksheet);
[[nodiscard]] std::string workbook_around(std::string_view worksheet);

/// A workbook that libxlsxwriter makes: one sheet of texts.
[[nodiscard]] std::string written_workbook(std::vector<std::vector<std::string>> const& rows);

/// Files under the shared data folder (`TRACSEQ_SHARED`, else ../shared beside the project); empty where it is absent.
[[nodiscard]] std::vector<std::string> shared_files(std::string_view folder);
[[nodiscard]] std::string read_file(std::string const& path);

}  // namespace tracseq::sheets::test
