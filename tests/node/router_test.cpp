#include <doctest/doctest.h>

#include <set>

#include "node/http/router.hpp"

using namespace tracseq::http;

namespace {
router const& all() {
  static router const one(all_routes());
  return one;
}
std::string operation(method m, std::string_view path) {
  auto const found = all().find(m, path);
  return found.row ? std::string(found.row->operation) : found.bad_encoding ? "bad encoding" : found.allow;
}
}  // namespace

TEST_CASE("paths find their rows") {
  CHECK(operation(method::get, "/api/v1/samples") == "list_samples");
  CHECK(operation(method::post, "/api/v1/samples") == "register_sample");
  CHECK(operation(method::get, "/api/v1/samples/TS-2026-000042-X") == "show_sample");
  CHECK(operation(method::head, "/api/v1/samples/1") == "show_sample");
  CHECK(operation(method::post, "/api/v1/samples/1:receive") == "receive_sample");
  CHECK(operation(method::get, "/api/v1/samples/1/history") == "sample_history");
  CHECK(operation(method::post, "/api/v1/barcodes:reserve") == "reserve_barcodes");
  CHECK(operation(method::post, "/api/v1/inbox:read-all") == "read_all_messages");
  CHECK(operation(method::post, "/api/v1/imports/preview") == "preview_import");
  CHECK(operation(method::get, "/api/v1/projections/parked") == "list_parked");
  CHECK(operation(method::get, "/livez") == "live");
}

TEST_CASE("parameters are decoded, and a label may hold a colon or a slash") {
  CHECK(all().find(method::get, "/api/v1/samples/A%2FB%20C").params[0] == "A/B C");
  CHECK(all().find(method::get, "/api/v1/samples/LAB:12").params[0] == "LAB:12");
  CHECK(all().find(method::post, "/api/v1/samples/LAB%3A12:accept").params[0] == "LAB:12");
  CHECK(operation(method::get, "/api/v1/samples/%zz") == "bad encoding");
}

TEST_CASE("unknown paths and methods are told apart") {
  CHECK(operation(method::get, "/api/v1/nothing") == "");
  CHECK(operation(method::get, "/api/v1/samples/1/nothing") == "");
  CHECK(operation(method::get, "/api/v1/../../etc/passwd") == "");
  CHECK(operation(method::get, "/api/v1//samples") == "");
  CHECK(operation(method::delete_, "/api/v1/samples/1") == "GET, HEAD, OPTIONS");
  CHECK(operation(method::get, "/api/v1/samples/1:receive") == "POST, OPTIONS");
}

TEST_CASE("every row says all there is to say") {
  std::set<std::string_view> operations;
  std::set<std::string_view> commands;
  for (auto const& row : all_routes()) {
    CAPTURE(row.path);
    CHECK((row.run != nullptr));
    CHECK((row.answer != nullptr));
    CHECK(row.summary.size() > 5);
    CHECK_FALSE(row.tag.empty());
    CHECK(operations.insert(row.operation).second);
    if (!row.cli.empty()) CHECK(commands.insert(row.cli).second);
    if (row.path.find("{id}") != row.path.npos && !row.outside)
      CHECK((row.may_fail & errors(tracseq::errc::not_found)) != 0);
  }
  CHECK(operations.size() > 60);
}

namespace {
void check_documented(schema const& type, std::set<schema const*>& seen) {
  if (!seen.insert(&type).second) return;
  for (auto const& field : type.fields) {
    auto const which = type.name + "." + std::string(field.name);
    CHECK_MESSAGE(!field.about.doc.empty(), which << " has no documentation");
    check_documented(*field.type, seen);
  }
  if (type.item) check_documented(*type.item, seen);
}
}  // namespace

TEST_CASE("every field of every request and answer is documented") {
  std::set<schema const*> seen;
  for (auto const& row : all_routes()) {
    check_documented(row.query(), seen);
    check_documented(row.answer(), seen);
    if (row.body) check_documented(row.body(), seen);
  }
}

TEST_CASE("every note stands for a field that is there") {
  for (auto const& row : all_routes()) {
    if (!row.body) continue;
    for (auto const& field : row.body().fields) CHECK(field.about.field == field.name);
  }
}
