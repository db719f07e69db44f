// Any bytes as a workbook, or as one XML part of a workbook (the first byte says which).

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/sheets/preview.hpp"
#include "tests/fuzz/stored_zip.hpp"

namespace {

constexpr std::string_view parts[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml",
                                      "xl/workbook.xml", "xl/_rels/workbook.xml.rels"};

std::map<std::string, std::string> small_workbook() {
  return {
      {"[Content_Types].xml", "<Types/>"},
      {"xl/workbook.xml",
       "<workbook xmlns:r=\"r\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets>"
       "<definedNames><definedName name=\"n\">S!$A$1:$A$9</definedName></definedNames></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       "<Relationships><Relationship Id=\"rId1\" Type=\"x/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
       "</Relationships>"},
      {"xl/sharedStrings.xml", "<sst><si><t>Sample name</t></si><si><t>Volume (ul)</t></si></sst>"},
      {"xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"},
      {"xl/worksheets/sheet1.xml",
       "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
       "<row r=\"2\"><c r=\"A2\" t=\"str\"><v>A</v></c><c r=\"B2\" s=\"1\"><v>5</v></c></row></sheetData>"
       "<mergeCells><mergeCell ref=\"A2:A3\"/></mergeCells></worksheet>"}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace tracseq::sheets;
  std::string_view bytes(reinterpret_cast<char const*>(data), size);
  preview_context const context{{2026, 11, 24}, {}};
  std::string made;
  if (!bytes.empty() && static_cast<unsigned char>(bytes.front()) < std::size(parts)) {
    auto entries = small_workbook();
    entries[std::string(parts[static_cast<unsigned char>(bytes.front())])] = std::string(bytes.substr(1));
    made = tracseq::fuzz::stored_zip(entries);
    bytes = made;
  }
  auto const r = preview(bytes, "fuzz.xlsx", {}, context);
  if (!r && r.error().detail.empty()) std::abort();
  if (r && r->good + r->bad != r->rows.size()) std::abort();
  return 0;
}
