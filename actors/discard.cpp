#include "actors/discard.hpp"

#include "actors/command_codec.hpp"
#include "actors/field_checks.hpp"
#include "actors/sample.hpp"
#include "actors/storage_unit.hpp"
#include "events/registry.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::discard;
namespace asked = commands::discard;

using seen = discard_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

std::string_view step_word(discard_stage stage) noexcept {
  switch (stage) {
    case discard_stage::discarding: return "discard";
    case discard_stage::vacating: return "vacate";
    default: return "";
  }
}

outcome on(seen state, asked::request const& c, context given) {
  if (given.version > 0)
    return fail(errc::already_exists,
                "This discard is already asked for: " + state.asked.sample_label + ".");
  field_checks checks;
  checks.required("sample_label", c.sample_label);
  checks.line("how", c.how);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  if (auto const fine = require_reason(c.reason, "to discard a sample"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::requested{c.discard_id, c.sample_id, c.sample_label, c.reason, c.how});
}

outcome on(seen state, asked::record_step const& c, context) {
  // A step that is reported again has nothing to add.
  auto const word = step_word(state.stage);
  if (word.empty() || c.step.substr(0, c.step.find('~')) != word) return nothing();
  if (state.stage == discard_stage::vacating) {
    if (c.ok) return one(facts::completed{});
    return one(facts::parked{"The place could not be vacated: " + c.detail});
  }
  if (!c.ok) return one(facts::refused{c.code, c.detail});
  std::vector<facts::event> events{facts::thing_discarded{c.from}};
  if (!c.from) events.push_back(facts::completed{});
  return events;
}

outcome on(seen state, asked::resume const&, context) {
  if (!state.parked)
    return fail(errc::conflict, "The discard of " + state.asked.sample_label + " is not stopped.");
  return one(facts::resumed{});
}

outgoing_command present_command(seen state) {
  auto const& a = state.asked;
  auto const sample = stream_name(tracseq::sample::kind, a.sample_id);
  if (state.stage == discard_stage::discarding)
    return make_command(sample, commands::sample::discard{a.discard_id, a.reason, a.how});
  return make_command(stream_name(tracseq::storage_unit::kind, state.from->unit_id),
                      commands::storage_unit::vacate_slot{a.discard_id, state.from->slot, sample,
                                                          "discarded"});
}

}  // namespace

result<std::vector<discard::event>> discard::decide(state const& seen, command const& asked,
                                                    command_context const& context) {
  bool const makes = std::holds_alternative<asked::request>(asked);
  if (context.version == 0 && !makes) return fail(errc::not_found, "There is no such discard.");
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

discard_state discard::evolve(state now, event const& happened) {
  std::visit(overloaded{
                 [&](facts::requested const& e) {
                   now.asked = e;
                   now.stage = discard_stage::discarding;
                 },
                 [&](facts::thing_discarded const& e) {
                   now.from = e.from;
                   now.stage = e.from ? discard_stage::vacating : discard_stage::completed;
                 },
                 [&](facts::completed const&) { now.stage = discard_stage::completed; },
                 [&](facts::refused const&) { now.stage = discard_stage::refused; },
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

std::vector<step> discard::due(state const& seen) {
  auto const word = step_word(seen.stage);
  if (word.empty() || seen.parked) return {};
  std::string name(word);
  if (seen.resumes > 0) name += "~" + std::to_string(seen.resumes);
  return {step{std::move(name), {present_command(seen)}, std::nullopt, std::nullopt}};
}

discard::command discard::on_outcome(state const&, step_outcome const& outcome) {
  asked::record_step record{outcome.step, true, {}, {}, {}};
  for (auto const& one : outcome.commands) {
    if (!one.ok) return asked::record_step{outcome.step, false, {}, one.code, one.detail};
    for (auto const& event : one.events) {
      auto const known = decode_event(event);
      if (!known) continue;
      if (auto const* discarded = event_if<tracseq::sample::discarded>(*known))
        record.from = discarded->from;
    }
  }
  return record;
}

}  // namespace tracseq::aggregates
