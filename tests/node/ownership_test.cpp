// Who claims what, and when: the decision alone, with a clock of its own.

#include <doctest/doctest.h>

#include "node/cluster/ownership.hpp"

using namespace tracseq;
using namespace tracseq::cluster;
using std::chrono::milliseconds;

namespace {

constexpr partition_id partitions = 12;

struct nodes {
  uuid a = new_uuid();
  uuid b = new_uuid();
  uuid c = new_uuid();
  ownership_options options;
  ownership::time_point now{};

  ownership of(uuid const& self) const { return ownership(self, partitions, options); }
  ownership::time_point after(int ms) { return now += milliseconds(ms); }
};

std::vector<partition_id> all() {
  std::vector<partition_id> every;
  for (partition_id p = 0; p < partitions; ++p) every.push_back(p);
  return every;
}

void claim_all(ownership& at, uuid const& by, ownership::time_point when) {
  for (auto const p : all()) at.claimed(p, by, when);
}

}  // namespace

TEST_CASE("what the group gives is claimed at once, and once") {
  nodes of;
  auto a = of.of(of.a);
  CHECK(a.due(of.now).empty());
  a.assigned({1, 5});
  CHECK(a.due(of.now) == std::vector<partition_id>{1, 5});
  CHECK(a.due(of.after(100)).empty());
  a.claimed(1, of.a, of.now);
  // The claim of 5 was lost on its way: once more, a while later.
  CHECK(a.due(of.after(3'000)) == std::vector<partition_id>{5});
  a.claimed(5, of.a, of.now);
  CHECK(a.due(of.after(60'000)).empty());
}

TEST_CASE("what may not be claimed for the moment is due as soon as it may") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned({1, 5});
  CHECK(a.due(of.now, [](partition_id p) { return p != 5; }) == std::vector<partition_id>{1});
  CHECK(a.due(of.after(50), [](partition_id) { return true; }) == std::vector<partition_id>{5});
}

TEST_CASE("what this node owns it keeps, whatever the group gives away") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned(all());
  claim_all(a, of.a, of.now);
  a.assigned({0});
  CHECK(a.due(of.after(60'000)).empty());
  // Another node claims what it was given: that is how it is lost, and it is not taken back.
  a.claimed(1, of.b, of.now);
  CHECK(a.due(of.after(600'000)).empty());
}

TEST_CASE("without a word of the group somebody takes what nobody has") {
  nodes of;
  auto a = of.of(of.a);
  CHECK(a.due(of.now).empty());
  CHECK(a.due(of.after(4'000)).empty());
  CHECK(a.due(of.after(1'500)) == all());
}

TEST_CASE("the partitions of a process that ended are taken at once, each by one") {
  nodes of;
  auto a = of.of(of.a);
  auto b = of.of(of.b);
  for (auto* one : {&a, &b}) {
    one->assigned({});
    claim_all(*one, of.c, of.now);
    one->reachable(of.c, true);
  }
  a.reachable(of.b, true);
  b.reachable(of.a, true);
  CHECK(a.due(of.now).empty());
  CHECK(b.due(of.now).empty());
  a.gone(of.c, of.now);
  b.gone(of.c, of.now);
  auto const first = a.due(of.now);
  auto const second = b.due(of.now);
  CHECK(first.size() + second.size() == partitions);
  CHECK_FALSE(first.empty());
  CHECK_FALSE(second.empty());
  // The first in line did not come: the next one takes them all the same.
  for (auto const p : second) b.claimed(p, of.b, of.now);
  CHECK(b.due(of.after(800)) == first);
}

TEST_CASE("a process that ended after another took its partition changes nothing") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned({});
  claim_all(a, of.b, of.now);
  a.reachable(of.c, true);
  a.gone(of.c, of.now);
  CHECK(a.due(of.after(10'000)).empty());
}

TEST_CASE("an owner that is only out of reach keeps its partitions: the group has the say") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned({0});
  claim_all(a, of.b, of.now);
  a.claimed(0, of.a, of.now);
  a.reachable(of.b, true);
  a.reachable(of.b, false);
  CHECK(a.due(of.after(600'000)).empty());
  a.assigned({0, 1});
  CHECK(a.due(of.now) == std::vector<partition_id>{1});
}

TEST_CASE("a partition that its owner does not open is taken from it") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned({});
  claim_all(a, of.b, of.now);
  a.reachable(of.b, true);
  a.serving(3, false, of.now);
  CHECK(a.due(of.after(4'900)).empty());
  CHECK(a.due(of.after(200)) == std::vector<partition_id>{3});
  a.claimed(3, of.a, of.now);
  CHECK(a.due(of.after(60'000)).empty());
  a.serving(4, false, of.now);
  a.serving(4, true, of.after(1'000));
  CHECK(a.due(of.after(60'000)).empty());
}

TEST_CASE("what another took by mistake is taken back, later each time") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned({7});
  a.claimed(7, of.a, of.now);
  a.claimed(7, of.b, of.now);
  CHECK(a.due(of.after(9'000)).empty());
  CHECK(a.due(of.after(1'100)) == std::vector<partition_id>{7});
  a.claimed(7, of.a, of.now);
  a.claimed(7, of.b, of.now);
  CHECK(a.due(of.after(11'000)).empty());
  CHECK(a.due(of.after(9'100)) == std::vector<partition_id>{7});
}

TEST_CASE("what the group gave is taken back soon from an owner that is lost, however often it went back and forth") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned({7});
  a.claimed(7, of.a, of.now);
  a.reachable(of.b, true);
  for (int i = 0; i < 6; ++i) {
    a.claimed(7, of.b, of.now);
    CHECK(a.due(of.after(300'000)) == std::vector<partition_id>{7});
    a.claimed(7, of.a, of.now);
  }
  a.claimed(7, of.b, of.now);
  CHECK(a.due(of.after(60'000)).empty());  // it serves, so there is time
  a.reachable(of.b, false);
  CHECK(a.due(of.after(100)) == std::vector<partition_id>{7});
}

TEST_CASE("a claim of a boot that is known to be over does not stop the next in line") {
  nodes of;
  auto a = of.of(of.a);
  a.assigned({});
  claim_all(a, of.b, of.now);
  a.gone(of.c, of.now);
  a.claimed(2, of.c, of.now);  // it came late, from a process that has ended
  CHECK(a.due(of.now) == std::vector<partition_id>{2});
}
