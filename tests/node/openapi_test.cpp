#include <doctest/doctest.h>

#include <set>

#include <nlohmann/json.hpp>

#include "node/http/openapi.hpp"
#include "node/http/route.hpp"
#include "node/http/router.hpp"
#include "projections/sample_row.hpp"

using namespace tracseq::http;
using nlohmann::json;

namespace {
json const& document() {
  static json const one = json::parse(openapi_json("1.2.3"));
  return one;
}

/// Every "$ref" below `at` leads somewhere.
void check_references(json const& at) {
  if (at.is_object() && at.contains("$ref")) {
    auto const to = at["$ref"].get<std::string>();
    REQUIRE(to.starts_with("#/"));
    CHECK_MESSAGE(document().contains(json::json_pointer(to.substr(1))), to);
  }
  if (at.is_structured())
    for (auto const& one : at) check_references(one);
}
}  // namespace

TEST_CASE("the document has every route, and nothing else") {
  CHECK(document()["openapi"] == "3.1.0");
  CHECK(document()["info"]["version"] == "1.2.3");
  std::size_t operations = 0;
  for (auto const& [path, item] : document()["paths"].items()) operations += item.size();
  CHECK(operations == all_routes().size());
  auto const& place = document()["paths"]["/api/v1/samples/{id}:place"]["post"];
  CHECK(place["operationId"] == "place_sample");
  CHECK(place["x-cli"] == "tracseq sample place");
  CHECK(place["requestBody"]["required"] == true);
  CHECK(place["responses"].contains("404"));
  CHECK(place["responses"].contains("409"));
}

TEST_CASE("references lead somewhere and parameters are declared once") {
  check_references(document());
  for (auto const& [path, item] : document()["paths"].items())
    for (auto const& [verb, operation] : item.items()) {
      std::set<std::string> names;
      for (auto const& one : operation.value("parameters", json::array()))
        CHECK(names.insert(one.dump()).second);
      for (auto at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
        auto const name = path.substr(at + 1, path.find('}', at) - at - 1);
        auto const& where = path;  // clang captures no binding
        bool found = false;
        for (auto const& one : operation["parameters"]) found = found || one.value("name", "") == name;
        CHECK_MESSAGE(found, where << " does not declare " << name);
      }
    }
}

TEST_CASE("schemas carry what validation checks") {
  auto const& schemas = document()["components"]["schemas"];
  auto const& sample = schemas["register_sample"];
  CHECK(sample["required"] == json::array({"name"}));
  CHECK(sample["additionalProperties"] == false);
  CHECK(sample["properties"]["name"]["maxLength"] == 255);
  CHECK(sample["properties"]["type"]["enum"][0] == "DNA");
  CHECK(sample["properties"]["collected_at"]["format"] == "date-time");
  CHECK(sample["properties"]["requires_temperature"]["items"]["enum"].size() == 6);
  CHECK(sample["properties"]["reason"]["type"] == "string");
  auto const& seen = schemas["sample_view"];
  CHECK(seen["properties"]["volume_ul"]["type"] == json::array({"number", "null"}));
  CHECK(seen["properties"]["place"].contains("anyOf"));
  CHECK(schemas.contains("list_of_sample_view"));
  boost::mp11::mp_for_each<boost::describe::describe_members<tracseq::shown_sample,
                                                             boost::describe::mod_any_access>>(
      [&](auto member) { CHECK_MESSAGE(seen["properties"].contains(member.name), member.name); });
  CHECK(schemas.contains("problem"));
}
