// Every real file of the shared data folder, read in place. The expectations were made by looking at the files.

#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include "tests/sheets/support.hpp"

using namespace tracseq::sheets;
using test::contains;

namespace {

struct expectation {
  std::uint32_t header_row;
  std::size_t rows;
  std::string name_header;  ///< empty: the file has no column that names samples
};

// By a part of the file's name.
std::map<std::string, expectation> const expected = {
    {"1508.36.balsamic.xlsx", {13, 42, "Sample Name"}},
    {"1508.36.balsamic_umi.xlsx", {13, 42, "Sample Name"}},
    {"1508.36.fastq.xlsx", {13, 42, "Sample Name"}},
    {"1508.36.mip.xlsx", {13, 42, "Sample Name"}},
    {"1508.36.raredisease.xlsx", {13, 42, "Sample Name"}},
    {"1508.36.taxprofiler.xlsx", {13, 20, "Sample Name"}},
    {"1603.12.xlsx", {13, 14, "Sample Name"}},
    {"2184.10.sarscov2.xlsx", {13, 27, "Sample Name"}},
    {"long_read_nallo_analysis.1.xlsx", {13, 5, "Sample Name"}},
    {"microbial_sequencing.3.xlsx", {13, 3, "Sample Name"}},
    {"pacbio_revio_sequencing_2.xlsx", {13, 5, "Sample Name"}},
    {"box_input_detailed.xlsx", {4, 0, "Item name"}},
    {"box_input_plain.xlsx", {4, 0, "Item name"}},
    {"bulk_input.xlsx", {4, 0, "Sample alias"}},
    {"export_libraries_pools.xlsx", {5, 0, "Sample Name"}},
    {"export_samples.xlsx", {4, 0, "Sample Name"}},
    {"RELACS.xlsx", {7, 0, "Sample name (sequencing name)"}},
    {"example_import_index_pairs_columnwise.xlsx", {1, 96, ""}},
    {"SampleSheet_bcl2fastq.csv", {2, 9, "SampleID"}},
    {"181005_D00410_0735_BHM2LNBCX2__SampleSheet.csv", {16, 54, "Sample_ID"}},
    {"190927_A00689_0069_BHLYWYDSXX__CorrectSampleSheet.csv", {16, 123, "Sample_ID"}},
    {"miseq_default.csv", {18, 96, "Sample_ID"}},
    {"fluffy__SampleSheet.csv", {2, 38, "Sample_ID"}},
    {"expected_SampleSheet_1.csv", {18, 11, "Sample_ID"}},
    {"remove_samplesheet_adapter__samplesheets__input_samplesheet.csv", {1, 2, "id"}},
};

expectation const* expectation_for(std::string const& path) {
  for (auto const& [part, what] : expected)
    if (path.ends_with(part)) return &what;
  return nullptr;
}

preview_result read(std::string const& path) {
  auto r = preview(test::read_file(path), std::filesystem::path(path).filename().string(), {}, test::context());
  REQUIRE_MESSAGE(r, (r ? "" : r.error().detail));
  return std::move(*r);
}

void check_sanity(preview_result const& r) {
  CHECK_FALSE(r.understood.empty());
  CHECK(r.header_row > 0);
  CHECK(r.good + r.bad == r.rows.size());
  for (auto const& row : r.rows) {
    CHECK(row.source_row > r.header_row);
    for (auto const& p : row.problems) {
      CHECK_FALSE(p.code.empty());
      CHECK_FALSE(p.detail.empty());
    }
  }
  for (auto const& column : r.columns) CHECK_FALSE(column.why.empty());
}

}  // namespace

TEST_CASE("real files are understood") {
  auto files = test::shared_files("submissions");
  auto const sheets = test::shared_files("samplesheets");
  files.insert(files.end(), sheets.begin(), sheets.end());
  if (files.empty()) MESSAGE("the shared data folder is absent");
  for (auto const& path : files) {
    CAPTURE(path);
    auto const r = read(path);
    check_sanity(r);
    auto const* what = expectation_for(path);
    if (what == nullptr) {
      CHECK(r.rows.size() > 0);
      continue;
    }
    CHECK(r.header_row == what->header_row);
    CHECK(r.rows.size() == what->rows);
    if (what->name_header.empty())
      CHECK(test::has_problem(r, "no_name_column"));
    else
      CHECK(test::column_for(r, "name").header == what->name_header);
  }
}

TEST_CASE("order forms with drop-down lists give their samples") {
  for (auto const& path : test::shared_files("submissions")) {
    if (!contains(path, "orderforms")) continue;
    CAPTURE(path);
    auto const r = read(path);
    CHECK(r.sheet == "Order Form");
    CHECK(r.bad == 0);
    CHECK(contains(r.understood_text(), "a marker, '<SAMPLE ENTRIES>'"));
    CHECK(contains(r.understood_text(), "closes it ('</SAMPLE ENTRIES>')"));
    CHECK_FALSE(r.rows[0].value("volume_ul").empty());
    bool has_choices = false;
    for (auto const& column : r.columns) has_choices = has_choices || !column.choices.empty();
    CHECK(has_choices);
  }
}

TEST_CASE("a real submission, cell by cell") {
  for (auto const& path : test::shared_files("submissions")) {
    if (!contains(path, "sarscov2")) continue;
    auto const r = read(path);
    auto const& row = r.rows.at(1);
    CHECK(row.source_row == 16);
    CHECK(row.value("name") == "sarscov2sample2");
    CHECK(row.value("collected_at") == "2021-05-06");
    CHECK(row.value("collected_where") == "Uppsala");
    CHECK(row.value("organism") == "SARS-CoV-2");
    CHECK(row.value("volume_ul") == "21");
    auto const& first = r.rows.at(0);
    CHECK(first.value("container") == "plate1");
    CHECK(first.value("position") == "A1");
    CHECK(first.value("concentration_ng_per_ul") == "2");
    CHECK(first.value("amount_ng") == "3");
  }
}
