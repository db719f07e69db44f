#include "actors/notification_rule.hpp"

#include <algorithm>
#include <charconv>

#include "actors/field_checks.hpp"
#include "events/registry.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::notification_rule;
namespace asked = commands::notification_rule;

using seen = notification_rule_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

constexpr std::size_t url_characters_max = 2'000;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

/// A host, and if a port stands behind it, one that there is. An IPv6 address has colons of its own.
bool is_host_and_port(std::string_view text) noexcept {
  if (text.empty() || text.front() == ':' || text.find('@') != std::string_view::npos) return false;
  auto const colon = text.rfind(':');
  if (colon == std::string_view::npos || text.back() == ']') return true;
  auto const port = text.substr(colon + 1);
  std::uint16_t number = 0;
  auto const [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  return failed == std::errc{} && end == port.data() + port.size() && number > 0;
}

/// http or https, a host, nothing that a URL cannot hold.
bool is_web_address(std::string_view url) noexcept {
  for (std::string_view const scheme : {"http://", "https://"}) {
    if (!url.starts_with(scheme)) continue;
    auto const rest = url.substr(scheme.size());
    auto const host = rest.substr(0, rest.find_first_of("/?#"));
    bool const plain = std::ranges::all_of(
        url, [](unsigned char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '<' && c != '>'; });
    return plain && is_host_and_port(host);
  }
  return false;
}

bool is_event_name(std::string_view name) noexcept {
  return std::ranges::find(all_event_types(), name, &event_type::name) != all_event_types().end();
}

result<void> check(facts::terms const& terms) {
  field_checks checks;
  checks.required("name", terms.name);
  checks.line("project", terms.project);
  if (terms.event_types.empty())
    checks.add("event_types", "required", "A rule names at least one event type.");
  for (auto const& name : terms.event_types)
    if (!is_event_name(name))
      checks.add("event_types", "unknown_value",
                 "There is no event type \"" + name + "\"; for example \"sample_rejected\" is one.");
  if (terms.channel == facts::channel::inbox) {
    checks.required("recipient", terms.recipient);
  } else {
    checks.text("url", terms.url, url_characters_max);
    if (!is_web_address(terms.url))
      checks.add("url", "invalid",
                 "A webhook needs an address like https://lab.example/hook, without a password in it; "
                 "\"" + terms.url + "\" is none.");
  }
  return checks.done();
}

result<void> alive(seen state) {
  if (state.stage == rule_stage::deleted)
    return fail(errc::not_found, "The rule " + state.terms.name + " was deleted.");
  return {};
}

outcome on(seen state, asked::create const& c, context given) {
  if (given.version > 0)
    return fail(errc::already_exists, "This rule already exists: " + state.terms.name + ".");
  if (auto const fine = check(c.terms); !fine) return tl::unexpected(fine.error());
  return one(facts::created{c.terms});
}

outcome on(seen state, asked::change const& c, context) {
  if (auto const fine = check(c.terms); !fine) return tl::unexpected(fine.error());
  if (c.terms == state.terms) return nothing();
  return one(facts::changed{c.terms});
}

outcome on(seen state, asked::pause const&, context) {
  if (state.stage == rule_stage::paused)
    return fail(errc::conflict, "The rule " + state.terms.name + " is already paused.");
  return one(facts::paused{});
}

outcome on(seen state, asked::resume const&, context) {
  if (state.stage == rule_stage::active)
    return fail(errc::conflict, "The rule " + state.terms.name + " is not paused.");
  return one(facts::resumed{});
}

outcome on(seen, asked::delete_rule const&, context) { return one(facts::deleted{}); }

}  // namespace

result<std::vector<notification_rule::event>> notification_rule::decide(
    state const& seen, command const& asked, command_context const& context) {
  bool const makes = std::holds_alternative<asked::create>(asked);
  if (context.version == 0 && !makes) return fail(errc::not_found, "There is no such rule.");
  if (auto const fine = alive(seen); !fine && !makes) return tl::unexpected(fine.error());
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

notification_rule_state notification_rule::evolve(state now, event const& happened) {
  std::visit(overloaded{
                 [&](facts::created const& e) {
                   now.terms = e.terms;
                   now.stage = rule_stage::active;
                 },
                 [&](facts::changed const& e) { now.terms = e.terms; },
                 [&](facts::paused const&) { now.stage = rule_stage::paused; },
                 [&](facts::resumed const&) { now.stage = rule_stage::active; },
                 [&](facts::deleted const&) { now.stage = rule_stage::deleted; },
             },
             happened);
  return now;
}

}  // namespace tracseq::aggregates
