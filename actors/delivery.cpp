#include "actors/delivery.hpp"

#include <array>

#include "actors/field_checks.hpp"
#include "events/codec.hpp"

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::delivery;
namespace asked = commands::delivery;

using channel = tracseq::notification_rule::channel;
using seen = delivery_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t minute_us = 60 * second_us;
constexpr std::int64_t hour_us = 60 * minute_us;
/// Waited after the first, second, … failed attempt; the last one for all further.
constexpr std::array back_off_us{1 * second_us, 5 * second_us, 30 * second_us, 2 * minute_us,
                                 10 * minute_us, 30 * minute_us, 1 * hour_us,  2 * hour_us,
                                 4 * hour_us,   6 * hour_us};
constexpr std::int64_t give_up_after_us = 72 * hour_us;
constexpr std::uint32_t attempts_max = 20;
constexpr std::size_t body_bytes_max = 512 * 1024;
constexpr std::size_t why_characters_max = 500;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

std::string step_name(seen state) {
  return "attempt-" + std::to_string(state.requeues) + "." + std::to_string(state.attempts + 1);
}

/// Between 0.8 and 1.2 of the step's wait, the same for the same message and attempt: receivers that
/// failed together are not tried again together.
std::int64_t wait_us(uuid const& message_id, std::uint32_t attempt) {
  auto const base = back_off_us[std::min<std::size_t>(attempt, back_off_us.size()) - 1];
  auto const drawn = derive_uuid(message_id, "wait-" + std::to_string(attempt));
  std::int64_t const per_mille = 800 + (drawn.bytes[0] << 8 | drawn.bytes[1]) * 400 / 65'535;
  return base / 1'000 * per_mille;
}

std::string cut(std::string text) {
  if (text.size() <= why_characters_max) return text;
  std::size_t end = why_characters_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  text.resize(end);
  return text + "…";
}

outcome on(seen, asked::queue const& c, context given) {
  if (given.version > 0) return nothing();
  field_checks checks;
  checks.text("subject", c.subject, reason_characters_max);
  if (c.channel == channel::webhook && c.url.empty())
    checks.add("url", "required", "A webhook needs an address.");
  if (c.channel == channel::inbox && c.recipient.empty())
    checks.add("recipient", "required", "A message for the inbox needs a recipient.");
  if (c.body.size() > body_bytes_max)
    checks.add("body", "too_long", "A message has at most 512 KiB.");
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  std::vector<facts::event> events{
      facts::queued{c.message_id, given.at, c.rule_id, c.rule_name, c.channel, c.urgency, c.recipient,
                    c.url, c.subject, c.event_id, c.event_name, c.entity, c.body}};
  // To be in the log is to be in the inbox.
  if (c.channel == channel::inbox) events.push_back(facts::delivered{1});
  return events;
}

outcome on(seen state, asked::record_attempt const& c, context given) {
  // An attempt that is reported again has nothing to add.
  if (state.stage != delivery_stage::queued || c.step != step_name(state)) return nothing();
  auto const attempt = state.attempts + 1;
  if (c.ended.ok) return one(facts::delivered{attempt});
  auto const why = cut(c.ended.detail);
  instant const next{given.at.us + wait_us(state.message_id, attempt)};
  bool const too_late = attempt >= attempts_max || next.us > state.queued_at.us + give_up_after_us;
  if (c.ended.permanent || too_late)
    return one(facts::died{attempt, why});
  return one(facts::attempt_failed{attempt, why, next});
}

outcome on(seen state, asked::requeue const&, context given) {
  if (state.stage == delivery_stage::queued) return nothing();
  if (state.stage != delivery_stage::dead)
    return fail(errc::conflict, "This message was delivered; only a dead letter can be sent again.");
  return one(facts::requeued{given.at});
}

outcome on(seen state, asked::mark_read const&, context) {
  if (state.is_read) return nothing();
  if (state.channel != channel::inbox)
    return fail(errc::rule_violation, "Only messages in the inbox can be marked as read.");
  return one(facts::read{});
}

}  // namespace

result<std::vector<delivery::event>> delivery::decide(state const& seen, command const& asked,
                                                      command_context const& context) {
  bool const makes = std::holds_alternative<asked::queue>(asked);
  if (context.version == 0 && !makes) return fail(errc::not_found, "There is no such message.");
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

delivery_state delivery::evolve(state now, event const& happened) {
  std::visit(overloaded{
                 [&](facts::queued const& e) {
                   now.stage = delivery_stage::queued;
                   now.message_id = e.message_id;
                   now.channel = e.channel;
                   now.url = e.url;
                   now.body = e.body;
                   now.queued_at = e.queued_at;
                 },
                 [&](facts::attempt_failed const& e) {
                   now.attempts = e.attempt;
                   now.next_attempt_at = e.next_attempt_at;
                 },
                 [&](facts::delivered const&) {
                   now.stage = delivery_stage::delivered;
                   now.body.clear();
                 },
                 [&](facts::died const& e) {
                   now.stage = delivery_stage::dead;
                   now.attempts = e.attempts;
                 },
                 [&](facts::requeued const& e) {
                   now.stage = delivery_stage::queued;
                   now.queued_at = e.queued_at;
                   now.attempts = 0;
                   now.next_attempt_at.reset();
                   ++now.requeues;
                 },
                 [&](facts::read const&) { now.is_read = true; },
             },
             happened);
  return now;
}

std::vector<step> delivery::due(state const& seen) {
  if (seen.stage != delivery_stage::queued || seen.channel != channel::webhook) return {};
  commands::delivery::webhook_message const message{seen.url, seen.message_id, seen.attempts + 1,
                                                    seen.body};
  return {step{step_name(seen), {}, effect{"webhook", codec::encode(message)},
               seen.next_attempt_at}};
}

delivery::command delivery::on_outcome(state const&, step_outcome const& outcome) {
  return asked::record_attempt{outcome.step, outcome.outside};
}

}  // namespace tracseq::aggregates
