#include <doctest/doctest.h>

#include "node/sheets/calendar.hpp"
#include "node/sheets/xlsx.hpp"
#include "node/sheets/xlsx_styles.hpp"
#include "tests/sheets/support.hpp"

using namespace tracseq;
using namespace tracseq::sheets;
using test::contains;

namespace {

table sheet_of(std::string const& bytes) {
  auto book = read_xlsx(bytes, {});
  REQUIRE_MESSAGE(book, (book ? "" : book.error().detail));
  return std::move(book->tables.at(0));
}

cell at(table const& t, std::uint32_t row, std::uint32_t column) {
  auto const* r = t.row(row);
  auto const* c = r == nullptr ? nullptr : r->at(column);
  return c == nullptr ? cell{column, cell_kind::empty, false, ""} : *c;
}

std::string refusal(std::string const& bytes) {
  auto book = read_xlsx(bytes, {});
  REQUIRE_FALSE(book);
  return book.error().detail;
}

}  // namespace

TEST_CASE("texts, numbers, booleans and errors of a sheet") {
  auto const t = sheet_of(test::workbook_around(
      "<sheetData><row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><r><t>Sample </t></r><r><t>name</t></r>"
      "<rPh><t>ignored</t></rPh></is></c><c r=\"C3\"><v>0.30000000000000004</v></c>"
      "<c r=\"D3\" t=\"b\"><v>1</v></c><c r=\"E3\" t=\"e\"><v>#REF!</v></c><c r=\"F3\"><v>1E3</v></c></row>"
      "<row><c><v>7</v></c></row></sheetData>"));
  CHECK(at(t, 3, 1).text == "Sample name");
  CHECK(at(t, 3, 2).kind == cell_kind::empty);
  CHECK(at(t, 3, 3).text == "0.3");
  CHECK(at(t, 3, 4).text == "true");
  CHECK(at(t, 3, 5).kind == cell_kind::error);
  CHECK(at(t, 3, 6).text == "1000");
  CHECK(at(t, 4, 1).text == "7");
}

TEST_CASE("formulas give their stored result, and say when there is none") {
  auto const t = sheet_of(test::workbook_around(
      "<sheetData><row r=\"1\"><c r=\"A1\"><f>1+1</f><v>2</v></c><c r=\"B1\"><f>A1*2</f></c>"
      "<c r=\"C1\" t=\"str\"><f>IF(A1=\"\",\"\",\"\")</f><v></v></c></row></sheetData>"));
  CHECK(at(t, 1, 1).computed);
  CHECK(at(t, 1, 1).text == "2");
  CHECK(at(t, 1, 2).kind == cell_kind::formula);
  CHECK(at(t, 1, 3).kind == cell_kind::empty);
}

TEST_CASE("number formats tell dates and identifiers with leading zeros") {
  auto parts = test::workbook_parts_around(
      "<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"><v>46350</v></c><c r=\"B1\" s=\"2\"><v>46350.5</v></c>"
      "<c r=\"C1\" s=\"3\"><v>42</v></c><c r=\"D1\" s=\"4\"><v>42.5</v></c></row></sheetData>");
  parts["xl/styles.xml"] =
      "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm\"/>"
      "<numFmt numFmtId=\"165\" formatCode=\"000000\"/><numFmt numFmtId=\"166\" formatCode=\"#,##0.0\"/>"
      "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/>"
      "<xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"166\"/></cellXfs>"
      "</styleSheet>";
  auto const t = sheet_of(test::make_zip(parts));
  CHECK(at(t, 1, 1).text == "2026-11-24");
  CHECK(at(t, 1, 1).kind == cell_kind::date);
  CHECK(at(t, 1, 2).text == "2026-11-24T12:00:00");
  CHECK(at(t, 1, 3).text == "000042");
  CHECK(at(t, 1, 4).text == "42.5");

  parts["xl/workbook.xml"].replace(parts["xl/workbook.xml"].find("<sheets>"), 0,
                                   "<workbookPr date1904=\"1\"/>");
  CHECK(at(sheet_of(test::make_zip(parts)), 1, 1).text == "2030-11-25");
}

TEST_CASE("format codes") {
  CHECK(style_of_format("d/m/yy;@").look == number_look::date);
  CHECK(style_of_format("[$-409]mmm\\-yy").look == number_look::date);
  CHECK(style_of_format("[h]:mm:ss").look == number_look::time);
  CHECK(style_of_format("General").look == number_look::plain);
  CHECK(style_of_format("0.00\" days\"").look == number_look::plain);
  CHECK(style_of_format("[Red]0.0").look == number_look::plain);
  CHECK(style_of_format("0000").leading_zeros_to == 4);
}

TEST_CASE("serial days of both calendars") {
  CHECK(serial_to_iso(1, false, false) == "1900-01-01");
  CHECK(serial_to_iso(59, false, false) == "1900-02-28");
  CHECK(serial_to_iso(61, false, false) == "1900-03-01");
  CHECK(serial_to_iso(44321, false, false) == "2021-05-05");
  CHECK(serial_to_iso(0, true, false) == "1904-01-01");
  CHECK(serial_to_iso(0.25, false, false) == "06:00:00");
  CHECK_FALSE(serial_to_iso(1e9, false, false));
  CHECK_FALSE(serial_to_iso(-1, false, false));
}

TEST_CASE("hidden parts, merged ranges and drop-down lists are known") {
  auto const t = sheet_of(test::workbook_around(
      "<cols><col min=\"2\" max=\"3\" hidden=\"1\"/></cols><sheetData><row r=\"1\" hidden=\"1\"><c r=\"A1\">"
      "<v>1</v></c></row><row r=\"9\"><c r=\"H9\" t=\"inlineStr\"><is><t>blood</t></is></c></row>"
      "</sheetData><mergeCells><mergeCell ref=\"A2:A4\"/></mergeCells><dataValidations>"
      "<dataValidation type=\"list\" sqref=\"A2:A9 C2\"><formula1>\"DNA, RNA\"</formula1></dataValidation>"
      "<dataValidation type=\"list\" sqref=\"B2:B9\"><formula1>$H$9:$H$10</formula1></dataValidation>"
      "</dataValidations>"));
  CHECK(t.rows.at(0).hidden);
  CHECK(t.hidden_columns == std::vector<std::uint32_t>{2, 3});
  REQUIRE(t.merged.size() == 1);
  CHECK(t.merged[0].contains(3, 1));
  REQUIRE(t.lists.size() == 2);
  CHECK(t.lists[0].values == std::vector<std::string>{"DNA", "RNA"});
  CHECK(t.lists[0].applies_to.size() == 2);
  CHECK(t.lists[1].values == std::vector<std::string>{"blood"});
  REQUIRE(t.list_sources.size() == 1);
  CHECK(t.list_sources[0].contains(9, 8));
}

TEST_CASE("damaged workbooks are refused with the way out") {
  auto const good = test::written_workbook({{"Sample name"}, {"A"}});
  CHECK(sheet_of(good).rows.size() == 2);
  for (std::size_t const keep : {good.size() - 1, good.size() / 2, std::size_t{30}})
    CHECK(contains(refusal(good.substr(0, keep)),
                   "The file is damaged or was not copied completely. Open it in Excel"));
  auto parts = test::workbook_parts_around("<sheetData><row r=\"1\"><c r=\"A1\"></row></sheetData>");
  CHECK(contains(refusal(test::make_zip(parts)),
                 "its part 'xl/worksheets/sheet1.xml' is not well-formed XML (line 1)"));
  parts.erase("xl/worksheets/sheet1.xml");
  CHECK(contains(refusal(test::make_zip(parts)), "The workbook lacks its part"));
  CHECK(contains(refusal(test::workbook_around("<sheetData><row r=\"4000000000\"/></sheetData>")),
                 "a row number that no spreadsheet can have"));
}

TEST_CASE("XML entities are refused") {
  auto parts = test::workbook_parts_around("<sheetData/>");
  parts["xl/sharedStrings.xml"] =
      "<!DOCTYPE sst [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><sst><si><t>&b;</t></si></sst>";
  CHECK(contains(refusal(test::make_zip(parts)), "declares XML entities (a DTD)"));
  parts = test::workbook_parts_around("<sheetData/>");
  parts["xl/workbook.xml"].insert(0, "<!DOCTYPE w SYSTEM \"file:///etc/passwd\">");
  CHECK(contains(refusal(test::make_zip(parts)), "can be an attack, so the file was refused"));
}

TEST_CASE("zip bombs are refused while they unpack") {
  auto parts = test::workbook_parts_around("<sheetData/>");
  parts["xl/sharedStrings.xml"] = "<sst>" + std::string(60u << 20, ' ') + "</sst>";
  auto const bomb = test::make_zip(parts);
  REQUIRE(bomb.size() < 200'000);
  CHECK(contains(refusal(bomb), "unpacks to far more data than a sample sheet holds"));

  std::string many = "<sst>";
  auto const text = "<si><t>" + std::string(32'000, 'x') + "</t></si>";
  for (int i = 0; i < 10; ++i) many += text;
  std::string rows = "<sheetData>";
  for (int r = 1; r <= 9000; ++r)
    rows += "<row r=\"" + std::to_string(r) + "\"><c t=\"s\"><v>1</v></c></row>";
  parts = test::workbook_parts_around(rows + "</sheetData>");
  parts["xl/sharedStrings.xml"] = many + "</sst>";
  CHECK(contains(refusal(test::make_zip(parts)), "or too much text"));

  std::map<std::string, std::string> entries = test::workbook_parts_around("<sheetData/>");
  for (int i = 0; i < 1001; ++i) entries["xl/media/" + std::to_string(i)] = "x";
  CHECK(contains(refusal(test::make_zip(entries)), "more than 1,000 parts"));
}

TEST_CASE("a million columns, long texts and deep nesting are refused") {
  std::string row = "<sheetData><row r=\"1\">";
  for (int i = 0; i < 1100; ++i) row += "<c><v>1</v></c>";
  CHECK(contains(refusal(test::workbook_around(row + "</row></sheetData>")),
                 "Sheet 'Samples', row 1 has more than 1,024 columns"));
  CHECK(contains(refusal(test::workbook_around("<sheetData><row r=\"1\"><c r=\"B1\" t=\"str\"><v>" +
                                               std::string(40'000, 'x') + "</v></c></row></sheetData>")),
                 "the cell B1 holds more than 32 KiB of text"));
  std::string deep;
  for (int i = 0; i < 5000; ++i) deep += "<x>";
  CHECK(contains(refusal(test::workbook_around(deep)), "is nested too deeply"));
}

TEST_CASE("other programs' archives are refused by name") {
  CHECK(contains(refusal(test::make_zip(
                     {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, {"content.xml", "x"}})),
                 "This is an OpenDocument spreadsheet (.ods)"));
  CHECK(contains(refusal(test::make_zip({{"word/document.xml", "x"}, {"[Content_Types].xml", "x"}})),
                 "This is a Word document"));
  CHECK(contains(refusal(test::make_zip({{"xl/workbook.bin", "x"}, {"[Content_Types].xml", "x"}})),
                 "This is a binary Excel workbook (.xlsb)"));
  CHECK(contains(refusal(test::make_zip({{"a.csv", "name\nA\n"}})), "This is a zip archive, not a workbook"));
}
