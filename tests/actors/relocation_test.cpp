// The move and the discard, run against real storage units and samples: every interleaving of their
// steps has to leave each slot with at most one thing and each thing in at most one slot.

#include <map>
#include <random>
#include <set>

#include "actors/discard.hpp"
#include "actors/move.hpp"
#include "actors/sample.hpp"
#include "actors/storage_unit.hpp"
#include "tests/actors/scenario.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace ask = tracseq::commands::move;
namespace fact = tracseq::move;
using move_scenario = scenario<aggregates::move>;
using discard_scenario = scenario<aggregates::discard>;

namespace {

place const a1{id(2), "A1", "Box 2"};
place const any_of_box_7{id(7), "", "Box 7"};

ask::request request(std::optional<place> from, std::optional<place> to) {
  ask::request made;
  made.move_id = id(1);
  made.thing = stream_name("sample", id(12));
  made.thing_label = "S-12";
  made.thing_kind = "tube";
  made.from = std::move(from);
  made.to = std::move(to);
  return made;
}
ask::record_step ok(std::string step, std::string slot = {}) { return {std::move(step), true, std::move(slot), {}, {}}; }
ask::record_step no(std::string step) {
  return {std::move(step), false, {}, "conflict", "B3 of Box 7 holds S-99."};
}
std::string due_step(move_scenario const& in) {
  auto const steps = aggregates::move::due(in.state());
  if (steps.empty()) return "";
  REQUIRE(steps.size() == 1);
  REQUIRE(steps[0].commands.size() == 1);
  return steps[0].name + " → " + steps[0].commands[0].name;
}

}  // namespace

TEST_CASE("a move reserves, moves, vacates, fills") {
  auto moving = move_scenario().after(request(a1, any_of_box_7));
  CHECK(due_step(moving) == "reserve → storage_unit.reserve_slot");
  moving.after(ok("reserve", "B3"));
  CHECK(due_step(moving) == "move → sample.place");
  auto const placing = decode_command<commands::sample::command>(
      "sample.place", aggregates::move::due(moving.state())[0].commands[0].payload);
  REQUIRE(placing.has_value());
  CHECK((std::get<commands::sample::place>(*placing) ==
         commands::sample::place{id(1), {id(7), "B3", "Box 7"}, a1}));
  moving.after(ok("move"));
  CHECK(due_step(moving) == "vacate → storage_unit.vacate_slot");
  moving.after(ok("vacate"));
  CHECK(due_step(moving) == "fill → storage_unit.fill_slot");
  CHECK(moving.when(ok("fill")).is({fact::completed{}}));
  moving.after(ok("fill"));
  CHECK(due_step(moving).empty());
  CHECK(facts_of(fact::completed{}).ends_process);
}

TEST_CASE("from the bench there is nothing to vacate, to the bench nothing to fill") {
  auto in = move_scenario().after(request({}, any_of_box_7)).after(ok("reserve", "B3")).after(ok("move"));
  CHECK(due_step(in) == "fill → storage_unit.fill_slot");
  auto out = move_scenario().after(request(a1, {}));
  CHECK(due_step(out) == "move → sample.take_out");
  out.after(ok("move"));
  CHECK(due_step(out) == "vacate → storage_unit.vacate_slot");
  CHECK(out.when(ok("vacate")).is({fact::old_slot_vacated{}, fact::completed{}}));
}

TEST_CASE("a storage unit is moved by its own commands") {
  auto command = request(a1, any_of_box_7);
  command.thing = stream_name("storage_unit", id(9));
  command.thing_kind = "rack";
  CHECK(due_step(move_scenario().after(command).after(ok("reserve", "1"))) ==
        "move → storage_unit.place");
  command.to.reset();
  CHECK(due_step(move_scenario().after(command)) == "move → storage_unit.take_out");
}

TEST_CASE("a refusal before the point of no return releases what was reserved") {
  auto const asked = move_scenario().after(request(a1, any_of_box_7));
  CHECK(asked.when(no("reserve")).is({fact::refused{"conflict", "B3 of Box 7 holds S-99."},
                                      fact::ended_refused{}}));
  auto reserved = asked;
  reserved.after(ok("reserve", "B3")).after(no("move"));
  CHECK(due_step(reserved) == "release → storage_unit.release_slot");
  CHECK(reserved.when(ok("release")).is({fact::ended_refused{}}));
  CHECK(facts_of(fact::ended_refused{}).ends_process);
  CHECK(move_scenario().after(request(a1, {})).when(no("move")).is(
      {fact::refused{"conflict", "B3 of Box 7 holds S-99."}, fact::ended_refused{}}));
}

TEST_CASE("a refusal behind it parks the move until a person resumes it") {
  auto moved = move_scenario().after(request(a1, any_of_box_7)).after(ok("reserve", "B3")).after(ok("move"));
  auto const parked = moved.when(no("vacate")).only<fact::parked>();
  CHECK(parked.words() ==
        "Stopped, someone has to look: The old place could not be vacated: B3 of Box 7 holds S-99.");
  moved.after(no("vacate"));
  CHECK(due_step(moved).empty());
  moved.after(ask::resume{});
  CHECK(due_step(moved) == "vacate~1 → storage_unit.vacate_slot");
  moved.after(ok("vacate~1"));
  CHECK(moved.when(no("fill~1")).only<fact::parked>().why ==
        "The new place could not be filled: B3 of Box 7 holds S-99.");
  auto released = move_scenario().after(request(a1, any_of_box_7)).after(ok("reserve", "B3")).after(no("move"));
  CHECK(released.when(no("release")).only<fact::parked>().why ==
        "The reserved place could not be released: B3 of Box 7 holds S-99.");
  CHECK(released.when(ask::resume{}).words() == "The move of S-12 is not stopped.");
}

TEST_CASE("a step that is reported again changes nothing") {
  auto const moved = move_scenario().after(request(a1, any_of_box_7)).after(ok("reserve", "B3"));
  CHECK(moved.when(ok("reserve", "B4")).changes_nothing());
  CHECK(moved.when(no("reserve")).changes_nothing());
  CHECK(moved.when(ok("fill")).changes_nothing());
}

TEST_CASE("a move that makes no sense is refused at once") {
  CHECK(move_scenario().when(request({}, {})).words() ==
        "S-12 is not in storage, so it cannot be taken out.");
  CHECK(move_scenario().when(request(a1, a1)).words() == "S-12 already stands in Box 2 at A1.");
  auto command = request({}, any_of_box_7);
  command.thing = stream_name("storage_unit", id(7));
  command.thing_label = "Box 7";
  CHECK(move_scenario().when(command).words() == "Box 7 cannot stand in itself.");
  command.thing = "run/1";
  CHECK(move_scenario().when(command).words() == "Only samples and storage units are moved.");
  CHECK(move_scenario().when(ask::resume{}).words() == "There is no such move.");
  CHECK(move_scenario().after(request(a1, {})).when(request(a1, {})).words() ==
        "This move is already asked for: S-12.");
}

TEST_CASE("a move says what it is") {
  auto command = request(a1, any_of_box_7);
  command.override_reason = "freezer is broken";
  CHECK(move_scenario().when(command).only<fact::requested>().words() ==
        "Move of S-12 out of Box 2 at A1 into Box 7 asked for (override: freezer is broken)");
}

TEST_CASE("a discard vacates the place where the tube stood") {
  namespace dask = tracseq::commands::discard;
  namespace dfact = tracseq::discard;
  auto asked = discard_scenario().after(dask::request{id(8), id(12), "S-12", "expired", "autoclaved"});
  auto const steps = aggregates::discard::due(asked.state());
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].commands[0].name == "sample.discard");
  step_outcome done{"discard", {{}}, {}};
  done.commands[0].events = {encode_event(tracseq::sample::discarded{id(8), "expired", "autoclaved", a1})};
  asked.after(aggregates::discard::on_outcome(asked.state(), done));
  CHECK(aggregates::discard::due(asked.state())[0].commands[0].name == "storage_unit.vacate_slot");
  auto parked = asked;
  parked.after(dask::record_step{"vacate", false, {}, "conflict", "no"});
  CHECK(parked.state().parked_why == "The place could not be vacated: no");
  CHECK(aggregates::discard::due(parked.state()).empty());
  parked.after(dask::resume{});
  CHECK(aggregates::discard::due(parked.state())[0].name == "vacate~1");
  CHECK(asked.when(dask::record_step{"vacate", true, {}, {}, {}}).is({dfact::completed{}}));
  CHECK(asked.when(dask::resume{}).words() == "The discard of S-12 is not stopped.");
  CHECK(asked.when(dask::record_step{"discard", true, {}, {}, {}}).changes_nothing());
}

TEST_CASE("a discard from the bench ends at once, a refused one too") {
  namespace dask = tracseq::commands::discard;
  namespace dfact = tracseq::discard;
  auto const asked = discard_scenario().after(dask::request{id(8), id(12), "S-12", "expired", ""});
  CHECK(asked.when(dask::record_step{"discard", true, {}, {}, {}})
            .is({dfact::thing_discarded{}, dfact::completed{}}));
  CHECK(asked.when(dask::record_step{"discard", false, {}, "conflict", "S-12 is on hold."})
            .only<dfact::refused>()
            .words() == "Discard refused: S-12 is on hold.");
  CHECK(discard_scenario().when(dask::request{id(8), id(12), "S-12", "", ""}).words() ==
        "A reason is required to discard a sample.");
  CHECK(asked.when(dask::request{id(8), id(12), "S-12", "x", ""}).words() ==
        "This discard is already asked for: S-12.");
  CHECK(discard_scenario().when(dask::resume{}).words() == "There is no such discard.");
}

namespace {

/// Streams of all kinds, as a runtime would hold them, without one.
class little_lab {
 public:
  template <class A>
  result<std::vector<encoded_event>> send(scenario<A>& stream, outgoing_command const& command) {
    auto const typed = decode_command<typename A::command>(command.name, command.payload);
    REQUIRE(typed.has_value());
    auto const got = stream.when(*typed);
    if (!got.accepted()) return tl::unexpected(got.got.error());
    std::vector<encoded_event> events;
    for (auto const& event : *got.got) {
      events.push_back(encode_event(event));
      stream.given(event);
    }
    return events;
  }
  result<std::vector<encoded_event>> send(outgoing_command const& command) {
    if (stream_kind(command.stream) == "sample") return send(samples[command.stream], command);
    return send(units[command.stream], command);
  }
  /// Runs the step that is due, and at times repeats it, or loses its outcome, as a crash would.
  bool advance(move_scenario& process, std::mt19937& random) {
    auto const steps = aggregates::move::due(process.state());
    if (steps.empty()) return false;
    // A command id is made of the process and the step, and an accepted one that is sent again gets the
    // first answer.
    auto const key = to_string(process.state().asked.move_id) + steps[0].name;
    auto const first = answers_.find(key);
    auto const sent = first != answers_.end() ? first->second : send(steps[0].commands[0]);
    if (sent && !sent->empty()) answers_.emplace(key, sent);
    // A crash here: performed, but the outcome is lost and the step is due again.
    if (random() % 5 == 0) return true;
    step_outcome outcome{steps[0].name, {{}}, {}};
    if (sent)
      outcome.commands[0].events = *sent;
    else
      outcome.commands[0] = {0, false, "conflict", sent.error().detail, {}};
    process.after(aggregates::move::on_outcome(process.state(), outcome));
    return true;
  }

  std::map<std::string, scenario<aggregates::sample>> samples;
  std::map<std::string, scenario<aggregates::storage_unit>> units;

 private:
  std::map<std::string, result<std::vector<encoded_event>>> answers_;
};

void check_places(little_lab const& lab, bool quiet) {
  std::map<std::string, int> held;
  for (auto const& [stream, unit] : lab.units)
    for (auto const& [index, holder] : unit.state().slots)
      if (holder.filled || quiet) ++held[holder.occupant];
  std::set<std::pair<uuid, std::string>> places;
  for (auto const& [stream, tube] : lab.samples) {
    auto const& at = tube.state().at;
    if (at) CHECK_MESSAGE(places.emplace(at->unit_id, at->slot).second, "two tubes in one slot");
    if (quiet) CHECK(held[stream] == (at ? 1 : 0));
  }
}

}  // namespace

TEST_CASE("moves that race for tubes and slots end with one thing per slot and one slot per thing") {
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    little_lab lab;
    for (std::uint8_t u = 1; u <= 2; ++u)
      lab.units[stream_name("storage_unit", id(u))].after(commands::storage_unit::add{
          tracseq::storage_unit::unit_kind::box, "Box " + std::to_string(u), "",
          tracseq::storage_unit::layout{2, 2, 0}, {}, ""});
    for (std::uint8_t s = 11; s <= 14; ++s) {
      tracseq::sample::details details;
      details.name = "S" + std::to_string(s);
      details.barcode = "S-" + std::to_string(s);
      lab.samples[stream_name("sample", id(s))]
          .after(commands::sample::register_sample{details, {}})
          .after(commands::sample::receive{})
          .after(commands::sample::accept{});
    }
    std::vector<move_scenario> moves;
    std::uint8_t next_id = 100;
    for (int i = 0; i < 60; ++i) {
      if (random() % 3 == 0 && next_id < 130) {
        auto const tube = id(static_cast<std::uint8_t>(11 + random() % 4));
        auto const& state = lab.samples[stream_name("sample", tube)].state();
        ask::request command = request(state.at, std::nullopt);
        command.move_id = id(next_id++);
        command.thing = stream_name("sample", tube);
        command.thing_label = state.details.barcode;
        if (!state.at || random() % 4 != 0) {
          auto const unit = static_cast<std::uint8_t>(1 + random() % 2);
          command.to = place{id(unit), random() % 2 == 0 ? "" : "A1", "Box " + std::to_string(unit)};
        }
        move_scenario process;
        if (process.when(command).accepted()) moves.push_back(process.after(command));
      } else if (!moves.empty()) {
        lab.advance(moves[random() % moves.size()], random);
      }
      check_places(lab, false);
    }
    for (bool more = true; more;) {
      more = false;
      for (auto& process : moves) more = lab.advance(process, random) || more;
    }
    check_places(lab, true);
    for (auto const& process : moves) CHECK_FALSE(process.state().parked);
  }
}
