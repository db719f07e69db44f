#include "actors/notification_policy.hpp"

#include <algorithm>
#include <optional>

#include "actors/command_codec.hpp"
#include "actors/delivery.hpp"

namespace tracseq {
namespace {

bool wants(notification_rules::entry const& rule, std::string_view event_name, instant at) {
  return !rule.paused && at >= rule.since &&
         std::find(rule.terms.event_types.begin(), rule.terms.event_types.end(), event_name) !=
             rule.terms.event_types.end();
}

}  // namespace

void notification_rules::learn(notice const& about) {
  auto const id = parse_uuid(stream_key(about.stream));
  if (!id) return;
  auto const* const event = std::get_if<notification_rule::event>(&about.event);
  if (event == nullptr) return;
  std::visit(overloaded{
                 [&](notification_rule::created const& e) {
                   rules_[*id] = {e.terms, false, about.recorded_at};
                 },
                 [&](notification_rule::changed const& e) {
                   rules_[*id].terms = e.terms;
                   rules_[*id].since = about.recorded_at;
                 },
                 [&](notification_rule::paused const&) { rules_[*id].paused = true; },
                 [&](notification_rule::resumed const&) {
                   rules_[*id].paused = false;
                   rules_[*id].since = about.recorded_at;
                 },
                 [&](notification_rule::deleted const&) { rules_.erase(*id); },
             },
             *event);
}

bool notification_rules::ask_for(notice const& about) const {
  auto const name = facts_of(about.event).type.name;
  return stream_kind(about.stream) != delivery::kind && std::ranges::any_of(rules_, [&](auto const& one) {
    return wants(one.second, name, about.recorded_at);
  });
}

std::vector<outgoing_command> notification_rules::deliveries_for(
    notice const& about,
    std::function<entity_facts(std::string const& stream)> const& look_up) const {
  std::vector<outgoing_command> commands;
  if (stream_kind(about.stream) == delivery::kind) return commands;
  auto const name = facts_of(about.event).type.name;
  std::optional<entity_facts> entity;
  for (auto const& [id, rule] : rules_) {
    if (!wants(rule, name, about.recorded_at)) continue;
    if (!entity) entity = look_up(about.stream);
    if (!rule.terms.project.empty() && rule.terms.project != entity->project) continue;
    commands::delivery::queue queue;
    queue.message_id = derive_uuid(id, about.event_id);
    queue.rule_id = id;
    queue.rule_name = rule.terms.name;
    queue.channel = rule.terms.channel;
    queue.urgency = rule.terms.urgency;
    queue.recipient = rule.terms.recipient;
    queue.url = rule.terms.url;
    queue.subject =
        entity->label.empty() ? words_of(about.event) : entity->label + ": " + words_of(about.event);
    queue.event_id = about.event_id;
    queue.event_name = name;
    queue.entity = about.stream;
    if (rule.terms.channel == notification_rule::channel::webhook) queue.body = about.cloud_event;
    commands.push_back(make_command(stream_name(delivery::kind, queue.message_id), queue));
  }
  return commands;
}

}  // namespace tracseq
