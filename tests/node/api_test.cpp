// The application over a laboratory without anything in it: who gets in, what is said.
#include "tests/node/small_node.hpp"

#include "projections/imports.hpp"

using namespace tracseq;
using namespace tracseq::test;
using nlohmann::json;

TEST_CASE("without the token nothing is told") {
  small_node at;
  for (auto const* headers : {"", "Authorization: Bearer wrong\r\n", "Authorization: Basic secret\r\n"}) {
    auto const answer = at.ask("GET /api/v1/samples", headers);
    CHECK(status_of(answer) == 401);
    CHECK(at.problem(answer)["code"] == "unauthenticated");
    CHECK(answer.find("secret\"") == std::string::npos);
  }
  CHECK(status_of(at.ask("GET /livez", "")) == 200);
  CHECK(status_of(at.ask("GET /openapi.json", "")) == 200);
}

TEST_CASE("without the token no large body is read") {
  small_node at;
  auto const upload = [&](std::string const& headers, std::size_t bytes) {
    std::string sheet;
    while (sheet.size() < bytes) sheet += "x,y\n";
    auto const answer = at.ask("POST /api/v1/imports/preview", headers, sheet);
    if (status_of(answer) == 401) CHECK(at.problem(answer)["code"] == "unauthenticated");
    return status_of(answer);
  };
  CHECK(upload("", 1000) == 401);
  // Refused by its length, and still told what is wrong with it.
  CHECK(upload("", 70'000) == 401);
  CHECK(upload("Authorization: Bearer wrong\r\n", 70'000) == 401);
  CHECK(upload(authorised, 70'000) == 200);
}

TEST_CASE("every answer carries its headers") {
  small_node at;
  auto const answer = at.ask("GET /api/v1/samples", authorised + "X-Request-Id: mine-1\r\n");
  CHECK(status_of(answer) == 200);
  CHECK(json::parse(body_of(answer))["items"].empty());
  CHECK(json::parse(body_of(answer))["next"].is_null());
  CHECK(answer.find("Cache-Control: no-store\r\n") != std::string::npos);
  CHECK(answer.find("X-Content-Type-Options: nosniff\r\n") != std::string::npos);
  CHECK(answer.find("X-Request-Id: mine-1\r\n") != std::string::npos);
}

TEST_CASE("unknown paths, methods and encodings are told apart") {
  small_node at;
  CHECK(status_of(at.ask("GET /api/v1/nothing")) == 404);
  CHECK(status_of(at.ask("GET /api/v1/../../../etc/passwd")) == 404);
  CHECK(status_of(at.ask("GET /%2e%2e/%2e%2e/etc/passwd")) == 404);
  CHECK(status_of(at.ask("GET /api/v1/samples/%zz")) == 400);
  auto const wrong = at.ask("DELETE /api/v1/samples/1");
  CHECK(status_of(wrong) == 405);
  CHECK(wrong.find("Allow: GET, HEAD, OPTIONS\r\n") != std::string::npos);
  CHECK(status_of(at.ask("OPTIONS /api/v1/samples")) == 204);
  CHECK(status_of(at.ask("BREW /api/v1/samples")) == 405);
}

TEST_CASE("a thing that is not there is said so by its name") {
  small_node at;
  auto const answer = at.ask("GET /api/v1/samples/TS-2026-000042-X");
  CHECK(status_of(answer) == 404);
  CHECK(at.problem(answer)["detail"] == "No sample has the id or label \"TS-2026-000042-X\".");
}

TEST_CASE("wrong bodies are refused before any command") {
  small_node at;
  auto const post = [&](std::string const& body, std::string const& headers = authorised) {
    return at.ask("POST /api/v1/samples", headers, body);
  };
  auto const missing = at.problem(post("{}"));
  CHECK(missing["status"] == describe(errc::invalid_argument).http_status);
  CHECK(missing["errors"][0]["pointer"] == "/name");
  CHECK(missing["errors"][0]["code"] == "required");
  CHECK(at.problem(post("{\"name\":"))["detail"].get<std::string>().find("is not JSON") != std::string::npos);
  CHECK(status_of(post("{\"name\":")) == 400);
  CHECK(status_of(post("{\"name\":\"a\"}", authorised + "Content-Type: text/plain\r\n")) == 415);
  CHECK(status_of(post(std::string(3000, ' '))) == 413);
  CHECK(at.problem(post("{\"name\":\"a\"}", authorised + "Idempotency-Key: " + std::string(201, 'k') + "\r\n"))["detail"] ==
        "Idempotency-Key has to be 1 to 200 printable ASCII characters.");
  CHECK(at.given.empty());
}

TEST_CASE("a registration is one group: the label, then the sample, in one partition") {
  small_node at;
  auto const answer = at.ask("POST /api/v1/samples", authorised + "Idempotency-Key: k1\r\nTraceparent: 00-ab-cd-01\r\n",
                             R"({"name":"S","reason":"new","occurred_at":"2026-11-24"})");
  REQUIRE(at.given.size() == 1);
  auto const& group = at.given.front();
  REQUIRE(group.size() == 2);
  CHECK(group[0].command.name == "barcode.assign");
  CHECK(group[0].command.stream == "barcode/TS-2026-000001-W");
  CHECK(group[1].command.name == "sample.register");
  CHECK(partition_of(group[0].command.stream, 12) == partition_of(group[1].command.stream, 12));
  CHECK(group[0].command_id == group[1].command_id);
  CHECK(group[1].who.subject == "operator");
  CHECK(group[1].reason == "new");
  CHECK(group[1].traceparent == "00-ab-cd-01");
  CHECK(to_rfc3339(*group[1].occurred_at) == "2026-11-24T00:00:00Z");
  CHECK(answer.find("Idempotency-Key: k1\r\n") != std::string::npos);
}

TEST_CASE("a registration is answered from its events, before any row shows it") {
  small_node at;
  sample::details made;
  made.name = "S-1";
  at.written = {encode_event(sample::event(sample::registered{made, {}}))};
  at.written_at = 100;
  auto const answer = at.ask("POST /api/v1/samples", authorised, R"({"name":"S-1"})");
  CHECK(status_of(answer) == 201);
  auto const shown = json::parse(body_of(answer));
  CHECK(shown["name"] == "S-1");
  CHECK(shown["created_by"] == "Operator");
  CHECK(shown["version"] == 1);
  CHECK(answer.find("ETag: \"1\"\r\n") != std::string::npos);

  at.written.clear();  // as where the key was used before: only the rows can tell
  CHECK(status_of(at.ask("POST /api/v1/samples", authorised, R"({"name":"S-1"})")) == 503);
}

TEST_CASE("a repeat of what no row shows yet asks for the same sample and label") {
  small_node at;
  at.written = {encode_event(sample::event(sample::registered{}))};
  at.written_at = 100;
  for (int i = 0; i < 2; ++i)
    CHECK(status_of(at.ask("POST /api/v1/samples", authorised + "Idempotency-Key: k1\r\n", R"({"name":"S"})")) == 201);
  REQUIRE(at.given.size() == 2);
  CHECK(at.given[0][0].command.stream == at.given[1][0].command.stream);
  CHECK(at.given[0][1].command.stream == at.given[1][1].command.stream);
}

TEST_CASE("a write that looks at rows waits until they show what was acknowledged") {
  small_node at;
  at.progress.acknowledged_to = 6;
  auto const line = "POST /api/v1/samples/" + to_string(new_uuid()) + ":accept";
  CHECK(status_of(at.ask(line)) == 503);
  CHECK(at.given.empty());
  (void)at.ask("POST /api/v1/samples", authorised, R"({"name":"S-1"})");  // looks at none
  CHECK(at.given.size() == 1);
}

TEST_CASE("the key names the command, the body its fingerprint") {
  small_node at;
  auto const id = to_string(new_uuid());
  auto const accept = [&](std::string const& key, std::string const& body) {
    (void)at.ask("POST /api/v1/samples/" + id + ":accept", authorised + "Idempotency-Key: " + key + "\r\n", body);
    return at.given.back().front();
  };
  auto const first = accept("a", R"({"reason":"x","occurred_at":"2026-11-24"})");
  auto const again = accept("a", "{ \"occurred_at\" : \"2026-11-24\", \"reason\":\"x\" }");
  CHECK(first.command_id == again.command_id);
  CHECK(first.request == again.request);
  auto const other_body = accept("a", R"({"reason":"y"})");
  CHECK(first.command_id == other_body.command_id);
  CHECK(first.request != other_body.request);
  CHECK(accept("b", R"({"reason":"x"})").command_id != first.command_id);
}

TEST_CASE("If-Match becomes the expected version") {
  small_node at;
  auto const line = "POST /api/v1/samples/" + to_string(new_uuid()) + ":accept";
  (void)at.ask(line, authorised + "If-Match: \"7\"\r\n");
  REQUIRE(at.given.size() == 1);
  CHECK(at.given[0][0].expected_version == 7u);
  CHECK(status_of(at.ask(line, authorised + "If-Match: seven\r\n")) == 400);
  CHECK(at.given.size() == 1);
}

TEST_CASE("a read waits for the position it demands") {
  small_node at;
  auto const with = [&](std::string const& position) {
    return at.ask("GET /api/v1/lab", authorised + "X-TracSeq-Position: " + position + "\r\n");
  };
  CHECK(status_of(with("1.2.3.4.5.0.0.0.0.0.0.0")) == 200);
  auto const late = with("9.0.0.0.0.0.0.0.0.0.0.0");
  CHECK(status_of(late) == 503);
  CHECK(late.find("Retry-After: 1") != std::string::npos);
  CHECK(status_of(with("1.2.3")) == 400);
  CHECK(status_of(with("x")) == 400);
}

TEST_CASE("where rows lack what was acknowledged, nothing is denied") {
  small_node at;
  auto const ask = [&] { return at.ask("GET /api/v1/samples/" + to_string(new_uuid())); };
  at.progress.why_stuck = error{errc::storage_full, "the disk is full", {}};
  CHECK(status_of(ask()) == 404);  // all that was acknowledged is shown
  at.progress.acknowledged_to = 6;
  auto const hidden = ask();
  CHECK(status_of(hidden) == 503);
  CHECK(at.problem(hidden)["detail"] ==
        "It is not there, or it was written a moment ago and cannot be shown yet: the disk is full");
  CHECK(status_of(at.ask("GET /api/v1/samples")) == 200);
}

TEST_CASE("rows that cannot be read behind a wait are told, and end nothing") {
  small_node at;
  at.progress.late = true;
  at.rows->unreadable = true;
  auto const late = authorised + "X-TracSeq-Position: 9.0.0.0.0.0.0.0.0.0.0.0\r\n";
  auto const id = to_string(new_uuid());
  for (auto const& path : {"/samples/" + id, std::string("/samples"), std::string("/processes")}) {
    auto const answer = at.ask("GET /api/v1" + path, late);
    CHECK(status_of(answer) == 503);
    CHECK(at.problem(answer)["detail"] == "The samples are being built.");
  }
  at.progress.late = false;
  at.rows->unreadable = false;
  CHECK(status_of(at.ask("GET /api/v1/samples")) == 200);
}

TEST_CASE("what cannot be taken is refused before it costs a label, and reads go on") {
  small_node at;
  auto const ask = [&] {
    return at.ask("POST /api/v1/samples", authorised + "Content-Type: application/json\r\n", R"({"name":"S-1","type":"DNA"})");
  };
  at.full = true;
  auto const refused = ask();
  CHECK(status_of(refused) == 503);
  CHECK(at.problem(refused)["code"] == "overloaded");
  CHECK(refused.find("Retry-After: 1") != std::string::npos);
  CHECK(at.given.empty());
  CHECK(at.labels.taken == 0);
  CHECK(status_of(at.ask("GET /api/v1/samples")) == 200);
  at.full = false;
  ask();
  CHECK(at.given.size() == 1);
  CHECK(at.labels.taken == 1);
}

TEST_CASE("one verification at a time: a second would take the lists' workers") {
  small_node at;
  std::string first;
  std::thread asks([&] { first = at.ask("GET /api/v1/audit/verify"); });
  while (!at.status.walking) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  auto const second = at.ask("GET /api/v1/audit/verify");
  CHECK(status_of(second) == 503);
  CHECK(at.problem(second)["code"] == "overloaded");
  CHECK(at.problem(second)["detail"] ==
        "The history is being verified already, for another request. Repeat it later.");
  at.status.let_go = true;
  asks.join();
  CHECK(status_of(first) == 200);
  CHECK(status_of(at.ask("GET /api/v1/audit/verify")) == 200);
}

TEST_CASE("an import under way is listed behind any number that have ended") {
  small_node at;
  std::vector<accepted_commit> commits;
  auto const add = [&](std::vector<any_event> events) {
    auto const id = new_uuid();
    accepted_commit one;
    one.offset = commits.size();
    one.commit.stream = stream_name(sheet_import::kind, id);
    one.commit.recorded_at = {1'000'000 * static_cast<std::int64_t>(commits.size() + 1)};
    for (auto& event : events)
      if (auto* const started = std::get_if<sheet_import::started>(
              std::get_if<sheet_import::event>(&event)))
        started->import_id = id;
    one.events = std::move(events);
    one.commit.events.resize(one.events.size());
    commits.push_back(std::move(one));
    return to_string(id);
  };
  auto const begun = sheet_import::event(sheet_import::started{{}, "sheet.csv", {}, "csv", 1, {}, {}});
  auto const open = add({begun});
  for (int i = 0; i < 150; ++i) add({begun, sheet_import::event(sheet_import::abandoned{"on purpose"})});
  at.rows->rows["imports"] = fold_into_memory(imports_projection(), commits);
  auto const items = json::parse(body_of(at.ask("GET /api/v1/processes")))["items"];
  REQUIRE(items.size() == 1);
  CHECK(items[0]["id"] == open);
}

TEST_CASE("as_of must be a moment, and not a future one") {
  small_node at;
  CHECK(status_of(at.ask("GET /api/v1/samples?as_of=2026-01-01T00:00:00Z")) == 200);
  CHECK(at.problem(at.ask("GET /api/v1/samples?as_of=2999-01-01T00:00:00Z"))["errors"][0]["detail"] ==
        "lies in the future.");
  CHECK(at.problem(at.ask("GET /api/v1/samples?as_of=yesterday"))["errors"][0]["pointer"] == "/query/as_of");
  CHECK(at.problem(at.ask("GET /api/v1/samples?limit=501"))["errors"][0]["pointer"] == "/query/limit");
  CHECK(at.problem(at.ask("GET /api/v1/samples?nonsense=1"))["errors"][0]["code"] == "unknown_field");
}

TEST_CASE("what cannot show the past refuses as_of, and its document does not offer it") {
  small_node at;
  auto const paths = nlohmann::json::parse(body_of(at.ask("GET /openapi.json", "")))["paths"];
  for (std::string const path : {"lab", "inbox", "search", "activity", "notification-rules", "deliveries",
                                 "processes", "system", "audit/checkpoints"}) {
    auto const asked = "GET /api/v1/" + path + "?as_of=2026-01-01T00:00:00Z" + (path == "search" ? "&q=x" : "");
    auto const answer = at.ask(asked);
    CHECK_MESSAGE(status_of(answer) == 422, path);
    auto const wrong = at.problem(answer)["errors"][0];
    CHECK(wrong["pointer"] == "/query/as_of");
    CHECK(wrong["detail"] == "is not taken: this shows only the present. Leave as_of out.");
    CHECK(paths["/api/v1/" + path]["get"].dump().find("\"as_of\"") == std::string::npos);
  }
  for (std::string const path : {"samples", "storage-units", "runs", "imports"})
    CHECK(paths["/api/v1/" + path]["get"].dump().find("\"as_of\"") != std::string::npos);
}

TEST_CASE("a read-only node changes nothing") {
  small_node at(true);
  auto const answer = at.ask("POST /api/v1/samples", authorised, R"({"name":"S"})");
  CHECK(status_of(answer) == 403);
  CHECK(at.problem(answer)["detail"] == "This is a read-only copy: nothing can be changed here.");
}

TEST_CASE("metrics name the route, never the path") {
  small_node at;
  (void)at.ask("GET /api/v1/samples/TS-2026-000042-X");
  auto const text = body_of(at.ask("GET /metrics", ""));
  CHECK(text.find("tracseq_http_requests_total{route=\"GET /api/v1/samples/{id}\",status=\"4xx\"} 1") !=
        std::string::npos);
  CHECK(text.find("TS-2026") == std::string::npos);
}
