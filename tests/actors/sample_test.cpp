#include "actors/sample.hpp"

#include <limits>

#include "tests/actors/scenario.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace ask = tracseq::commands::sample;
namespace fact = tracseq::sample;
using sample_scenario = scenario<aggregates::sample>;

namespace {

fact::details tube() {
  fact::details details;
  details.name = "Liver 3";
  details.barcode = "S-12";
  details.project = "P1";
  details.type = fact::sample_type::DNA;
  details.organism = "Homo sapiens";
  details.volume_ul = 50;
  return details;
}
place const b3{id(7), "B3", "Box 7"};
place const a1{id(2), "A1", "Box 2"};

sample_scenario registered() { return sample_scenario().after(ask::register_sample{tube(), {}}); }
sample_scenario received() { return registered().after(ask::receive{"frozen", -78.5}); }
sample_scenario accepted() { return received().after(ask::accept{}); }
sample_scenario stored() { return accepted().after(ask::place{id(1), a1, std::nullopt}); }

}  // namespace

TEST_CASE("a sample is registered with what is known of it") {
  auto const event = sample_scenario().when(ask::register_sample{tube(), id(9)}).only<fact::registered>();
  CHECK(event.details.barcode == "S-12");
  CHECK(event.words() ==
        "Registered Liver 3 (DNA of Homo sapiens) with label S-12 for project P1, from an imported sheet");
}

TEST_CASE("a sample that is not there, or there already") {
  CHECK(sample_scenario().when(ask::accept{}).words() == "There is no such sample.");
  CHECK(sample_scenario().when(ask::accept{}).code() == errc::not_found);
  CHECK(registered().when(ask::register_sample{tube(), {}}).words() ==
        "This sample is already registered: S-12.");
  // The same row of the same import again is the repeat of a step.
  auto const imported = sample_scenario().after(ask::register_sample{tube(), id(9)});
  CHECK(imported.when(ask::register_sample{tube(), id(9)}).changes_nothing());
}

TEST_CASE("registration names every wrong field") {
  auto wrong = tube();
  wrong.name = "";
  wrong.barcode = "x";
  wrong.volume_ul = -1;
  wrong.concentration_ng_per_ul = std::numeric_limits<double>::quiet_NaN();
  wrong.amount_ng = std::numeric_limits<double>::infinity();
  wrong.collected_at = instant{noon.us + 24 * hour_us + 1};
  wrong.requires_temperature = {"-80", "cold"};
  wrong.taxon_id = 0;
  auto const got = sample_scenario().when(ask::register_sample{wrong, {}});
  CHECK(got.code() == errc::invalid_argument);
  CHECK(got.words() == "8 fields are wrong; the first: \"name\" is required.");
  CHECK(got.pointers() == std::vector<std::string>{"/name", "/barcode", "/taxon_id", "/collected_at",
                                                   "/concentration_ng_per_ul", "/volume_ul",
                                                   "/amount_ng", "/requires_temperature"});
  auto const& problems = got.got.error().problems;
  CHECK(problems[1].detail == "A barcode has 3 to 100 characters; this one has 1.");
  CHECK(problems[3].detail == "\"collected_at\" lies in the future: 2026-11-25T12:00:00.000001Z.");
  CHECK(problems[4].detail == "\"concentration_ng_per_ul\" has to be a finite number.");
  CHECK(problems[5].detail == "\"volume_ul\" cannot be negative; it is -1.");
  CHECK(problems[7].detail ==
        "\"cold\" is no temperature class. There are LN2, -80, -20, 4, RT and 37.");
}

TEST_CASE("texts are bounded and of one line") {
  auto wrong = tube();
  wrong.name = std::string(256, 'n');
  wrong.organism = "two\nlines";
  wrong.custom["plate map"] = std::string(70'000, 'c');
  auto const got = sample_scenario().when(ask::register_sample{wrong, {}});
  auto const& problems = got.got.error().problems;
  CHECK(problems[0].detail == "\"name\" has 256 characters; at most 255 are allowed.");
  CHECK(problems[1].detail == "\"organism\" may not contain line breaks or control characters.");
  CHECK(problems[2].pointer == "/custom/plate map");
  auto umlauts = tube();
  umlauts.name.clear();
  for (int i = 0; i < 255; ++i) umlauts.name += "ä";
  CHECK(sample_scenario().when(ask::register_sample{umlauts, {}}).accepted());
}

TEST_CASE("notes may have lines, but nothing that a terminal would obey") {
  auto tube_with = [](std::string notes) {
    auto made = tube();
    made.notes = std::move(notes);
    return ask::register_sample{made, {}};
  };
  CHECK(sample_scenario().when(tube_with("one\n\ttwo\r\n")).accepted());
  auto const got = sample_scenario().when(tube_with("\x1b[2J"));
  REQUIRE_FALSE(got.accepted());
  CHECK(got.got.error().problems[0].detail == "\"notes\" may not contain control characters.");
}

TEST_CASE("today's date is no future date anywhere on earth") {
  auto early = tube();
  early.collected_at = parse_rfc3339("2026-11-25");  // already begun in Kiribati at noon UTC
  CHECK(sample_scenario().when(ask::register_sample{early, {}}).accepted());
  early.collected_at = parse_rfc3339("2026-11-26");
  CHECK(sample_scenario().when(ask::register_sample{early, {}}).words() ==
        "\"collected_at\" lies in the future: 2026-11-26.");
}

TEST_CASE("received, then accepted or rejected") {
  CHECK(registered().when(ask::receive{"frozen", -78.5}).only<fact::received>().words() ==
        "Received, frozen, at -78.5 °C");
  CHECK(received().when(ask::accept{}).is({fact::accepted{}}));
  CHECK(received().when(ask::reject{"leaked"}).only<fact::rejected>().words() == "Rejected: leaked");
  CHECK(received().when(ask::reject{" "}).words() == "A reason is required to reject a sample.");
  CHECK(registered().when(ask::receive{"", -300.0}).words() ==
        "\"temperature_celsius\" lies between -273.15 and 100.");
}

TEST_CASE("a refusal names the state and what is possible now") {
  CHECK(registered().when(ask::accept{}).words() ==
        "S-12 is registered, so it cannot be accepted. Possible now: receive, hold, correct, relabel, "
        "discard.");
  CHECK(registered().when(ask::accept{}).code() == errc::conflict);
  CHECK(received().when(ask::receive{}).words() ==
        "S-12 is received, so it cannot be received. Possible now: accept, reject, hold, correct, "
        "relabel, discard.");
  CHECK(accepted().when(ask::reject{"late"}).words() ==
        "S-12 is accepted, so it cannot be rejected. Possible now: place, archive, hold, correct, "
        "relabel, discard.");
  CHECK(stored().when(ask::accept{}).words() ==
        "S-12 is in storage (Box 2 at A1), so it cannot be accepted. Possible now: move, take out, "
        "archive, hold, correct, relabel, discard.");
  CHECK(received().after(ask::reject{"leaked"}).when(ask::accept{}).words() ==
        "S-12 is rejected: leaked, so it cannot be accepted. Possible now: reinstate it, with a reason.");
}

TEST_CASE("a tube is placed, moved and taken out by moves") {
  auto const first = accepted().when(ask::place{id(1), a1, std::nullopt}).only<fact::placed>();
  CHECK(first.words() == "Placed in Box 2 at A1");
  auto const second = stored().when(ask::place{id(3), b3, a1}).only<fact::placed>();
  CHECK(second.words() == "Placed in Box 7 at B3 (was in Box 2 at A1)");
  auto const out = stored().when(ask::take_out{id(3), a1, "sequencing", parse_rfc3339("2026-11-30")});
  CHECK(out.only<fact::taken_out>().words() ==
        "Taken out of Box 2 at A1 for sequencing, due back 2026-11-30");
  CHECK(aggregates::state_word(stored().state()) == "in_storage");
  CHECK(aggregates::state_word(stored().after(ask::take_out{id(3), a1, "", {}}).state()) == "accepted");
}

TEST_CASE("a repeated step of a move changes nothing") {
  CHECK(stored().when(ask::place{id(1), a1, std::nullopt}).changes_nothing());
  auto const out = stored().after(ask::take_out{id(3), a1, "", {}});
  CHECK(out.when(ask::take_out{id(3), a1, "", {}}).changes_nothing());
}

TEST_CASE("of two moves one wins and the other hears where the tube is") {
  CHECK(stored().when(ask::place{id(5), b3, std::nullopt}).words() ==
        "S-12 is not out of storage any more: it stands in Box 2 at A1. Another move came first.");
  auto const moved = stored().after(ask::place{id(3), b3, a1});
  CHECK(moved.when(ask::take_out{id(5), a1, "", {}}).words() ==
        "S-12 is not in Box 2 at A1 any more: it stands in Box 7 at B3. Another move came first.");
  auto const out = stored().after(ask::take_out{id(3), a1, "", {}});
  CHECK(out.when(ask::place{id(5), b3, a1}).words() ==
        "S-12 is not in Box 2 at A1 any more: it was taken out. Another move came first.");
  CHECK(stored().when(ask::place{id(5), a1, a1}).words() == "S-12 already stands in Box 2 at A1.");
  CHECK(registered().when(ask::place{id(5), a1, {}}).words() ==
        "S-12 is registered, so it cannot be placed. Possible now: receive, hold, correct, relabel, "
        "discard.");
}

TEST_CASE("a hold stops work, not carrying") {
  auto const held = stored().after(ask::hold{"contamination suspected"});
  CHECK(aggregates::state_word(held.state()) == "on_hold");
  CHECK(held.when(ask::archive{}).words() ==
        "S-12 is on hold: contamination suspected, so it cannot be archived. Possible now: end the "
        "hold, correct, relabel.");
  CHECK(held.when(ask::take_out{id(4), a1, "", {}}).code() == errc::conflict);
  CHECK(held.when(ask::place{id(4), b3, a1}).accepted());
  CHECK(held.when(ask::hold{"again"}).code() == errc::conflict);
  auto back = held;
  CHECK(aggregates::state_word(back.after(ask::end_hold{}).state()) == "in_storage");
  CHECK(stored().when(ask::end_hold{}).words() ==
        "S-12 is not on hold; it is in storage (Box 2 at A1).");
  CHECK(stored().when(ask::hold{""}).words() == "A reason is required to put a sample on hold.");
}

TEST_CASE("a correction says old and new of each field") {
  ask::patch patch;
  patch.name = "Liver 4";
  patch.volume_ul = std::optional<std::optional<double>>(std::in_place, std::nullopt);
  patch.concentration_ng_per_ul = std::optional<double>(12.5);
  patch.requires_temperature = {{"-80", "LN2"}};
  patch.custom = {{"plate", "7"}};
  patch.project = "P1";  // as it is
  auto const event = registered().when(ask::correct{patch}).only<fact::corrected>();
  CHECK(event.words() ==
        "Corrected name from Liver 3 to Liver 4; concentration (ng/µl) set to 12.5; volume (µl) "
        "cleared (was 50); required temperature set to -80, LN2; custom.plate set to 7");
  CHECK(event.details.name == "Liver 4");
  CHECK_FALSE(event.details.volume_ul);
  CHECK(event.details.custom.at("plate") == "7");
  CHECK(registered().when(ask::correct{ask::patch{}}).changes_nothing());
  ask::patch wrong;
  wrong.name = "";
  CHECK(registered().when(ask::correct{wrong}).words() == "\"name\" is required.");
}

TEST_CASE("a correction never writes personal text") {
  ask::patch patch;
  patch.donor = std::optional<sealed_text>(sealed_text{id(1), "secret"});
  auto const event = registered().when(ask::correct{patch}).only<fact::corrected>();
  CHECK(event.words() == "Corrected donor set to (sealed)");
  CHECK(json_of(event).find("secret") == std::string::npos);
}

TEST_CASE("an erased donor is a fact of the sample, with its reason") {
  auto details = tube();
  details.donor = sealed_text{id(1), "secret"};
  auto known = sample_scenario().after(ask::register_sample{details, {}});
  CHECK(known.when(ask::erase_donor{id(1)}).words() == "A reason is required to erase a donor.");
  known.because("asked for it");
  auto const event = known.when(ask::erase_donor{id(1)}).only<fact::donor_erased>();
  CHECK(event.key_id == id(1));
  CHECK(event.words() == "Donor erased: the key that sealed it was deleted");
  CHECK(known.when(ask::erase_donor{id(2)}).code() == errc::conflict);
  CHECK(known.after(ask::erase_donor{id(1)}).state().details == details);
  CHECK(registered().because("why").when(ask::erase_donor{id(1)}).code() == errc::conflict);
}

TEST_CASE("a final state is corrected and reinstated only with a reason") {
  auto rejected = received().after(ask::reject{"leaked"});
  ask::patch patch;
  patch.name = "Liver 4";
  CHECK(rejected.when(ask::correct{patch}).words() ==
        "A reason is required to correct a sample that is rejected.");
  CHECK(rejected.when(ask::reinstate{}).words() == "A reason is required to reinstate a sample.");
  rejected.because("wrong tube was looked at");
  CHECK(rejected.when(ask::correct{patch}).accepted());
  CHECK(aggregates::state_word(rejected.after(ask::reinstate{}).state()) == "received");
  CHECK(registered().when(ask::reinstate{}).words() ==
        "S-12 is registered, which is no final state; there is nothing to reinstate.");
}

TEST_CASE("an archived tube keeps its place and can be carried to another") {
  auto const archived = stored().after(ask::archive{});
  CHECK(archived.state().at == a1);
  CHECK(archived.when(ask::place{id(4), b3, a1}).accepted());
  CHECK(archived.when(ask::take_out{id(4), a1, "", {}}).words() ==
        "S-12 is archived, so it cannot be taken out. Possible now: reinstate it, with a reason.");
  CHECK(registered().when(ask::archive{}).code() == errc::conflict);
}

TEST_CASE("a discard says where the tube stood") {
  auto const event = stored().when(ask::discard{id(8), "expired", "autoclaved"}).only<fact::discarded>();
  CHECK(event.words() == "Discarded (autoclaved): expired; it stood in Box 2 at A1");
  auto const gone = stored().after(ask::discard{id(8), "expired", "autoclaved"});
  CHECK_FALSE(gone.state().at);
  CHECK(gone.when(ask::discard{id(8), "expired", "autoclaved"}).changes_nothing());
  CHECK(gone.when(ask::discard{id(9), "again", ""}).words() ==
        "S-12 is discarded: expired, so it cannot be discarded. Possible now: reinstate it, with a "
        "reason.");
  CHECK(stored().when(ask::discard{id(8), "", ""}).words() == "A reason is required to discard a sample.");
}

TEST_CASE("a new label keeps the old one in the history") {
  auto const event = registered().when(ask::relabel{"S-13"}).only<fact::relabelled>();
  CHECK(event.words() == "Relabelled from S-12 to S-13");
  CHECK(registered().after(ask::relabel{"S-13"}).state().details.barcode == "S-13");
  CHECK(registered().when(ask::relabel{"S-12"}).changes_nothing());
  CHECK(registered().when(ask::relabel{"TS-2026-000001-A"}).words().starts_with(
      "The check character of TS-2026-000001-A should be "));
  CHECK(received().after(ask::reject{"leaked"}).when(ask::relabel{"S-13"}).code() == errc::conflict);
}
