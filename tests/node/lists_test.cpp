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

/// All pages; each but the last has to be full.
std::vector<std::string> walk(whole_node& lab, std::string const& path, std::size_t limit) {
  std::vector<std::string> names;
  for (std::string cursor;;) {
    auto const page = lab.must("GET", path + "&limit=" + std::to_string(limit) + cursor);
    for (auto const& one : page["items"]) names.push_back(one["name"]);
    if (page["next"].is_null()) return names;
    CHECK(page["items"].size() == limit);
    cursor = "&cursor=" + page["next"].get<std::string>();
  }
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
  std::set<std::string> racks;
  for (int i = 0; i < 130; ++i) {
    lab.register_sample("Shelf tube " + std::to_string(i));
    add_box("Shelf " + std::to_string(1'000 + i), i % 2 ? "box" : "rack");
    if (i % 2 == 0) racks.insert("Shelf " + std::to_string(1'000 + i));
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
  SUBCASE("storage units, page by page") {
    auto const all = walk(lab, "/storage-units?q=shelf", 60);
    CHECK(all.size() == 130);
    CHECK(std::set<std::string>(all.begin(), all.end()).size() == 130);
    auto const some = walk(lab, "/storage-units?q=shelf&kind=rack", 50);
    CHECK(some.size() == racks.size());
    CHECK(std::set<std::string>(some.begin(), some.end()) == racks);
    CHECK(walk(lab, "/storage-units?q=shelf%201129", 50) == std::vector<std::string>{"Shelf 1129"});
    CHECK(lab.must("GET", "/storage-units/Shelf%201064")["kind"] == "rack");
    auto const first = lab.must("GET", "/storage-units?q=shelf&limit=5");
    CHECK(lab.ask("GET", "/storage-units?q=shel&limit=5&cursor=" + first["next"].get<std::string>()).status == 422);
  }
  SUBCASE("runs, page by page") {
    for (int i = 0; i < 12; ++i)
      lab.must("POST", "/runs", {{"name", "Shelf run " + std::to_string(i)}, {"instrument_model", "Illumina MiSeq"},
                                 {"project", i % 3 ? "P" : "Q"}});
    CHECK(walk(lab, "/runs?q=shelf", 5).size() == 12);
    CHECK(walk(lab, "/runs?q=run&project=P", 3).size() == 8);
  }
}
