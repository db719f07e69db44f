#include "tests/sheets/support.hpp"

#include <unistd.h>
#include <xlsxwriter.h>
#include <zip.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

namespace tracseq::sheets::test {
namespace fs = std::filesystem;
namespace {

/// A file name of our own that disappears with the object.
class scratch_file {
 public:
  scratch_file() {
    static std::atomic<int> counter = 0;
    path_ = fs::temp_directory_path() /
            ("tracseq-sheets-" + std::to_string(::getpid()) + "-" + std::to_string(++counter));
  }
  ~scratch_file() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

}  // namespace

preview_context context() { return {today, {}}; }

result<preview_result> preview_text(std::string_view bytes, import_overrides const& overrides) {
  return preview(bytes, "samples.csv", overrides, context());
}

std::vector<cell_problem> problems_of(preview_result const& result) {
  auto all = result.problems;
  for (auto const& row : result.rows) all.insert(all.end(), row.problems.begin(), row.problems.end());
  return all;
}

cell_problem problem_with(preview_result const& result, std::string_view code) {
  for (auto const& p : problems_of(result))
    if (p.code == code) return p;
  std::string found;
  for (auto const& p : problems_of(result)) found += p.code + " ";
  FAIL("no problem " << std::string(code) << " but: " << found);
  return {};
}

bool has_problem(preview_result const& result, std::string_view code) {
  auto const all = problems_of(result);
  return std::any_of(all.begin(), all.end(), [&](auto const& p) { return p.code == code; });
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

column_mapping const& column_for(preview_result const& result, std::string_view field) {
  for (auto const& column : result.columns)
    if (column.field == field) return column;
  FAIL("no column for " << std::string(field));
  return result.columns.front();
}

std::string make_zip(std::map<std::string, std::string> const& entries) {
  scratch_file const file;
  int code = 0;
  zip_t* archive = zip_open(file.path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  REQUIRE(archive != nullptr);
  for (auto const& [name, content] : entries) {
    auto* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    REQUIRE(zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8) >= 0);
  }
  REQUIRE(zip_close(archive) == 0);
  return read_file(file.path());
}

std::map<std::string, std::string> workbook_parts_around(std::string_view worksheet) {
  std::string const ns = "http://schemas.openxmlformats.org/";
  return {
      {"[Content_Types].xml", "<Types/>"},
      {"xl/workbook.xml",
       "<workbook xmlns=\"" + ns + "spreadsheetml/2006/main\" xmlns:r=\"" + ns +
           "officeDocument/2006/relationships\"><sheets><sheet name=\"Samples\" sheetId=\"1\" "
           "r:id=\"rId1\"/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       "<Relationships><Relationship Id=\"rId1\" Type=\"" + ns +
           "officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
           "</Relationships>"},
      {"xl/worksheets/sheet1.xml",
       "<worksheet xmlns=\"" + ns + "spreadsheetml/2006/main\">" + std::string(worksheet) +
           "</worksheet>"},
  };
}

std::string workbook_around(std::string_view worksheet) {
  return make_zip(workbook_parts_around(worksheet));
}

std::string written_workbook(std::vector<std::vector<std::string>> const& rows) {
  scratch_file const file;
  lxw_workbook* book = workbook_new(file.path().c_str());
  lxw_worksheet* sheet = workbook_add_worksheet(book, "Samples");
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < rows[r].size(); ++c)
      worksheet_write_string(sheet, static_cast<lxw_row_t>(r), static_cast<lxw_col_t>(c),
                             rows[r][c].c_str(), nullptr);
  REQUIRE(workbook_close(book) == LXW_NO_ERROR);
  return read_file(file.path());
}

std::vector<std::string> shared_files(std::string_view folder) {
  auto const* given = std::getenv("TRACSEQ_SHARED");
  fs::path const root =
      given != nullptr ? fs::path(given) : fs::path(TRACSEQ_SOURCE_DIR).parent_path() / "shared";
  std::vector<std::string> files;
  std::error_code absent;
  for (fs::directory_iterator it(root / "data" / folder, absent), end; !absent && it != end; ++it)
    files.push_back(it->path().string());
  std::sort(files.begin(), files.end());
  return files;
}

std::string read_file(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace tracseq::sheets::test
