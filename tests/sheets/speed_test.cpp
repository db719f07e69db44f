#include <doctest/doctest.h>

#include <ctime>

#include "tests/sheets/support.hpp"

using namespace tracseq::sheets;

namespace {

std::vector<std::vector<std::string>> big_table(std::size_t rows) {
  std::vector<std::vector<std::string>> out = {
      {"Sample name", "Barcode", "Project", "Type", "Taxon id", "Organism", "Collected", "Received",
       "Concentration (ng/ul)", "Volume (ul)", "Amount (ng)", "Storage temperature", "Box", "Position", "Notes",
       "Case", "Priority", "Customer", "Kit", "Operator"}};
  for (std::size_t i = 0; i < rows; ++i) {
    auto const n = std::to_string(i);
    out.push_back({"Sample " + n, "BC-" + n, "P1", "DNA", "9606", "Homo sapiens", "2026-01-31", "2026-02-01",
                   "12.5", "20", "250", "-80", "Box " + std::to_string(i / 81), "A" + std::to_string(i % 81 + 1),
                   "note " + n, "case " + n, "standard", "cust000", "kit 7", "anna"});
  }
  return out;
}

double seconds(std::string const& bytes, std::string const& name, std::size_t rows) {
  auto const start = std::clock();
  auto const r = preview(bytes, name, {}, test::context());
  auto const took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  REQUIRE(r);
  CHECK(r->good == rows);
  return took;
}

}  // namespace

TEST_CASE("10,000 rows of 20 columns are previewed in well under a second") {
  constexpr std::size_t rows = 10'000;
  auto const table = big_table(rows);
  std::string csv;
  for (auto const& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) csv += (i > 0 ? "," : "") + row[i];
    csv += '\n';
  }
  // Processor time, so that a busy machine does not matter; a sanitizer's build may take three times as long.
  constexpr double bound_s = 2;
  auto const csv_s = seconds(csv, "big.csv", rows);
  auto const xlsx_s = seconds(test::written_workbook(table), "big.xlsx", rows);
  MESSAGE("csv " << csv_s << " s, xlsx " << xlsx_s << " s of processor time");
  CHECK(csv_s < bound_s);
  CHECK(xlsx_s < bound_s);
}
