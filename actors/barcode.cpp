#include "actors/barcode.hpp"

#include "actors/field_checks.hpp"
#include "events/barcode_label.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::barcode;
namespace asked = commands::barcode;

using seen = barcode_state const&;
using outcome = result<std::vector<facts::event>>;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

std::string called(std::string const& label) { return label.empty() ? "The barcode" : label; }

bool is_blank(seen state) noexcept {
  return state.use == barcode_use::reserved && state.entity.empty();
}

tl::unexpected<error> names_already(seen state, std::string const& label) {
  auto const what = state.entity_label.empty() ? state.entity : state.entity_label;
  auto const kind = stream_kind(state.entity);
  return fail(errc::conflict, called(label) + " already names " + what + " (" +
                                  (kind == "storage_unit" ? "a storage unit" : "a " + std::string(kind)) +
                                  "). A barcode names one thing for ever.");
}

tl::unexpected<error> reserved_already(std::string const& label) {
  return fail(errc::conflict, called(label) + " is reserved for a sheet that is being imported.");
}

/// Labels of our own shape are handed out by TracSeq; one that was typed is a slip or a forgery.
result<void> check(std::string const& label, bool from_series, bool is_blank_label) {
  field_checks checks;
  checks.label("barcode", label);
  if (auto const fine = checks.done(); !fine) return fine;
  if (!parse_series_label(label) || from_series || is_blank_label) return {};
  auto const detail = label + " has the shape of a label that TracSeq makes, but TracSeq did not " +
                      "hand it out. Scan the label again, or leave the barcode empty to get one.";
  return fail(errc::invalid_argument, detail, {{"/barcode", "not_handed_out", detail}});
}

outcome on(seen state, asked::reserve const& c) {
  switch (state.use) {
    case barcode_use::assigned:
      return names_already(state, c.label);
    case barcode_use::reserved:
      if (state.entity == c.entity && state.holder == c.holder) return nothing();
      if (!is_blank(state) && state.holder == c.holder)
        return fail(errc::conflict, called(c.label) + " stands on two rows of this sheet.");
      if (!is_blank(state)) return reserved_already(c.label);
      break;
    case barcode_use::free:
      break;
  }
  if (auto const fine = check(c.label, c.from_series, is_blank(state)); !fine)
    return tl::unexpected(fine.error());
  return one(facts::reserved{c.entity, c.holder});
}

outcome on(seen state, asked::assign const& c) {
  switch (state.use) {
    case barcode_use::assigned:
      if (state.entity == c.entity) return nothing();
      return names_already(state, c.label);
    case barcode_use::reserved: {
      bool const own = state.entity == c.entity && state.holder == c.holder;
      if (!own && !is_blank(state)) return reserved_already(c.label);
      break;
    }
    case barcode_use::free:
      break;
  }
  bool const was_reserved = state.use == barcode_use::reserved;
  if (auto const fine = check(c.label, c.from_series, was_reserved); !fine)
    return tl::unexpected(fine.error());
  return one(facts::assigned{c.entity, c.entity_label, was_reserved ? state.holder : uuid{},
                             is_blank(state)});
}

outcome on(seen state, asked::confirm const& c) {
  if (state.use == barcode_use::assigned && state.holder == c.holder) return nothing();
  if (state.use == barcode_use::assigned) return names_already(state, c.label);
  if (state.use != barcode_use::reserved || state.holder != c.holder || state.entity.empty())
    return fail(errc::conflict, called(c.label) + " is not reserved for this.");
  return one(facts::assigned{state.entity, c.entity_label, state.holder, false});
}

outcome on(seen state, asked::release const& c) {
  bool const reservation = state.use == barcode_use::reserved && state.entity == c.entity &&
                           state.holder == c.holder;
  bool const assignment = state.use == barcode_use::assigned && state.entity == c.entity &&
                          c.holder.is_nil();
  if (!reservation && !assignment) return nothing();
  std::vector<facts::event> events{facts::released{c.entity, c.why}};
  if (!c.reserve_for.is_nil())
    events.push_back(facts::reserved{c.as_blank ? std::string() : c.entity, c.reserve_for});
  return events;
}

}  // namespace

result<std::vector<barcode::event>> barcode::decide(state const& seen, command const& asked,
                                                    command_context const&) {
  return std::visit([&](auto const& c) { return on(seen, c); }, asked);
}

// Only what another holder can give back: a label that is none stays none.
std::optional<barcode::event> barcode::refusal(command const& asked, error const& why, std::uint64_t) {
  auto const* const reserve = std::get_if<asked::reserve>(&asked);
  if (reserve == nullptr || reserve->entity.empty() || why.code != errc::conflict) return std::nullopt;
  return facts::step_refused{reserve->holder, std::string(reserve->name), std::string(describe(why.code).name),
                             why.detail};
}

barcode_state barcode::evolve(state now, event const& happened) {
  return std::visit(overloaded{
                        [](facts::reserved const& e) {
                          return state{barcode_use::reserved, e.entity, {}, e.holder};
                        },
                        [](facts::assigned const& e) {
                          return state{barcode_use::assigned, e.entity, e.entity_label, e.holder};
                        },
                        [](facts::released const&) { return state{}; },
                        [&](facts::step_refused const&) { return std::move(now); },  // found by its command's id
                    },
                    happened);
}

std::optional<barcode::command> barcode::take_back(event const& happened) {
  auto const* assigned = std::get_if<facts::assigned>(&happened);
  if (assigned == nullptr) return std::nullopt;
  return asked::release{{}, assigned->entity, {}, assigned->holder, assigned->was_blank,
                        "the registration was cut off"};
}

}  // namespace tracseq::aggregates
