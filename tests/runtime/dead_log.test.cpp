// What the engine says when its log has failed for good.

#include "actors/storage_unit.hpp"
#include "events/log/segment.hpp"
#include "tests/runtime/world.hpp"

using namespace tracseq;
using testing::world;

namespace {

result<command_reply> add_unit(world& lab) {
  commands::storage_unit::add add;
  add.unit = storage_unit::unit_kind::freezer;
  add.unit_name = std::string(200, 'F');
  return lab.run(stream_name(storage_unit::kind, new_uuid()), add);
}

}  // namespace

TEST_CASE("who asks when the log is dead is told so at once, and is not kept until it can be claimed again") {
  world lab;
  lab.log_how.segment_bytes = 1u << 15;
  // The deadline of a command is longer than a reply is waited for here.
  lab.options.deadline = std::chrono::minutes(10);
  lab.restart();
  // What stands in its place keeps the next segment from its name.
  std::filesystem::create_directories(std::filesystem::path(log_directory(lab.directory())) / segment::file_name(2) /
                                      "in the way");
  auto reply = add_unit(lab);
  for (int i = 0; i < 1000 && reply; ++i) reply = add_unit(lab);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == errc::outcome_unknown);
  REQUIRE(lab.log->dead());
  for (int i = 0; i < 30; ++i) {  // of each partition
    auto const late = add_unit(lab);
    REQUIRE_FALSE(late);
    CHECK(late.error().code == errc::unavailable);
    CHECK(late.error().detail == lab.log->dead()->detail);
  }
}
