#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "node/http/openapi.hpp"
#include "node/http/resource.hpp"

using namespace tracseq;
using namespace tracseq::http;
using nlohmann::json;

namespace {

struct thaw {
  static constexpr std::string_view name = "tube.thaw_all";
  static constexpr std::string_view summary = "Thaw";
  static constexpr auto field_notes = std::to_array<note>(
      {reason_needed, {.field = "purpose", .doc = "What for.", .length_max = 20}});
  std::string purpose;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(thaw, (), (purpose, reason))

struct step_of_a_process {
  static constexpr std::string_view name = "tube.step";
};
BOOST_DESCRIBE_STRUCT(step_of_a_process, (), ())

struct tubes {
  using command = std::variant<thaw, step_of_a_process>;
  using view = none;
  static constexpr std::string_view kind = "tube", path = "/tubes", noun = "tube", cli = "tube";
  static result<uuid> find(read_view const&, std::string_view) { return uuid{}; }
  static void show(call_ptr const&, uuid const&, answer_facts) {}
};

json_value said(std::string_view text) { return *parse_json(text); }

std::string wrong_in(std::string_view text) {
  std::vector<field_problem> problems;
  validate(schema_of<verb<thaw>>(), said(text), "", problems);
  std::string all;
  for (auto const& one : problems) all += one.pointer + " " + one.code + ";";
  return all;
}

}  // namespace

TEST_CASE("a verb's body is its command's fields and what every write takes, each once") {
  auto const& body = schema_of<verb<thaw>>();
  CHECK(body.name == "tube_thaw_all");
  std::vector<std::string_view> names;
  for (auto const& field : body.fields) names.push_back(field.name);
  CHECK(names == std::vector<std::string_view>{"purpose", "reason", "occurred_at"});
  CHECK(wrong_in(R"({"reason":"It leaks"})").empty());
  CHECK(wrong_in(R"({"purpose":"PCR"})") == "/reason required;");
  CHECK(wrong_in(R"({"reason":"","purpose":"more than twenty bytes"})") ==
        "/reason too_short;/purpose too_long;");
  CHECK(wrong_in(R"({"reason":"It leaks","when":1})") == "/when unknown_field;");
}

TEST_CASE("the reason of a verb goes to the command and into the history") {
  auto const asked = decoded<verb<thaw>>(said(R"({"reason":"It leaks","purpose":"PCR"})"));
  CHECK(static_cast<thaw const&>(asked).reason == "It leaks");
  CHECK(static_cast<write_options const&>(asked).reason == "It leaks");
  CHECK(asked.purpose == "PCR");
}

TEST_CASE("a command with a summary is a route, another is none") {
  auto const rows = with_verbs<tubes>({});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].path == "/tubes/{id}:thaw-all");
  CHECK(rows[0].operation == "thaw_all_of_tube");
  CHECK(rows[0].cli == "tube thaw-all");
  CHECK(rows[0].summary == "Thaw");
  CHECK(rows[0].writes);
}

TEST_CASE("verbs of the laboratory are in the document") {
  auto const document = json::parse(openapi_json("1"));
  auto const& hold = document["paths"]["/api/v1/samples/{id}:hold"]["post"];
  CHECK(hold["operationId"] == "hold_sample");
  CHECK(hold["x-cli"] == "tracseq sample hold");
  CHECK(hold["requestBody"]["required"] == true);
  auto const& body = document["components"]["schemas"]["sample_hold"];
  CHECK(body["required"] == json::array({"reason"}));
  CHECK(body["additionalProperties"] == false);
  CHECK(document["paths"]["/api/v1/runs/{id}:fail"]["post"]["operationId"] == "fail_run");
  CHECK(document["paths"]["/api/v1/storage-units/{id}:start-maintenance"]["post"]["x-cli"] ==
        "tracseq storage start-maintenance");
}
