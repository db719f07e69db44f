#include "actors/sample.hpp"

#include <cmath>

#include "actors/field_checks.hpp"
#include "actors/sample_details.hpp"
#include "events/words.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::sample;
namespace asked = commands::sample;

using seen = sample_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

constexpr double absolute_zero_celsius = -273.15;
constexpr double arrival_celsius_max = 100;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

std::string label(seen state) {
  return state.details.barcode.empty() ? state.details.name : state.details.barcode;
}

bool is_final(sample_stage stage) noexcept {
  return stage == sample_stage::rejected || stage == sample_stage::archived ||
         stage == sample_stage::discarded;
}

std::string state_sentence(seen state) {
  switch (state.stage) {
    case sample_stage::none: return "not registered";
    case sample_stage::rejected: return "rejected" + words::colon(state.end_reason);
    case sample_stage::discarded: return "discarded" + words::colon(state.end_reason);
    default: break;
  }
  if (state.held) return "on hold" + words::colon(state.hold_reason);
  if (state.stage == sample_stage::accepted && state.at)
    return "in storage (" + words::spot(state.at->unit_label, state.at->slot) + ")";
  return std::string(state_word(state));
}

std::string_view possible_now(seen state) noexcept {
  if (is_final(state.stage)) return "reinstate it, with a reason";
  if (state.held) return "end the hold, correct, relabel";
  switch (state.stage) {
    case sample_stage::registered: return "receive, hold, correct, relabel, discard";
    case sample_stage::received: return "accept, reject, hold, correct, relabel, discard";
    case sample_stage::accepted:
      return state.at ? "move, take out, archive, hold, correct, relabel, discard"
                      : "place, archive, hold, correct, relabel, discard";
    default: return "register it";
  }
}

tl::unexpected<error> refuse(seen state, std::string_view what) {
  return fail(errc::conflict, label(state) + " is " + state_sentence(state) + ", so it cannot be " +
                                  std::string(what) + ". Possible now: " +
                                  std::string(possible_now(state)) + ".");
}

/// Live, not on hold, and at `stage`.
bool stands_at(seen state, sample_stage stage) noexcept {
  return state.stage == stage && !state.held;
}

bool same_place(std::optional<place> const& a, std::optional<place> const& b) noexcept {
  if (!a || !b) return !a && !b;
  return a->unit_id == b->unit_id && a->slot == b->slot;
}

/// Refuses unless the tube stands where the move thinks.
result<void> expect_at(seen state, std::optional<place> const& expected) {
  if (same_place(state.at, expected)) return {};
  auto const where = state.at ? "it stands in " + words::spot(state.at->unit_label, state.at->slot)
                              : std::string("it was taken out");
  if (!expected)
    return fail(errc::conflict, label(state) + " is not out of storage any more: " + where +
                                    ". Another move came first.");
  return fail(errc::conflict, label(state) + " is not in " +
                                  words::spot(expected->unit_label, expected->slot) +
                                  " any more: " + where + ". Another move came first.");
}

outcome on(seen state, asked::register_sample const& c, context given) {
  if (given.version > 0) {
    if (state.import_id && state.import_id == c.import_id && state.details == c.details)
      return nothing();
    return fail(errc::already_exists, "This sample is already registered: " + label(state) + ".");
  }
  field_checks checks;
  check_details(checks, c.details, given.at);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::registered{c.details, c.import_id});
}

outcome on(seen state, asked::receive const& c, context) {
  if (!stands_at(state, sample_stage::registered)) return refuse(state, "received");
  field_checks checks;
  checks.line("condition", c.condition);
  if (c.temperature_celsius && !(*c.temperature_celsius >= absolute_zero_celsius &&
                                 *c.temperature_celsius <= arrival_celsius_max))
    checks.add("temperature_celsius", "out_of_range",
               "\"temperature_celsius\" lies between -273.15 and 100.");
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::received{c.condition, c.temperature_celsius});
}

outcome on(seen state, asked::accept const&, context) {
  if (!stands_at(state, sample_stage::received)) return refuse(state, "accepted");
  return one(facts::accepted{});
}

outcome on(seen state, asked::reject const& c, context) {
  if (!stands_at(state, sample_stage::received)) return refuse(state, "rejected");
  if (auto const fine = require_reason(c.reason, "to reject a sample"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::rejected{c.reason});
}

outcome on(seen state, asked::correct const& c, context given) {
  if (is_final(state.stage)) {
    auto const why = "to correct a sample that is " + std::string(state_word(state));
    if (auto const fine = require_reason(given.reason, why); !fine)
      return tl::unexpected(fine.error());
  }
  auto corrected = apply_patch(state.details, c.patch);
  if (corrected.changes.empty()) return nothing();
  field_checks checks;
  check_details(checks, corrected.details, given.at);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::corrected{std::move(corrected.changes), std::move(corrected.details)});
}

outcome on(seen state, asked::relabel const& c, context) {
  if (is_final(state.stage)) return refuse(state, "relabelled");
  if (c.new_barcode == state.details.barcode) return nothing();
  field_checks checks;
  checks.label("new_barcode", c.new_barcode);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::relabelled{state.details.barcode, c.new_barcode});
}

outcome on(seen state, asked::place const& c, context) {
  if (state.last_move == c.move_id && same_place(state.at, c.to)) return nothing();
  // A tube on hold or archived can still be carried to another place; it stays what it is.
  bool const kept = state.stage == sample_stage::archived && state.at;
  if (state.stage != sample_stage::accepted && !kept) return refuse(state, "placed");
  if (auto const fine = expect_at(state, c.from); !fine) return tl::unexpected(fine.error());
  if (same_place(state.at, c.to))
    return fail(errc::conflict, label(state) + " already stands in " +
                                    words::spot(state.at->unit_label, state.at->slot) + ".");
  facts::placed event{c.move_id, c.to.unit_id, c.to.slot, c.to.unit_label, std::nullopt, {}, {}};
  if (state.at) {
    event.from_unit_id = state.at->unit_id;
    event.from_slot = state.at->slot;
    event.from_unit_label = state.at->unit_label;
  }
  return one(std::move(event));
}

outcome on(seen state, asked::take_out const& c, context) {
  if (state.last_move == c.move_id && !state.at) return nothing();
  if (!stands_at(state, sample_stage::accepted)) return refuse(state, "taken out");
  if (auto const fine = expect_at(state, c.from); !fine) return tl::unexpected(fine.error());
  field_checks checks;
  checks.line("purpose", c.purpose);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::taken_out{c.move_id, state.at->unit_id, state.at->slot, state.at->unit_label,
                              c.purpose, c.due_at});
}

outcome on(seen state, asked::hold const& c, context) {
  if (is_final(state.stage) || state.held) return refuse(state, "put on hold");
  if (auto const fine = require_reason(c.reason, "to put a sample on hold"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::held{c.reason});
}

outcome on(seen state, asked::end_hold const&, context) {
  if (!state.held)
    return fail(errc::conflict, label(state) + " is not on hold; it is " + state_sentence(state) +
                                    ".");
  return one(facts::hold_ended{});
}

outcome on(seen state, asked::discard const& c, context) {
  if (state.stage == sample_stage::discarded && state.discard_id == c.discard_id) return nothing();
  if (is_final(state.stage) || state.held) return refuse(state, "discarded");
  if (auto const fine = require_reason(c.reason, "to discard a sample"); !fine)
    return tl::unexpected(fine.error());
  field_checks checks;
  checks.line("how", c.how);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::discarded{c.discard_id, c.reason, c.how, state.at});
}

outcome on(seen state, asked::archive const&, context) {
  if (!stands_at(state, sample_stage::accepted)) return refuse(state, "archived");
  return one(facts::archived{});
}

outcome on(seen state, asked::reinstate const&, context given) {
  if (!is_final(state.stage))
    return fail(errc::conflict, label(state) + " is " + state_sentence(state) +
                                    ", which is no final state; there is nothing to reinstate.");
  if (auto const fine = require_reason(given.reason, "to reinstate a sample"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::reinstated{});
}

outcome on(seen state, asked::erase_donor const& c, context given) {
  if (!state.details.donor || state.details.donor->key_id != c.key_id)
    return fail(errc::conflict, label(state) + " has another donor by now; nothing was noted.");
  if (auto const fine = require_reason(given.reason, "to erase a donor"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::donor_erased{c.key_id});
}

void end(sample_state& state, sample_stage stage) {
  state.stage_before = state.stage;
  state.stage = stage;
}

}  // namespace

std::string_view state_word(sample_state const& state) noexcept {
  if (state.held) return "on_hold";
  if (state.stage == sample_stage::accepted && state.at) return "in_storage";
  return boost::describe::enum_to_string(state.stage, "none");
}

result<std::vector<sample::event>> sample::decide(state const& seen, command const& asked,
                                                  command_context const& context) {
  bool const makes = std::holds_alternative<asked::register_sample>(asked);
  if (context.version == 0 && !makes) return fail(errc::not_found, "There is no such sample.");
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

std::optional<sample::event> sample::refusal(command const& asked, error const& why, std::uint64_t version) {
  if (version == 0) return std::nullopt;
  auto const kept = [&](uuid const& process, std::string_view step) {
    return facts::step_refused{process, std::string(step), std::string(describe(why.code).name), why.detail};
  };
  using given = std::optional<event>;
  return std::visit(overloaded{
                        [&](asked::place const& c) -> given { return kept(c.move_id, c.name); },
                        [&](asked::take_out const& c) -> given { return kept(c.move_id, c.name); },
                        [&](asked::discard const& c) -> given { return kept(c.discard_id, c.name); },
                        [](auto const&) -> given { return std::nullopt; },
                    },
                    asked);
}

sample_state sample::evolve(state now, event const& happened) {
  std::visit(
      overloaded{
          [&](facts::registered const& e) {
            now.stage = sample_stage::registered;
            now.details = e.details;
            now.import_id = e.import_id;
          },
          [&](facts::received const&) { now.stage = sample_stage::received; },
          [&](facts::accepted const&) { now.stage = sample_stage::accepted; },
          [&](facts::rejected const& e) {
            end(now, sample_stage::rejected);
            now.end_reason = e.reason;
          },
          [&](facts::corrected const& e) { now.details = e.details; },
          [&](facts::relabelled const& e) { now.details.barcode = e.new_barcode; },
          [&](facts::placed const& e) {
            now.at = place{e.unit_id, e.slot, e.unit_label};
            now.last_move = e.move_id;
          },
          [&](facts::taken_out const& e) {
            now.at.reset();
            now.last_move = e.move_id;
          },
          [&](facts::held const& e) {
            now.held = true;
            now.hold_reason = e.reason;
          },
          [&](facts::hold_ended const&) {
            now.held = false;
            now.hold_reason.clear();
          },
          [&](facts::discarded const& e) {
            end(now, sample_stage::discarded);
            now.end_reason = e.reason;
            now.discard_id = e.discard_id;
            now.at.reset();
          },
          [&](facts::archived const&) { end(now, sample_stage::archived); },
          [&](facts::reinstated const&) {
            now.stage = now.stage_before;
            now.end_reason.clear();
            now.discard_id = {};
          },
          [&](facts::donor_erased const&) {},  // what was sealed stays; nobody can read it
          [&](facts::step_refused const&) {},  // found by its command's id
      },
      happened);
  return now;
}

}  // namespace tracseq::aggregates
