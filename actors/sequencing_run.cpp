#include "actors/sequencing_run.hpp"

#include <algorithm>

#include "actors/field_checks.hpp"
#include "actors/index_rules.hpp"
#include "actors/instruments.hpp"
#include "events/words.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::sequencing_run;
namespace asked = commands::sequencing_run;

using seen = sequencing_run_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

/// Of a model that the table does not have.
constexpr std::uint16_t lanes_max = 16;
/// Of what a validation lets pass, named for each lane; behind them the rest is counted.
constexpr std::size_t overrides_named = 20;
/// All warnings of a validation take so much of a record, at most.
constexpr std::size_t warnings_bytes_max = 256 * 1024;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

bool is_final(run_stage stage) noexcept {
  return stage == run_stage::completed || stage == run_stage::failed || stage == run_stage::aborted;
}

std::string state_sentence(seen state) {
  if (state.held) return "on hold" + words::colon(state.hold_reason);
  if (state.stage == run_stage::draft) return "a draft";
  return std::string(state_word(state)) + words::colon(state.end_reason);
}

std::string_view possible_now(seen state) noexcept {
  if (state.held) return "end the hold, abort";
  switch (state.stage) {
    case run_stage::draft: return "put samples on, take them off, load the flow cell, validate, hold, abort";
    case run_stage::validated: return "queue, change the samples, load the flow cell, hold, abort";
    case run_stage::queued: return "start, load the flow cell, hold, abort";
    case run_stage::running: return "complete, fail, hold, abort";
    default: return "nothing, a new run has to be planned";
  }
}

tl::unexpected<error> refuse(seen state, std::string_view what) {
  return fail(errc::conflict, state.name + " is " + state_sentence(state) + ", so it cannot be " +
                                  std::string(what) + ". Possible now: " +
                                  std::string(possible_now(state)) + ".");
}

bool stands_at(seen state, run_stage stage) noexcept { return state.stage == stage && !state.held; }

bool can_change_samples(seen state) noexcept {
  return stands_at(state, run_stage::draft) || stands_at(state, run_stage::validated);
}

result<std::uint16_t> choose_lanes(instrument_model const* model, std::string const& name,
                                   std::uint16_t wanted) {
  auto const wrong = [](std::string detail) -> result<std::uint16_t> {
    return fail(errc::invalid_argument, detail, {{"/lanes", "out_of_range", detail}});
  };
  if (model == nullptr) {
    if (wanted == 0) {
      auto const detail = "TracSeq knows no instrument model \"" + name +
                          "\"; it knows Illumina MiSeq, NextSeq 2000, Illumina NovaSeq X, PromethION, Revio and "
                          "others. For another one, say how many lanes its flow cell has.";
      return fail(errc::invalid_argument, detail, {{"/instrument_model", "unknown_value", detail}});
    }
    if (wanted <= lanes_max) return wanted;
    return wrong("A flow cell has at most 16 lanes; " + std::to_string(wanted) + " were asked for.");
  }
  if (wanted == 0) {
    if (model->lanes[1] == 0) return model->lanes[0];
    return wrong(name + " has flow cells with " + lane_choices(*model) + ": say which.");
  }
  if (offers_lanes(*model, wanted)) return wanted;
  return wrong(name + " has flow cells with " + lane_choices(*model) + ", not " +
               std::to_string(wanted) + ".");
}

outcome on(seen state, asked::plan const& c, context given) {
  if (given.version > 0)
    return fail(errc::already_exists, "This run is already planned: " + state.name + ".");
  field_checks checks;
  checks.required("name", c.run_name);
  checks.line("instrument", c.instrument);
  checks.required("instrument_model", c.instrument_model);
  checks.line("flow_cell", c.flow_cell);
  checks.line("read_structure", c.read_structure);
  checks.line("project", c.project);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  auto const* model = find_instrument(c.instrument_model);
  auto const name = model == nullptr ? c.instrument_model : std::string(model->name);
  auto const lanes = choose_lanes(model, name, c.lanes);
  if (!lanes) return tl::unexpected(lanes.error());
  return one(facts::planned{c.run_name, c.instrument, name, c.flow_cell, *lanes, c.read_structure,
                            c.project});
}

result<void> check_assignment(seen state, asked::assign_sample const& c) {
  if (c.lane == 0 || c.lane > state.lanes) {
    auto const detail = "There is no lane " + std::to_string(c.lane) + ": " + state.name + " has " +
                        words::count(state.lanes, "lane") + ".";
    return fail(errc::invalid_argument, detail, {{"/lane", "out_of_range", detail}});
  }
  field_checks checks;
  checks.required("sample_label", c.sample_label);
  checks.text("override_reason", c.override_reason, reason_characters_max);
  if (auto const wrong = check_index(upper_case(c.index_i7))) checks.add("index_i7", "invalid", *wrong);
  if (auto const wrong = check_index(upper_case(c.index_i5))) checks.add("index_i5", "invalid", *wrong);
  if (auto const fine = checks.done(); !fine) return fine;
  bool const good = c.sample_state == "accepted" || c.sample_state == "in_storage";
  if (!good && c.override_reason.empty())
    return fail(errc::rule_violation,
                c.sample_label + " is " + (c.sample_state.empty() ? "of unknown state" : c.sample_state) +
                    ", not accepted. Accept it first, or give an override reason.");
  return {};
}

outcome on(seen state, asked::assign_sample const& c, context) {
  if (!can_change_samples(state)) return refuse(state, "given samples");
  if (auto const fine = check_assignment(state, c); !fine) return tl::unexpected(fine.error());
  lane_sample const joining{c.sample_label, upper_case(c.index_i7), upper_case(c.index_i5),
                            c.override_reason};
  if (auto const lane = state.samples.find(c.lane); lane != state.samples.end()) {
    if (lane->second.contains(c.sample_id))
      return fail(errc::conflict, c.sample_label + " is already on lane " + std::to_string(c.lane) +
                                      " of " + state.name + ".");
    if (lane->second.size() >= lane_samples_max)
      return fail(errc::rule_violation, "Lane " + std::to_string(c.lane) + " of " + state.name +
                                            " holds 2,000 samples, which is the most.");
    if (auto const clash = index_clash(c.lane, lane->second, joining))
      return fail(errc::rule_violation, *clash);
  }
  return one(facts::sample_assigned{c.lane, c.sample_id, joining.label, joining.index_i7,
                                    joining.index_i5, c.override_reason});
}

outcome on(seen state, asked::remove_sample const& c, context) {
  if (!can_change_samples(state)) return refuse(state, "relieved of samples");
  auto const lane = state.samples.find(c.lane);
  if (lane == state.samples.end() || !lane->second.contains(c.sample_id))
    return fail(errc::not_found, "This sample is not on lane " + std::to_string(c.lane) + " of " +
                                     state.name + ".");
  return one(facts::sample_removed{c.lane, c.sample_id, lane->second.at(c.sample_id).label});
}

outcome on(seen state, asked::load_flow_cell const& c, context) {
  if (!can_change_samples(state) && !stands_at(state, run_stage::queued))
    return refuse(state, "loaded with a flow cell");
  field_checks checks;
  checks.required("flow_cell", c.flow_cell);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  if (c.flow_cell == state.flow_cell) return nothing();
  return one(facts::flow_cell_loaded{c.flow_cell});
}

void warn_of_overrides(std::vector<std::string>& warnings, std::uint16_t lane, lane_samples const& samples) {
  std::size_t overrides = 0;
  for (auto const& [id, sample] : samples)
    if (!sample.override_reason.empty() && ++overrides <= overrides_named)
      warnings.push_back(sample.label + " was put on lane " + std::to_string(lane) + " by an override: " +
                         sample.override_reason + ".");
  if (overrides > overrides_named)
    warnings.push_back("Put on lane " + std::to_string(lane) + " by an override, too: " +
                       words::count(overrides - overrides_named, "more sample") + ".");
}

/// Keeps the first of them; a last one says how many are left out.
void keep_what_fits(std::vector<std::string>& warnings) {
  std::size_t bytes = 0;
  auto const fits = [&](std::string const& one) { return (bytes += one.size()) <= warnings_bytes_max; };
  auto const first_out = std::ranges::find_if_not(warnings, fits);
  if (first_out == warnings.end()) return;
  auto const out = static_cast<std::size_t>(warnings.end() - first_out);
  warnings.erase(first_out, warnings.end());
  warnings.push_back(words::count(out, "more warning") + " would take too much room here.");
}

outcome on(seen state, asked::validate const& c, context) {
  if (!stands_at(state, run_stage::draft)) return refuse(state, "validated");
  field_checks checks;
  checks.text("override_reason", c.override_reason, reason_characters_max);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  facts::validated event;
  bool any = false;
  for (std::uint16_t lane = 1; lane <= state.lanes; ++lane) {
    auto const found = state.samples.find(lane);
    if (found == state.samples.end() || found->second.empty()) {
      event.warnings.push_back("Lane " + std::to_string(lane) + " is empty.");
      continue;
    }
    any = true;
    auto report = report_lane(lane, found->second);
    if (report.without_index && c.override_reason.empty())
      return fail(errc::rule_violation, *report.without_index +
                                            " Give each an index, or an override reason.");
    if (report.without_index)
      event.warnings.push_back(*report.without_index + " Override: " + c.override_reason + ".");
    for (auto& warning : report.warnings) event.warnings.push_back(std::move(warning));
    warn_of_overrides(event.warnings, lane, found->second);
  }
  if (!any) return fail(errc::rule_violation, state.name + " has no samples on any lane.");
  if (find_instrument(state.instrument_model) == nullptr)
    event.warnings.push_back(state.instrument_model +
                             " is no instrument TracSeq knows; its lanes were not checked.");
  keep_what_fits(event.warnings);
  return one(std::move(event));
}

outcome on(seen state, asked::queue const&, context) {
  if (!stands_at(state, run_stage::validated)) return refuse(state, "queued");
  return one(facts::queued{});
}

outcome on(seen state, asked::start const&, context) {
  if (!stands_at(state, run_stage::queued)) return refuse(state, "started");
  if (state.flow_cell.empty())
    return fail(errc::rule_violation, state.name + " has no flow cell. Load one before it starts.");
  return one(facts::started{});
}

outcome on(seen state, asked::complete const& c, context) {
  if (!stands_at(state, run_stage::running)) return refuse(state, "completed");
  field_checks checks;
  checks.amount("yield_gbases", c.yield_gbases);
  checks.amount("q30_percent", c.q30_percent);
  if (c.q30_percent && *c.q30_percent > 100)
    checks.add("q30_percent", "out_of_range", "\"q30_percent\" is at most 100.");
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::completed{c.yield_gbases, c.q30_percent});
}

outcome on(seen state, asked::fail_run const& c, context) {
  if (!stands_at(state, run_stage::running)) return refuse(state, "failed");
  if (auto const fine = require_reason(c.reason, "to fail a run"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::failed{c.reason});
}

outcome on(seen state, asked::abort_run const& c, context) {
  if (is_final(state.stage)) return refuse(state, "aborted");
  if (auto const fine = require_reason(c.reason, "to abort a run"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::aborted{c.reason});
}

outcome on(seen state, asked::hold const& c, context) {
  if (is_final(state.stage) || state.held) return refuse(state, "put on hold");
  if (auto const fine = require_reason(c.reason, "to put a run on hold"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::held{c.reason});
}

outcome on(seen state, asked::end_hold const&, context) {
  if (!state.held)
    return fail(errc::conflict, state.name + " is not on hold; it is " + state_sentence(state) + ".");
  return one(facts::hold_ended{});
}

void end(sequencing_run_state& state, run_stage stage, std::string const& reason) {
  state.stage = stage;
  state.held = false;
  state.end_reason = reason;
}

}  // namespace

std::string_view state_word(sequencing_run_state const& state) noexcept {
  if (state.held) return "on_hold";
  return boost::describe::enum_to_string(state.stage, "none");
}

result<std::vector<sequencing_run::event>> sequencing_run::decide(state const& seen,
                                                                  command const& asked,
                                                                  command_context const& context) {
  bool const makes = std::holds_alternative<asked::plan>(asked);
  if (context.version == 0 && !makes) return fail(errc::not_found, "There is no such run.");
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

sequencing_run_state sequencing_run::evolve(state now, event const& happened) {
  std::visit(overloaded{
                 [&](facts::planned const& e) {
                   now.stage = run_stage::draft;
                   now.name = e.name;
                   now.instrument_model = e.instrument_model;
                   now.flow_cell = e.flow_cell;
                   now.lanes = e.lanes;
                 },
                 [&](facts::sample_assigned const& e) {
                   now.samples[e.lane][e.sample_id] = {e.sample_label, e.index_i7, e.index_i5,
                                                       e.override_reason};
                   now.stage = run_stage::draft;
                 },
                 [&](facts::sample_removed const& e) {
                   now.samples[e.lane].erase(e.sample_id);
                   now.stage = run_stage::draft;
                 },
                 [&](facts::flow_cell_loaded const& e) { now.flow_cell = e.flow_cell; },
                 [&](facts::validated const&) { now.stage = run_stage::validated; },
                 [&](facts::queued const&) { now.stage = run_stage::queued; },
                 [&](facts::started const&) { now.stage = run_stage::running; },
                 [&](facts::completed const&) { end(now, run_stage::completed, {}); },
                 [&](facts::failed const& e) { end(now, run_stage::failed, e.reason); },
                 [&](facts::aborted const& e) { end(now, run_stage::aborted, e.reason); },
                 [&](facts::held const& e) {
                   now.held = true;
                   now.hold_reason = e.reason;
                 },
                 [&](facts::hold_ended const&) {
                   now.held = false;
                   now.hold_reason.clear();
                 },
             },
             happened);
  return now;
}

}  // namespace tracseq::aggregates
