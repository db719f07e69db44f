// What a list can be asked for now, it can be asked for of the past, or it says that it cannot. Every read of
// the OpenAPI document that takes as_of is asked with each of its other parameters: the answer must differ, or
// refuse the parameter by name.
#include <doctest/doctest.h>

#include "tests/node/whole_node.hpp"

using namespace tracseq;
using namespace tracseq::test;
using nlohmann::json;

namespace {

/// Two of everything, and on each thing more than one event.
struct laboratory {
  explicit laboratory(std::string const& data) : lab(options_in(data)) {
    auto const id = [](json const& made) { return made.at("id").get<std::string>(); };
    box = id(lab.must("POST", "/storage-units",
                      {{"kind", "box"}, {"name", "Alpha box"}, {"layout", {{"rows", 3}, {"columns", 3}}}}));
    lab.must("POST", "/storage-units", {{"kind", "freezer"}, {"name", "Beta freezer"}});
    alpha = id(lab.must("POST", "/samples", {{"name", "Alpha"}, {"type", "DNA"}, {"project", "P1"}}));
    beta = id(lab.must("POST", "/samples", {{"name", "Beta"}, {"type", "RNA"}, {"project", "P2"}}));
    for (std::string const verb : {"receive", "accept"}) lab.must("POST", "/samples/" + alpha + ":" + verb, json::object());
    lab.must("POST", "/samples/" + alpha + ":place", {{"unit", box}});
    run = id(lab.must("POST", "/runs", {{"name", "Alpha run"}, {"instrument_model", "Illumina MiSeq"}, {"project", "P1"}}));
    lab.must("POST", "/runs/" + run + ":assign", {{"sample", alpha}, {"lane", 1}});
    lab.must("POST", "/runs", {{"name", "Beta run"}, {"instrument_model", "Illumina MiSeq"}});
    lab.import_sheet("one.csv", "Sample name,Type\nGamma,DNA\n");
    import = id(lab.import_sheet("two.csv", "Sample name,Type\nDelta,DNA\nEpsilon,DNA\n"));
    moment = now();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    lab.register_sample("Afterwards");
  }
  static node_options options_in(std::string const& data) {
    node_options options;
    options.data = data;
    return options;
  }

  /// A path of the document with something in its braces.
  [[nodiscard]] std::string filled(std::string path) const {
    auto const put = [&](std::string const& name, std::string const& value) {
      if (auto const at = path.find("{" + name + "}"); at != path.npos) path.replace(at, name.size() + 2, value);
    };
    put("kind", "sample");
    put("key", alpha);
    put("id", path.starts_with("/samples") ? alpha
              : path.starts_with("/runs")  ? run
              : path.starts_with("/imp")   ? import
                                           : box);
    return path;
  }

  whole_node lab;
  std::string box, alpha, beta, run, import;
  instant moment;
};

}  // namespace

TEST_CASE("no parameter of a read is silently left out of account in the past") {
  scratch_folder const scratch;
  laboratory at((scratch.path / "data").string());
  // Values that must matter in this laboratory. `cursor` and `after` come from the page before.
  std::map<std::string, std::vector<std::string>> const values{
      {"after", {}},
      {"cursor", {}},
      {"import_id", {at.import}},
      {"kind", {"rack"}},
      {"limit", {"1"}},
      {"order", {"asc"}},
      {"parent", {at.box}},
      {"project", {"P9"}},
      {"q", {"alpha", "zzz"}},
      {"sample", {at.beta}},
      {"sort", {"created_at", "name", "-updated_at"}},
      {"state", {"on_hold"}},
      {"stream", {"run"}},
      {"type", {"RNA"}},
      {"types", {"run_planned"}},
      {"unit", {at.box}},
  };
  auto const document = json::parse(at.lab.text_of("/openapi.json"));
  int tried = 0;
  for (auto const& [path, item] : document.at("paths").items()) {
    if (!item.contains("get") || !item["get"].contains("parameters")) continue;
    std::vector<std::string> names;
    bool shows_the_past = false;
    for (auto const& one : item["get"]["parameters"]) {
      if (one.value("in", "") != "query") continue;
      auto const name = one.at("name").get<std::string>();
      if (name == "as_of") shows_the_past = true;
      else names.push_back(name);
    }
    if (!shows_the_past) continue;
    auto const below = path.starts_with("/api/v1") ? path.substr(7) : path;
    auto const then = at.filled(below) + "?as_of=" + to_rfc3339(at.moment);
    auto const plain = at.lab.must("GET", then);
    for (auto const& name : names) {
      CAPTURE(below);
      CAPTURE(name);
      REQUIRE_MESSAGE(values.contains(name), "give it a value that matters in this laboratory");
      auto wanted = values.at(name);
      auto base = then;
      auto without = plain;
      if (name == "cursor" || name == "after") {
        base += "&limit=1";
        without = at.lab.must("GET", base);
        wanted = {without.at(name == "after" ? "position" : "next")};
      }
      for (auto const& value : wanted) {
        CAPTURE(value);
        auto const got = at.lab.ask("GET", base + "&" + name + "=" + value);
        CAPTURE(got.body.dump());
        if (got.status == 422)
          CHECK(got.body.at("errors").at(0).at("pointer") == "/query/" + name);
        else
          CHECK((got.status == 200 && got.body != without));
        ++tried;
      }
    }
  }
  CHECK(tried > 30);
}

TEST_CASE("units and runs of the past are found by what they were called then") {
  scratch_folder const scratch;
  laboratory at((scratch.path / "data").string());
  at.lab.must("POST", "/storage-units/" + at.box + ":rename", {{"name", "Omega box"}});
  auto const names = [&](std::string const& path) {
    std::vector<std::string> out;
    auto const page = at.lab.must("GET", path);
    for (auto const& one : page.at("items")) out.push_back(one.at("name"));
    return out;
  };
  using found = std::vector<std::string>;
  auto const then = "&as_of=" + to_rfc3339(at.moment);
  CHECK(names("/storage-units?q=alpha") == found{});
  CHECK(names("/storage-units?q=alpha" + then) == found{"Alpha box"});
  CHECK(names("/storage-units?q=box+alpha" + then) == found{"Alpha box"});
  CHECK(names("/storage-units?q=omega" + then) == found{});
  CHECK(names("/storage-units?q=alpha&kind=freezer" + then) == found{});
  CHECK(names("/runs?q=alpha" + then) == found{"Alpha run"});
  CHECK(names("/runs?sample=" + at.alpha + then) == found{"Alpha run"});
  // Two questions at once, then and now.
  for (auto const& when : {then, std::string()}) {
    CHECK(names("/runs?q=beta&sample=" + at.alpha + when) == found{});
    CHECK(names("/storage-units?q=beta&parent=" + at.box + when) == found{});
    CHECK(names("/storage-units?q=beta&parent=root" + when) == found{"Beta freezer"});
  }
  // Newest first, as now, unless it is asked for otherwise.
  CHECK(names("/samples?limit=1" + then).front() != "Afterwards");
  CHECK(names("/samples?sort=created_at&limit=1" + then) == found{"Alpha"});
  CHECK(names("/samples?limit=9" + then).back() == "Alpha");
}

TEST_CASE("events of the past are those that were recorded until then") {
  scratch_folder const scratch;
  laboratory at((scratch.path / "data").string());
  auto const count = [&](std::string const& query) {
    return at.lab.must("GET", "/events?limit=500&types=sample_registered" + query)["items"].size();
  };
  CHECK(count("") == 6);
  CHECK(count("&as_of=" + to_rfc3339(at.moment)) == 5);
  CHECK(count("&as_of=2001-01-01T00:00:00Z") == 0);
  // A page of the past leads on to the end all the same.
  auto const page = at.lab.must("GET", "/events?limit=500&as_of=2001-01-01T00:00:00Z");
  CHECK(page["position"] == at.lab.must("GET", "/events?limit=500")["position"]);
}
