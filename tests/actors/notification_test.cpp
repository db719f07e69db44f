#include "actors/delivery.hpp"
#include "actors/notification_rule.hpp"
#include "tests/actors/scenario.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace rask = tracseq::commands::notification_rule;
namespace rule = tracseq::notification_rule;
namespace dask = tracseq::commands::delivery;
namespace fact = tracseq::delivery;
using rule_scenario = scenario<aggregates::notification_rule>;
using delivery_scenario = scenario<aggregates::delivery>;

namespace {

rule::terms inbox() {
  return {"Rejections", {"sample_rejected"}, "", rule::channel::inbox, "operator", "", {}};
}
rule::terms hook(std::string url = "https://lab.example/hook") {
  return {"Hook", {"run_failed"}, "P1", rule::channel::webhook, "", std::move(url), {}};
}
dask::queue message(rule::channel channel) {
  dask::queue made;
  made.message_id = id(5);
  made.channel = channel;
  made.recipient = "operator";
  made.url = "https://lab.example/hook";
  made.subject = "S-12 was rejected";
  made.body = "{}";
  return made;
}
delivery_scenario webhook() { return delivery_scenario().after(message(rule::channel::webhook)); }
std::string due_step(delivery_scenario const& in) {
  auto const steps = aggregates::delivery::due(in.state());
  return steps.empty() ? "" : steps[0].name;
}
dask::record_attempt failed(delivery_scenario const& in) {
  return {due_step(in), {false, "connection refused"}};
}

}  // namespace

TEST_CASE("a rule is created, changed, paused, resumed and deleted") {
  CHECK(rule_scenario().when(rask::create{inbox()}).only<rule::created>().words() ==
        "Created Rejections: tells operator of sample_rejected");
  auto made = rule_scenario().after(rask::create{inbox()});
  CHECK(made.when(rask::create{inbox()}).words() == "This rule already exists: Rejections.");
  CHECK(made.when(rask::change{inbox()}).changes_nothing());
  CHECK(made.when(rask::change{hook()}).only<rule::changed>().words() ==
        "Changed to Hook: tells https://lab.example/hook of run_failed in project P1");
  CHECK(made.when(rask::resume{}).words() == "The rule Rejections is not paused.");
  made.after(rask::pause{});
  CHECK(made.when(rask::pause{}).words() == "The rule Rejections is already paused.");
  made.after(rask::resume{}).after(rask::delete_rule{});
  CHECK(made.when(rask::pause{}).words() == "The rule Rejections was deleted.");
  CHECK(made.when(rask::delete_rule{}).code() == errc::not_found);
  CHECK(rule_scenario().when(rask::pause{}).words() == "There is no such rule.");
}

TEST_CASE("a rule that tells nobody of nothing is refused") {
  auto wrong = inbox();
  wrong.name = "";
  wrong.event_types = {};
  wrong.recipient = "";
  CHECK(rule_scenario().when(rask::create{wrong}).pointers() ==
        std::vector<std::string>{"/name", "/event_types", "/recipient"});
  wrong = inbox();
  wrong.event_types = {"sample_rejectd"};
  CHECK(rule_scenario().when(rask::create{wrong}).words() ==
        "There is no event type \"sample_rejectd\"; for example \"sample_rejected\" is one.");
  for (std::string const url : {"", "ftp://x", "https://", "http:///path", "https://a b/", "lab.example",
                                "https://me:secret@lab.example/", "http://:80/", "https://x/\"y",
                                "http://h:0/", "http://h:99999/", "http://h:/", "http://h:8o/"}) {
    CAPTURE(url);
    CHECK(rule_scenario().when(rask::create{hook(url)}).words() ==
          "A webhook needs an address like https://lab.example/hook, without a password in it; \"" + url +
              "\" is none.");
  }
  for (std::string const url : {"http://localhost:8080/x?y=1", "https://[::1]/x", "https://[::1]:8443/x", "http://h", "http://h:65535"})
    CHECK(rule_scenario().when(rask::create{hook(url)}).accepted());
}

TEST_CASE("a message for the inbox is delivered by being queued") {
  auto const got = delivery_scenario().when(message(rule::channel::inbox));
  REQUIRE(got.accepted());
  REQUIRE(got.got->size() == 2);
  CHECK(std::get<fact::queued>(got.got->front()).words() == "To be told to operator: S-12 was rejected");
  CHECK((got.got->back() == fact::event(fact::delivered{1})));
  auto told = delivery_scenario().after(message(rule::channel::inbox));
  CHECK(due_step(told).empty());
  CHECK(told.when(dask::mark_read{}).is({fact::read{}}));
  CHECK(facts_of(fact::read{}).ends_process);
  told.after(dask::mark_read{});
  CHECK(told.when(dask::mark_read{}).changes_nothing());
  CHECK(told.when(message(rule::channel::inbox)).changes_nothing());
  CHECK(told.when(dask::requeue{}).words() ==
        "This message was delivered; only a dead letter can be sent again.");
}

TEST_CASE("a message has to have somewhere to go") {
  auto wrong = message(rule::channel::inbox);
  wrong.recipient = "";
  CHECK(delivery_scenario().when(wrong).words() == "A message for the inbox needs a recipient.");
  wrong = message(rule::channel::webhook);
  wrong.url = "";
  wrong.body = std::string(600 * 1024, 'x');
  CHECK(delivery_scenario().when(wrong).words() ==
        "2 fields are wrong; the first: A webhook needs an address.");
  CHECK(delivery_scenario().when(dask::requeue{}).words() == "There is no such message.");
  CHECK(webhook().when(dask::mark_read{}).words() == "Only messages in the inbox can be marked as read.");
}

TEST_CASE("a webhook is one effect whose message id stays") {
  auto in = webhook();
  auto const steps = aggregates::delivery::due(in.state());
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].name == "attempt-0.1");
  CHECK_FALSE(steps[0].not_before);
  REQUIRE(steps[0].outside);
  CHECK(steps[0].outside->kind == "webhook");
  auto const sent = codec::decode<dask::webhook_message>(steps[0].outside->payload);
  REQUIRE(sent.has_value());
  CHECK((*sent == dask::webhook_message{"https://lab.example/hook", id(5), 1, "{}"}));
  in.after(failed(in));
  auto const second = aggregates::delivery::due(in.state())[0];
  CHECK(second.name == "attempt-0.2");
  CHECK(codec::decode<dask::webhook_message>(second.outside->payload)->message_id == id(5));
  CHECK(second.not_before == in.state().next_attempt_at);
  CHECK(in.when(dask::record_attempt{"attempt-0.2", {true, ""}}).only<fact::delivered>().words() ==
        "Delivered at attempt 2");
  // The outcome of an attempt that was counted already.
  CHECK(in.when(dask::record_attempt{"attempt-0.1", {true, ""}}).changes_nothing());
}

TEST_CASE("attempts wait longer and longer, never quite alike, and end as a dead letter") {
  auto in = webhook();
  std::vector<double> const seconds{1,   5,    30,   120,   600,  1800,
                                    3600, 7200, 14400, 21600, 21600};
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    auto const event = in.when(failed(in)).only<fact::attempt_failed>();
    auto const waited = static_cast<double>(event.next_attempt_at.us - in.context.at.us) / 1e6;
    CHECK(waited >= 0.8 * seconds[i] - 1e-3);
    CHECK(waited <= 1.2 * seconds[i] + 1e-3);
    CHECK(event == in.when(failed(in)).only<fact::attempt_failed>());  // the same on every node
    in.after(failed(in));
    in.context.at = event.next_attempt_at;
  }
  CHECK(in.when(failed(in)).only<fact::attempt_failed>().words().starts_with(
      "Attempt 12 failed: connection refused; next at 2026-11-2"));
  while (in.state().stage == aggregates::delivery_stage::queued) {
    in.after(failed(in));
    if (in.state().next_attempt_at) in.context.at = *in.state().next_attempt_at;
    REQUIRE(in.state().attempts <= 20);
  }
  CHECK(in.state().stage == aggregates::delivery_stage::dead);
  CHECK(in.state().attempts >= 18);
  CHECK(in.context.at.us <= noon.us + 72 * hour_us);
  CHECK(due_step(in).empty());

  in.after(dask::requeue{});
  CHECK(due_step(in) == "attempt-1.1");
  CHECK(in.when(dask::requeue{}).changes_nothing());
  CHECK(in.when(dask::record_attempt{"attempt-1.1", {true, ""}}).only<fact::delivered>().words() == "Delivered");
}

TEST_CASE("twenty attempts are the end, and a long answer is cut") {
  auto in = webhook();
  for (int i = 0; i < 19; ++i) in.after(failed(in));
  std::string answer;
  for (int i = 0; i < 400; ++i) answer += "ä";
  auto const died = in.when(dask::record_attempt{due_step(in), {false, answer}}).only<fact::died>();
  CHECK(died.attempts == 20);
  CHECK(died.why.size() == 500 + std::string("…").size());
  CHECK(died.words().starts_with("Given up after 20 attempts: ä"));
}

TEST_CASE("what no attempt can mend is a dead letter at once") {
  auto in = webhook();
  step_outcome ended{due_step(in), {}, {.ok = false, .detail = "its address is of a private network"}};
  CHECK(in.when(aggregates::delivery::on_outcome(in.state(), ended)).only<fact::attempt_failed>().attempt == 1);
  ended.outside.permanent = true;
  CHECK(in.when(aggregates::delivery::on_outcome(in.state(), ended)).only<fact::died>().words() ==
        "Given up after 1 attempt: its address is of a private network");
}

TEST_CASE("messages that failed together do not come back together") {
  std::int64_t least = INT64_MAX;
  std::int64_t most = 0;
  for (std::uint8_t i = 0; i < 50; ++i) {
    auto command = message(rule::channel::webhook);
    command.message_id = id(i);
    auto in = delivery_scenario().after(command);
    auto const wait = in.when(failed(in)).only<fact::attempt_failed>().next_attempt_at.us - noon.us;
    least = std::min(least, wait);
    most = std::max(most, wait);
  }
  CHECK(most - least > 200'000);  // of 1 s, ± 20 %
}
