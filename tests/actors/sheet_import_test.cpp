#include "actors/sheet_import.hpp"

#include <algorithm>
#include <map>
#include <random>

#include "actors/barcode.hpp"
#include "actors/sample.hpp"
#include "tests/actors/scenario.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace ask = tracseq::commands::sheet_import;
namespace fact = tracseq::sheet_import;
using import_scenario = scenario<aggregates::sheet_import>;

namespace {

fact::row row(std::uint32_t number) {
  fact::row made;
  made.source_row = number + 2;
  made.sample_id = derive_uuid(id(1), std::to_string(number));
  made.details.name = "Sample " + std::to_string(number);
  made.details.barcode = "S-" + std::to_string(number);
  return made;
}
ask::start start(std::uint32_t rows) { return {id(9), "batch.csv", "ab", "csv", rows, ""}; }

import_scenario listed(std::uint32_t rows) {
  auto made = import_scenario().after(start(rows));
  for (std::uint32_t first = 0; first < rows; first += ask::rows_per_list_max) {
    ask::list_rows list{first, {}};
    for (auto i = first; i < std::min(rows, first + ask::rows_per_list_max); ++i)
      list.rows.push_back(row(i));
    made.after(list);
  }
  return made;
}
import_scenario sealed(std::uint32_t rows) { return listed(rows).after(ask::seal{}); }

std::vector<step> due(import_scenario const& in) { return aggregates::sheet_import::due(in.state()); }

/// All commands of a step end well, save the named ones.
step_outcome outcome(step const& made, std::vector<std::uint32_t> const& refused = {}) {
  step_outcome out{made.name, {}, {}};
  for (std::uint32_t i = 0; i < made.commands.size(); ++i) {
    bool const ok = std::ranges::find(refused, i) == refused.end();
    out.commands.push_back({i, ok, ok ? "" : "conflict", ok ? "" : "S-x already names Liver 3.", {}});
  }
  return out;
}
void finish(import_scenario& in, step const& made, std::vector<std::uint32_t> const& refused = {}) {
  in.after(aggregates::sheet_import::on_outcome(in.state(), outcome(made, refused)));
}

}  // namespace

TEST_CASE("an import is started with a sheet that has rows") {
  CHECK(import_scenario().when(start(3)).only<fact::started>().words() ==
        "Import of batch.csv started, 3 rows");
  CHECK(import_scenario().when(start(0)).words() == "The sheet has no rows to import.");
  CHECK(import_scenario().when(start(200'001)).words() ==
        "The sheet has 200001 rows; at most 200,000 are imported at once. Split it.");
  CHECK(import_scenario().after(start(1)).when(start(1)).words() ==
        "This import is already started: batch.csv.");
  CHECK(import_scenario().when(ask::seal{}).words() == "There is no such import.");
}

TEST_CASE("rows are listed in order, each once") {
  auto const begun = import_scenario().after(start(3));
  CHECK(begun.when(ask::list_rows{0, {row(0), row(1)}}).only<fact::rows_listed>().words() ==
        "Listed rows 1 to 2");
  auto const two = import_scenario(begun).after(ask::list_rows{0, {row(0), row(1)}});
  CHECK(two.when(ask::list_rows{0, {row(0), row(1)}}).changes_nothing());
  CHECK(two.when(ask::list_rows{1, {row(1)}}).changes_nothing());
  CHECK(two.when(ask::list_rows{0, {row(5)}}).words() == "Row 3 comes next, not row 1.");
  CHECK(two.when(ask::list_rows{3, {row(3)}}).words() == "Row 3 comes next, not row 4.");
  CHECK(two.when(ask::list_rows{2, {row(2), row(3)}}).words() ==
        "The import was announced with 3 rows; these are 4.");
  CHECK(two.when(ask::list_rows{2, {}}).words() == "1 to 500 rows are listed at once, not 0.");
  CHECK(two.when(ask::seal{}).words() == "Only 2 of 3 rows are listed.");
}

TEST_CASE("a bad row is named with its row in the file") {
  auto bad = row(1);
  bad.details.barcode = "";
  bad.details.volume_ul = -1;
  auto const got = import_scenario().after(start(2)).when(ask::list_rows{0, {row(0), bad}});
  CHECK(got.words() == "Row 3: A barcode has 3 to 100 characters; this one has 0.");
  CHECK(got.pointers() == std::vector<std::string>{"/rows/1/barcode", "/rows/1/volume_ul"});
  auto large = row(0);
  large.details.notes = std::string(10'000, 'n');
  CHECK(import_scenario().after(start(70)).when(ask::list_rows{0, std::vector<fact::row>(70, large)}).code() ==
        errc::too_large);
}

TEST_CASE("a list that is taken fits into a record, whatever its rows are made of") {
  // Many short fields: what lies between the texts is as much as they are.
  auto wide = row(0);
  wide.details.requires_temperature = {"-20", "-80"};
  wide.details.donor = sealed_text{id(3), std::string(60, 'x')};
  wide.details.collected_at = noon;
  wide.details.taxon_id = 9606;
  wide.details.volume_ul = wide.details.amount_ng = wide.details.concentration_ng_per_ul = 1;
  for (int i = 0; i < 80; ++i) wide.details.custom["c" + std::to_string(i)] = "val";
  auto const encoded = encode_event(fact::event(fact::rows_listed{0, {wide}}));
  CHECK(ask::listed_bytes(wide) >= encoded.payload.size() - 8);
  CHECK(ask::listed_bytes(wide) < encoded.payload.size() + 64);

  auto const fit = static_cast<std::uint32_t>(ask::list_bytes_max / ask::listed_bytes(wide));
  REQUIRE(fit < ask::rows_per_list_max);
  auto const begun = import_scenario().after(start(fit + 1));
  CHECK(begun.when(ask::list_rows{0, std::vector<fact::row>(fit, wide)}).accepted());
  CHECK(begun.when(ask::list_rows{0, std::vector<fact::row>(fit + 1, wide)}).code() == errc::too_large);
}

TEST_CASE("an import whose rows are not listed in time gives itself up") {
  auto in = listed(2);
  REQUIRE(due(in).size() == 1);
  auto const last = due(in)[0];
  REQUIRE(last.not_before);
  CHECK(*last.not_before == instant{noon.us + 31'000'000});
  REQUIRE(last.commands.size() == 1);
  CHECK(last.commands[0].stream == stream_name("import", in.state().import_id));
  CHECK(last.commands[0].name == ask::abandon::name);
  // Should it be sealed meanwhile, the step is refused, and nothing follows from that.
  in = sealed(2);
  CHECK(std::ranges::none_of(due(in), [](step const& one) { return one.name == "give-up-listing"; }));
  CHECK(in.when(ask::record_step{"give-up-listing", 0, 0, {}}).changes_nothing());
  CHECK(due(listed(2).after(ask::abandon{""})).empty());
}

TEST_CASE("an import that was not sealed can be given up") {
  auto const begun = listed(2);
  CHECK(begun.when(ask::abandon{"wrong file"}).only<fact::abandoned>().words() ==
        "Given up before it began: wrong file");
  auto const gone = listed(2).after(ask::abandon{""});
  CHECK(gone.when(ask::abandon{""}).changes_nothing());
  CHECK(gone.when(ask::seal{}).words() == "The import of batch.csv is abandoned, so it cannot be sealed.");
  CHECK(sealed(2).when(ask::abandon{""}).words() ==
        "The import of batch.csv is reserving, so it cannot be given up.");
  CHECK(sealed(2).when(ask::seal{}).changes_nothing());
  CHECK(sealed(2).when(ask::list_rows{2, {row(2)}}).words() ==
        "The import of batch.csv is reserving, so it cannot be given rows.");
}

TEST_CASE("reservations go in steps of 500, two at a time, in any order") {
  auto in = sealed(1201);
  auto const steps = due(in);
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].name == "reserve-0");
  CHECK(steps[0].commands.size() == 500);
  CHECK(steps[0].commands[0].name == "barcode.reserve");
  CHECK(steps[0].commands[0].stream == "barcode/S-0");
  CHECK(steps[1].name == "reserve-500");
  finish(in, steps[1]);
  CHECK(due(in)[0].name == "reserve-0");
  CHECK(due(in)[1].name == "reserve-1000");
  CHECK(due(in)[1].commands.size() == 201);
  finish(in, due(in)[1]);
  REQUIRE(due(in).size() == 1);
  CHECK(in.when(aggregates::sheet_import::on_outcome(in.state(), outcome(steps[1]))).changes_nothing());
  auto const last = in.when(aggregates::sheet_import::on_outcome(in.state(), outcome(due(in)[0])));
  CHECK(last.is({fact::barcodes_reserved{0, 500}, fact::accepted{1201}}));
}

TEST_CASE("registering a row is one group of two commands") {
  auto in = sealed(300);
  finish(in, due(in)[0]);
  auto const steps = due(in);
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].name == "register-0");
  REQUIRE(steps[0].commands.size() == 500);
  for (std::size_t i = 0; i < 500; i += 2) {
    CHECK(steps[0].commands[i].name == "barcode.assign");
    CHECK(steps[0].commands[i + 1].name == "sample.register");
    CHECK(steps[0].commands[i].group == i / 2 + 1);
    CHECK(steps[0].commands[i + 1].group == i / 2 + 1);
  }
  finish(in, steps[0]);
  auto const last = in.when(aggregates::sheet_import::on_outcome(in.state(), outcome(due(in)[0])));
  CHECK(last.is({fact::rows_registered{250, 50}, fact::completed{300}}));
  finish(in, due(in)[0]);
  CHECK(due(in).empty());
  CHECK(facts_of(fact::completed{}).ends_process);
}

TEST_CASE("a refused row refuses the whole, and every refused row is named") {
  auto in = sealed(1001);
  auto const steps = due(in);
  finish(in, steps[1], {3});
  CHECK(aggregates::sheet_import::due(in.state()).size() == 2);  // the others are still asked
  finish(in, due(in)[1]);
  auto const refused = in.when(aggregates::sheet_import::on_outcome(in.state(), outcome(steps[0], {7})));
  REQUIRE(refused.accepted());
  auto const& end = std::get<fact::refused>(refused.got->back());
  REQUIRE(end.rows.size() == 2);
  CHECK(end.rows[0] == fact::row_refusal{9, "S-7", "S-x already names Liver 3."});
  CHECK(end.rows[1] == fact::row_refusal{505, "S-503", "S-x already names Liver 3."});
  CHECK(end.words() ==
        "Refused: 2 rows could not be taken, so none is; what was reserved is being released");
  CHECK(std::get<fact::rows_refused>(refused.got->front()).words() ==
        "1 label of rows 1 to 500 could not be reserved; row 9 of the file: S-x already names Liver 3.");
  finish(in, steps[0], {7});
  auto const releases = due(in);
  CHECK(releases[0].name == "release-0");
  CHECK(releases[0].commands[0].name == "barcode.release");
  finish(in, releases[0]);
  finish(in, releases[1]);
  auto const last = in.when(aggregates::sheet_import::on_outcome(in.state(), outcome(due(in)[0])));
  CHECK(last.is({fact::barcodes_released{1000, 1}, fact::reservations_released{}}));
}

TEST_CASE("a refusal behind the point of no return parks the import until it is resumed") {
  auto in = sealed(300);
  finish(in, due(in)[0]);
  auto const steps = due(in);
  finish(in, steps[0], {4, 5, 8});
  CHECK(in.state().parked_why ==
        "2 rows could not be registered though their labels were reserved. Row 4: S-x already names Liver "
        "3.");
  CHECK(due(in).empty());
  finish(in, steps[1]);  // was on its way
  CHECK(in.state().chunks_left == 1);
  in.after(ask::resume{});
  REQUIRE(due(in).size() == 1);
  CHECK(due(in)[0].name == "register-0~1");
  CHECK(in.when(ask::resume{}).words() == "The import of batch.csv is not stopped.");
  finish(in, due(in)[0]);
  CHECK(in.state().stage == aggregates::import_stage::completed);
}

TEST_CASE("a crash at any moment leaves an import that ends all or none") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    std::map<std::string, scenario<aggregates::barcode>> labels;
    std::map<std::string, scenario<aggregates::sample>> samples;
    bool const clash = seed % 2 == 1;
    if (clash)
      labels["barcode/S-700"].after(
          commands::barcode::assign{"S-700", "sample/other", "Liver 3", {}, false});
    auto in = sealed(720);
    auto const perform = [&](outgoing_command const& command) -> command_outcome {
      command_outcome out;
      auto const decide = [&](auto& stream, auto const& typed) {
        auto const got = stream.when(typed);
        out.ok = got.accepted();
        out.detail = got.words();
        if (out.ok)
          for (auto const& event : *got.got) stream.given(event);
      };
      if (stream_kind(command.stream) == "barcode")
        decide(labels[command.stream],
               *decode_command<commands::barcode::command>(command.name, command.payload));
      else
        decide(samples[command.stream],
               *decode_command<commands::sample::command>(command.name, command.payload));
      return out;
    };
    while (!due(in).empty()) {
      auto const steps = due(in);
      auto const& chosen = steps[random() % steps.size()];
      step_outcome out{chosen.name, {}, {}};
      for (std::uint32_t i = 0; i < chosen.commands.size(); ++i) {
        out.commands.push_back(perform(chosen.commands[i]));
        out.commands.back().index = i;
      }
      if (random() % 4 == 0) continue;  // the crash: performed, but its outcome is lost
      in.after(aggregates::sheet_import::on_outcome(in.state(), out));
    }
    std::size_t registered = 0;
    for (auto const& [stream, one] : samples) registered += one.state().details.name.empty() ? 0 : 1;
    CHECK(registered == (clash ? 0 : 720));
    for (auto const& [stream, label] : labels) {
      auto const use = label.state().use;
      if (stream == "barcode/S-700" && clash)
        CHECK(label.state().entity == "sample/other");
      else
        CHECK(use == (clash ? aggregates::barcode_use::free : aggregates::barcode_use::assigned));
    }
  }
}
