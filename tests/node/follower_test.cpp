// What the follower does when the log refuses to be read.
#include <doctest/doctest.h>

#include <filesystem>
#include <thread>

#include "node/follower.hpp"
#include "projections/runner.hpp"
#include "tests/projections/memory_log.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

bool eventually(std::function<bool()> const& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace

TEST_CASE("a reader that was refused goes on, one whose history is gone does not") {
  auto const directory = std::filesystem::temp_directory_path() / ("tracseq-follower-" + to_string(new_uuid()));
  memory_log log(1);
  {
    auto rows = store::open(directory.string(), {});
    REQUIRE(rows);
    runner_options wanted;
    wanted.partitions = 1;
    auto models = runner::open(*std::move(rows), all_projections(), wanted);
    REQUIRE(models);
    stream_store streams(**models);
    follower follows(log, **models, streams);
    REQUIRE(follows.start(nullptr));
    REQUIRE(log.append(0, {"one"}));
    CHECK(eventually([&] { return follows.applied()[0] == 1; }));

    log.fail_reads(4, {errc::io_failure, "this user may not read the topic", {}});
    CHECK(eventually([&] { return follows.failure().has_value(); }));
    REQUIRE(log.append(0, {"two"}));
    CHECK(eventually([&] { return follows.applied()[0] == 2; }));
    CHECK(eventually([&] { return !follows.failure(); }));

    log.fail_reads(1, {errc::corrupt, "the log has lost records", {}});
    CHECK(eventually([&] { return follows.failure().has_value(); }));
    REQUIRE(log.append(0, {"three"}));
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
    CHECK(follows.failure().has_value());
    CHECK(follows.applied()[0] == 2);
    follows.stop();
  }
  std::filesystem::remove_all(directory);
}
