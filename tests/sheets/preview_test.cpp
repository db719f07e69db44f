#include <doctest/doctest.h>

#include "node/sheets/detect.hpp"
#include "tests/sheets/support.hpp"

using namespace tracseq;
using namespace tracseq::sheets;
using test::contains;

namespace {

preview_result read(std::string_view text, import_overrides const& overrides = {}) {
  auto r = test::preview_text(text, overrides);
  REQUIRE_MESSAGE(r, (r ? "" : r.error().detail));
  return std::move(*r);
}

std::string refusal(std::string_view bytes, std::string_view name = "samples.csv") {
  auto const r = preview(bytes, name, {}, test::context());
  REQUIRE_FALSE(r);
  return r.error().detail;
}

}  // namespace

TEST_CASE("a plain sheet is good") {
  auto const r = read(
      "Name,Barcode,Type,Volume (ul),Collected,Freezer shelf\nLiver 1,X-1,DNA,12.5,2026-01-31,top\n");
  CHECK(to_string(r.kind) == "csv");
  CHECK(r.good == 1);
  CHECK(r.can_commit());
  auto const& row = r.rows[0];
  CHECK(row.source_row == 2);
  CHECK(row.value("name") == "Liver 1");
  CHECK(row.value("type") == "DNA");
  CHECK(row.value("volume_ul") == "12.5");
  CHECK(row.value("collected_at") == "2026-01-31");
  REQUIRE(row.custom.size() == 1);
  CHECK(row.custom[0].key == "Freezer shelf");
  CHECK(row.custom[0].text == "top");
  CHECK(r.columns[3].letter == "D");
  CHECK(r.columns[3].confidence > 0.9);
}

TEST_CASE("files that are no tables are refused with the way out") {
  CHECK(refusal("", "x.csv") == "The file 'x.csv' is empty (0 bytes). Was it saved before it was closed?");
  CHECK(refusal(" \n,,\n\t\n") == "The file holds nothing but blanks. Is it the right file, and was it saved?");
  CHECK(contains(refusal("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 rest"), "This is an old Excel file (.xls)"));
  CHECK(contains(refusal("%PDF-1.7 ..."), "This is a PDF."));
  CHECK(contains(refusal("\x1f\x8b\x08 ..."), "compressed (gzip)"));
  CHECK(contains(refusal("<html><table><tr><td>Name</td></tr></table>"), "This is a web page (HTML)"));
  CHECK(contains(refusal("<?xml version=\"1.0\"?><Workbook/>"), "This is an XML file, not a workbook."));
  CHECK(contains(refusal("{\"name\": 1}"), "This is a JSON file."));
  CHECK(contains(refusal("PK\x03\x04 cut off"), "damaged or was not copied completely"));
  CHECK(contains(refusal(std::string_view("na\0me\x01\x02,\0\0\n", 12)), "it holds binary data"));
}

TEST_CASE("two gigabytes are refused before they are looked at") {
  CHECK(too_large_file(2ull << 30, {}).detail ==
        "The file has 2.0 GiB; at most 20 MiB can be imported at once. Split it, or remove pictures and sheets "
        "that are not needed.");
  auto small = test::context();
  small.limits.max_bytes = 10;
  auto const r = preview("name\nA\nB\nC\nD\n", "x.csv", {}, small);
  REQUIRE_FALSE(r);
  CHECK(r.error().code == errc::too_large);
}

TEST_CASE("a repeated barcode names the other row") {
  auto const r = read("Name,Barcode\nA,X-1\nB,X-2\nC,X-1\n");
  CHECK(r.bad == 2);
  CHECK(r.good == 1);
  CHECK(r.rows[0].problems[0].detail == "The barcode 'X-1' is also in row 4.");
  CHECK(r.rows[2].problems[0].detail == "The barcode 'X-1' is also in row 2.");
  CHECK(r.rows[2].problems[0].column == "B");
  CHECK(r.rows[2].problems[0].field == "barcode");
}

TEST_CASE("a repeated name is an error unless the tubes are told apart") {
  auto const same = read("Name,Volume\nA,1\nB,2\nA,3\n");
  CHECK(test::problem_with(same, "duplicate_name").detail == "The name 'A' is also in row 4.");
  CHECK(same.bad == 2);
  auto const tubes = read("Name,Barcode\nA,X-1\nA,X-2\n");
  CHECK(tubes.bad == 0);
  CHECK(test::problem_with(tubes, "duplicate_name").level == severity::warning);
}

TEST_CASE("a position holds one tube") {
  auto const r = read("Name,Box,Position\nA,B7,A1\nB,B7,a01\nC,B8,A1\nD,,A2\n");
  CHECK(test::problem_with(r, "duplicate_position").detail == "Position A1 of 'B7' is also in row 3.");
  CHECK(r.bad == 2);
  CHECK(test::problem_with(r, "position_without_container").row == 5);
  auto const no_box = read("Name,Well\nA,A1\nB,A2\n");
  CHECK(no_box.bad == 0);
  CHECK_FALSE(test::has_problem(no_box, "position_without_container"));
  CHECK(contains(no_box.notes[0], "no column names the box or plate"));
}

TEST_CASE("a repeated header is told, and an error where it matters") {
  auto const r = read("Name,Volume,Volume\nA,1,2\nB,3,4\n");
  auto const p = test::problem_with(r, "duplicate_header");
  CHECK(p.row == 1);
  CHECK(p.column == "C");
  CHECK(p.detail == "Columns B and C are both called 'Volume'.");
  CHECK(p.level == severity::error);
  CHECK_FALSE(r.can_commit());
  CHECK(r.rows[0].custom[0].key == "Volume");
  CHECK(test::problem_with(read("Name,Volume,Volume\nA,1,1\nB,2,2\n"), "duplicate_header").level ==
        severity::warning);
  auto const custom = read("Name,Colour,Colour\nA,red,blue\n");
  CHECK(custom.rows[0].custom[1].key == "Colour (column C)");
  CHECK(custom.can_commit());
  import_overrides chosen;
  chosen.columns["C"] = "ignore";
  CHECK(read("Name,Volume,Volume\nA,1,2\nB,3,4\n", chosen).can_commit());
}

TEST_CASE("what is kept as a custom field can be kept: an import refuses what the history would") {
  std::string const long_header(201, 'h');
  auto const r = read("Name,Not\x01 ours,Said of it," + long_header + "\nA,a\x7f b,\"one\n\ttwo\x7f\",x\n");
  CHECK(r.can_commit());
  auto const& custom = r.rows[0].custom;
  REQUIRE(custom.size() == 3);
  CHECK(custom[0].key == "Not ours");
  CHECK(custom[0].text == "a  b");
  CHECK(custom[1].key == "Said of it");
  CHECK(custom[1].text == "one\n\ttwo ");
  CHECK(custom[2].key == "Column D");

  auto const fits = read("Name,Colour\nA," + std::string(10'000, 'c') + "\n");
  CHECK(fits.can_commit());
  auto const longer = read("Name,Colour\nA," + std::string(10'001, 'c') + "\n");
  CHECK_FALSE(longer.can_commit());
  auto const p = test::problem_with(longer, "too_long");
  CHECK(p.column == "B");
  CHECK(p.detail == "'Colour' has 10,001 characters; at most 10,000 are possible.");
}

TEST_CASE("columns of one long name are told apart within what a name may be") {
  std::string const header(199, 'h');
  auto const r = read("Name," + header + "," + header + "\nA,1,2\n");
  REQUIRE(r.rows[0].custom.size() == 2);
  CHECK(r.rows[0].custom[0].key == header);
  CHECK(r.rows[0].custom[1].key == header + " (column C)");
}

TEST_CASE("what another column says in full stays a text that fits its field") {
  auto const r = read("Name,Species,Other species\nA,other," + std::string(300, 's') + "\nB,other,\"Felis\ncatus\"\n");
  CHECK(r.rows[0].value("organism") == "other");
  CHECK(r.rows[1].value("organism") == "Felis catus");
}

TEST_CASE("merged cells that lie over one another cost no more than so many steps") {
  constexpr int rows = 2'001;
  std::string sheet = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>Name</v></c><c r=\"B1\" t=\"str\"><v>Project"
                      "</v></c><c r=\"C1\" t=\"str\"><v>Organism</v></c></row>";
  for (int n = 2; n <= rows; ++n) {
    auto const row = std::to_string(n);
    sheet += "<row r=\"" + row + "\"><c r=\"A" + row + "\" t=\"str\"><v>S" + row + "</v></c>" +
             (n == 2 ? "<c r=\"B2\" t=\"str\"><v>P1</v></c><c r=\"C2\" t=\"str\"><v>Felis catus</v></c>" : "") + "</row>";
  }
  sheet += "</sheetData>";
  auto const with = [&](int times) {
    std::string merged;
    for (int i = 0; i < times; ++i) merged += "<mergeCell ref=\"B2:B2001\"/>";
    auto const r = preview(test::workbook_around(sheet + "<mergeCells>" + merged + "<mergeCell ref=\"C2:C2001\"/></mergeCells>"),
                           "merged.xlsx", {}, test::context());
    REQUIRE(r);
    CHECK(r->rows.back().value("project") == "P1");
    bool said = false;
    for (auto const& note : r->notes) said = said || contains(note, "more merged cells than are looked at");
    CHECK(said == r->rows.back().value("organism").empty());
    return !said;
  };
  CHECK(with(1));
  CHECK(with(1'400));
  CHECK_FALSE(with(1'600));  // 3,200,000 steps
}

TEST_CASE("decimal commas and dates are read as the column has them") {
  auto const r = read("Name;Volume;Collected\nA;1,234;03/04/2026\nB;12,5;25/04/2026\n");
  CHECK(r.rows[0].value("volume_ul") == "1.234");
  CHECK(r.rows[0].value("collected_at") == "2026-04-03");
  auto const asked = read("Name,Collected\nA,03/04/2026\nB,05/06/2026\n");
  CHECK(asked.bad == 2);
  CHECK(test::problem_with(asked, "ambiguous_date").row == 2);
  import_overrides said;
  said.dates = date_order::month_first;
  CHECK(read("Name,Collected\nA,03/04/2026\nB,05/06/2026\n", said).rows[0].value("collected_at") ==
        "2026-03-04");
  auto const mixed = read("Name,Collected\nA,2026-01-02\nB,25/04/2026\nC,04/25/2026\nD,03/04/2026\n");
  CHECK(mixed.good == 3);
  auto const told = read("Name,Collected\nA,03.04.2026\nB,2026-04-03\nC,04/13/2026\n");
  CHECK(told.rows[0].value("collected_at") == "2026-04-03");
  CHECK(told.rows[2].value("collected_at") == "2026-04-13");
  CHECK(told.can_commit());
  auto const warned = std::find_if(told.problems.begin(), told.problems.end(),
                                   [](auto const& one) { return one.code == "mixed_dates"; });
  REQUIRE(warned != told.problems.end());
  CHECK(warned->level == severity::warning);
  CHECK(warned->detail == "Dates of this column are written in more than one way: '03.04.2026', "
                          "'04/13/2026', '2026-04-03'.");
  CHECK(test::problem_with(mixed, "ambiguous_date").row == 5);
}

TEST_CASE("each bad cell tells row, column, what is wrong and what would be right") {
  auto const r = read(
      "Name,Barcode,Volume,Collected,Type\n"
      "A ,X-1,-1,2027-01-01,DNA\n"
      ",X-2,NaN,soon,Blod\n"
      "C,ab,5,2026-01-01,rock\n");
  CHECK(r.bad == 3);
  CHECK(r.rows[0].value("name") == "A");
  for (auto const* code : {"negative", "in_future", "required", "not_finite", "not_a_date", "invalid_barcode",
                           "not_in_vocabulary"}) {
    auto const p = test::problem_with(r, code);
    CAPTURE(code);
    CHECK(p.row >= 2);
    CHECK_FALSE(p.column.empty());
    CHECK_FALSE(p.detail.empty());
    CHECK_FALSE(p.suggestion.empty());
  }
  CHECK(r.rows[1].value("type") == "blood");
}

TEST_CASE("samples without a name are named by their barcode") {
  auto const r = read("Tube barcode,Volume\nX-1,5\nX-2,6\n");
  CHECK(r.good == 2);
  CHECK(r.rows[0].value("name") == "X-1");
  CHECK(contains(r.notes[0], "each sample is named by its barcode"));
}

TEST_CASE("what a vocabulary does not say is kept beside it") {
  auto const r = read("Name,Material\nA,bone marrow\nB,cytology (FFPE)\nC,blood\nD,saliva\n");
  CHECK(r.bad == 0);
  CHECK(r.rows[0].value("type") == "tissue");
  CHECK(r.rows[0].custom[0].text == "bone marrow");
  CHECK(r.rows[1].value("type") == "other");
  CHECK(r.rows[1].custom[0].text == "cytology (FFPE)");
  CHECK(test::problem_with(r, "not_in_vocabulary").level == severity::warning);
}

TEST_CASE("formulas and error cells of a workbook") {
  auto const cell = [](std::string const& place, std::string const& text) {
    return "<c r=\"" + place + "\" t=\"str\"><v>" + text + "</v></c>";
  };
  auto const bytes = test::workbook_around(
      "<sheetData><row r=\"1\">" + cell("A1", "Name") + cell("B1", "Volume") + cell("C1", "Notes") +
      "</row><row r=\"2\">" + cell("A2", "A") + "<c r=\"B2\"><f>1+1</f><v>2</v></c></row><row r=\"3\">" +
      cell("A3", "B") + "<c r=\"B3\"><f>1+1</f></c></row><row r=\"4\">" + cell("A4", "C") +
      "<c r=\"B4\" t=\"e\"><v>#DIV/0!</v></c></row></sheetData>");
  auto const r = preview(bytes, "f.xlsx", {}, test::context());
  REQUIRE(r);
  CHECK(r->good == 1);
  CHECK(r->rows[0].value("volume_ul") == "2");
  CHECK(contains(r->notes[0], "1 cell holds a formula; the results stored in the file were taken."));
  CHECK(test::problem_with(*r, "formula_without_result").row == 3);
  CHECK(test::problem_with(*r, "error_cell").detail == "The cell shows '#DIV/0!' instead of a value.");
}

TEST_CASE("the same bytes give the same preview") {
  std::string const text = "Name,Barcode,X\nA,X-1,1\nB,X-1,2\n";
  auto const a = read(text);
  auto const b = read(text);
  CHECK(a.understood_text() == b.understood_text());
  REQUIRE(test::problems_of(a).size() == test::problems_of(b).size());
  for (std::size_t i = 0; i < test::problems_of(a).size(); ++i)
    CHECK(test::problems_of(a)[i].detail == test::problems_of(b)[i].detail);
}

TEST_CASE("what stands above the table holds for all samples") {
  auto const text = "Project:,P-17\nBox name,Box alias\nBox 7,spare\nContact,Anna Berg\n\n"
                    "Sample name,Well\nA,A1\nB,A2\n";
  auto const r = read(text);
  CHECK(r.header_row == 6);
  REQUIRE(r.rows.size() == 2);
  CHECK(r.rows[1].value("project") == "P-17");
  CHECK(r.rows[1].value("container") == "Box 7");
  CHECK(contains(r.understood_text(), "'Project' 'P-17' (B1)"));
  CHECK(contains(r.understood_text(), "'Box name' 'Box 7' (A3)"));
  CHECK(contains(r.notes[0], "Above the table, and not imported: 'Box alias' 'spare' (B3) and 'Contact' 'Anna Berg' (B4)."));
  import_overrides chosen;
  chosen.columns["B1"] = "ignore";
  auto const without = read(text, chosen);
  CHECK(without.rows[0].value("project").empty());
  CHECK(without.can_commit());
  auto const pairs = read("Project,P-17\nProtocol,ChIP\n\nSample name,Volume (ul)\nA,1\n");
  CHECK(pairs.rows[0].value("project") == "P-17");
  CHECK(contains(pairs.notes[0], "'Protocol' 'ChIP' (B2)"));
  auto const own = read("Project: X\nSample name,Project,Volume (ul)\nA,Y,1\nB,,2\n");
  CHECK(own.rows[0].value("project") == "Y");
  CHECK(own.rows[1].value("project").empty());
}

TEST_CASE("what says something about a person is sealed or left out") {
  auto const r = read("Sample name,Patient ID,Patient name,Date of birth,E-mail,Colour\n"
                      "A,P1,Anna Berg,1970-01-01,a@b.se,red\n");
  CHECK(r.rows[0].value("donor") == "P1");
  REQUIRE(r.rows[0].custom.size() == 1);
  CHECK(r.rows[0].custom[0].key == "Colour");
  REQUIRE(r.notes.size() == 1);
  CHECK(contains(r.notes[0], "Columns C ('Patient name'), D ('Date of birth') and E ('E-mail') say something"));
  CHECK(contains(r.understood_text(), "3 left out because of what they say of a person"));
  import_overrides chosen;
  chosen.columns["E"] = "custom";
  CHECK(read("Sample name,A,B,C,E-mail\nA,1,2,3,a@b.se\n", chosen).rows[0].custom.back().text == "a@b.se");
}

TEST_CASE("an index kit is no list of samples, and told so") {
  auto const r = read("index1_name,index1_sequence,coordinate\nSI-A1,AATTTCGG,A1\nSI-A2,CTACTGAA,B1\n");
  CHECK(contains(test::problem_with(r, "no_name_column").detail, "lists indexes, not samples"));
}

TEST_CASE("'other' is said in the column beside it") {
  auto const r = read("Sample name,Species,Other species\nA,other,Danio rerio\nB,Mus musculus,\nC,Other,\n");
  CHECK(r.rows[0].value("organism") == "Danio rerio");
  CHECK(r.rows[1].value("organism") == "Mus musculus");
  CHECK(r.rows[2].value("organism") == "Other");
  CHECK(contains(r.notes[0], "Column C ('Other species') gives the organism where column B says other"));
  auto const type = read("Sample name,Sample type,Other (sample type)\nA,other,gDNA\n");
  CHECK(type.rows[0].value("type") == "other");
}

TEST_CASE("rows whose values have moved into the wrong columns are doubted") {
  auto const r = read("Sample name,Client,Volume (ul),Taxon id\nA,X,5,9606\nB,6,9606\nC,Y,7,liver,9606\nD,Z,8\n");
  CHECK(r.bad == 1);
  REQUIRE(r.notes.size() == 1);
  CHECK(r.notes[0] == "Row 4 has 5 cells, and the header has 4. Is a value or a separator missing or too many, so "
                      "that what follows stands in the wrong column?");
  CHECK(read("Sample name,Volume (ul)\nA\nB,2\n").notes.empty());
}
