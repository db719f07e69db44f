// What a shard does with commands while its partition comes and goes, as that of one node of several; and how the
// engine ends.
#include <atomic>
#include <mutex>
#include <thread>

#include "actors/delivery.hpp"
#include "actors/notification_rule.hpp"
#include "actors/sample.hpp"
#include "tests/runtime/world.hpp"

using namespace tracseq;
using testing::soon;
using testing::world;
namespace do_sample = commands::sample;

namespace {

/// A world of one node of several, which keeps what is sent on to others.
struct one_of_several {
  one_of_several() {
    lab.options.deadline = std::chrono::milliseconds(500);
    lab.elsewhere = [this](partition_id, std::vector<command_request> const&, command_callback const& done) {
      ++sent_on;
      done(fail(errc::unavailable, "there is no other"));
    };
    lab.restart();
    commands::sample::register_sample asked;
    asked.details.name = "S-1";
    asked.details.barcode = "LAB-1";
    tube = stream_name(sample::kind, new_uuid());
    REQUIRE(lab.run(tube, asked));
    at = partition_of(tube, lab.log->partitions());
    lab.settle();
  }
  /// From here on the node reads what the test says.
  void read_claim(uuid const& by) {
    read_back claim;
    claim.partition = at;
    claim.judged = verdict::claim;
    claim.claimed_by = by;
    lab.commands->on_read({claim});
  }
  std::future<result<command_reply>> ask(command_request request, bool for_peer) {
    auto const told = std::make_shared<std::promise<result<command_reply>>>();
    auto const done = [told](result<command_reply> reply) { told->set_value(std::move(reply)); };
    if (for_peer)
      lab.commands->submit_for_peer({std::move(request)}, done, {claim(), std::chrono::minutes(1)});
    else
      lab.commands->submit({std::move(request)}, done);
    return told->get_future();
  }
  /// The newest that this node has read.
  [[nodiscard]] std::uint64_t claim() const { return lab.streams->positions()[at].chain.c; }
  [[nodiscard]] command_request hold() const { return world::request(tube, do_sample::hold{"looks odd"}); }

  std::atomic<int> sent_on{0};
  world lab;
  std::string tube;
  partition_id at = 0;
};

}  // namespace

TEST_CASE("a node that is stopping has other nodes send on what they sent to it") {
  one_of_several node;
  node.lab.commands->drain(std::chrono::milliseconds(0));
  CHECK(node.ask(node.hold(), true).get().error().code == errc::not_owner);
  CHECK(node.ask(node.hold(), false).get().error().code == errc::unavailable);
}

TEST_CASE("who asks here for what another node asked for, too, is not told to ask elsewhere") {
  one_of_several node;
  node.lab.reader->stop();
  auto const hold = node.hold();
  auto of_peer = node.ask(hold, true);
  auto of_client = node.ask(hold, false);
  node.read_claim(new_uuid());
  CHECK(of_client.get().error().detail == "there is no other");
  CHECK(of_peer.get().error().detail == "there is no other");
  CHECK(node.sent_on == 1);
}

TEST_CASE("a node that cannot claim a partition asks whoever has it, until its claim is read back after all") {
  one_of_several node;
  node.lab.reader->stop();
  node.read_claim(new_uuid());
  REQUIRE(soon([&] { return node.lab.commands->phase_of(node.at) == shard_phase::away; }));
  for (int tries = 1; tries <= 2; ++tries) {
    node.lab.commands->take(node.at);
    REQUIRE(soon([&] { return node.lab.commands->phase_of(node.at) == shard_phase::claiming; }));
    REQUIRE(soon([&] { return node.lab.commands->phase_of(node.at) == shard_phase::away; }));
    CHECK(node.lab.commands->stats().claims_unconfirmed == static_cast<std::uint64_t>(tries));
    CHECK(node.ask(node.hold(), false).get().error().detail == "there is no other");
    CHECK(node.sent_on == tries);
  }
  node.read_claim(node.lab.options.boot_id);
  CHECK(soon([&] { return node.lab.commands->phase_of(node.at) == shard_phase::open; }));
  CHECK(node.lab.commands->stats().claims_unconfirmed == 0);
}

TEST_CASE("an owner that was overtaken, and has not read so, refuses nobody") {
  one_of_several node;
  node.lab.reader->stop();
  auto const accept = world::request(node.tube, do_sample::accept{});
  CHECK(node.ask(accept, false).get().error().code == errc::conflict);  // it is registered, and all was read
  claim stranger;
  stranger.number = node.lab.streams->positions()[node.at].chain.c + 1;
  stranger.boot_id = new_uuid();
  auto const end = [&] { return node.lab.log->ends()->at(node.at); };
  auto const before = end();
  REQUIRE(node.lab.log->append(node.at, {encode_record(stranger)}));
  REQUIRE(soon([&] { return end() > before; }));
  CHECK(node.ask(accept, false).get().error().code == errc::outcome_unknown);
  auto asked = node.ask(accept, false);
  node.read_claim(stranger.boot_id);
  CHECK(asked.get().error().detail == "there is no other");  // and the new owner is asked
}

TEST_CASE("who is answered while the engine stops may ask it once more, and is told that it stops") {
  one_of_several node;
  node.lab.reader->stop();
  std::promise<errc> first, second;
  node.lab.commands->submit({node.hold()}, [&](result<command_reply> const& reply) {
    first.set_value(reply.error().code);
    node.lab.commands->submit({node.hold()},
                              [&](result<command_reply> const& again) { second.set_value(again.error().code); });
  });
  node.lab.commands->stop();
  CHECK(first.get_future().get() == errc::outcome_unknown);
  CHECK(second.get_future().get() == errc::unavailable);
}

TEST_CASE("an effect that ends while the engine ends harms nothing") {
  for (int round = 0; round < 10; ++round) {
    world lab;
    std::mutex mutex;
    std::vector<std::function<void(effect_outcome)>> ended;
    lab.perform = [&](effect const&, std::function<void(effect_outcome)> done) {
      std::lock_guard const guard(mutex);
      ended.push_back(std::move(done));
    };
    lab.restart();
    for (int i = 0; i < 20; ++i) {
      commands::delivery::queue queued;
      queued.message_id = new_uuid();
      queued.channel = notification_rule::channel::webhook;
      queued.url = "https://receiver.example/hook";
      queued.subject = "Message";
      REQUIRE(lab.run(stream_name(delivery::kind, queued.message_id), queued));
    }
    auto const count = [&] {
      std::lock_guard const guard(mutex);
      return ended.size();
    };
    REQUIRE(soon([&] { return count() == 20; }));
    std::jthread const channel([&] {
      for (auto const& done : ended) done({true, {}, false});
    });
    lab.commands->stop();
    auto const late = lab.run(stream_name(sample::kind, new_uuid()), do_sample::accept{});
    CHECK(late.error().code == errc::unavailable);
  }
}
