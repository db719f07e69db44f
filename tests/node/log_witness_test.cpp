// What other nodes have shown of the log, against where it ends: the decision alone, with a clock of its own.

#include <doctest/doctest.h>

#include "node/cluster/clock_offset.hpp"
#include "node/cluster/log_witness.hpp"

using namespace tracseq;
using namespace tracseq::cluster;

namespace {

struct looker {
  log_witness at{2};
  log_witness::time_point now{};

  /// Asked where the log ends now.
  void look(log_witness::offsets const& ends, int after_ms = 250) {
    now += std::chrono::milliseconds(after_ms);
    at.ends_at(at.shown(), ends, now);
  }
};

}  // namespace

TEST_CASE("witness: nothing may be claimed before it is known where the log ends") {
  looker here;
  CHECK_FALSE(here.at.holds(0));
  here.look({0, 0});
  CHECK(here.at.holds(0));
  CHECK(here.at.holds_all());
  CHECK(here.at.words().empty());
}

TEST_CASE("witness: a log that others are ahead in is not short, and is asked again before anything is claimed in it") {
  looker here;
  here.look({10, 10});
  here.at.heard("node-2", {12, 10});
  CHECK_FALSE(here.at.holds(0));
  CHECK(here.at.holds(1));
  CHECK_FALSE(here.at.is_short(0));
  here.look({12, 11});
  CHECK(here.at.holds_all());
  // What is heard between the question and its answer is not held against the answer.
  auto const before = here.at.shown();
  here.at.heard("node-2", {30, 11});
  here.at.ends_at(before, {20, 11}, here.now);
  CHECK_FALSE(here.at.holds(0));
  CHECK_FALSE(here.at.is_short(0));
  CHECK(here.at.words().empty());
}

TEST_CASE("witness: a log that ends before what others have shown is named, partition by partition") {
  looker here;
  here.at.heard("node-1", {100, 50});
  here.at.heard("node-2", {120, 40});
  here.look({90, 50});
  CHECK(here.at.is_short(0));
  CHECK_FALSE(here.at.is_short(1));
  CHECK_FALSE(here.at.holds(0));
  CHECK(here.at.holds(1));
  CHECK(here.at.missing() == 30);
  CHECK(here.at.words().find("what node-2 has shown") != std::string::npos);
  CHECK(here.at.words().find("Missing is") == std::string::npos);
  here.look({90, 50}, 3'000);
  CHECK(here.at.words().find("Missing is: partition 0 from offset 90 to 119.") != std::string::npos);
}

TEST_CASE("witness: what a node has shown counts when that node is gone, and when the log has grown again") {
  looker here;
  here.at.heard("node-1", {100, 50});
  here.look({90, 50});
  CHECK_FALSE(here.at.is_sure());
  here.at.heard("node-1", {0, 0});  // a boot later, with an empty directory
  here.look({90, 50}, 3'000);
  CHECK(here.at.is_sure());
  // Whatever was written there since fills no gap.
  here.look({200, 200}, 60'000);
  CHECK(here.at.is_sure());
  CHECK_FALSE(here.at.holds(0));
  CHECK_FALSE(here.at.holds_all());
  CHECK(here.at.missing() == 10);
  CHECK_FALSE(here.at.words().empty());
}

TEST_CASE("witness: a broker that did not show all of it for a moment is no loss") {
  looker here;
  here.at.heard("node-1", {100, 50});
  here.look({90, 50});
  here.look({90, 50}, 2'000);
  CHECK(here.at.is_short(0));
  here.look({100, 50});
  CHECK(here.at.holds_all());
  CHECK(here.at.words().empty());
  here.at.heard("node-1", {110, 50});
  here.look({100, 50}, 60'000);
  CHECK_FALSE(here.at.is_sure());  // it counts from anew
  // Nor is an answer that never came.
  here.look({}, 60'000);
  CHECK_FALSE(here.at.is_sure());
}

TEST_CASE("witness: a node that counts other partitions is heard as far as both count") {
  looker here;
  here.at.heard("node-1", {7});
  here.at.heard("node-2", {1, 2, 3});
  CHECK(here.at.shown() == log_witness::offsets{7, 2});
}

TEST_CASE("a clock that steps is noticed, and words that waited on their way are no step") {
  clock_offset ahead;
  CHECK_FALSE(ahead.ahead_s());
  ahead.add(0.0);
  CHECK(ahead.ahead_s() == 0.0);
  ahead.add(3'600.0);
  CHECK(ahead.ahead_s() == 3'600.0);
  for (int i = 0; i < 4; ++i) ahead.add(-0.1);
  CHECK(ahead.ahead_s() == -0.1);
  ahead.add(-9.0);  // it lay in a queue for nine seconds
  CHECK(ahead.ahead_s() == -0.1);
  for (int i = 0; i < 4; ++i) ahead.add(-3'600.0);
  CHECK(ahead.ahead_s() == -3'600.0);
}
