// Lists that are narrowed by a text: everything that fits is found, page by page.
#include <doctest/doctest.h>

#include <set>

#include "tests/node/whole_node.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

std::set<std::string> names_in(nlohmann::json const& items) {
  std::set<std::string> names;
  for (auto const& one : items) names.insert(one.value("name", one.value("label", "")));
  return names;
}

}  // namespace

TEST_CASE("a text finds what fits, whatever else is in the laboratory") {
  scratch_folder const folder;
  node_options options;
  options.data = folder.path.string();
  whole_node lab(options);
  auto const add_box = [&](std::string const& name, std::string const& kind) {
    lab.must("POST", "/storage-units", {{"kind", kind}, {"name", name}, {"layout", {{"rows", 3}, {"columns", 3}}}});
  };
  for (int i = 0; i < 130; ++i) {
    lab.register_sample("Shelf tube " + std::to_string(i));
    add_box("Shelf " + std::to_string(1'000 + i), i % 2 ? "box" : "rack");
  }
  lab.must("POST", "/samples", {{"name", "Blood 1"}, {"organism", "Homo sapiens"}});
  lab.must("POST", "/samples", {{"name", "Leaf 1"}, {"organism", "Oryza sativa"}});

  SUBCASE("samples by their organism") {
    CHECK(names_in(lab.must("GET", "/search?q=Homo%20sapiens")["items"]) == std::set<std::string>{"Blood 1"});
    CHECK(names_in(lab.must("GET", "/search?q=sativa")["items"]) == std::set<std::string>{"Leaf 1"});
    CHECK(names_in(lab.must("GET", "/samples?q=Oryza")["items"]) == std::set<std::string>{"Leaf 1"});
    CHECK(names_in(lab.must("GET", "/samples?q=homo%20sapiens")["items"]) == std::set<std::string>{"Blood 1"});
    CHECK(lab.must("GET", "/samples?q=Mus")["items"].empty());
  }
}
