#include <doctest/doctest.h>

#include "node/sheets/csv.hpp"
#include "node/sheets/encoding.hpp"
#include "tests/sheets/support.hpp"

using namespace tracseq;
using namespace tracseq::sheets;
using test::contains;

namespace {

csv_document read(std::string_view text, char delimiter = 0) {
  auto document = read_csv(text, {delimiter, {}});
  REQUIRE(document);
  return std::move(*document);
}

std::string text_at(csv_document const& d, std::uint32_t row, std::uint32_t column) {
  auto const* r = d.content.row(row);
  auto const* c = r == nullptr ? nullptr : r->at(column);
  return c == nullptr ? std::string() : c->text;
}

}  // namespace

TEST_CASE("quoted fields hold delimiters, line breaks and doubled quotes") {
  auto const d = read("name,notes\r\nA,\"one, \"\"two\"\"\r\nthree\"\r\nB,plain\r\n");
  CHECK(text_at(d, 2, 2) == "one, \"two\"\r\nthree");
  CHECK(text_at(d, 3, 1) == "B");
  CHECK(d.content.rows.size() == 3);
}

TEST_CASE("rows keep their number past blank rows, whatever ends a line") {
  for (std::string const end : {"\n", "\r\n", "\r"}) {
    CAPTURE(end.size());
    auto const d = read("name,volume" + end + ",," + end + end + "A,5");
    CHECK(d.content.rows.size() == 2);
    CHECK(text_at(d, 4, 2) == "5");
  }
}

TEST_CASE("the delimiter is detected") {
  CHECK(detect_delimiter("a,b,c\n1,2,3\n") == ',');
  CHECK(detect_delimiter("a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n") == ';');
  CHECK(detect_delimiter("a\tb\tc\n1, 2\t3\t4\n") == '\t');
  CHECK(detect_delimiter("name\n\"x;y;z\"\n") == ',');
  auto const hinted = read("sep=;\nname;volume\nA;5\n");
  CHECK(hinted.delimiter == ';');
  CHECK(text_at(hinted, 2, 2) == "volume");
  CHECK(text_at(hinted, 1, 1).empty());
}

TEST_CASE("a quote that is never closed names the place where it was opened") {
  auto const d = read_csv("name,notes\nA,ok\nB,\"never closed\nC,x\n", {});
  REQUIRE_FALSE(d);
  CHECK(d.error().detail ==
        "The quotation mark opened in row 3, column B is never closed. Close it, or remove it, and import "
        "the file again.");
}

TEST_CASE("a million columns are refused") {
  std::string header = "name";
  for (int i = 0; i < 1'000'000; ++i) header += ",c";
  auto const d = read_csv(header + "\n", {});
  REQUIRE_FALSE(d);
  CHECK(contains(d.error().detail, "Row 1 has more than 1,024 columns."));
  auto const blank = read_csv("name" + std::string(1'000'000, ',') + "\n", {});
  REQUIRE_FALSE(blank);
  CHECK(contains(blank.error().detail, "more than 1,024 columns"));
}

TEST_CASE("too many rows and too long cells are refused") {
  std::string rows = "name\n";
  for (int i = 0; i < 100'001; ++i) rows += "A\n";
  auto const many = read_csv(rows, {});
  REQUIRE_FALSE(many);
  CHECK(many.error().code == errc::too_large);
  CHECK(contains(many.error().detail, "more than 100,000 rows. Split it"));
  auto const longer = read_csv("name,notes\nA," + std::string(40'000, 'x') + "\n", {});
  REQUIRE_FALSE(longer);
  CHECK(contains(longer.error().detail, "The cell in row 2, column B holds more than 32 KiB of text."));
}

TEST_CASE("a field is written back in quotes only where it has to be") {
  CHECK(csv_field("plain text") == "plain text");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(csv_field(" x") == "\" x\"");
  CHECK(csv_field("a\nb") == "\"a\nb\"");
}

TEST_CASE("encodings are detected and said") {
  auto const utf8 = decode_text("\xef\xbb\xbfname,\xc3\xa5\n");
  REQUIRE(utf8);
  CHECK(utf8->utf8 == "name,\xc3\xa5\n");
  CHECK(utf8->note.empty());

  auto const latin = decode_text("name,volume (\xb5l)\nG\xf6teborg,5\n");
  REQUIRE(latin);
  CHECK(latin->utf8 == "name,volume (µl)\nGöteborg,5\n");
  CHECK(latin->encoding == "Windows-1252");
  CHECK(contains(latin->note, "read as Windows-1252 (Latin-1)"));

  std::string const text = "name,å€\nB,1\n";
  auto const encode = [&](bool little, bool mark) {
    std::string out = !mark ? "" : little ? "\xff\xfe" : "\xfe\xff";
    for (char32_t const c : {U'n', U'a', U'm', U'e', U',', U'å', U'€', U'\n', U'B', U',', U'1', U'\n'}) {
      char const low = static_cast<char>(c & 0xff);
      char const high = static_cast<char>(c >> 8);
      out += little ? low : high;
      out += little ? high : low;
    }
    return out;
  };
  for (bool const little : {true, false})
    for (bool const mark : {true, false}) {
      CAPTURE(little);
      CAPTURE(mark);
      auto const utf16 = decode_text(encode(little, mark));
      REQUIRE(utf16);
      CHECK(utf16->utf8 == text);
      CHECK(contains(utf16->note, little ? "UTF-16 LE" : "UTF-16 BE"));
    }
}

TEST_CASE("what is no text is refused with words") {
  auto const binary = decode_text(std::string_view("name\0\x01\x02\x03,b\n", 11));
  REQUIRE_FALSE(binary);
  CHECK(contains(binary.error().detail, "This is not a text file: it holds binary data."));
  auto const cut = decode_text("\xff\xfe" "a\0b");
  REQUIRE_FALSE(cut);
}
