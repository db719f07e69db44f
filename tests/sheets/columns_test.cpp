#include <doctest/doctest.h>

#include <set>

#include "node/sheets/columns.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/units.hpp"
#include "tests/sheets/support.hpp"

using namespace tracseq::sheets;
using test::contains;

namespace {

std::string field_of(std::string_view header) {
  auto const match = match_header(header);
  return match.field == nullptr ? std::string() : std::string(match.field->key);
}

}  // namespace

TEST_CASE("headers by many names") {
  for (auto const& each : std::vector<std::pair<std::string, std::string>>{
           {"Sample Name", "name"},         {"SAMPLE_ID", "name"},         {"samp_name", "name"},
           {"Sample/Name", "name"},         {"Provnamn", "name"},          {"Probenname", "name"},
           {"Nom de l'échantillon", "name"}, {"Sample name (sequencing name)", "name"},
           {"Tube Barcode", "barcode"},     {"Streckkod", "barcode"},      {"Code-barres", "barcode"},
           {"UDF/Volume (uL)", "volume_ul"}, {"Volume (μL)", "volume_ul"}, {"Volym [µl]", "volume_ul"},
           {"volume_ul", "volume_ul"},      {"Conc. (ng/ul)", "concentration_ng_per_ul"},
           {"Qubit Conc.\n(ng/ul)", "concentration_ng_per_ul"},
           {"Konzentration (ng/µl)", "concentration_ng_per_ul"},
           {"concentration_ng_per_ul", "concentration_ng_per_ul"},
           {"TAXON_ID", "taxon_id"},        {"SCIENTIFIC_NAME", "organism"}, {"Species", "organism"},
           {"collection_date", "collected_at"}, {"Provtagningsdatum", "collected_at"},
           {"Entnahmedatum", "collected_at"},   {"geo_loc_name", "collected_where"},
           {"Well (if plate) A:1, B:1..", "position"}, {"Sample_Well", "position"},
           {"Box position", "position"},    {"Plate Name", "container"},   {"Sample_Project", "project"},
           {"I7_Index_ID", "index_name"},   {"index2", "index_i5"},        {"Lane", "lane"},
           {"Comment(s)", "notes"},         {"samp_store_temp", "requires_temperature"},
           {"Host subject ID", "donor"},    {"Quantity (ng)", "amount_ng"}}) {
    CAPTURE(each.first);
    CHECK(field_of(each.first) == each.second);
  }
  for (std::string const header : {"Barcode kit", "Application Tag", "Reference Genome", "Antibody name",
                                   "Container Type", "Customer", "", "42"})
    CHECK(field_of(header).empty());
}

TEST_CASE("units in headers") {
  CHECK(parse_header("Volume, ml").known->factor == 1000);
  CHECK(parse_header("Conc ng per ul").words == "conc");
  CHECK(parse_header("Molarity\n(nM)").known->dimension == "molar");
  CHECK(parse_header("Sample name (as on tube)").words == "sample name");
  CHECK(parse_header("Sample name").known == nullptr);
}

TEST_CASE("molar concentrations are kept as they are, and said") {
  auto const r = test::preview_text("Sample name,Concentration (nM)\nA,4\n");
  REQUIRE(r);
  CHECK(r->columns[1].field == "custom");
  CHECK(r->rows[0].custom[0].key == "Concentration (nM)");
  CHECK(r->rows[0].custom[0].text == "4");
  CHECK(contains(r->notes[0], "is in nM, which cannot be turned into ng/µl without the fragment length"));
}

TEST_CASE("units of the header are converted") {
  auto const r = test::preview_text("Sample name,Volume (ml),DNA conc [µg/µl]\nA,0.5,0.02\n");
  REQUIRE(r);
  CHECK(r->rows[0].value("volume_ul") == "500");
  CHECK(r->rows[0].value("concentration_ng_per_ul") == "20");
  CHECK(contains(test::column_for(*r, "volume_ul").why, "ml is converted to µl"));
}

TEST_CASE("of two columns for one field the surer is taken, and the other kept") {
  auto const r = test::preview_text("Sample ID,Sample name,Alias\n17,Anna,A\n18,Bo,B\n");
  REQUIRE(r);
  CHECK(test::column_for(*r, "name").letter == "B");
  CHECK(r->columns[0].why == "It could also be the name, but column B ('Sample name') is taken for that.");
  CHECK(r->rows[0].custom.size() == 2);
}

TEST_CASE("cells decide where a header alone misleads") {
  auto const bases = test::preview_text("Sample name,Barcode\nA,ACGTACGT\nB,TTGGCCAA\nC,GATTACAG\n");
  REQUIRE(bases);
  CHECK(bases->columns[1].field == "index_i7");
  auto const names = test::preview_text("Sample name,Taxon\nA,Homo sapiens\nB,Mus musculus\n");
  REQUIRE(names);
  CHECK(names->columns[1].field == "organism");
  auto const numbers = test::preview_text("Sample name,Index\nA,1\nB,2\n");
  REQUIRE(numbers);
  CHECK(numbers->columns[1].field == "custom");
}

TEST_CASE("a misspelt header is still understood") {
  auto const r = test::preview_text("Sampel name,Volmue (ul),Concentartion (ng/ul)\nA,5,6\n");
  REQUIRE(r);
  CHECK(r->rows[0].value("name") == "A");
  CHECK(r->rows[0].value("concentration_ng_per_ul") == "6");
  CHECK(contains(test::column_for(*r, "name").why, "looks like a misspelt name for it"));
}

TEST_CASE("a person's choice wins, and a wrong choice is told") {
  import_overrides chosen;
  chosen.columns = {{"A", "barcode"}, {"What we call it", "name"}, {"C", "ignore"}, {"Z", "notes"}, {"D", "colour"}};
  auto const r = test::preview_text("Sample name,What we call it,X,Y\nT-1,Anna,1,2\n", chosen);
  REQUIRE(r);
  CHECK(r->rows[0].value("barcode") == "T-1");
  CHECK(r->rows[0].value("name") == "Anna");
  CHECK(r->rows[0].custom.size() == 1);
  CHECK(r->columns[0].why == "Chosen by you.");
  std::set<std::string> said;
  for (auto const& p : r->problems) said.insert(p.detail);
  CHECK(said.contains("There is no column 'Z' in this table."));
  CHECK(said.contains("There is no field 'colour'."));
  CHECK_FALSE(r->can_commit());
}

TEST_CASE("the table of fields is sound") {
  std::set<std::string_view> keys;
  for (auto const& f : fields()) {
    CAPTURE(f.key);
    CHECK(keys.insert(f.key).second);
    CHECK_FALSE(f.help.empty());
    CHECK(find_field(f.key) == &f);
    CHECK(field_of(f.key) == f.key);
    for (auto const& name : f.synonyms) {
      CAPTURE(name.words);
      CHECK(to_words(name.words) == name.words);
      CHECK(name.confidence >= 0.6);
    }
    for (auto const& word : f.words)
      CHECK(std::find(f.vocabulary.begin(), f.vocabulary.end(), word.value) != f.vocabulary.end());
  }
  for (auto const* key : {"name", "barcode", "project", "submission", "type", "taxon_id", "organism", "donor",
                          "collected_at", "collected_where", "collected_by", "received_at",
                          "concentration_ng_per_ul", "volume_ul", "amount_ng", "requires_temperature", "notes",
                          "container", "position"})
    CHECK(keys.contains(key));
}
