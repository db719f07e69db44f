// A replay holds byte for byte what the node that lived through it holds, now and at a moment.
#include <doctest/doctest.h>

#include <thread>

#include "node/offline.hpp"
#include "projections/sample_row.hpp"
#include "tests/node/whole_node.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

namespace fs = std::filesystem;

node_options in(fs::path const& data) {
  node_options options;
  options.data = data.string();
  return options;
}

/// A bit of everything that a person does.
void work(whole_node& lab, int round) {
  auto const name = [&](std::string const& what) { return what + std::to_string(round); };
  auto const box = lab.must("POST", "/storage-units",
                            {{"kind", "box"}, {"name", name("Box")}, {"layout", {{"rows", 3}, {"columns", 3}}}});
  auto const run = lab.must("POST", "/runs", {{"name", name("Run")}, {"instrument", "M1"},
                                              {"instrument_model", "Illumina MiSeq"}});
  lab.must("POST", "/notification-rules", {{"name", name("rule")}, {"event_types", {"sample_received"}},
                                           {"channel", "inbox"}, {"recipient", "operator"}});
  for (int i = 0; i < 6; ++i) {
    auto const id = lab.register_sample(name("S") + "." + std::to_string(i));
    lab.must("POST", "/samples/" + id + ":receive", nlohmann::json::object());
    lab.must("POST", "/samples/" + id + ":accept", nlohmann::json::object());
    lab.must("POST", "/samples/" + id + ":place", {{"unit", box["id"]}});
    if (i % 2 == 0)
      lab.must("POST", "/runs/" + run["id"].get<std::string>() + ":assign", {{"sample", id}, {"lane", 1}});
    if (i % 3 == 0) lab.must("POST", "/samples/" + id + ":take-out", {{"purpose", "PCR"}});
  }
  // Messages to the inbox come behind their events.
  for (int i = 0; i < 200; ++i) {
    auto const inbox = lab.must("GET", "/inbox?limit=100");
    if (inbox["items"].size() >= 6u * static_cast<unsigned>(round)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  FAIL("the inbox stays short");
}

std::string difference(std::map<std::string, std::map<std::string, std::string>> one,
                       std::map<std::string, std::map<std::string, std::string>> other) {
  for (auto const& [table, rows] : one) {
    if (rows == other[table]) continue;
    for (auto const& [key, value] : rows)
      if (!other[table].contains(key) || other[table][key] != value) return table + ", key " + key;
    return table + " has more rows";
  }
  return one.size() == other.size() ? "" : "another number of tables";
}

}  // namespace

TEST_CASE("a replay's rows are byte-equal to those of the node that lived through it") {
  scratch_folder const scratch;
  auto const live = scratch.path / "live";
  auto const log = (live / "log").string();
  {
    whole_node lab(in(live));
    work(lab, 1);
  }
  fs::create_directories(scratch.path / "then");
  fs::copy(live / "store", scratch.path / "then" / "store", fs::copy_options::recursive);
  auto const moment = now();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  {
    whole_node lab(in(live));
    work(lab, 2);
  }
  auto const all = rows_in(live);
  CHECK(all.at("samples@" + std::to_string(sample_rows_version)).size() > 12);
  CHECK(all.at("inbox@1").size() > 12);

  auto const replayed = offline::replay(log, std::nullopt, (scratch.path / "all").string(), {});
  REQUIRE_MESSAGE(replayed, replayed.error().detail);
  CHECK(difference(all, rows_in(scratch.path / "all")) == "");

  REQUIRE(offline::replay(log, moment, (scratch.path / "until").string(), {}));
  auto then = rows_in(scratch.path / "then");
  auto until = rows_in(scratch.path / "until");
  // Claims that a partition got before its next commit belong to neither moment's rows.
  then.erase("meta");
  until.erase("meta");
  CHECK(difference(then, until) == "");
  CHECK(difference(then, all) != "");
}

TEST_CASE("a replayed copy shows its moment, and what was before") {
  scratch_folder const scratch;
  auto const live = scratch.path / "live";
  std::string early, late;
  instant between;
  {
    whole_node lab(in(live));
    early = lab.register_sample("Early");
    between = now();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    lab.must("POST", "/samples/" + early + ":receive", nlohmann::json::object());
    late = lab.register_sample("Late");
  }
  auto const moment = now();
  auto const copy = scratch.path / "copy";
  REQUIRE(offline::replay((live / "log").string(), moment, copy.string(), {}));
  auto options = in(copy);
  options.read_only = true;
  whole_node shown(options);
  auto const system = shown.must("GET", "/system");
  CHECK(system["read_only"] == true);
  CHECK(system["engine"] == "copy");
  CHECK(system["until"] == to_rfc3339(moment));
  CHECK(shown.must("GET", "/samples/" + early)["state"] == "received");
  CHECK(shown.must("GET", "/samples/" + early + "?as_of=" + to_rfc3339(between))["state"] == "registered");
  CHECK(shown.ask("GET", "/samples/" + late + "?as_of=" + to_rfc3339(between)).status == 404);
  CHECK(shown.must("GET", "/samples?as_of=" + to_rfc3339(between))["items"].size() == 1);
  CHECK(shown.must("GET", "/samples/" + early + "/history")["items"].size() == 2);
  auto const behind = shown.ask("GET", "/samples?as_of=" + to_rfc3339(now()));
  CHECK(behind.status == 422);
  CHECK(behind.body["errors"][0]["detail"] ==
        "lies behind the end of this copy, which shows everything until " + to_rfc3339(moment) + ".");
  for (auto const* path : {"/samples", "/runs", "/storage-units", "/notification-rules"}) {
    auto const refused = shown.ask("POST", path, {{"name", "X"}});
    CAPTURE(path);
    CAPTURE(refused.body.dump());
    CHECK(refused.status != 201);
    CHECK(refused.body.dump().find("read-only") != std::string::npos);
  }
}

TEST_CASE("a refused move is open until its slot is given back") {
  scratch_folder const scratch;
  auto const live = scratch.path / "live";
  std::string move, released;
  {
    whole_node lab(in(live));
    auto const box = lab.must("POST", "/storage-units",
                              {{"kind", "box"}, {"name", "Box"}, {"layout", {{"rows", 3}, {"columns", 3}}}});
    auto const id = lab.register_sample("Spoilt");
    lab.must("POST", "/samples/" + id + ":receive", nlohmann::json::object());
    lab.must("POST", "/samples/" + id + ":reject", {{"reason", "thawed"}});
    CHECK(lab.ask("POST", "/samples/" + id + ":place", {{"unit", box["id"]}}).status == 409);
    auto const events = lab.must("GET", "/events?types=move_refused")["items"];
    REQUIRE(events.size() == 1);
    move = events[0]["subject"].get<std::string>().substr(std::string("move/").size());
    released = events[0]["time"];
    auto const none_open = [&] { return lab.must("GET", "/processes?state=open")["items"].empty(); };
    for (int i = 0; i < 200 && !none_open(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(none_open());
  }
  auto const then = scratch.path / "then";
  REQUIRE(offline::replay((live / "log").string(), parse_rfc3339(released), then.string(), {}));
  auto options = in(then);
  options.read_only = true;
  whole_node shown(options);
  auto const open = shown.must("GET", "/processes?state=open")["items"];
  REQUIRE(open.size() == 1);
  CHECK(open[0]["id"] == move);
  CHECK(open[0]["state"] == "refused");
  CHECK(shown.must("GET", "/processes?state=parked")["items"].empty());
}

TEST_CASE("a read-only node verifies the log that it has, or says where to do it") {
  scratch_folder const scratch;
  auto const live = scratch.path / "live";
  {
    whole_node lab(in(live));
    lab.register_sample("S");
  }
  auto const copy = scratch.path / "copy";
  REQUIRE(offline::replay((live / "log").string(), std::nullopt, copy.string(), {}));
  auto options = in(copy);
  options.read_only = true;
  {
    whole_node shown(options);
    auto const refused = shown.ask("GET", "/audit/verify");
    CHECK(refused.status == 422);
    CHECK(refused.body["retryable"] == false);
    CHECK(refused.body["detail"].get<std::string>().find("`tracseq audit verify --data DIR`") != std::string::npos);
  }
  options.data = live.string();
  whole_node beside(options);
  auto const report = beside.must("GET", "/audit/verify");
  CHECK(report["ok"] == true);
  CHECK(report["commits"] > 0);
}
