#include "actors/move.hpp"

#include "actors/command_codec.hpp"
#include "actors/field_checks.hpp"
#include "actors/sample.hpp"
#include "actors/storage_unit.hpp"
#include "events/registry.hpp"
#include "events/words.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::move;
namespace asked = commands::move;

using seen = move_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

std::string_view step_word(move_stage stage) noexcept {
  switch (stage) {
    case move_stage::reserving: return "reserve";
    case move_stage::moving: return "move";
    case move_stage::vacating: return "vacate";
    case move_stage::filling: return "fill";
    case move_stage::releasing: return "release";
    default: return "";
  }
}

std::string step_name(seen state) {
  std::string name(step_word(state.stage));
  if (state.resumes > 0) name += "~" + std::to_string(state.resumes);
  return name;
}

bool is_present_step(seen state, std::string_view step) noexcept {
  auto const word = step_word(state.stage);
  return !word.empty() && step.substr(0, step.find('~')) == word;
}

bool same_slot(place const& a, place const& b) noexcept {
  return a.unit_id == b.unit_id && a.slot == b.slot;
}

result<void> check(asked::request const& c, instant at) {
  field_checks checks;
  auto const kind = stream_kind(c.thing);
  if (kind != tracseq::sample::kind && kind != tracseq::storage_unit::kind)
    checks.add("thing", "unknown_value", "Only samples and storage units are moved.");
  checks.required("thing_label", c.thing_label);
  checks.line("purpose", c.purpose);
  checks.not_in_past("due_at", c.due_at, at);
  checks.text("override_reason", c.override_reason, reason_characters_max);
  if (auto const fine = checks.done(); !fine) return fine;
  if (!c.from && !c.to)
    return fail(errc::conflict, c.thing_label + " is not in storage, so it cannot be taken out.");
  if (c.from && c.to && same_slot(*c.from, *c.to))
    return fail(errc::conflict, c.thing_label + " already stands in " +
                                    words::spot(c.to->unit_label, c.to->slot) + ".");
  if (c.to && c.thing == stream_name(tracseq::storage_unit::kind, c.to->unit_id))
    return fail(errc::rule_violation, c.thing_label + " cannot stand in itself.");
  return {};
}

outcome on(seen state, asked::request const& c, context given) {
  if (given.version > 0)
    return fail(errc::already_exists,
                "This move is already asked for: " + state.asked.thing_label + ".");
  if (auto const fine = check(c, given.at); !fine) return tl::unexpected(fine.error());
  return one(facts::requested{c.move_id, c.thing, c.thing_label, c.thing_kind, c.thing_project,
                              c.requires_temperature, c.from, c.to, c.to_temperature, c.purpose,
                              c.due_at, c.override_reason});
}

outcome record_success(seen state, asked::record_step const& c) {
  switch (state.stage) {
    case move_stage::reserving:
      return one(facts::slot_reserved{c.slot});
    case move_stage::moving:
      return one(facts::thing_moved{});
    case move_stage::vacating: {
      std::vector<facts::event> events{facts::old_slot_vacated{}};
      if (!state.asked.to) events.push_back(facts::completed{});
      return events;
    }
    case move_stage::filling:
      return one(facts::completed{});
    case move_stage::releasing:
      return one(facts::ended_refused{});
    default:
      return nothing();
  }
}

outcome record_refusal(seen state, asked::record_step const& c) {
  std::vector<facts::event> events{facts::refused{c.code, c.detail}};
  switch (state.stage) {
    case move_stage::reserving:
      events.push_back(facts::ended_refused{});
      return events;
    case move_stage::moving:
      if (!state.asked.to) events.push_back(facts::ended_refused{});
      return events;
    case move_stage::vacating:
      return one(facts::parked{"The old place could not be vacated: " + c.detail});
    case move_stage::filling:
      return one(facts::parked{"The new place could not be filled: " + c.detail});
    case move_stage::releasing:
      return one(facts::parked{"The reserved place could not be released: " + c.detail});
    default:
      return nothing();
  }
}

outcome on(seen state, asked::record_step const& c, context) {
  // A step that is reported again has nothing to add.
  if (!is_present_step(state, c.step)) return nothing();
  return c.ok ? record_success(state, c) : record_refusal(state, c);
}

outcome on(seen state, asked::resume const&, context) {
  if (!state.parked)
    return fail(errc::conflict, "The move of " + state.asked.thing_label + " is not stopped.");
  return one(facts::resumed{});
}

std::string unit_stream(place const& at) {
  return stream_name(tracseq::storage_unit::kind, at.unit_id);
}

outgoing_command reserve_command(seen state) {
  auto const& a = state.asked;
  return make_command(
      unit_stream(*a.to),
      commands::storage_unit::reserve_slot{a.move_id, a.to->slot, a.thing, a.thing_label,
                                           a.thing_kind, a.thing_project, a.requires_temperature,
                                           a.to_temperature, a.override_reason});
}

template <class Place, class TakeOut>
outgoing_command thing_command(seen state, TakeOut const& take_out) {
  auto const& a = state.asked;
  if (!a.to) return make_command(a.thing, take_out);
  return make_command(a.thing,
                      Place{a.move_id, {a.to->unit_id, state.slot, a.to->unit_label}, a.from});
}

outgoing_command move_command(seen state) {
  auto const& a = state.asked;
  auto const from = a.from.value_or(place{});
  if (stream_kind(a.thing) == tracseq::sample::kind)
    return thing_command<commands::sample::place>(
        state, commands::sample::take_out{a.move_id, from, a.purpose, a.due_at});
  return thing_command<commands::storage_unit::place>(
      state, commands::storage_unit::take_out{a.move_id, from});
}

outgoing_command vacate_command(seen state) {
  auto const& a = state.asked;
  auto const gone_to = a.to ? words::spot(a.to->unit_label, state.slot)
                            : "checked out" + (a.purpose.empty() ? "" : " for " + a.purpose);
  return make_command(unit_stream(*a.from),
                      commands::storage_unit::vacate_slot{a.move_id, a.from->slot, a.thing, gone_to});
}

outgoing_command present_command(seen state) {
  auto const& a = state.asked;
  switch (state.stage) {
    case move_stage::reserving: return reserve_command(state);
    case move_stage::moving: return move_command(state);
    case move_stage::vacating: return vacate_command(state);
    case move_stage::filling:
      return make_command(unit_stream(*a.to),
                          commands::storage_unit::fill_slot{a.move_id, state.slot});
    default:
      return make_command(unit_stream(*a.to),
                          commands::storage_unit::release_slot{a.move_id, state.slot});
  }
}

}  // namespace

result<std::vector<move::event>> move::decide(state const& seen, command const& asked,
                                              command_context const& context) {
  bool const makes = std::holds_alternative<asked::request>(asked);
  if (context.version == 0 && !makes) return fail(errc::not_found, "There is no such move.");
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

move_state move::evolve(state now, event const& happened) {
  std::visit(overloaded{
                 [&](facts::requested const& e) {
                   now.asked = e;
                   now.stage = e.to ? move_stage::reserving : move_stage::moving;
                 },
                 [&](facts::slot_reserved const& e) {
                   now.slot = e.slot;
                   now.stage = move_stage::moving;
                 },
                 [&](facts::thing_moved const&) {
                   now.stage = now.asked.from ? move_stage::vacating : move_stage::filling;
                 },
                 [&](facts::old_slot_vacated const&) { now.stage = move_stage::filling; },
                 [&](facts::completed const&) { now.stage = move_stage::completed; },
                 [&](facts::refused const&) { now.stage = move_stage::releasing; },
                 [&](facts::ended_refused const&) { now.stage = move_stage::refused; },
                 [&](facts::parked const& e) {
                   now.parked = true;
                   now.parked_why = e.why;
                 },
                 [&](facts::resumed const&) {
                   now.parked = false;
                   now.parked_why.clear();
                   ++now.resumes;
                 },
             },
             happened);
  return now;
}

std::vector<step> move::due(state const& seen) {
  if (step_word(seen.stage).empty() || seen.parked) return {};
  return {step{step_name(seen), {present_command(seen)}, std::nullopt, std::nullopt}};
}

move::command move::on_outcome(state const& seen, step_outcome const& outcome) {
  asked::record_step record{outcome.step, true, {}, {}, {}};
  for (auto const& one : outcome.commands) {
    if (!one.ok) return asked::record_step{outcome.step, false, {}, one.code, one.detail};
    for (auto const& event : one.events) {
      auto const known = decode_event(event);
      if (!known) continue;
      if (auto const* reserved = event_if<tracseq::storage_unit::slot_reserved>(*known))
        record.slot = reserved->slot;
    }
  }
  if (record.slot.empty() && seen.asked.to) record.slot = seen.asked.to->slot;
  return record;
}

}  // namespace tracseq::aggregates
