#include "actors/storage_unit.hpp"

#include <chrono>
#include <random>

#include "actors/slot_table.hpp"
#include "events/storage_layout.hpp"
#include "tests/actors/scenario.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace ask = tracseq::commands::storage_unit;
namespace fact = tracseq::storage_unit;
using unit_scenario = scenario<aggregates::storage_unit>;
using fact::unit_kind;
using degrees = fact::temperature_class;

namespace {

unit_scenario unit(unit_kind kind, std::string name, std::optional<fact::layout> layout = {},
                   degrees temperature = degrees::unspecified, std::string project = {}) {
  return unit_scenario().after(
      ask::add{kind, std::move(name), "", layout, temperature, std::move(project)});
}
unit_scenario box() { return unit(unit_kind::box, "Box 7"); }

ask::reserve_slot reserve(std::uint8_t move, std::string slot = {}, std::string label = "S-12") {
  return {id(move), std::move(slot), "sample/" + label, label, "tube", "", {}, degrees::unspecified,
          ""};
}
unit_scenario filled(unit_scenario in, std::uint8_t move, std::string slot, std::string label) {
  in.after(reserve(move, slot, std::move(label)));
  in.after(ask::fill_slot{id(move), slot});
  return in;
}

}  // namespace

TEST_CASE("a unit gets its kind's usual places unless it is told others") {
  auto const event =
      unit_scenario().when(ask::add{unit_kind::box, "Box 7", "BX-7", {}, degrees::minus_80, "P1"});
  CHECK(event.only<fact::added>().words() ==
        "Added Box 7, a box, 81 places A1 to I9, temperature class -80, label BX-7, kept for project P1");
  CHECK(unit(unit_kind::rack, "R").state().layout == fact::layout{0, 0, 25});
  CHECK(unit(unit_kind::room, "R").state().layout == fact::layout{});
  CHECK(unit(unit_kind::plate, "P", fact::layout{32, 48, 0}).state().free_runs.at(0) == 1535);
}

TEST_CASE("a unit that is wrong is refused in words") {
  auto const add = [](fact::layout layout, std::string name = "Box 7") {
    return unit_scenario().when(ask::add{unit_kind::box, std::move(name), "", layout, {}, ""}).words();
  };
  CHECK(add({9, 9, 0}, "") == "\"name\" is required.");
  CHECK(add({9, 0, 0}) == "A grid has rows and columns; only one of them was given.");
  CHECK(add({9, 9, 81}) == "A unit has a grid or numbered places, not both.");
  CHECK(add({33, 48, 0}) ==
        "A grid has at most 32 rows and 48 columns (A1 to AF48); 33 rows and 48 columns were asked for. "
        "Numbered places go up to 10,000.");
  CHECK(add({0, 0, 10'001}) ==
        "A unit has at most 10,000 numbered places; 10001 were asked for.");
  CHECK(box().when(ask::add{unit_kind::box, "x", "", {}, {}, ""}).words() ==
        "This storage unit already exists: Box 7.");
  CHECK(unit_scenario().when(ask::end_maintenance{}).words() == "There is no such storage unit.");
}

TEST_CASE("a slot is reserved, filled and vacated") {
  auto const event = box().when(reserve(1, "b03")).only<fact::slot_reserved>();
  CHECK(event.slot == "B3");
  CHECK(event.words() == "B3 reserved for S-12");
  auto reserved = box().after(reserve(1, "B3"));
  auto const fills = reserved.when(ask::fill_slot{id(1), "B3"}).only<fact::slot_filled>();
  CHECK(fills.words() == "S-12 came into B3");
  reserved.after(ask::fill_slot{id(1), "B3"});
  auto const leaves =
      reserved.when(ask::vacate_slot{id(2), "B3", "sample/S-12", "Box 8 at A1"}).only<fact::slot_vacated>();
  CHECK(leaves.words() == "S-12 left B3 (to Box 8 at A1)");
  reserved.after(ask::vacate_slot{id(2), "B3", "sample/S-12", "Box 8 at A1"});
  CHECK(reserved.state() == box().state());
}

TEST_CASE("what left a slot, and where to, reads as a sentence") {
  auto const left = [](std::string const& slot, std::string const& to) {
    return fact::slot_vacated{slot, "sample/S-12", "S-12", to, id(1)}.words();
  };
  CHECK(left("B3", "") == "S-12 left B3");
  CHECK(left("B3", "checked out for library preparation") == "S-12 left B3 (checked out for library preparation)");
  CHECK(left("12", "discarded") == "S-12 left place 12 (discarded)");
  CHECK(fact::slot_filled{"12", "sample/S-12", "S-12", id(1)}.words() == "S-12 came into place 12");
}

TEST_CASE("the first free slot is found row by row") {
  auto some = filled(filled(box(), 1, "A1", "S-1"), 2, "A3", "S-3");
  CHECK(some.when(reserve(3)).only<fact::slot_reserved>().slot == "A2");
  some.after(reserve(3));
  CHECK(some.when(reserve(4)).only<fact::slot_reserved>().slot == "A4");
  some.after(ask::vacate_slot{id(9), "A1", "sample/S-1", ""});
  CHECK(some.when(reserve(4)).only<fact::slot_reserved>().slot == "A1");
}

TEST_CASE("a taken slot says who holds it") {
  CHECK(filled(box(), 1, "A1", "S-12").when(reserve(2, "A1", "S-13")).words() ==
        "A1 of Box 7 holds S-12.");
  auto const reserved = box().after(reserve(1, "A1"));
  CHECK(reserved.when(reserve(2, "A1", "S-13")).words() == "A1 of Box 7 is reserved for S-12.");
  CHECK(reserved.when(reserve(2, "A1", "S-13")).code() == errc::conflict);
}

TEST_CASE("an unknown slot says which there are") {
  CHECK(box().when(reserve(1, "K9")).words() == "There is no K9 in Box 7. Box 7 has A1 to I9.");
  CHECK(box().when(reserve(1, "A10")).words() == "There is no A10 in Box 7. Box 7 has A1 to I9.");
  CHECK(unit(unit_kind::rack, "Rack 2").when(reserve(1, "26")).words() ==
        "There is no 26 in Rack 2. Rack 2 has 1 to 25.");
  CHECK(unit(unit_kind::bag, "Bag 1").when(reserve(1, "A1")).words() ==
        "There is no A1 in Bag 1. Bag 1 has numbered places: any number from 1.");
  CHECK(unit(unit_kind::bag, "Bag 1").when(reserve(1)).only<fact::slot_reserved>().slot == "1");
}

TEST_CASE("a full unit says so") {
  auto full = unit(unit_kind::box, "Box 1", fact::layout{1, 2, 0});
  full = filled(filled(std::move(full), 1, "A1", "S-1"), 2, "A2", "S-2");
  CHECK(full.when(reserve(3)).words() == "Box 1 is full: 2 of 2.");
}

TEST_CASE("a unit in maintenance or retired takes nothing, and still gives") {
  auto busy = filled(box(), 1, "A1", "S-12").after(reserve(2, "A2", "S-13"));
  busy.after(ask::start_maintenance{"defrosting"});
  CHECK(busy.when(reserve(3, "A3")).words() ==
        "Box 7 is in maintenance: defrosting. Nothing can be put in until it ends.");
  CHECK(busy.when(ask::fill_slot{id(2), "A2"}).accepted());  // was promised before
  CHECK(busy.when(ask::vacate_slot{id(4), "A1", "sample/S-12", ""}).accepted());
  CHECK(busy.when(ask::start_maintenance{"again"}).words() ==
        "Box 7 is already in maintenance: defrosting.");
  CHECK(box().when(ask::start_maintenance{""}).words() == "A reason is required to start maintenance.");
  CHECK(box().when(ask::end_maintenance{}).words() == "Box 7 is not in maintenance.");
  CHECK(busy.after(ask::end_maintenance{}).when(reserve(3, "A3")).accepted());

  auto const gone = box().after(ask::retire{"broken"});
  CHECK(gone.when(reserve(1)).words() == "Box 7 is retired and cannot be used.");
  CHECK(gone.when(ask::rename{"x"}).words() == "Box 7 is retired and cannot be renamed.");
  CHECK(gone.when(ask::place{id(1), {id(2), "1", "R"}, {}}).words() ==
        "Box 7 is retired and cannot be moved.");
  CHECK(gone.when(ask::start_maintenance{"x"}).words() == "Box 7 is retired and cannot be maintained.");
  CHECK(gone.when(ask::retire{""}).words() == "Box 7 is already retired.");
}

TEST_CASE("a unit that holds something is not retired") {
  auto const held = filled(filled(box(), 1, "C4", "S-12"), 2, "D1", "S-13");
  CHECK(held.when(ask::retire{"old"}).words() ==
        "Box 7 is not empty: it holds 2 things, the first is S-12 (C4). Move them out first.");
  CHECK(box().after(reserve(1)).when(ask::retire{"old"}).code() == errc::rule_violation);
}

TEST_CASE("the wrong temperature is refused, or taken with a named override") {
  auto const warm = unit(unit_kind::box, "Box 7", {}, degrees::RT);
  auto wants = reserve(1);
  wants.requires_temperature = {"-80", "LN2"};
  CHECK(warm.when(wants).words() ==
        "Box 7 is of temperature class RT, but S-12 requires -80 or LN2. Give an override reason to put "
        "it there.");
  CHECK(box().when(wants).words() ==
        "Box 7 has no temperature class, but S-12 requires -80 or LN2. Give an override reason to put it "
        "there.");
  wants.inherited_temperature = degrees::minus_80;
  CHECK(box().when(wants).accepted());
  CHECK(warm.when(wants).code() == errc::rule_violation);  // its own class goes before
  wants.override_reason = "only for an hour";
  CHECK(warm.when(wants).only<fact::slot_reserved>().words() ==
        "A1 reserved for S-12 (override: only for an hour)");
}

TEST_CASE("a unit kept for a project takes others only with an override") {
  auto const kept = unit(unit_kind::box, "Box 7", {}, degrees::unspecified, "P1");
  auto wants = reserve(1);
  CHECK(kept.when(wants).words() ==
        "Box 7 is kept for project P1, but S-12 belongs to no project. Give an override reason to put it "
        "there.");
  wants.project = "P2";
  CHECK(kept.when(wants).words() ==
        "Box 7 is kept for project P1, but S-12 belongs to P2. Give an override reason to put it there.");
  wants.project = "P1";
  CHECK(kept.when(wants).accepted());
}

TEST_CASE("things nest by kind, so that there is never a ring") {
  auto const put = [](unit_scenario const& into, std::string kind) {
    auto wants = reserve(1, "", "F-1");
    wants.occupant_kind = std::move(kind);
    return into.when(wants);
  };
  CHECK(put(box(), "freezer").words() == "A freezer cannot stand in a box (Box 7).");
  CHECK(put(box(), "box").words() == "A box cannot stand in a box (Box 7).");
  CHECK(put(unit(unit_kind::tube_rack, "TR"), "tube_rack").words() ==
        "A tube rack cannot stand in a tube rack (TR).");
  CHECK(put(unit(unit_kind::room, "Room 3"), "tube").words() ==
        "A tube cannot stand in a room (Room 3). Choose a box, a rack or another unit that holds tubes.");
  CHECK(put(box(), "elephant").words() ==
        "\"elephant\" is neither \"tube\" nor a kind of storage unit.");
  CHECK(put(unit(unit_kind::rack, "R"), "box").accepted());
  // Every pair: what may stand in what is a strict order, which has no ring.
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<unit_kind>>([&](auto const& outer) {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<unit_kind>>([&](auto const& inner) {
      CHECK(put(unit(outer.value, "U"), inner.name).accepted() == (outer.value < inner.value));
    });
  });
}

TEST_CASE("repeated steps of a move change nothing") {
  auto reserved = box().after(reserve(1, "B3"));
  CHECK(reserved.when(reserve(1, "B3")).changes_nothing());
  CHECK(reserved.when(reserve(1)).only<fact::slot_reserved>().slot == "B3");  // told again which it is
  reserved.after(ask::fill_slot{id(1), "B3"});
  CHECK(reserved.when(reserve(1)).changes_nothing());
  CHECK(reserved.when(ask::fill_slot{id(1), "B3"}).changes_nothing());
  CHECK(reserved.when(ask::release_slot{id(1), "B3"}).words() ==
        "Box 7 at B3 is filled with S-12; it cannot be released, only vacated.");
  reserved.after(ask::vacate_slot{id(2), "B3", "sample/S-12", ""});
  CHECK(reserved.when(ask::vacate_slot{id(2), "B3", "sample/S-12", ""}).changes_nothing());
  CHECK(box().when(ask::release_slot{id(1), "B3"}).changes_nothing());
  CHECK(box().after(reserve(1, "B3")).when(ask::release_slot{id(1), "B3"}).only<fact::slot_released>().words() ==
        "B3 released again");
  CHECK(box().when(ask::vacate_slot{id(2), "Z9", "x", ""}).words() ==
        "There is no Z9 in Box 7. Box 7 has A1 to I9.");
}

TEST_CASE("a move that was overtaken has nothing left to fill") {
  // Move 1 put S-12 into B3 and was cut off before it filled the slot; move 2 took it out again.
  auto overtaken = box().after(reserve(1, "B3"));
  overtaken.after(ask::vacate_slot{id(2), "B3", "sample/S-12", "Box 8 at A1"});
  CHECK(overtaken.when(ask::fill_slot{id(1), "B3"}).changes_nothing());
  overtaken.after(reserve(3, "B3", "S-99"));
  CHECK(overtaken.when(ask::fill_slot{id(1), "B3"}).changes_nothing());
  // Nor does a vacating that comes late turn out the one that stands there now.
  CHECK(overtaken.when(ask::vacate_slot{id(2), "B3", "sample/S-12", ""}).changes_nothing());
}

TEST_CASE("a unit itself is placed and taken out") {
  place const shelf{id(5), "2", "Shelf 1"};
  place const other{id(6), "3", "Shelf 2"};
  auto placed = unit(unit_kind::rack, "Rack 2").after(ask::place{id(1), shelf, {}});
  CHECK(placed.when(ask::place{id(1), shelf, {}}).changes_nothing());
  CHECK(placed.when(ask::place{id(2), other, shelf}).only<fact::placed>().words() ==
        "Placed in Shelf 2 at place 3 (was in Shelf 1 at place 2)");
  CHECK(placed.when(ask::place{id(2), other, other}).words() ==
        "Rack 2 is not in Shelf 2 at place 3 any more: it stands in Shelf 1 at place 2. Another move came "
        "first.");
  CHECK(placed.when(ask::place{id(2), other, {}}).words() ==
        "Rack 2 is not outside of all storage any more: it stands in Shelf 1 at place 2. Another move came "
        "first.");
  CHECK(placed.when(ask::place{id(2), shelf, shelf}).words() ==
        "Rack 2 already stands in Shelf 1 at place 2.");
  CHECK(placed.when(ask::take_out{id(2), shelf}).only<fact::taken_out>().words() ==
        "Taken out of Shelf 1 at place 2");
  placed.after(ask::take_out{id(2), shelf});
  CHECK(placed.when(ask::take_out{id(2), shelf}).changes_nothing());
  CHECK(placed.when(ask::take_out{id(3), shelf}).words() ==
        "Rack 2 is not in Shelf 1 at place 2 any more: it was taken out. Another move came first.");
}

TEST_CASE("a unit is renamed") {
  CHECK(box().when(ask::rename{"Box 8"}).only<fact::renamed>().words() == "Renamed from Box 7 to Box 8");
  CHECK(box().when(ask::rename{"Box 7"}).changes_nothing());
  CHECK(box().when(ask::rename{""}).words() == "\"new_name\" is required.");
}

TEST_CASE("free slots stay right through any sequence") {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    aggregates::storage_unit_state state;
    state.layout = {0, 0, 40};
    aggregates::free_all_slots(state);
    std::map<std::uint32_t, bool> held;
    for (int i = 0; i < 500; ++i) {
      auto const index = static_cast<std::uint32_t>(random() % 40);
      if (random() % 2 == 0) {
        aggregates::hold_slot(state, index, {"s", "s", id(static_cast<std::uint8_t>(index)), true});
        held[index] = true;
      } else {
        aggregates::free_slot(state, index);
        held.erase(index);
      }
      std::optional<std::uint32_t> first;
      for (std::uint32_t slot = 0; slot < 40 && !first; ++slot)
        if (!held.contains(slot)) first = slot;
      REQUIRE(aggregates::first_free_slot(state) == first);
      REQUIRE(state.slots.size() == held.size());
      REQUIRE(state.by_move.size() == held.size());
    }
  }
}

TEST_CASE("a command costs no more in a full large unit") {
  using namespace std::chrono;
  auto const cost = [](std::uint32_t places) {
    aggregates::storage_unit_state state;
    state.layout = {0, 0, places};
    aggregates::free_all_slots(state);
    for (std::uint32_t i = 0; i + 1 < places; ++i) {
      uuid move = id(1);
      move.bytes[0] = static_cast<std::uint8_t>(i >> 8);
      move.bytes[1] = static_cast<std::uint8_t>(i);
      aggregates::hold_slot(state, i, {"sample/x", "x", move, true});
    }
    command_context const context{noon, id(250), {}, "", 2};
    auto best = nanoseconds::max();
    for (int round = 0; round < 5; ++round) {
      auto const begin = steady_clock::now();
      for (int i = 0; i < 2000; ++i) {
        auto const events = aggregates::storage_unit::decide(state, reserve(200), context);
        REQUIRE(events.has_value());
        state = aggregates::storage_unit::evolve(std::move(state), events->front());
        state = aggregates::storage_unit::evolve(
            std::move(state), fact::slot_released{std::to_string(places), "sample/S-12", id(200)});
      }
      best = std::min(best, duration_cast<nanoseconds>(steady_clock::now() - begin));
    }
    return best.count();
  };
  // A hundred times the places; a linear cost would be some fifty times as much.
  CHECK(cost(10'000) < 10 * cost(100));
}
