#include <doctest/doctest.h>

#include "events/sample.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/values.hpp"
#include "tests/sheets/support.hpp"

using namespace tracseq::sheets;
using test::contains;
using test::today;

namespace {

field_info const& field(std::string_view key) {
  auto const* found = find_field(key);
  REQUIRE(found != nullptr);
  return *found;
}

parsed_value parse(std::string_view key, std::string_view text, column_convention const& convention = {},
                   cell_kind kind = cell_kind::text) {
  return parse_value(field(key), cell{1, kind, false, std::string(text)}, convention, today);
}

value_problem wrong(std::string_view key, std::string_view text, column_convention const& convention = {}) {
  auto const value = parse(key, text, convention);
  REQUIRE_MESSAGE(value.problem, std::string(text));
  return *value.problem;
}

}  // namespace

TEST_CASE("dates of many countries") {
  for (auto const& each : std::vector<std::pair<std::string, std::string>>{
           {"2026-11-24", "2026-11-24"},     {"2026/11/24", "2026-11-24"}, {"20261124", "2026-11-24"},
           {"24.11.2026", "2026-11-24"},     {"3.4.2026", "2026-04-03"},   {"24/11/2026", "2026-11-24"},
           {"11/24/2026", "2026-11-24"},     {"29-Sep-20", "2020-09-29"},  {"24 november 2026", "2026-11-24"},
           {"Nov 24, 2026", "2026-11-24"},   {"5/5/26", "2026-05-05"},     {"1 Okt 1999", "1999-10-01"},
           {"12 août 2025", "2025-08-12"},   {"3. März 2024", "2024-03-03"}, {"31/12/99", "1999-12-31"},
           {" 2026-11-24\xc2\xa0", "2026-11-24"},
           {"2026-11-24 09:30", "2026-11-24T09:30:00Z"},
           {"2026-11-24T09:30:15+02:00", "2026-11-24T07:30:15Z"},
           {"24/11/2026 2:05 PM", "2026-11-24T14:05:00Z"}}) {
    auto const& written = each.first;
    auto const& iso = each.second;
    CAPTURE(written);
    auto const value = parse_date(written, date_order::unknown, today);
    CHECK_MESSAGE(!value.problem, (value.problem ? value.problem->detail : ""));
    CHECK(value.text == iso);
  }
}

TEST_CASE("an ambiguous date is asked about, unless the column tells") {
  auto const asked = parse_date("03/04/2026", date_order::unknown, today);
  REQUIRE(asked.problem);
  CHECK(asked.problem->code == "ambiguous_date");
  CHECK(asked.problem->detail == "'03/04/2026' can be 3 April 2026 or 4 March 2026.");
  CHECK(contains(asked.problem->suggestion, "Write 2026-04-03 or 2026-03-04"));
  CHECK(parse_date("03/04/2026", date_order::day_first, today).text == "2026-04-03");
  CHECK(parse_date("03/04/2026", date_order::month_first, today).text == "2026-03-04");
  CHECK(detect_date_order({"03/04/2026", "25/04/2026"}) == date_order::day_first);
  CHECK(detect_date_order({"03/04/2026", "04/25/2026"}) == date_order::month_first);
  CHECK(detect_date_order({"25/04/2026", "04/25/2026"}) == date_order::unknown);
  CHECK(parse_date("03.04.2026", date_order::month_first, today).text == "2026-04-03");
  CHECK(detect_date_order({"25.04.2026"}) == date_order::unknown);
  CHECK(mixed_dates({"03.04.2026", "25.04.2026"}).empty());
  CHECK(detect_date_order({"2026-04-03"}) == date_order::unknown);
}

TEST_CASE("wrong dates say what would be right") {
  CHECK(wrong("collected_at", "2026-11-25").code == "in_future");
  CHECK(wrong("collected_at", "2026-11-25").detail ==
        "'2026-11-25' lies in the future: today is 2026-11-24.");
  CHECK(contains(wrong("collected_at", "2026-02-30").detail, "is not a day of the calendar"));
  CHECK(contains(wrong("collected_at", "yesterday").suggestion, "e.g. 2026-11-24"));
  CHECK(contains(wrong("collected_at", "45000").suggestion, "2023-03-15"));
  CHECK(wrong("collected_at", "2026-11").code == "incomplete_date");
  CHECK(wrong("collected_at", "2026-11-24 25:99").code == "not_a_date");
  CHECK(parse("collected_at", "N/A").text.empty());
  CHECK_FALSE(parse("collected_at", "N/A").problem);
}

TEST_CASE("numbers with points, commas, thousands and units") {
  for (auto const& each : std::vector<std::pair<std::string, std::string>>{
           {"12.5", "12.5"},         {"12,5", "12.5"},          {" 20 ", "20"},       {"0,250", "0.25"},
           {"1.234,5", "1234.5"},    {"1,234.5", "1234.5"},     {"1 234,5", "1234.5"},
           {"1\xc2\xa0" "234", "1234"}, {"1'234.5", "1234.5"},  {"20 ng/ul", "20"},   {"20ng/µL", "20"},
           {"0,5 µg/µl", "500"},     {"5 mg/ml", "5000"},       {"1e2", "100"},       {"1,234,567", "1234567"},
           {"+3", "3"},              {"0", "0"},                {".5", "0.5"},        {"1.5E-2", "0.015"}}) {
    auto const& written = each.first;
    auto const& plain = each.second;
    CAPTURE(written);
    auto const value = parse("concentration_ng_per_ul", written);
    CHECK_MESSAGE(!value.problem, (value.problem ? value.problem->detail : ""));
    CHECK(value.text == plain);
  }
  CHECK(parse("volume_ul", "1,5 ml").text == "1500");
  CHECK(parse("amount_ng", "2 µg").text == "2000");
  CHECK(parse("volume_ul", "3", {.unit_factor = 1000}).text == "3000");
  CHECK(parse("volume_ul", "n.d.").text.empty());
}

TEST_CASE("one comma and three digits can be read in two ways") {
  auto const asked = wrong("volume_ul", "1,234");
  CHECK(asked.code == "ambiguous_number");
  CHECK(asked.detail == "'1,234' can be 1.234 or 1234.");
  CHECK(parse("volume_ul", "1,234", {.decimals = decimal_mark::comma}).text == "1.234");
  CHECK(parse("volume_ul", "1,234", {.decimals = decimal_mark::point}).text == "1234");
  CHECK(wrong("volume_ul", "1.234", {.decimals = decimal_mark::comma}).code == "ambiguous_number");
  CHECK(parse("volume_ul", "1.234").text == "1.234");
  CHECK(detect_decimal_mark({"1,234", "12,5"}) == decimal_mark::comma);
  CHECK(detect_decimal_mark({"1,234", "12.5"}) == decimal_mark::point);
  CHECK(detect_decimal_mark({"1,234", "12"}) == decimal_mark::unknown);
}

TEST_CASE("wrong numbers say what would be right") {
  CHECK(wrong("volume_ul", "-5").code == "negative");
  CHECK(wrong("volume_ul", "-5").detail == "'-5': a volume cannot be negative.");
  for (std::string const text : {"NaN", "inf", "-Infinity", "∞"}) CHECK(wrong("volume_ul", text).code == "not_finite");
  CHECK(wrong("volume_ul", "1e999").code == "out_of_range");
  CHECK(wrong("volume_ul", "about ten").code == "not_a_number");
  CHECK(contains(wrong("concentration_ng_per_ul", "<0.1").suggestion, "leave the cell empty"));
  auto const molar = wrong("concentration_ng_per_ul", "4 nM");
  CHECK(molar.code == "wrong_unit");
  CHECK(contains(molar.detail, "cannot be turned into ng/µl without the fragment length"));
  CHECK(contains(wrong("volume_ul", "5 ng").detail, "is not a unit of volume"));
  CHECK(wrong("volume_ul", "1.2.3").code == "not_a_number");
  CHECK(wrong("volume_ul", "12,34,5").code == "not_a_number");
}

TEST_CASE("sample types by other names") {
  CHECK(parse("type", "dna").text == "DNA");
  CHECK(parse("type", "Cell Culture").text == "cell_culture");
  CHECK(parse("type", "Helblod").text == "blood");
  CHECK(parse("type", "Gewebe").text == "tissue");
  CHECK(parse("type", "ADN").text == "DNA");
  CHECK(parse("type", "bone marrow").reworded);
  CHECK_FALSE(parse("type", "DNA").reworded);
  auto const slip = wrong("type", "plasmma");
  CHECK(slip.code == "not_in_vocabulary");
  CHECK(contains(slip.suggestion, "Did you mean 'plasma'?"));
  auto const unknown = parse("type", "cytology", {.unknown_is_other = true});
  CHECK(unknown.text == "other");
  CHECK(unknown.reworded);
  CHECK(unknown.problem->level == severity::warning);
  CHECK(contains(wrong("type", "moon rock").suggestion, "Write one of DNA, RNA, protein"));
}

TEST_CASE("the vocabulary of types is the one of the events") {
  auto const words = field("type").vocabulary;
  std::size_t i = 0;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<tracseq::sample::sample_type>>(
      [&](auto entry) {
        REQUIRE(i < words.size());
        CHECK(words[i++] == entry.name);
      });
  CHECK(i == words.size());
}

TEST_CASE("storage temperatures") {
  CHECK(parse("requires_temperature", "-80 °C").text == "-80");
  CHECK(parse("requires_temperature", "\xe2\x88\x92" "80C, LN2").text == "LN2,-80");
  CHECK(parse("requires_temperature", "minus 20 or 4°C").text == "-20,4");
  CHECK(parse("requires_temperature", "Room temperature").text == "RT");
  CHECK(parse("requires_temperature", "2-8 °C").text == "4");
  CHECK(contains(wrong("requires_temperature", "hot").suggestion, "LN2, -80, -20, 4, RT and 37"));
}

TEST_CASE("names, barcodes, positions, numbers of taxa and indexes") {
  CHECK(parse("name", "  Anna 1 \t").text == "Anna 1");
  CHECK(wrong("name", std::string(256, 'x')).code == "too_long");
  CHECK(parse("name", [] { std::string s; for (int i = 0; i < 255; ++i) s += "å"; return s; }()).text.size() == 510);
  CHECK(wrong("name", "a\nb").suggestion == "Write 'a b'.");
  CHECK(contains(wrong("barcode", "ab").detail, "A barcode has 3 to 100 characters; this one has 2."));
  CHECK(parse("barcode", " X-100 ").text == "X-100");
  CHECK(wrong("barcode", "1.23457E+15").code == "digits_lost");
  CHECK(parse("barcode", "1234567890123456", {}, cell_kind::number).problem->code == "digits_lost");
  CHECK(parse("barcode", "1234567890123456").text == "1234567890123456");
  CHECK(parse("position", "a:01").text == "A1");
  CHECK(parse("position", "H12").text == "H12");
  CHECK(wrong("position", "top shelf").code == "invalid_position");
  CHECK(parse("taxon_id", "NCBITaxon:9606").text == "9606");
  CHECK(parse("taxon_id", "9606.0").text == "9606");
  CHECK(wrong("taxon_id", "human").code == "not_a_number");
  CHECK(wrong("taxon_id", "0").code == "out_of_range");
  CHECK(parse("index_i7", "acgtacgt").text == "ACGTACGT");
  CHECK(contains(wrong("index_i7", "N701").detail, "may hold A, C, G, T and N only"));
}

TEST_CASE("folding and words") {
  CHECK(fold("Å É ß µ − \xc2\xa0X") == "a e ss u -  x");
  CHECK(to_words("Sample_ID") == "sample id");
  CHECK(to_words("SampleID") == "sample id");
  CHECK(to_words("Date de prélèvement") == "date de prelevement");
  CHECK(trim("\xef\xbb\xbf a \xe2\x80\x89") == "a");
  CHECK(count_of(12345, "row") == "12,345 rows");
  CHECK(row_list({1, 2, 3, 7, 9, 10}) == "1–3, 7 and 9, 10");
  CHECK(format_number(0.1 + 0.2) == "0.3");
  CHECK(format_number(1234567.0) == "1234567");
}
