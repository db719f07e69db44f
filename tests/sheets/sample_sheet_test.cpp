#include <doctest/doctest.h>

#include "node/sheets/encoding.hpp"
#include "node/sheets/sample_sheet.hpp"
#include "tests/sheets/support.hpp"

using namespace tracseq;
using namespace tracseq::sheets;
using test::contains;

namespace {

sample_sheet read(std::string_view text) {
  auto sheet = read_sample_sheet(text);
  REQUIRE_MESSAGE(sheet, (sheet ? "" : sheet.error().detail));
  return std::move(*sheet);
}

std::vector<std::string> codes_of(sample_sheet const& sheet) {
  std::vector<std::string> codes;
  for (auto const& p : check_sample_sheet(sheet)) codes.push_back(p.problem.code);
  return codes;
}

constexpr std::string_view v2_sheet =
    "[Header],,,\nFileFormatVersion,2,,\nRunName,Run 1,,\n,,,\n[Reads],,,\nRead1Cycles,151,,\n,,,\n"
    "[BCLCONVERT_settings],,,\nSoftwareVersion,4.1.7,,\n[bclconvert_data],,,\n"
    "Lane,Sample_ID,Index,Index2,\n1,S1,ACGTACGT,TTTTAAAA,\n2,S1,ACGTACGT,TTTTAAAA,\n1,S2,GGGGCCCC,TTTTAAAC,\n";

}  // namespace

TEST_CASE("a v2 sheet with padding commas and odd case of section names") {
  auto const sheet = read(v2_sheet);
  CHECK(sheet.version == sheet_version::v2);
  CHECK(sheet.setting("header", "runname") == "Run 1");
  CHECK(sheet.setting("BCLConvert_Settings", "SoftwareVersion") == "4.1.7");
  auto const samples = list_samples(sheet);
  REQUIRE(samples.size() == 3);
  CHECK(samples[1].lane == "2");
  CHECK(samples[1].source_row == 13);
  CHECK(samples[2].index2 == "TTTTAAAC");
  CHECK(check_sample_sheet(sheet).empty());
}

TEST_CASE("a v1 sheet, quoted fields, empty sections, single index") {
  auto const sheet = read(
      "[Header]\nIEMFileVersion,4\nDescription,\"one, two\"\n\n[Reads]\n151\n151\n\n[Settings]\n\n[Data]\n"
      "Sample_ID,Sample_Name,index,Description\nS1,,ACGTAC,\"a \"\"b\"\"\"\nS2,Two,TTGGCC,\n");
  CHECK(sheet.version == sheet_version::v1);
  CHECK(sheet.section("Reads")->lines.size() == 2);
  CHECK(sheet.section("Settings") != nullptr);
  CHECK(sheet.setting("Header", "Description") == "one, two");
  CHECK(list_samples(sheet)[0].index == "ACGTAC");
  CHECK(sheet.samples()->rows[0][3] == "a \"b\"");
}

TEST_CASE("an old sheet without sections") {
  auto const sheet = read("FCID,Lane,SampleID,SampleRef,Index,Description,Control,Recipe,Operator\n"
                          "C1,1,S1,hg19,ACGTAC,d,N,R1,me\n");
  CHECK(sheet.version == sheet_version::bare);
  CHECK(list_samples(sheet)[0].sample_id == "S1");
  CHECK(write_sample_sheet(sheet).starts_with("FCID,Lane,"));
}

TEST_CASE("read, write, read is the identity on meaning, and the bytes are the same each time") {
  for (std::string_view const text :
       {v2_sheet,
        std::string_view("[Data]\nSample_ID,index\nS1,ACGT\n"),
        std::string_view("FCID,Lane,SampleID,Index\nC,1,\"a,b\",AC\n"),
        std::string_view("[Header]\nx,,z\n[Custom]\n,q\n[Data]\nSample_ID,,odd\n\"a\nb\",1,2,3\n")}) {
    auto const once = read(text);
    auto const written = write_sample_sheet(once);
    auto const twice = read(written);
    CHECK(once == twice);
    CHECK(write_sample_sheet(twice) == written);
  }
}

TEST_CASE("a sheet without samples is refused with words") {
  auto const sheet = read_sample_sheet("[Header]\nRunName,x\n");
  REQUIRE_FALSE(sheet);
  CHECK(contains(sheet.error().detail, "has no [Data] or [BCLConvert_Data] section with columns"));
}

TEST_CASE("one sample on two lanes is one sample, and true repeats are told") {
  auto const r = test::preview_text(v2_sheet);
  REQUIRE(r);
  CHECK(to_string(r->kind) == "illumina_v2");
  REQUIRE(r->rows.size() == 2);
  CHECK(r->good == 2);
  CHECK(r->rows[0].value("name") == "S1");
  CHECK(r->rows[0].value("lane") == "1,2");
  CHECK(r->rows[0].also_rows == std::vector<std::uint32_t>{13});
  CHECK(contains(r->understood[0], "Illumina sample sheet v2 (BCL Convert) with 2 samples on 2 lanes."));

  auto const twice = test::preview_text("[Data]\nLane,Sample_ID,index\n1,S1,ACGT\n1,S1,ACGT\n");
  REQUIRE(twice);
  CHECK(twice->bad == 1);
  CHECK(test::problem_with(*twice, "duplicate_row").detail ==
        "'S1' on lane 1 is listed twice with the same index, first in row 3.");
}

TEST_CASE("samples that share an index on a lane collide") {
  auto const sheet = read("[Data]\nLane,Sample_ID,index,index2\n1,S1,ACGT,AAAA\n1,S2,acgt,AAAA\n2,S3,ACGT,AAAA\n");
  auto const problems = check_sample_sheet(sheet);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].row == 4);
  CHECK(problems[0].problem.detail ==
        "'S2' has the same index on lane 1 as 'S1' in row 3; their reads cannot be told apart.");
}

TEST_CASE("a library without an index is without an index, not a duplicate") {
  auto const alone = read("[Data]\nLane,Sample_ID,index\n1,S1,\n2,S2,\n");
  CHECK(codes_of(alone) == std::vector<std::string>{"no_index", "no_index"});
  CHECK(check_sample_sheet(alone)[0].problem.detail == "This library is without an index.");
  CHECK(check_sample_sheet(alone)[0].problem.level == severity::warning);
  auto const shared = read("[Data]\nLane,Sample_ID,index\n1,S1,\n1,S2,\n1,S3,ACGT\n");
  CHECK(contains(check_sample_sheet(shared)[0].problem.detail, "Others of its lane have none either"));
  auto const r = test::preview_text("[Data]\nLane,Sample_ID,index\n1,S1,\n1,S2,\n");
  REQUIRE(r);
  CHECK(r->good == 2);
}

TEST_CASE("illegal characters, lanes and indexes are told") {
  auto const sheet = read("[Data]\nLane,Sample_ID,Sample_Project,index\n1,Sample 1/a,P,ACGT\nx,S2,P,N701\n1,,P,TTTT\n");
  auto const problems = check_sample_sheet(sheet);
  auto const find = [&](std::string_view code) {
    for (auto const& p : problems)
      if (p.problem.code == code) return p;
    FAIL("no " << std::string(code));
    return sheet_problem{};
  };
  CHECK(find("illegal_character").problem.suggestion == "Write 'Sample_1_a'.");
  CHECK(find("invalid_lane").problem.detail == "'x' is not a lane number.");
  CHECK(find("invalid_index").row == 4);
  CHECK(find("required").row == 5);
}

TEST_CASE("a sheet exported with semicolons, in UTF-16") {
  std::string utf16 = "\xff\xfe";
  for (char const c : std::string("[Data];;\nSample_ID;index;Description\nS1;ACGT;x\nS2;TTTT;y\n")) {
    utf16 += c;
    utf16 += '\0';
  }
  auto const r = test::preview_text(utf16);
  REQUIRE(r);
  CHECK(to_string(r->kind) == "illumina_v1");
  CHECK(r->good == 2);
}

TEST_CASE("every real sample sheet survives read, write, read") {
  auto const files = test::shared_files("samplesheets");
  if (files.empty()) MESSAGE("the shared data folder is absent");
  for (auto const& path : files) {
    CAPTURE(path);
    auto const text = decode_text(test::read_file(path));
    REQUIRE(text);
    auto document = read_csv(text->utf8, {});
    REQUIRE(document);
    if (!looks_like_sample_sheet(document->content)) continue;
    auto const once = read_sample_sheet(document->content);
    REQUIRE(once);
    auto const written = write_sample_sheet(*once);
    auto const twice = read_sample_sheet(written);
    REQUIRE(twice);
    CHECK(*once == *twice);
    CHECK(write_sample_sheet(*twice) == written);
    CHECK(list_samples(*once).size() > 0);
  }
}
