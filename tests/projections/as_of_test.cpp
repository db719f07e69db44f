#include <algorithm>

#include <doctest/doctest.h>

#include "projections/as_of.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

TEST_CASE("the past is what the rows were at every moment") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  auto const models = open_models(scratch.path("a"));

  // After each step the rows of today are kept, and later compared with the fold of the past.
  struct kept {
    instant at;
    std::optional<sample_row> sample;
    std::optional<unit_row> box;
    std::size_t slots = 0;
    std::size_t samples = 0;
  };
  std::vector<kept> past;
  auto const freezer = lab.add_unit(storage_unit::unit_kind::freezer, "Freezer");
  auto const box = lab.add_unit(storage_unit::unit_kind::box, "Box", freezer, "1");
  auto const other = lab.add_unit(storage_unit::unit_kind::box, "Other");
  uuid tube;
  auto const keep = [&] {
    follow(*models, log);
    auto const view = models->snapshot();
    past.push_back({lab.now(), samples_query(*view).get(tube), storage_query(*view).get(box),
                    storage_query(*view).slots(box).size(),
                    samples_query(*view).counts().total});
  };
  keep();
  tube = lab.register_sample("Tube", "T-1");
  keep();
  lab.receive_and_accept(tube);
  keep();
  lab.place(tube, box, "C4");
  keep();
  lab.register_sample("Second", "T-2");
  keep();
  lab.place(tube, other, "A1");
  keep();
  lab.write(stream_name(sample::kind, tube), {sample::rejected{"cracked"}});
  keep();
  lab.write(stream_name(storage_unit::kind, box), {storage_unit::retired{"worn out"}});
  keep();

  auto const now = models->snapshot();
  for (auto const& then : past) {
    CAPTURE(to_rfc3339(then.at));
    CHECK(sample_as_of(*now, tube, then.at) == then.sample);
    CHECK(unit_as_of(*now, box, then.at) == then.box);
    CHECK(slots_as_of(*now, box, then.at).size() == then.slots);
    auto const listed = samples_as_of(*now, {}, then.at, {}, 50);
    REQUIRE(listed);
    CHECK(listed->rows.size() == then.samples);
  }
  auto const in_box = slots_as_of(*now, box, past[3].at);
  REQUIRE(in_box.size() == 1);
  CHECK(in_box[0].slot.occupant_label == "Tube");
  CHECK(in_box[0].occupant_state == "in_storage");
  CHECK(path_as_of(*now, box, past[0].at).size() == 2);
  CHECK_FALSE(sample_as_of(*now, tube, past[0].at));
}

TEST_CASE("lists of the past are filtered by what was true then") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  std::vector<uuid> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(lab.register_sample("S" + std::to_string(i), ""));
  auto const moment = lab.now();
  for (auto const& id : ids) lab.receive_and_accept(id);
  lab.register_sample("Later", "");
  auto const models = open_models(scratch.path("a"));
  follow(*models, log);
  auto const now = models->snapshot();

  sample_filter filter;
  filter.states = {sample_state::registered};
  auto const listed = [&](direction way) {
    std::vector<std::string> names;
    std::string cursor;
    do {
      auto const found = samples_as_of(*now, filter, moment, cursor, 5, way);
      REQUIRE_MESSAGE(found, found.error().detail);
      for (auto const& row : found->rows) names.push_back(row.details.name);
      cursor = found->next_cursor;
    } while (!cursor.empty());
    return names;
  };
  auto names = listed(direction::forward);
  CHECK(names.size() == 12);
  CHECK(names.front() == "S0");
  CHECK(names.back() == "S11");
  std::reverse(names.begin(), names.end());
  CHECK(listed(direction::backward) == names);
  filter.states = {sample_state::accepted};
  CHECK(samples_as_of(*now, filter, moment, {}, 5)->rows.empty());
  auto const wrong = samples_as_of(*now, filter, moment, "nonsense", 5);
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == errc::invalid_argument);
}

TEST_CASE("units and runs of the past") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  auto const freezer = lab.add_unit(storage_unit::unit_kind::freezer, "Freezer");
  auto const loose = lab.add_unit(storage_unit::unit_kind::box, "Box");
  auto const run = numbered_id(70'000);
  lab.write(stream_name(sequencing_run::kind, run),
            {sequencing_run::planned{"Run", "M", "Illumina MiSeq", "", 1, "", ""}});
  auto const moment = lab.now();
  storage_unit::placed placed;
  placed.unit_id = freezer;
  placed.slot = "1";
  lab.write(stream_name(storage_unit::kind, loose), {placed});
  lab.write(stream_name(sequencing_run::kind, run), {sequencing_run::aborted{"no sample"}});
  auto const models = open_models(scratch.path("a"));
  follow(*models, log);
  auto const now = models->snapshot();
  CHECK(units_as_of(*now, {}, moment, {}, 10)->rows.size() == 2);
  CHECK(units_as_of(*now, {.parent = freezer}, moment, {}, 10)->rows.empty());
  CHECK(units_as_of(*now, {.parent = freezer}, lab.now(), {}, 10)->rows.size() == 1);
  CHECK(run_as_of(*now, run, moment)->state == run_state::draft);
  CHECK(run_as_of(*now, run, lab.now())->state == run_state::aborted);
  CHECK(runs_as_of(*now, moment, {}, 10)->rows.size() == 1);
  auto const drafts = [](run_row const& row) { return row.state == run_state::draft; };
  CHECK(runs_as_of(*now, moment, {}, 10, drafts)->rows.size() == 1);
  CHECK(runs_as_of(*now, lab.now(), {}, 10, drafts)->rows.empty());
}
