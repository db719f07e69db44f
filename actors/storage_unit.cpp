#include "actors/storage_unit.hpp"

#include "actors/field_checks.hpp"
#include "actors/slot_table.hpp"
#include "events/storage_layout.hpp"
#include "events/words.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::storage_unit;
namespace asked = commands::storage_unit;

using seen = storage_unit_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

std::string with_article(std::string_view noun) {
  bool const vowel = !noun.empty() && std::string_view("aeiou").find(noun[0]) != std::string::npos;
  return (vowel ? "an " : "a ") + std::string(noun);
}

std::string slot_of(seen state, std::uint32_t index) {
  return words::spot(state.name, facts::slot_name(state.layout, index));
}

tl::unexpected<error> no_such_slot(seen state, std::string const& slot) {
  auto const has = facts::is_unbounded(state.layout)
                       ? state.name + " has numbered places: " + facts::slot_range(state.layout)
                       : state.name + " has " + facts::slot_range(state.layout);
  auto const detail = "There is no " + slot + " in " + state.name + ". " + has + ".";
  return fail(errc::invalid_argument, detail, {{"/slot", "unknown_slot", detail}});
}

bool same_place(std::optional<place> const& a, std::optional<place> const& b) noexcept {
  if (!a || !b) return !a && !b;
  return a->unit_id == b->unit_id && a->slot == b->slot;
}

result<void> expect_at(seen state, std::optional<place> const& expected) {
  if (same_place(state.at, expected)) return {};
  auto const where = state.at ? "it stands in " + words::spot(state.at->unit_label, state.at->slot)
                              : std::string("it was taken out");
  auto const was = expected ? "in " + words::spot(expected->unit_label, expected->slot)
                            : std::string("outside of all storage");
  return fail(errc::conflict, state.name + " is not " + was + " any more: " + where +
                                  ". Another move came first.");
}

result<void> in_use(seen state, std::string_view what) {
  if (state.retired)
    return fail(errc::rule_violation,
                state.name + " is retired and cannot be " + std::string(what) + ".");
  return {};
}

// A tube or a unit stands only in a unit of an earlier kind, so the tree can never close to a ring.
result<void> check_nesting(seen state, std::string const& occupant_kind) {
  auto const refuse = [&](std::string const& hint) -> result<void> {
    auto const thing = facts::parse_unit_kind(occupant_kind);
    auto const noun = thing ? std::string(facts::word(*thing)) : occupant_kind;
    auto sentence = with_article(noun) + " cannot stand in " +
                    with_article(facts::word(state.unit)) + " (" + state.name + ")" + hint;
    sentence[0] = 'A';
    return fail(errc::rule_violation, sentence);
  };
  if (occupant_kind == "tube") {
    if (state.unit <= facts::unit_kind::room)
      return refuse(". Choose a box, a rack or another unit that holds tubes.");
    return {};
  }
  auto const unit = facts::parse_unit_kind(occupant_kind);
  if (!unit)
    return fail(errc::invalid_argument,
                "\"" + occupant_kind + "\" is neither \"tube\" nor a kind of storage unit.");
  if (*unit <= state.unit) return refuse(".");
  return {};
}

result<void> check_temperature(seen state, asked::reserve_slot const& c) {
  if (c.requires_temperature.empty() || !c.override_reason.empty()) return {};
  auto const own = state.temperature != facts::temperature_class::unspecified
                       ? state.temperature
                       : c.inherited_temperature;
  std::string wanted;
  for (auto const& one : c.requires_temperature) {
    if (facts::parse_temperature_class(one) == own) return {};
    wanted += (wanted.empty() ? "" : " or ") + one;
  }
  auto const is = own == facts::temperature_class::unspecified
                      ? std::string(" has no temperature class")
                      : " is of temperature class " + std::string(facts::word(own));
  return fail(errc::rule_violation, state.name + is + ", but " + c.occupant_label + " requires " +
                                        wanted + ". Give an override reason to put it there.");
}

result<void> check_project(seen state, asked::reserve_slot const& c) {
  if (state.project.empty() || state.project == c.project || !c.override_reason.empty()) return {};
  auto const belongs = c.project.empty() ? std::string(" belongs to no project")
                                         : " belongs to " + c.project;
  return fail(errc::rule_violation, state.name + " is kept for project " + state.project + ", but " +
                                        c.occupant_label + belongs +
                                        ". Give an override reason to put it there.");
}

result<void> check_reservation(seen state, asked::reserve_slot const& c) {
  if (auto const fine = in_use(state, "used"); !fine) return fine;
  if (state.in_maintenance)
    return fail(errc::rule_violation, state.name + " is in maintenance" +
                                          words::colon(state.maintenance_reason) +
                                          ". Nothing can be put in until it ends.");
  if (auto const fine = check_nesting(state, c.occupant_kind); !fine) return fine;
  if (auto const fine = check_temperature(state, c); !fine) return fine;
  return check_project(state, c);
}

std::string held_sentence(seen state, std::uint32_t index, slot_holder const& holder) {
  auto text = facts::slot_name(state.layout, index) + " of " + state.name;
  return text + (holder.filled ? " holds " : " is reserved for ") + holder.label + ".";
}

/// The slot that was asked for, or the first free one.
result<std::uint32_t> choose_slot(seen state, std::string const& slot) {
  if (slot.empty()) {
    if (auto const free = first_free_slot(state)) return *free;
    auto const count = std::to_string(facts::slot_count(state.layout));
    return fail(errc::conflict,
                state.name + " is full: " + std::to_string(state.slots.size()) + " of " + count + ".");
  }
  auto const index = facts::slot_index(state.layout, slot);
  if (!index) return no_such_slot(state, slot);
  if (auto const* holder = holder_of(state, *index))
    return fail(errc::conflict, held_sentence(state, *index, *holder));
  return *index;
}

outcome on(seen state, asked::add const& c, context given) {
  if (given.version > 0)
    return fail(errc::already_exists, "This storage unit already exists: " + state.name + ".");
  field_checks checks;
  checks.required("name", c.unit_name);
  if (!c.barcode.empty()) checks.label("barcode", c.barcode);
  checks.line("project", c.project);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  auto const layout = c.layout.value_or(facts::default_layout(c.unit));
  if (auto const fine = facts::check_layout(layout); !fine) return tl::unexpected(fine.error());
  return one(facts::added{c.unit, c.unit_name, c.barcode, layout, c.temperature, c.project});
}

outcome on(seen state, asked::rename const& c, context) {
  if (auto const fine = in_use(state, "renamed"); !fine) return tl::unexpected(fine.error());
  field_checks checks;
  checks.required("new_name", c.new_name);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  if (c.new_name == state.name) return nothing();
  return one(facts::renamed{state.name, c.new_name});
}

outcome on(seen state, asked::place const& c, context) {
  if (state.last_move == c.move_id && same_place(state.at, c.to)) return nothing();
  if (auto const fine = in_use(state, "moved"); !fine) return tl::unexpected(fine.error());
  if (auto const fine = expect_at(state, c.from); !fine) return tl::unexpected(fine.error());
  if (same_place(state.at, c.to))
    return fail(errc::conflict, state.name + " already stands in " +
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
  if (auto const fine = expect_at(state, c.from); !fine) return tl::unexpected(fine.error());
  return one(facts::taken_out{c.move_id, state.at->unit_id, state.at->slot, state.at->unit_label});
}

outcome on(seen state, asked::reserve_slot const& c, context) {
  if (auto const held = state.by_move.find(c.move_id); held != state.by_move.end()) {
    auto const* holder = holder_of(state, held->second);
    // Who asked for any free slot has to be told which one it was.
    if (!c.slot.empty() || holder->filled) return nothing();
    return one(facts::slot_reserved{facts::slot_name(state.layout, held->second), holder->occupant,
                                    holder->label, c.move_id, c.override_reason});
  }
  if (auto const fine = check_reservation(state, c); !fine) return tl::unexpected(fine.error());
  auto const index = choose_slot(state, c.slot);
  if (!index) return tl::unexpected(index.error());
  return one(facts::slot_reserved{facts::slot_name(state.layout, *index), c.occupant,
                                  c.occupant_label, c.move_id, c.override_reason});
}

outcome on(seen state, asked::release_slot const& c, context) {
  auto const held = state.by_move.find(c.move_id);
  if (held == state.by_move.end()) return nothing();
  auto const* holder = holder_of(state, held->second);
  if (holder->filled)
    return fail(errc::conflict, slot_of(state, held->second) + " is filled with " + holder->label +
                                    "; it cannot be released, only vacated.");
  return one(facts::slot_released{facts::slot_name(state.layout, held->second), holder->occupant,
                                  c.move_id});
}

outcome on(seen state, asked::fill_slot const& c, context) {
  // Only a later move of the same thing takes a reservation away before it is filled, by vacating it:
  // then there is nothing left to fill.
  auto const held = state.by_move.find(c.move_id);
  if (held == state.by_move.end()) return nothing();
  auto const* holder = holder_of(state, held->second);
  if (holder->filled) return nothing();
  return one(facts::slot_filled{facts::slot_name(state.layout, held->second), holder->occupant,
                                holder->label, c.move_id});
}

outcome on(seen state, asked::vacate_slot const& c, context) {
  auto const index = facts::slot_index(state.layout, c.slot);
  if (!index) return no_such_slot(state, c.slot);
  auto const* holder = holder_of(state, *index);
  if (holder == nullptr || holder->occupant != c.occupant) return nothing();
  return one(facts::slot_vacated{facts::slot_name(state.layout, *index), holder->occupant,
                                 holder->label, c.to, c.move_id});
}

outcome on(seen state, asked::start_maintenance const& c, context) {
  if (auto const fine = in_use(state, "maintained"); !fine) return tl::unexpected(fine.error());
  if (state.in_maintenance)
    return fail(errc::conflict, state.name + " is already in maintenance" +
                                    words::colon(state.maintenance_reason) + ".");
  if (auto const fine = require_reason(c.reason, "to start maintenance"); !fine)
    return tl::unexpected(fine.error());
  return one(facts::maintenance_started{c.reason});
}

outcome on(seen state, asked::end_maintenance const&, context) {
  if (!state.in_maintenance) return fail(errc::conflict, state.name + " is not in maintenance.");
  return one(facts::maintenance_ended{});
}

outcome on(seen state, asked::retire const& c, context) {
  if (state.retired) return fail(errc::conflict, state.name + " is already retired.");
  if (!state.slots.empty()) {
    auto const& [index, holder] = *state.slots.begin();
    return fail(errc::rule_violation,
                state.name + " is not empty: it holds " + words::count(state.slots.size(), "thing") +
                    ", the first is " + holder.label + " (" +
                    facts::slot_name(state.layout, index) + "). Move them out first.");
  }
  field_checks checks;
  checks.text("reason", c.reason, reason_characters_max);
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::retired{c.reason});
}

std::uint32_t known_index(seen state, std::string const& slot) {
  return facts::slot_index(state.layout, slot).value_or(0);
}

}  // namespace

result<std::vector<storage_unit::event>> storage_unit::decide(state const& seen,
                                                              command const& asked,
                                                              command_context const& context) {
  bool const makes = std::holds_alternative<asked::add>(asked);
  if (context.version == 0 && !makes)
    return fail(errc::not_found, "There is no such storage unit.");
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

std::optional<storage_unit::event> storage_unit::refusal(command const& asked, error const& why,
                                                         std::uint64_t version) {
  if (version == 0) return std::nullopt;
  auto const kept = [&](uuid const& process, std::string_view step) {
    return facts::step_refused{process, std::string(step), std::string(describe(why.code).name), why.detail};
  };
  using given = std::optional<event>;
  return std::visit(overloaded{
                        [&](asked::reserve_slot const& c) -> given { return kept(c.move_id, c.name); },
                        [&](asked::place const& c) -> given { return kept(c.move_id, c.name); },
                        [&](asked::take_out const& c) -> given { return kept(c.move_id, c.name); },
                        [](auto const&) -> given { return std::nullopt; },
                    },
                    asked);
}

storage_unit_state storage_unit::evolve(state now, event const& happened) {
  std::visit(overloaded{
                 [&](facts::added const& e) {
                   now.unit = e.unit;
                   now.name = e.name;
                   now.barcode = e.barcode;
                   now.layout = e.layout;
                   now.temperature = e.temperature;
                   now.project = e.project;
                   free_all_slots(now);
                 },
                 [&](facts::renamed const& e) { now.name = e.new_name; },
                 [&](facts::placed const& e) {
                   now.at = place{e.unit_id, e.slot, e.unit_label};
                   now.last_move = e.move_id;
                 },
                 [&](facts::taken_out const& e) {
                   now.at.reset();
                   now.last_move = e.move_id;
                 },
                 [&](facts::slot_reserved const& e) {
                   hold_slot(now, known_index(now, e.slot),
                             {e.occupant, e.occupant_label, e.move_id, false});
                 },
                 [&](facts::slot_released const& e) { free_slot(now, known_index(now, e.slot)); },
                 [&](facts::slot_filled const& e) {
                   hold_slot(now, known_index(now, e.slot),
                             {e.occupant, e.occupant_label, e.move_id, true});
                 },
                 [&](facts::slot_vacated const& e) { free_slot(now, known_index(now, e.slot)); },
                 [&](facts::maintenance_started const& e) {
                   now.in_maintenance = true;
                   now.maintenance_reason = e.reason;
                 },
                 [&](facts::maintenance_ended const&) {
                   now.in_maintenance = false;
                   now.maintenance_reason.clear();
                 },
                 [&](facts::retired const&) { now.retired = true; },
                 [&](facts::step_refused const&) {},  // found by its command's id
             },
             happened);
  return now;
}

}  // namespace tracseq::aggregates
