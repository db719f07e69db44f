// Labels and moments as people type them, against a whole node.
#include <doctest/doctest.h>

#include "tests/node/whole_node.hpp"

using namespace tracseq;
using namespace tracseq::test;
using nlohmann::json;

namespace {
node_options in(std::filesystem::path const& data) {
  node_options out;
  out.data = data.string();
  out.partitions = 2;
  return out;
}
std::string detail_of(whole_node::answer const& got) { return got.body["errors"][0]["detail"]; }
}  // namespace

TEST_CASE("a label of ours is found in any case, and by its digits") {
  scratch_folder const scratch;
  whole_node lab(in(scratch.path / "lab"));
  auto const id = lab.register_sample("One");
  std::string const label = lab.must("GET", "/samples/" + id)["barcode"];
  std::string lower = label;
  for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  CHECK(lab.must("GET", "/samples/" + lower)["id"] == id);
  auto const digits = label.substr(8, 6);
  for (auto const& typed : {lower, digits, digits + label.back(), "TS" + label.substr(3, 4) + digits}) {
    CAPTURE(typed);
    auto const hits = lab.must("GET", "/search?q=" + typed)["items"];
    REQUIRE(hits.size() == 1);
    CHECK(hits[0]["id"] == id);
  }
  CHECK(lab.must("GET", "/search?q=999999")["items"].empty());

  auto const taken = lab.ask("POST", "/samples", {{"name", "Two"}, {"barcode", id}});
  CHECK(taken.status == 422);
  CHECK(taken.body.dump().find("A barcode cannot be an id (a UUID)") != std::string::npos);
}

TEST_CASE("nothing has happened in the future, nothing is due in the past") {
  scratch_folder const scratch;
  whole_node lab(in(scratch.path / "lab"));
  auto const ahead = lab.ask("POST", "/samples", {{"name", "A"}, {"occurred_at", "2090-01-01T00:00:00Z"}});
  CHECK(ahead.status == 422);
  CHECK(ahead.body["errors"][0]["pointer"] == "/occurred_at");
  CHECK(detail_of(ahead).find("lies in the future") != std::string::npos);
  auto const soon = to_rfc3339({now().us + 60'000'000});
  auto const id = lab.must("POST", "/samples", {{"name", "A"}, {"occurred_at", soon}})["id"].get<std::string>();
  lab.must("POST", "/samples/" + id + ":receive", json::object());
  auto const late = lab.ask("POST", "/samples/" + id + ":take-out", {{"purpose", "PCR"}, {"due_at", "2020-01-01"}});
  CHECK(late.status == 422);
  CHECK(late.body["errors"][0]["pointer"] == "/due_at");
  CHECK(detail_of(late).find("lies in the past") != std::string::npos);
  // A bare date is meant until its end.
  auto const today = to_rfc3339(now()).substr(0, 10);
  auto const fine = lab.ask("POST", "/samples/" + id + ":take-out", {{"purpose", "PCR"}, {"due_at", today}});
  CHECK(fine.body.dump().find("in the past") == std::string::npos);
}

TEST_CASE("a webhook to an inside address is refused when its rule is made") {
  scratch_folder const scratch;
  whole_node lab(in(scratch.path / "lab"));
  json const rule = {{"name", "r"}, {"event_types", {"sample_rejected"}}, {"channel", "webhook"},
                     {"url", "http://169.254.169.254/latest"}};
  auto const refused = lab.ask("POST", "/notification-rules", rule);
  CHECK(refused.status == 422);
  CHECK(refused.body["errors"][0]["pointer"] == "/url");
  CHECK(detail_of(refused).find("webhook.private_addresses") != std::string::npos);
}
