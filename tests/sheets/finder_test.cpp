#include <doctest/doctest.h>

#include "node/sheets/xlsx.hpp"
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

bool understood(preview_result const& r, std::string_view part) {
  return contains(r.understood_text(), part);
}

}  // namespace

TEST_CASE("a table below a title, contact details and instructions") {
  auto const r = read(
      "Sample submission form,,,\n"
      "Contact:,Anna,,\n"
      ",,,\n"
      "Please fill in all the columns below and send the form to the facility.,,,\n"
      "Sample name,Barcode,Type,Volume (ul)\n"
      "Required,Optional,Choose from list,in ul\n"
      "e.g. Liver 1,X-000,DNA,20\n"
      "Liver 1,X-001,DNA,20\n"
      "Liver 2,X-002,DNA,21\n"
      ",,,\n"
      "Total,,,41\n");
  CHECK(r.header_row == 5);
  REQUIRE(r.rows.size() == 2);
  CHECK(r.rows[0].source_row == 8);
  CHECK(r.rows[1].value("barcode") == "X-002");
  CHECK(r.good == 2);
  CHECK(understood(r, "The header is in row 5, the samples in rows 8, 9 (2 samples)."));
  CHECK(understood(r, "Row 6 was skipped: instructions"));
  CHECK(understood(r, "Row 7 was skipped: instructions, 'e.g. Liver 1'."));
  CHECK(understood(r, "Total"));
}

TEST_CASE("a row of units, an example, markers and the header again") {
  auto const r = read(
      "Name,Conc,Volume\n"
      ",ng/µl,ml\n"
      "Example: sample 1,5,5\n"
      "<SAMPLE ENTRIES>,,\n"
      "A,10,1\n"
      "Name,Conc,Volume\n"
      "B,11,2\n"
      "</SAMPLE ENTRIES>,,\n"
      "C,12,3\n");
  REQUIRE(r.rows.size() == 2);
  CHECK(r.rows[1].value("volume_ul") == "2000");
  CHECK(understood(r, "Row 2 was skipped: units."));
  CHECK(understood(r, "an example, 'Example: sample 1'"));
  CHECK(understood(r, "Row 6 was skipped: the header again."));
  CHECK(understood(r, "The table ends where row 8 closes it ('</SAMPLE ENTRIES>')."));
}

TEST_CASE("rows for programs, and remarks below the table") {
  auto const r = read("#SampleID,Treatment,Description\n#q2:types,categorical,text\n#1,a,b\nS2,c,d\n,,\nSigned: Anna,,\n");
  REQUIRE(r.rows.size() == 2);
  CHECK(r.rows[0].value("name") == "#1");
  CHECK(understood(r, "Row 2 was skipped: a comment, '#q2:types'."));
  CHECK(understood(r, "row 6 is a remark below it ('Signed: Anna')"));
}

TEST_CASE("a table on its side is told so") {
  auto const r = test::preview_text("Name,S1,S2\nType,DNA,RNA\nVolume,20,30\nBarcode,X-1,X-2\n");
  REQUIRE_FALSE(r);
  CHECK(contains(r.error().detail, "The table lies on its side: column A holds the names of fields"));
}

TEST_CASE("empty rows inside the table are passed over") {
  auto const r = read("Sample name,Volume\nA,1\n,\n,\n\nB,2\n");
  REQUIRE(r.rows.size() == 2);
  CHECK(r.rows[1].source_row == 6);
}

TEST_CASE("a second table is not read into the first") {
  auto const r = read(
      "Sample name,Volume,Type\nA,1,DNA\nB,2,DNA\n,,\nAntibodies,,\nAntibody name,Brand,Volume (ul)\nCTCF,X,5\n");
  CHECK(r.rows.size() == 2);
  CHECK(understood(r, "another table begins in row 5 ('Antibodies')"));
}

TEST_CASE("rows of a form that nobody filled in are left out, forgotten names are not") {
  std::string text = "No,Sample name,Volume,Genome\n";
  for (int i = 1; i <= 20; ++i)
    text += std::to_string(i) + (i <= 3 ? ",S" + std::to_string(i) + ",5" : ",,") + ",hg19\n";
  auto const form = read(text);
  CHECK(form.rows.size() == 3);
  CHECK(understood(form, "Rows 5–21 were skipped: pre-filled without a name."));

  auto const forgotten = read("Sample name,Volume,Type\nA,1,DNA\n,7,RNA\nC,3,DNA\n");
  REQUIRE(forgotten.rows.size() == 3);
  CHECK(forgotten.bad == 1);
  auto const p = test::problem_with(forgotten, "required");
  CHECK(p.row == 3);
  CHECK(p.column == "A");
  CHECK(p.detail == "The sample has no name.");
}

TEST_CASE("a person can say where the table is") {
  std::string const text =
      "Sample name,Volume\nold,1\nBox,Sample name,Volume\n1,A,5\n1,B,6\n1,C,7\n";
  import_overrides overrides;
  overrides.header_row = 3;
  CHECK(read(text, overrides).rows.size() == 3);
  overrides.first_row = 5;
  overrides.last_row = 5;
  auto const one = read(text, overrides);
  REQUIRE(one.rows.size() == 1);
  CHECK(one.rows[0].value("name") == "B");
  overrides.last_row.reset();
  CHECK(read(text, overrides).rows.size() == 2);
  overrides = {};
  overrides.header_row = 99;
  auto const none = test::preview_text(text, overrides);
  REQUIRE_FALSE(none);
  CHECK(contains(none.error().detail, "Row 99 is empty, so it cannot be the header."));
  overrides = {};
  overrides.sheet = "Nope";
  auto const book = preview(test::written_workbook({{"Sample name", "Volume"}, {"A", "1"}}), "f.xlsx", overrides,
                            test::context());
  REQUIRE_FALSE(book);
  CHECK(book.error().detail == "There is no sheet 'Nope'. The file has 'Samples'.");
}

TEST_CASE("text without a table is refused with words") {
  auto const prose = test::preview_text("Dear lab\nplease find enclosed\nmy samples\n");
  REQUIRE_FALSE(prose);
  CHECK(contains(prose.error().detail, "No table of samples was found"));
  auto const unknown = read("Foo,Bar\n1,2\n");
  CHECK(test::problem_with(unknown, "no_name_column").detail ==
        "No column looks like the samples' name or barcode.");
  CHECK_FALSE(unknown.can_commit());
}

TEST_CASE("a template without samples says so") {
  auto const r = read("Sample name,Volume,Type\n");
  CHECK(test::problem_with(r, "no_rows").detail == "The table holds no samples yet.");
  CHECK_FALSE(r.can_commit());
}

TEST_CASE("hidden sheets and lists are passed over, merged cells belong to every row") {
  std::string const ns = "http://schemas.openxmlformats.org/";
  auto parts = test::workbook_parts_around(
      "<sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>Sample name</v></c><c r=\"B1\" t=\"str\"><v>Project</v></c>"
      "<c r=\"C1\" t=\"str\"><v>Type</v></c></row><row r=\"2\"><c r=\"A2\" t=\"str\"><v>A</v></c><c r=\"B2\" t=\"str\">"
      "<v>P1</v></c><c r=\"C2\" t=\"str\"><v>DNA</v></c></row><row r=\"3\" hidden=\"1\"><c r=\"A3\" t=\"str\"><v>B</v>"
      "</c><c r=\"C3\" t=\"str\"><v>RNB</v></c></row></sheetData><mergeCells><mergeCell ref=\"B2:B3\"/></mergeCells>"
      "<dataValidations><dataValidation type=\"list\" sqref=\"C2:C99\"><formula1>'Lists'!$A$2:$A$3</formula1>"
      "</dataValidation></dataValidations>");
  parts["xl/worksheets/sheet2.xml"] =
      "<worksheet><sheetData><row r=\"1\"><c t=\"str\"><v>Type</v></c><c t=\"str\"><v>Name</v></c></row><row r=\"2\">"
      "<c t=\"str\"><v>DNA</v></c><c t=\"str\"><v>x</v></c></row><row r=\"3\"><c t=\"str\"><v>RNA</v></c></row>"
      "</sheetData></worksheet>";
  auto& rels = parts["xl/_rels/workbook.xml.rels"];
  rels.replace(rels.find("</Relationships>"), 0,
               "<Relationship Id=\"rId2\" Type=\"" + ns +
                   "officeDocument/2006/relationships/worksheet\" Target=\"/xl/worksheets/sheet2.xml\"/>");
  auto& book = parts["xl/workbook.xml"];
  book.replace(book.find("<sheets>") + 8, 0,
               "<sheet name=\"Lists\" sheetId=\"2\" state=\"hidden\" r:id=\"rId2\"/>");
  auto const r = preview(test::make_zip(parts), "form.xlsx", {}, test::context());
  REQUIRE(r);
  CHECK(r->sheet == "Samples");
  CHECK(r->sheets.size() == 2);
  CHECK(contains(r->understood_text(), "Sheet 'Lists' (hidden) was not read"));
  REQUIRE(r->rows.size() == 2);
  CHECK(r->rows[1].value("project") == "P1");
  CHECK(contains(r->notes[0], "Merged cells: 1 cell takes the value of the merged cell above."));
  CHECK(test::column_for(*r, "type").choices == std::vector<std::string>{"DNA", "RNA"});
  CHECK(contains(test::problem_with(*r, "not_in_list").suggestion, "Did you mean"));
  bool hidden_said = false;
  for (auto const& note : r->notes) hidden_said = hidden_said || contains(note, "Row 3 is hidden in the workbook");
  CHECK(hidden_said);
}
