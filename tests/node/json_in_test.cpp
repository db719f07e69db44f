// Bodies and queries from outside: each wrong thing in the words that a person reads.
#include <doctest/doctest.h>

#include "node/http/bodies.hpp"
#include "node/http/json_value.hpp"

using namespace tracseq;
using namespace tracseq::http;

namespace {

std::string syntax(std::string_view text) {
  auto const parsed = parse_json(text);
  return parsed ? "" : parsed.error().detail;
}

/// "pointer code: detail" of everything that is wrong, one a line.
template <class T>
std::string wrong(std::string_view text) {
  auto const parsed = parse_json(text);
  REQUIRE_MESSAGE(parsed.has_value(), (parsed ? "" : parsed.error().detail));
  std::vector<field_problem> problems;
  validate(schema_of<T>(), *parsed, "", problems);
  std::string out;
  for (auto const& one : problems)
    out += (out.empty() ? "" : "\n") + one.pointer + " " + one.code + ": " + one.detail;
  return out;
}

}  // namespace

TEST_CASE("text that is no JSON says where") {
  CHECK(syntax("{\"a\":\n  nonsense}").find("cannot be read at line 2, column") != std::string::npos);
  CHECK(syntax("").find("The body is empty") == 0);
  CHECK(syntax("{\"a\":1} x").find("is not JSON") != std::string::npos);
  CHECK(syntax({"{\"a\":1}\0 x", 10}).find("cannot be read at line 1, column 8") != std::string::npos);
  CHECK(syntax({"{}\0", 3}).find("is not JSON") != std::string::npos);
  CHECK(syntax("{\"a\":NaN}").find("is not JSON") != std::string::npos);
  CHECK(syntax("{\"a\":Infinity}").find("is not JSON") != std::string::npos);
  CHECK(syntax("{'a':1}").find("double quotes") != std::string::npos);
  CHECK(syntax("\xff\xfe{}").find("is not JSON") != std::string::npos);
  CHECK(syntax("{\"a\":\"\xc3\x28\"}").find("is not JSON") != std::string::npos);
}

TEST_CASE("numbers beyond a double, doubled keys and depth are named") {
  CHECK(syntax("{\"a\":1e999}").find("\"/a\" is a number that is too large") == 0);
  CHECK(syntax("{\"a\":{\"b\":1,\"b\":2}}") == "\"/a/b\" is given twice.");
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += '[';
  CHECK(syntax(deep).find("is nested deeper than 64 levels") != std::string::npos);
  std::string very_deep(200'000, '[');
  CHECK(syntax(very_deep).find("is nested deeper than 64 levels") != std::string::npos);
}

TEST_CASE("every wrong field is named with its pointer") {
  CHECK(wrong<register_sample>(R"({})") == "/name required: must be given.");
  CHECK(wrong<register_sample>(R"({"name":null})") == "/name required: must be given and not null.");
  CHECK(wrong<register_sample>(R"({"name":""})") == "/name too_short: must not be empty.");
  CHECK(wrong<register_sample>(R"({"name":5})") == "/name wrong_type: has to be a text, not a number.");
  CHECK(wrong<register_sample>("{\"name\":\"" + std::string(256, 'x') + "\"}")
            .find("/name too_long: is 256 characters long; at most 255") == 0);
  std::string longest;
  for (int i = 0; i < 255; ++i) longest += "Ä";
  CHECK(wrong<register_sample>("{\"name\":\"" + longest + "\"}") == "");
  CHECK(wrong<register_sample>("{\"name\":\"" + longest + "x\"}")
            .find("/name too_long: is 256 characters long; at most 255") == 0);
  CHECK(wrong<register_sample>(R"({"name":"a","volumeul":1})")
            .find("/volumeul unknown_field: is not a field here; there are: ") == 0);
  CHECK(wrong<register_sample>(R"({"name":"a","volume_ul":"1"})") ==
        "/volume_ul wrong_type: has to be a number, not a text.");
  CHECK(wrong<register_sample>(R"({"name":"a","taxon_id":1.5})") ==
        "/taxon_id wrong_type: has to be a whole number.");
  CHECK(wrong<register_sample>(R"({"name":"a","taxon_id":-1})").find("/taxon_id out_of_range") == 0);
  CHECK(wrong<register_sample>(R"({"name":"a","type":"dna"})").find("\"dna\" is not one of: DNA, RNA") !=
        std::string::npos);
  CHECK(wrong<register_sample>(R"({"name":"a","collected_at":"24.11.2026"})")
            .find("is not a date or date-time such as 2026-11-24") != std::string::npos);
  CHECK(wrong<register_sample>(R"({"name":"a","requires_temperature":["-80","-70"]})")
            .find("/requires_temperature/1 unknown_value: \"-70\" is not one of: LN2, -80, -20, 4, RT, 37") == 0);
  CHECK(wrong<register_sample>(R"({"name":"a","custom":{"x":1}})") ==
        "/custom/x wrong_type: has to be a text, not a number.");
  CHECK(wrong<register_sample>(R"([])") == " wrong_type: has to be an object, not a list.");
  CHECK(wrong<add_unit>(R"({"kind":"box","name":"b","layout":{"rows":1000,"colums":9}})").find("/layout/rows out_of_range") == 0);
  CHECK(wrong<add_unit>(R"({"kind":"box","name":"b","layout":{"a/b~":1}})").find("/layout/a~1b~0 unknown_field") == 0);
}

TEST_CASE("several wrong fields are all said at once") {
  auto const all = wrong<register_sample>(R"({"volume_ul":true,"taxon_id":"x"})");
  CHECK(std::count(all.begin(), all.end(), '\n') == 2);
}

TEST_CASE("what was let pass becomes the struct") {
  auto const parsed = parse_json(
      R"({"name":"S","type":"RNA","taxon_id":9606,"volume_ul":2,"requires_temperature":["-80"],
          "custom":{"k":"v"},"reason":"because","occurred_at":"2026-11-24T10:00:00+01:00","notes":null})");
  REQUIRE(parsed);
  auto const made = decoded<register_sample>(*parsed);
  CHECK(made.name == "S");
  CHECK(made.type == sample::sample_type::RNA);
  CHECK(made.taxon_id == 9606u);
  CHECK(made.volume_ul == 2.0);
  CHECK(made.requires_temperature == std::vector<std::string>{"-80"});
  CHECK(made.custom.at("k") == "v");
  CHECK(made.reason == "because");
  CHECK(to_rfc3339(*made.occurred_at) == "2026-11-24T09:00:00Z");
}

TEST_CASE("a correction tells a field left out from one that is cleared") {
  auto const made = decoded<correct_sample>(*parse_json(R"({"volume_ul":null,"organism":null,"name":"N"})"));
  REQUIRE(made.volume_ul.has_value());
  CHECK_FALSE(made.volume_ul->has_value());
  REQUIRE(made.organism.has_value());
  CHECK_FALSE(made.organism->has_value());
  CHECK(made.name->value() == "N");
  CHECK_FALSE(made.amount_ng.has_value());
}

TEST_CASE("the same request has the same canonical form") {
  CHECK(canonical_json(*parse_json(R"({"b":1,"a":[1.5,"x",null,true]})")) ==
        canonical_json(*parse_json("{ \"a\" : [1.50, \"x\", null, true],\n\"b\":1 }")));
  CHECK(canonical_json(*parse_json(R"({"b":1})")) != canonical_json(*parse_json(R"({"b":2})")));
  CHECK(canonical_json(*parse_json("[-0.0,-0e4]")) == canonical_json(*parse_json("[0,-0]")));
}

TEST_CASE("a query is read by its schema") {
  std::vector<field_problem> problems;
  auto const read = read_query(schema_of<rule_terms>(), "name=a%20b&event_types=x,y", problems);
  CHECK(read.text("name") == "a b");
  CHECK(read.find("event_types")->as<json_list>()->size() == 2);
  problems.clear();
  (void)read_query(schema_of<plain_write>(), "limit=5&reason=a&reason=b&x=%zz", problems);
  std::string all;
  for (auto const& one : problems) all += one.pointer + " " + one.code + "; ";
  CHECK(all.find("/query/reason duplicate_key") != std::string::npos);
  CHECK(all.find("/query/limit unknown_field") != std::string::npos);
  CHECK(all.find("/query invalid_encoding") != std::string::npos);
}

TEST_CASE("percent-encoding that is none is told apart") {
  CHECK(percent_decoded("a%2Fb", false) == "a/b");
  CHECK_FALSE(percent_decoded("%", false));
  CHECK_FALSE(percent_decoded("%0a", false));
  CHECK_FALSE(percent_decoded("%00", false));
  CHECK_FALSE(percent_decoded("%ff", false));
  CHECK_FALSE(percent_decoded("%c0%af", false));
  CHECK(percent_decoded(percent_encoded("Größe: 5 µl/ml?"), false) == "Größe: 5 µl/ml?");
}

TEST_CASE("what is written is JSON, whatever bytes it quotes") {
  auto const written = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  CHECK(written("caf\xc3\xa9 \xf0\x9f\xa7\xac") == "\"caf\xc3\xa9 \xf0\x9f\xa7\xac\"");
  CHECK(written("a\xffz") == "\"a\xef\xbf\xbdz\"");
  for (std::string_view const bad : {"\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    CHECK(utf8_character(bad) == 0);
    CHECK(parse_json(written(bad)).has_value());
  }
}
