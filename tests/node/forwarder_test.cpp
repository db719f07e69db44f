// Commands on their way to the owner: through moves, lost connections and late answers, with a clock and
// connections of their own.

#include <doctest/doctest.h>

#include <deque>

#include "events/codec.hpp"
#include "node/cluster/forwarder.hpp"
#include "node/cluster/messages.hpp"

using namespace tracseq;
using namespace tracseq::cluster;
using std::chrono::milliseconds;

namespace {

struct world {
  struct sent {
    uuid to;
    forwarded what;
  };
  uuid self = new_uuid();
  uuid b = new_uuid();
  uuid c = new_uuid();
  bool reached = true;
  std::deque<sent> line;
  std::vector<command_callback> local;
  std::vector<std::uint64_t> local_claims;
  forwarder::clock::time_point now{};
  forward_options options;
  forwarder of{{[this](uuid const& to, std::string body) {
                  if (!reached) return false;
                  auto what = decode_forward(body);
                  REQUIRE(what);
                  line.push_back({to, *std::move(what)});
                  return true;
                },
                [this](std::vector<command_request>, command_callback done, std::uint64_t claim) {
                  local.push_back(std::move(done));
                  local_claims.push_back(claim);
                },
                [this] { return now; }},
               self, 12, options};

  std::vector<result<command_reply>> answers;
  uuid submit(partition_id partition = 3) {
    std::vector<command_request> group(1);
    group.front().command = {"sample/x", "receive", "bytes", 0};
    group.front().command_id = new_uuid();
    auto const id = group.front().command_id;
    of.submit(partition, std::move(group), [this](result<command_reply> reply) { answers.push_back(std::move(reply)); });
    return id;
  }
  /// To an owner that is reached.
  uuid submit_to_b() {
    of.on_connected(b);
    of.on_route(3, {1, b, "b"});
    return submit();
  }
  void after(int ms) {
    now += milliseconds(ms);
    of.tick();
  }
  static command_reply accepted() {
    command_reply reply;
    reply.stream = "sample/x";
    reply.offset = 17;
    reply.version = 2;
    return reply;
  }
  void answer(sent const& one, result<command_reply> reply) { of.on_answer({one.what.id, std::move(reply)}); }
};

}  // namespace

TEST_CASE("a command goes to the owner, and its answer comes back") {
  world at;
  auto const id = at.submit_to_b();
  REQUIRE(at.line.size() == 1);
  CHECK(at.line[0].to == at.b);
  CHECK(at.line[0].what.commands.front().command_id == id);
  CHECK(at.line[0].what.commands.front().command.payload == "bytes");
  at.answer(at.line[0], world::accepted());
  REQUIRE(at.answers.size() == 1);
  CHECK(at.answers[0]->version == 2);
  CHECK(at.of.stats().waiting == 0);
}

TEST_CASE("a refusal comes back with its words and fields") {
  world at;
  at.submit_to_b();
  auto const told = decode_answer(
      encode_answer(at.line[0].what.id, fail(errc::conflict, "taken", {{"/slot", "taken", "A1 is taken"}})));
  REQUIRE(told);
  at.of.on_answer(*told);
  REQUIRE(at.answers.size() == 1);
  CHECK(at.answers[0].error().code == errc::conflict);
  CHECK(at.answers[0].error().problems.front().pointer == "/slot");
}

TEST_CASE("the next owner is asked with the same id, and a late answer of the first is not taken") {
  world at;
  at.of.on_connected(at.b);
  at.of.on_connected(at.c);
  at.of.on_route(3, {1, at.b, "b"});
  auto const id = at.submit();
  at.of.on_route(3, {2, at.c, "c"});
  REQUIRE(at.line.size() == 2);
  CHECK(at.line[1].to == at.c);
  CHECK(at.line[1].what.commands.front().command_id == id);
  // What is late at b, which may own the partition once more by then, is known by its claim.
  CHECK(at.line[0].what.claim == 1);
  CHECK(at.line[1].what.claim == 2);
  at.answer(at.line[0], fail(errc::not_owner, "moved"));
  CHECK(at.answers.empty());
  at.answer(at.line[1], world::accepted());
  at.answer(at.line[0], world::accepted());
  CHECK(at.answers.size() == 1);
  CHECK(at.of.stats().moved == 1);
}

TEST_CASE("an owner that is not one yet is asked again, not at once") {
  world at;
  at.submit_to_b();
  at.answer(at.line[0], fail(errc::not_owner, "not open"));
  CHECK(at.line.size() == 1);
  at.after(10);
  CHECK(at.line.size() == 1);
  at.after(60);
  REQUIRE(at.line.size() == 2);
  at.answer(at.line[1], world::accepted());
  CHECK(at.answers.size() == 1);
}

TEST_CASE("a lost connection sends it again over the next") {
  world at;
  at.submit_to_b();
  at.of.on_lost(at.b);
  at.after(1'000);
  CHECK(at.line.size() == 1);
  at.of.on_connected(at.b);
  REQUIRE(at.line.size() == 2);
  at.answer(at.line[1], world::accepted());
  CHECK(at.answers.size() == 1);
}

TEST_CASE("what was never sent is refused soon, what was sent has an unknown outcome in the end") {
  world at;
  at.of.on_route(3, {1, at.b, "b"});
  at.submit();
  at.after(2'900);
  CHECK(at.answers.empty());
  at.after(200);
  REQUIRE(at.answers.size() == 1);
  CHECK(at.answers[0].error().code == errc::unavailable);
  CHECK(at.answers[0].error().detail.find("b, which this node cannot reach") != std::string::npos);
  at.of.on_connected(at.b);
  at.submit();
  at.after(9'900);
  CHECK(at.answers.size() == 1);
  at.after(200);
  REQUIRE(at.answers.size() == 2);
  CHECK(at.answers[1].error().code == errc::outcome_unknown);
}

TEST_CASE("what was sent once has an unknown outcome, whatever becomes of the next try") {
  SUBCASE("nothing of it leaves this node") {
    world at;
    at.of.on_connected(at.b);
    at.of.on_connected(at.c);
    at.of.on_route(3, {1, at.b, "b"});
    at.submit();
    at.reached = false;
    at.of.on_route(3, {2, at.c, "c"});
    CHECK(at.line.size() == 1);
    at.after(9'900);
    CHECK(at.answers.empty());
    at.after(200);
    REQUIRE(at.answers.size() == 1);
    CHECK(at.answers[0].error().code == errc::outcome_unknown);
  }
  SUBCASE("who is asked next refuses before he looks at it") {
    for (auto const code : {errc::overloaded, errc::unavailable, errc::conflict}) {
      world at;
      at.submit_to_b();
      at.of.on_lost(at.b);
      at.after(1'000);
      at.of.on_connected(at.b);
      REQUIRE(at.line.size() == 2);
      at.answer(at.line[1], fail(code, "words"));
      REQUIRE(at.answers.size() == 1);
      // Who decides has looked for the first try: it was not done.
      CHECK(at.answers[0].error().code == (code == errc::conflict ? code : errc::outcome_unknown));
      CHECK(at.answers[0].error().detail.find("words") != std::string::npos);
    }
  }
  SUBCASE("a refusal of the only try is one") {
    world at;
    at.submit_to_b();
    at.answer(at.line[0], fail(errc::not_owner, "not open"));
    at.after(60);
    at.answer(at.line[1], fail(errc::overloaded, "full"));
    REQUIRE(at.answers.size() == 1);
    CHECK(at.answers[0].error().code == errc::overloaded);
  }
}

TEST_CASE("what this node's own shard has got has an unknown outcome while it does not answer") {
  world at;
  at.of.on_route(3, {1, at.self, "self"});
  at.submit();
  REQUIRE(at.local.size() == 1);
  SUBCASE("in the end") {
    at.after(9'900);
    CHECK(at.answers.empty());
    at.after(200);
  }
  SUBCASE("when this node stops") { at.of.stop(); }
  SUBCASE("when another node has it since") {
    at.of.on_route(3, {2, at.b, "b"});
    at.after(10'100);
  }
  REQUIRE(at.answers.size() == 1);
  CHECK(at.answers[0].error().code == errc::outcome_unknown);
}

TEST_CASE("a partition that came here meanwhile is served here") {
  world at;
  at.submit();
  at.of.on_route(3, {1, at.self, "self"});
  REQUIRE(at.local.size() == 1);
  CHECK(at.local_claims == std::vector<std::uint64_t>{1});
  at.local[0](fail(errc::not_owner, "gone again"));
  at.of.on_connected(at.c);
  at.of.on_route(3, {2, at.c, "c"});
  REQUIRE(at.line.size() == 1);
  at.answer(at.line[0], world::accepted());
  CHECK(at.answers.size() == 1);
}

TEST_CASE("too much is shed at once, and the end refuses all") {
  world at;
  for (std::size_t i = 0; i < at.options.waiting_max; ++i) at.submit();
  CHECK(at.answers.empty());
  at.submit();
  REQUIRE(at.answers.size() == 1);
  CHECK(at.answers[0].error().code == errc::overloaded);
  at.of.stop();
  CHECK(at.answers.size() == at.options.waiting_max + 1);
  at.submit();
  CHECK(at.answers.size() == at.options.waiting_max + 2);
}

TEST_CASE("a command arrives as it was sent, and so does its answer") {
  command_request sent;
  sent.command = {"sample/x", "receive", std::string("pay\0load", 8), 3};
  sent.command_id = new_uuid();
  sent.request.fill(7);
  sent.who = {"subject", "A Person", "technician"};
  sent.reason = "why";
  sent.occurred_at = instant{1'700'000'000'000'000};
  sent.correlation_id = new_uuid();
  sent.causation_id = new_uuid();
  sent.traceparent = "00-trace";
  sent.expected_version = 9;
  auto const got = decode_forward(encode_forward(7, milliseconds(250), 12, {sent}));
  REQUIRE(got);
  CHECK(got->id == 7);
  CHECK(got->within == milliseconds(250));
  CHECK(got->claim == 12);
  REQUIRE(got->commands.size() == 1);
  auto const& one = got->commands.front();
  CHECK(one.command.stream == sent.command.stream);
  CHECK(one.command.name == sent.command.name);
  CHECK(one.command.payload == sent.command.payload);
  CHECK(one.command.group == sent.command.group);
  CHECK(one.command_id == sent.command_id);
  CHECK(one.request == sent.request);
  CHECK(one.who.subject == sent.who.subject);
  CHECK(one.who.name == sent.who.name);
  CHECK(one.who.role == sent.who.role);
  CHECK(one.reason == sent.reason);
  CHECK(one.occurred_at == sent.occurred_at);
  CHECK(one.correlation_id == sent.correlation_id);
  CHECK(one.causation_id == sent.causation_id);
  CHECK(one.traceparent == sent.traceparent);
  CHECK(one.expected_version == sent.expected_version);

  auto reply = world::accepted();
  reply.partition = 5;
  reply.repeated = true;
  reply.recorded_at = instant{1'700'000'000'000'001};
  auto const answer = decode_answer(encode_answer(8, reply));
  REQUIRE(answer);
  REQUIRE(answer->reply);
  CHECK(answer->id == 8);
  CHECK(answer->reply->stream == reply.stream);
  CHECK(answer->reply->partition == reply.partition);
  CHECK(answer->reply->offset == reply.offset);
  CHECK(answer->reply->version == reply.version);
  CHECK(answer->reply->repeated);
  CHECK(answer->reply->recorded_at == reply.recorded_at);
}

TEST_CASE("a claim that is read late changes no route") {
  world at;
  at.of.on_connected(at.b);
  at.of.on_connected(at.c);
  at.of.on_route(3, {2, at.b, "b"});
  at.of.on_route(3, {1, at.c, "c"});
  at.of.on_route(3, {2, at.c, "c"});
  CHECK(at.of.route_of(3).boot_id == at.b);
  at.submit();
  REQUIRE(at.line.size() == 1);
  CHECK(at.line[0].to == at.b);
}

TEST_CASE("bytes that are no command or answer are refused") {
  CHECK_FALSE(decode_forward(""));
  CHECK_FALSE(decode_forward(std::string(64, '\xff')));
  CHECK_FALSE(decode_answer("x"));
  answer both;  // accepted, with the words of a refusal
  both.detail = "the slot is taken";
  CHECK_FALSE(decode_answer(codec::encode(both)));
  auto const whole = encode_forward(7, milliseconds(5), 3, std::vector<command_request>(2));
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK_FALSE(decode_forward(whole.substr(0, i)));
  CHECK(decode_forward(whole)->commands.size() == 2);
  CHECK_FALSE(decode_forward(encode_forward(7, milliseconds(5), 3, {})));
}
