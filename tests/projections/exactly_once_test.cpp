#include <doctest/doctest.h>

#include <random>

#include "projections/replay.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

/// Samples in two boxes that are moved about, with runs, imports and notifications among them.
void live_a_little(laboratory& lab, unsigned seed, int samples) {
  std::mt19937 dice(seed);
  auto const freezer = lab.add_unit(storage_unit::unit_kind::freezer, "Freezer " + std::to_string(seed));
  std::vector<uuid> const boxes{
      lab.add_unit(storage_unit::unit_kind::box, "Box 1", freezer, "1"),
      lab.add_unit(storage_unit::unit_kind::box, "Box 2", freezer, "2")};
  std::vector<uuid> known;
  for (int i = 0; i < samples; ++i) {
    auto const number = std::to_string(seed) + "-" + std::to_string(i);
    known.push_back(lab.register_sample("Sample " + number, "L-" + number, "P" + std::to_string(i % 3)));
    if (dice() % 4 != 0) lab.receive_and_accept(known.back());
    auto const& one = known[dice() % known.size()];
    auto const stream = stream_name(sample::kind, one);
    switch (dice() % 6) {
      case 0:
      case 1:
        lab.place(one, boxes[dice() % 2], std::string(1, static_cast<char>('A' + i % 9)) +
                                              std::to_string(1 + i / 9 % 9));
        break;
      case 2: lab.write(stream, {sample::held{"looks odd"}, sample::hold_ended{}}); break;
      case 3: {
        sample::corrected fix;
        fix.details.name = "Renamed " + number;
        fix.details.project = "P9";
        lab.write(stream, {fix});
        break;
      }
      case 4: lab.write(stream, {sample::rejected{"empty"}}); break;
      default: break;
    }
    if (dice() % 10 == 0)
      lab.claim(static_cast<partition_id>(dice() % 4));
  }
  auto const run = stream_name(sequencing_run::kind, numbered_id(900'000 + seed));
  lab.write(run, {sequencing_run::planned{"Run", "M1", "Illumina MiSeq", "", 1, "", "P1"}});
  for (auto const& one : known)
    if (dice() % 5 == 0)
      lab.write(run, {sequencing_run::sample_assigned{1, one, lab.name_of(one), "ACGT", "TTTT", {}}});
  auto const message = stream_name(delivery::kind, numbered_id(800'000 + seed));
  delivery::queued queued;
  queued.recipient = "operator";
  queued.subject = "A sample was rejected";
  lab.write(message, {queued});
  lab.write(message, {delivery::delivered{1}});
}

}  // namespace

TEST_CASE("rows do not depend on how events are cut into batches") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  live_a_little(lab, 1, 60);

  auto const one_by_one = open_models(scratch.path("a"));
  follow(*one_by_one, log, 1);
  auto const at_once = open_models(scratch.path("b"));
  follow(*at_once, log, 1u << 30);
  CHECK(difference(dump(one_by_one->rows()), dump(at_once->rows())) == "");
}

TEST_CASE("rows do not depend on how partitions interleave") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  live_a_little(lab, 2, 60);

  auto const in_order = open_models(scratch.path("a"));
  follow(*in_order, log, 500);
  log.read_by_partition(true);
  auto const by_partition = open_models(scratch.path("b"));
  follow(*by_partition, log, 500);
  CHECK(difference(dump(in_order->rows()), dump(by_partition->rows())) == "");
}

TEST_CASE("each event is applied once over restarts in the middle") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (unsigned part = 0; part < 5; ++part) {
    live_a_little(lab, 10 + part, 15);
    auto const models = open_models(scratch.path("a"));
    follow(*models, log, 2'000);
  }
  auto const restarted = open_models(scratch.path("a"));
  follow(*restarted, log);
  auto const fresh = open_models(scratch.path("b"));
  follow(*fresh, log);
  CHECK(samples_query(*restarted->newest()).counts().total == 75);
  CHECK(difference(dump(restarted->rows()), dump(fresh->rows())) == "");
}

TEST_CASE("replay gives the rows of the live path, byte by byte") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  live_a_little(lab, 3, 150);

  auto const live = open_models(scratch.path("live"));
  follow(*live, log, 3'000);
  replay_options options;
  options.generation_bytes = 64u << 10;  // many generations, so that rows are met again
  auto const totals = replay(log, scratch.path("replayed"), options);
  REQUIRE_MESSAGE(totals, totals.error().detail);
  CHECK(totals->commits > 500);
  CHECK(totals->events > totals->commits);
  CHECK(totals->parked_commits == 0);
  auto const replayed = open_models(scratch.path("replayed/store"));
  CHECK(replayed->applied() == live->applied());
  CHECK(difference(dump(live->rows()), dump(replayed->rows())) == "");

  auto const again = replay(log, scratch.path("replayed"), {});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == errc::already_exists);
  CHECK(again.error().detail.find("is not empty") != std::string::npos);
}

TEST_CASE("replay until a moment shows the laboratory as it was") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  auto const first = lab.register_sample("First", "L-1");
  auto const moment = lab.now();
  lab.receive_and_accept(first);
  lab.register_sample("Second", "L-2");

  replay_options options;
  options.until = moment;
  auto const totals = replay(log, scratch.path("then"), options);
  REQUIRE_MESSAGE(totals, totals.error().detail);
  auto const then = open_models(scratch.path("then/store"), all_projections(), 4, true);
  auto const view = then->newest();
  CHECK(samples_query(*view).counts().total == 1);
  auto const row = samples_query(*view).get(first);
  REQUIRE(row);
  CHECK(row->state == sample_state::registered);
  CHECK(row->version == 1);
}

TEST_CASE("catching up in bulk goes on from where the rows stand") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  live_a_little(lab, 4, 40);
  auto const models = open_models(scratch.path("a"));
  follow(*models, log);
  for (int i = 0; i < 10'100; ++i)
    lab.register_sample("Bulk " + std::to_string(i), "B-" + std::to_string(i), "BULK");
  live_a_little(lab, 5, 40);
  auto const before = models->applied();
  auto const caught_up = models->catch_up(log);
  REQUIRE_MESSAGE(caught_up, caught_up.error().detail);
  CHECK(models->applied() != before);
  CHECK(samples_query(*models->newest()).counts().by_project["BULK"] == 10'100);
  live_a_little(lab, 6, 10);
  follow(*models, log);

  auto const fresh = open_models(scratch.path("b"));
  follow(*fresh, log);
  CHECK(difference(dump(models->rows()), dump(fresh->rows())) == "");
}
