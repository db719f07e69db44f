// What the follower does when the log refuses to be read.
#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <thread>

#include "actors/command_codec.hpp"
#include "actors/storage_unit.hpp"
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

/// A log of one partition, and rows in a folder of their own.
struct one_partition {
  struct folder {
    std::filesystem::path path =
        std::filesystem::temp_directory_path() / ("tracseq-follower-" + to_string(new_uuid()));
    ~folder() { std::filesystem::remove_all(path); }
  };
  folder directory;  // goes last
  memory_log log{1};
  std::unique_ptr<runner> models = opened(directory.path);
  stream_store streams{*models};

  static std::unique_ptr<runner> opened(std::filesystem::path const& directory) {
    auto rows = store::open(directory.string(), {});
    REQUIRE(rows);
    runner_options wanted;
    wanted.partitions = 1;
    auto models = runner::open(*std::move(rows), all_projections(), wanted);
    REQUIRE(models);
    return *std::move(models);
  }
};

}  // namespace

TEST_CASE("a reader that was refused goes on, one whose history is gone does not") {
  one_partition at;
  follower follows(at.log, *at.models, at.streams);
  REQUIRE(follows.start(nullptr));
  REQUIRE(at.log.append(0, {"one"}));
  CHECK(eventually([&] { return follows.applied()[0] == 1; }));

  at.log.fail_reads(4, {errc::io_failure, "this user may not read the topic", {}});
  CHECK(eventually([&] { return follows.failure().has_value(); }));
  REQUIRE(at.log.append(0, {"two"}));
  CHECK(eventually([&] { return follows.applied()[0] == 2; }));
  CHECK(eventually([&] { return !follows.failure(); }));

  at.log.fail_reads(1, {errc::corrupt, "the log has lost records", {}});
  CHECK(eventually([&] { return follows.failure().has_value(); }));
  REQUIRE(at.log.append(0, {"three"}));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  CHECK(follows.failure().has_value());
  CHECK(follows.applied()[0] == 2);
  follows.stop();
}

TEST_CASE("what a log has lost is told as soon as it answers where it ends") {
  one_partition at;
  follower follows(at.log, *at.models, at.streams);
  REQUIRE(follows.start(nullptr));
  REQUIRE(at.log.append(0, {"one"}));
  REQUIRE(at.log.append(0, {"two"}));
  REQUIRE(eventually([&] { return follows.applied()[0] == 2; }));

  at.log.forget(0, 1, 3);
  at.log.fail_reads(1, {errc::corrupt, "the log has lost records", {}});
  REQUIRE(eventually([&] { return follows.failure().has_value(); }));
  CHECK(eventually([&] {
    return follows.failure()->detail.starts_with("the log has lost records. Missing is: partition 0 from offset 1 to 1.");
  }));
  follows.stop();
}

TEST_CASE("behind a log that lost what was read from it nothing is claimed and nothing is written") {
  one_partition at;
  engine_options options;
  options.deadline = std::chrono::milliseconds(200);
  engine commands(at.log, at.streams, options);
  std::atomic<bool> answers = false;
  commands.ask_before_claims([&](partition_id) { return answers ? "" : "the log does not answer"; });
  follower follows(at.log, *at.models, at.streams);
  commands.stand_by({partition_head{at.models->positions()[0].chain, {}}});
  REQUIRE(follows.start(&commands));
  auto const end = [&] { return at.log.ends()->front(); };
  auto const add_box = [&] {
    command_request request;
    commands::storage_unit::add add;
    add.unit_name = "Box 1";
    request.command = make_command(stream_name(storage_unit::kind, new_uuid()), add);
    request.command_id = new_uuid();
    std::promise<result<command_reply>> told;
    commands.submit({request}, [&](result<command_reply> reply) { told.set_value(std::move(reply)); });
    return told.get_future().get();
  };
  // A claim would wait in the client's queue, and be the first record of whatever log comes back.
  commands.take(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  CHECK(end() == 0);
  CHECK(add_box().error().code == errc::unavailable);
  answers = true;
  REQUIRE(eventually([&] { return commands.ready(); }));
  CHECK(end() == 1);
  CHECK(add_box());
  CHECK(end() == 2);

  at.log.fail_reads(1, {errc::corrupt, "the log has lost records", {}});
  REQUIRE(eventually([&] { return follows.failure().has_value(); }));
  REQUIRE(eventually([&] { return !commands.ready(); }));
  for (int i = 0; i < 3; ++i) {
    auto const refused = add_box();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == errc::unavailable);
    CHECK(refused.error().detail == "the log has lost records");
  }
  commands.take(0);
  std::this_thread::sleep_for(std::chrono::milliseconds(1'500));  // several times what a shard waits to claim again
  CHECK(end() == 2);
  CHECK_FALSE(commands.ready());
  follows.stop();
}
