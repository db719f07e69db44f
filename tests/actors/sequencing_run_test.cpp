#include "actors/sequencing_run.hpp"

#include "actors/index_rules.hpp"
#include "actors/instruments.hpp"
#include "tests/actors/scenario.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace ask = tracseq::commands::sequencing_run;
namespace fact = tracseq::sequencing_run;
using run_scenario = scenario<aggregates::sequencing_run>;

namespace {

ask::plan plan(std::string model = "Illumina MiSeq", std::uint16_t lanes = 0) {
  return {"Run 5", "Milly", std::move(model), "", lanes, "", "P1"};
}
ask::assign_sample put(std::uint8_t number, std::string i7, std::string i5 = {},
                       std::uint16_t lane = 1) {
  return {lane, id(number), "S-" + std::to_string(number), "accepted", std::move(i7), std::move(i5), ""};
}
run_scenario draft() { return run_scenario().after(plan()); }
run_scenario validated() {
  return draft().after(put(1, "ACGTACGT", "AAAACCCC")).after(ask::validate{});
}
run_scenario queued() { return validated().after(ask::load_flow_cell{"FC1"}).after(ask::queue{}); }
run_scenario running() { return queued().after(ask::start{}); }

}  // namespace

TEST_CASE("a run is planned on an instrument with its lanes") {
  CHECK(run_scenario().when(plan()).only<fact::planned>().words() ==
        "Planned Run 5 on Milly, Illumina MiSeq, 1 lane, for project P1");
  CHECK(run_scenario().when(plan("novaseq 6000", 4)).only<fact::planned>().instrument_model ==
        "Illumina NovaSeq 6000");
  CHECK(run_scenario().when(plan("Illumina NovaSeq 6000")).words() ==
        "Illumina NovaSeq 6000 has flow cells with 2 or 4 lanes: say which.");
  CHECK(run_scenario().when(plan("Illumina MiSeq", 2)).words() ==
        "Illumina MiSeq has flow cells with 1 lane, not 2.");
  CHECK(run_scenario().when(plan("Homemade", 17)).words() ==
        "A flow cell has at most 16 lanes; 17 were asked for.");
  CHECK(run_scenario().when(plan("bogus")).words() ==
        "TracSeq knows no instrument model \"bogus\"; it knows Illumina MiSeq, NextSeq 2000, Illumina NovaSeq X, "
        "PromethION, Revio and others. For another one, say how many lanes its flow cell has.");
  CHECK(run_scenario().when(plan("Homemade", 3)).only<fact::planned>().lanes == 3);
  CHECK(run_scenario().when(plan("")).words() == "\"instrument_model\" is required.");
  CHECK(draft().when(plan()).words() == "This run is already planned: Run 5.");
  CHECK(run_scenario().when(ask::queue{}).words() == "There is no such run.");
}

TEST_CASE("the table of instruments") {
  CHECK(find_instrument("NextSeq 2000") != nullptr);
  CHECK(find_instrument("illumina nextseq 550")->lanes[0] == 4);
  CHECK(find_instrument("MiSeq") == find_instrument("Illumina MiSeq"));
  CHECK(find_instrument("Typewriter") == nullptr);
  CHECK(lane_choices(*find_instrument("NovaSeq X Plus")) == "2 or 8 lanes");
  CHECK_FALSE(offers_lanes(*find_instrument("MiSeq"), 0));
}

TEST_CASE("a sample goes on a lane once") {
  auto const event = draft().when(put(1, "acgtacgt", "AAAACCCC")).only<fact::sample_assigned>();
  CHECK(event.words() == "S-1 put on lane 1, index ACGTACGT+AAAACCCC");
  auto const one = draft().after(put(1, "ACGT"));
  CHECK(one.when(put(1, "TTTT")).words() == "S-1 is already on lane 1 of Run 5.");
  CHECK(one.when(put(2, "TTTT", "", 2)).words() == "There is no lane 2: Run 5 has 1 lane.");
  CHECK(one.when(put(2, "TTTT", "", 0)).words() == "There is no lane 0: Run 5 has 1 lane.");
  // One sample on two lanes is right.
  auto const two_lanes = run_scenario().after(plan("NextSeq 2000", 2)).after(put(1, "ACGT"));
  CHECK(two_lanes.when(put(1, "ACGT", "", 2)).accepted());
}

TEST_CASE("a sample that is not accepted needs an override") {
  auto command = put(1, "ACGT");
  command.sample_state = "received";
  CHECK(draft().when(command).words() ==
        "S-1 is received, not accepted. Accept it first, or give an override reason.");
  command.sample_state = "";
  CHECK(draft().when(command).words() ==
        "S-1 is of unknown state, not accepted. Accept it first, or give an override reason.");
  command.override_reason = "no other material";
  CHECK(draft().when(command).only<fact::sample_assigned>().words() ==
        "S-1 put on lane 1, index ACGT (override: no other material)");
  command = put(1, "ACGT");
  command.sample_state = "in_storage";
  CHECK(draft().when(command).accepted());
}

TEST_CASE("an index has only bases") {
  auto const got = draft().when(put(1, "ACXT"));
  CHECK(got.words() == "An index is written with A, C, G, T and N; \"ACXT\" has \"X\" at position 3.");
  CHECK(got.pointers() == std::vector<std::string>{"/index_i7"});
  CHECK(draft().when(put(1, std::string(65, 'A'))).words() ==
        "An index has at most 64 bases; this one has 65.");
}

TEST_CASE("two indexes on a lane that cannot be told apart are refused by name") {
  auto const one = draft().after(put(1, "ACGTACGT", "AAAACCCC"));
  CHECK(one.when(put(2, "ACGTACGT", "AAAACCCC")).words() ==
        "S-2 (ACGTACGT+AAAACCCC) and S-1 (ACGTACGT+AAAACCCC) cannot be told apart on lane 1: their "
        "indexes are equal where both are read.");
  CHECK(one.when(put(2, "ACGTACGT", "AAAACCCG")).words() ==
        "S-2 (ACGTACGT+AAAACCCG) and S-1 (ACGTACGT+AAAACCCC) cannot be told apart on lane 1: their "
        "indexes differ at one position only; at least two are needed.");
  CHECK(one.when(put(2, "ACGTACGT")).code() == errc::rule_violation);  // i7 equal, no i5 to tell
  CHECK(one.when(put(2, "ACGTACGA", "AAAACCCG")).accepted());          // one in each: two together
}

TEST_CASE("close indexes are warned of when the run is validated") {
  auto const close = draft().after(put(1, "ACGTACGT")).after(put(2, "ACGTACAA"));
  auto const event = close.when(ask::validate{}).only<fact::validated>();
  CHECK(event.warnings == std::vector<std::string>{
                              "The indexes of S-1 (ACGTACGT) and S-2 (ACGTACAA) on lane 1 differ at "
                              "only 2 positions."});
  CHECK(event.words().starts_with("Validated with 1 warning: The indexes of S-1"));
  auto const far = draft().after(put(1, "ACGTACGT")).after(put(2, "ACGTATAA"));
  CHECK(far.when(ask::validate{}).only<fact::validated>().words() == "Validated, nothing to remark");
  auto const lengths = draft().after(put(1, "ACGTACGT")).after(put(2, "TTTTTT"));
  CHECK(lengths.when(ask::validate{}).only<fact::validated>().warnings.front() ==
        "The indexes on lane 1 have different lengths, for example S-1 (ACGTACGT) and S-2 (TTTTTT).");
}

TEST_CASE("samples without an index are called that, not duplicates") {
  auto const bare = draft().after(put(1, "")).after(put(2, ""));
  CHECK(bare.when(ask::validate{}).words() ==
        "S-1 and S-2 on lane 1 are without an index: their reads cannot be told apart. Give each an "
        "index, or an override reason.");
  auto const passed = bare.when(ask::validate{"told apart by their genomes"});
  CHECK(passed.only<fact::validated>().warnings.front() ==
        "S-1 and S-2 on lane 1 are without an index: their reads cannot be told apart. Override: told "
        "apart by their genomes.");
  auto const mixed = draft().after(put(1, "")).after(put(2, "ACGT"));
  CHECK(mixed.when(ask::validate{}).only<fact::validated>().warnings.front() ==
        "S-1 on lane 1 is without an index: its reads will be among the undetermined.");
  CHECK(draft().after(put(1, "")).when(ask::validate{}).only<fact::validated>().warnings.empty());
  CHECK(draft().when(put(1, "")).only<fact::sample_assigned>().words() ==
        "S-1 put on lane 1, without an index");
}

TEST_CASE("a validation names empty lanes, overrides and unknown instruments") {
  CHECK(draft().when(ask::validate{}).words() == "Run 5 has no samples on any lane.");
  auto command = put(1, "ACGT");
  command.sample_state = "received";
  command.override_reason = "urgent";
  auto const odd = run_scenario().after(plan("Homemade", 2)).after(command);
  CHECK(odd.when(ask::validate{}).only<fact::validated>().warnings ==
        std::vector<std::string>{"S-1 was put on lane 1 by an override: urgent.", "Lane 2 is empty.",
                                 "Homemade is no instrument TracSeq knows; its lanes were not checked."});
}

TEST_CASE("many close pairs are counted, not all named") {
  lane_samples many;
  for (std::uint8_t i = 0; i < 10; ++i)
    many[id(i)] = {"S-" + std::to_string(i), "ACGT", "", ""};
  auto const report = report_lane(1, many);
  CHECK(report.warnings.size() == 21);
  CHECK(report.warnings.back() == "25 more pairs on lane 1 are as close.");
}

TEST_CASE("many samples without an index are counted, not all named") {
  lane_samples many;
  for (std::uint8_t i = 0; i < 25; ++i) many[id(i)] = {"S-" + std::to_string(i), "", "", ""};
  CHECK(report_lane(1, many).without_index->ends_with(
      "S-18, S-19 and 5 more on lane 1 are without an index: their reads cannot be told apart."));
}

TEST_CASE("what a validation remarks fits into a record") {
  auto full = run_scenario().after(plan("Homemade", 9));
  std::string const long_reason(2'000, 'r');
  for (std::uint16_t lane = 1; lane <= 9; ++lane)
    for (std::uint8_t number = 0; number < 23; ++number) {
      auto command = put(number, "", "", lane);
      command.sample_state = "received";
      command.override_reason = lane == 1 ? "urgent" : long_reason;
      full.after(command);
    }
  auto const warnings = full.when(ask::validate{"known"}).only<fact::validated>().warnings;
  CHECK(warnings[1] == "S-0 was put on lane 1 by an override: urgent.");
  CHECK(warnings[21] == "Put on lane 1 by an override, too: 3 more samples.");
  CHECK(warnings.back().ends_with(" more warnings would take too much room here."));
  std::size_t bytes = 0;
  for (auto const& one : warnings) bytes += one.size();
  CHECK(bytes < 257 * 1024);
  CHECK(full.when(ask::validate{std::string(2'001, 'r')}).pointers() ==
        std::vector<std::string>{"/override_reason"});
}

TEST_CASE("a change of the samples makes a validated run a draft again") {
  CHECK(aggregates::state_word(validated().state()) == "validated");
  auto changed = validated().after(put(2, "TTTTTTTT", "GGGGGGGG"));
  CHECK(aggregates::state_word(changed.state()) == "draft");
  CHECK(changed.when(ask::remove_sample{1, id(2)}).only<fact::sample_removed>().words() ==
        "S-2 taken off lane 1");
  CHECK(changed.when(ask::remove_sample{1, id(9)}).words() == "This sample is not on lane 1 of Run 5.");
  CHECK(changed.when(ask::queue{}).words() ==
        "Run 5 is a draft, so it cannot be queued. Possible now: put samples on, take them off, load the "
        "flow cell, validate, hold, abort.");
}

TEST_CASE("a run goes through its states") {
  CHECK(validated().when(ask::queue{}).accepted());
  CHECK(validated().after(ask::queue{}).when(ask::start{}).words() ==
        "Run 5 has no flow cell. Load one before it starts.");
  CHECK(queued().when(ask::load_flow_cell{"FC1"}).changes_nothing());
  CHECK(queued().when(ask::load_flow_cell{"FC2"}).only<fact::flow_cell_loaded>().words() ==
        "Flow cell FC2 loaded");
  CHECK(queued().when(ask::load_flow_cell{""}).words() == "\"flow_cell\" is required.");
  CHECK(queued().when(put(3, "TTTT")).words() ==
        "Run 5 is queued, so it cannot be given samples. Possible now: start, load the flow cell, hold, "
        "abort.");
  CHECK(running().when(ask::complete{120.5, 92.25}).only<fact::completed>().words() ==
        "Completed, 120.5 Gbases, 92.25 % ≥ Q30");
  CHECK(running().when(ask::complete{-1.0, 101.0}).words() ==
        "2 fields are wrong; the first: \"yield_gbases\" cannot be negative; it is -1.");
  CHECK(running().when(ask::complete{{}, 100.5}).words() == "\"q30_percent\" is at most 100.");
  CHECK(running().when(ask::fail_run{"fluidics"}).only<fact::failed>().words() == "Failed: fluidics");
  CHECK(running().when(ask::fail_run{""}).words() == "A reason is required to fail a run.");
  CHECK(running().when(ask::remove_sample{1, id(1)}).words() ==
        "Run 5 is running, so it cannot be relieved of samples. Possible now: complete, fail, hold, "
        "abort.");
  CHECK(draft().when(ask::complete{}).code() == errc::conflict);
  CHECK(draft().when(ask::fail_run{"x"}).code() == errc::conflict);
}

TEST_CASE("an ended run stays ended") {
  auto const failed = running().after(ask::fail_run{"fluidics"});
  CHECK(failed.when(ask::abort_run{"x"}).words() ==
        "Run 5 is failed: fluidics, so it cannot be aborted. Possible now: nothing, a new run has to be "
        "planned.");
  CHECK(failed.when(ask::hold{"x"}).code() == errc::conflict);
  CHECK(draft().when(ask::abort_run{""}).words() == "A reason is required to abort a run.");
  CHECK(draft().when(ask::abort_run{"wrong pool"}).only<fact::aborted>().words() == "Aborted: wrong pool");
}

TEST_CASE("a run on hold waits") {
  auto held = queued().after(ask::hold{"no reagents"});
  CHECK(aggregates::state_word(held.state()) == "on_hold");
  CHECK(held.when(ask::start{}).words() ==
        "Run 5 is on hold: no reagents, so it cannot be started. Possible now: end the hold, abort.");
  CHECK(held.when(ask::load_flow_cell{"FC9"}).code() == errc::conflict);
  CHECK(aggregates::state_word(held.after(ask::end_hold{}).state()) == "queued");
  CHECK(held.when(ask::end_hold{}).words() == "Run 5 is not on hold; it is queued.");
  CHECK(queued().when(ask::hold{""}).words() == "A reason is required to put a run on hold.");
  CHECK(aggregates::state_word(queued().after(ask::hold{"x"}).after(ask::abort_run{"y"}).state()) ==
        "aborted");
}
