#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "node/http/problem.hpp"
#include "node/http/token.hpp"

using namespace tracseq;
using namespace tracseq::http;

TEST_CASE("a problem says all of RFC 9457, and the fields") {
  error const why{errc::invalid_argument, "name \"x\" is wrong", {{"/name", "too_long", "is too long."}}};
  auto const text = problem_json(why, {"/here", "r-1"});
  auto const read = nlohmann::json::parse(text);
  CHECK(read["type"] == "/problems/invalid_argument");
  CHECK(read["title"] == "Invalid argument");
  CHECK(read["status"] == describe(errc::invalid_argument).http_status);
  CHECK(read["detail"] == "name \"x\" is wrong");
  CHECK(read["errors"][0]["pointer"] == "/name");
  CHECK(read["instance"] == "/here");
  CHECK(read["request_id"] == "r-1");
  CHECK(read["retryable"] == false);
}

TEST_CASE("what may succeed later says when") {
  auto const out = problem_response({errc::overloaded, "busy", {}}, {"/", "r"});
  CHECK(out.headers.find("Retry-After: 1\r\n") != std::string::npos);
  auto const who = problem_response({errc::unauthenticated, "who?", {}}, {"/", "r"});
  CHECK(who.headers.find("WWW-Authenticate: Bearer") != std::string::npos);
}

TEST_CASE("a text that is quoted in part ends with a whole character") {
  CHECK(clipped("short", 10) == "short");
  CHECK(clipped("caf\xc3\xa9", 4) == "caf");
  CHECK(clipped("caf\xc3\xa9", 5) == "caf\xc3\xa9");
}

TEST_CASE("names of errors lead back to them") {
  for (auto code = errc::invalid_argument; code <= errc::internal;
       code = static_cast<errc>(static_cast<int>(code) + 1))
    CHECK(errc_named(describe(code).name) == code);
  CHECK(errc_named("nonsense") == errc::internal);
}

TEST_CASE("only the token itself opens") {
  CHECK(bearer_matches("Bearer secret", "secret"));
  CHECK(bearer_matches("bearer secret", "secret"));
  CHECK_FALSE(bearer_matches("Bearer secret ", "secret"));
  CHECK_FALSE(bearer_matches("Bearer secre", "secret"));
  CHECK_FALSE(bearer_matches("Bearer ", ""));
  CHECK_FALSE(bearer_matches("", "secret"));
  CHECK_FALSE(bearer_matches("Basic secret", "secret"));
}
