// What `cluster status --check` finds wrong, by the answers of a node.

#include <doctest/doctest.h>

#include "node/cli/cluster_text.hpp"

namespace {

using namespace tracseq;

/// All is well but for what `more` adds to the view, and `of_second` to its second node.
std::vector<std::string> wrong(std::string const& more, std::string const& of_second = R"("state":"reachable","ready":true)") {
  auto const view = http::parse_json(R"({"clustered":true,"node":"a","nodes":[{"name":"a","state":"here","ready":true,)"
                                     R"("warnings":["its own"]},{"name":"b","address":"b:8090",)" +
                                     of_second + R"(}],"partitions":[{"partition":0,"owner":"a","state":"open"}])" + more + "}");
  REQUIRE(view);
  return cli::wrong_in(*view);
}

}  // namespace

TEST_CASE("cluster status --check: what a node warns of itself is not wrong") { CHECK(wrong("").empty()); }

TEST_CASE("cluster status --check: strangers and trouble with the group are wrong") {
  auto const found = wrong(R"(,"warnings":["the group of nodes cannot be joined: it is full",)"
                           R"("2 connections to the port for nodes were refused; the last one: x."])");
  REQUIRE(found.size() == 2);
  CHECK(found[0] == "the group of nodes cannot be joined: it is full");
  CHECK(found[1] == "2 connections to the port for nodes were refused; the last one: x");
}

TEST_CASE("cluster status --check: an address at which no node was met yet is wrong") {
  auto const found = wrong(R"(,"warnings":["The node at c:8090 is not reached: refused."])");
  REQUIRE(found.size() == 1);
  CHECK(found[0] == "The node at c:8090 is not reached: refused");
}

TEST_CASE("cluster status --check: a node and a clock are told of once") {
  auto const away = wrong(R"(,"warnings":["The node b at b:8090 is not reached: refused."])",
                          R"("state":"unreachable","trouble":"refused")");
  REQUIRE(away.size() == 1);
  CHECK(away[0] == "b is unreachable: refused");
  auto const ahead = wrong(R"(,"warnings":["The clock of b is 60 s ahead of this node's. Set both by one time server."])",
                           R"("state":"reachable","ready":true,"clock_ahead_s":60.2)");
  REQUIRE(ahead.size() == 1);
  CHECK(ahead[0] == "the clock of b is 60 s ahead");
}
