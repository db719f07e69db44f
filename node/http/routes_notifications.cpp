#include "actors/command_codec.hpp"
#include "actors/delivery.hpp"
#include "actors/notification_rule.hpp"
#include "events/registry.hpp"
#include "node/channels/webhook.hpp"
#include "node/http/bodies.hpp"
#include "node/http/commands.hpp"
#include "node/http/history.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/router.hpp"
#include "node/http/views.hpp"
#include "projections/inbox.hpp"

namespace tracseq::http {
namespace {

namespace give = commands::notification_rule;

BOOST_DEFINE_ENUM_CLASS(rule_state, active, paused)

struct rule_view {
  uuid id;
  std::string name;
  std::vector<std::string> event_types;
  std::string project;
  notification_rule::channel channel = notification_rule::channel::inbox;
  std::string recipient;
  std::string url;
  notification_rule::urgency urgency = notification_rule::urgency::normal;
  rule_state state = rule_state::active;
  std::string secret;
  instant created_at;
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(rule_view, (),
                      (id, name, event_types, project, channel, recipient, url, urgency, state, secret,
                       created_at, updated_at, created_by, version))

struct rule_page {
  std::vector<rule_view> items;
  nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(rule_page, (), (items, next))

struct message_view {
  uuid id;
  std::string subject;
  std::string event_name;
  std::string event_id;
  std::string entity;
  notification_rule::urgency urgency = notification_rule::urgency::normal;
  std::string rule_name;
  instant at;
  bool read = false;
  std::uint64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(message_view, (),
                      (id, subject, event_name, event_id, entity, urgency, rule_name, at, read, version))

struct inbox_page {
  std::vector<message_view> items;
  std::uint64_t unread = 0;
  nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(inbox_page, (), (items, unread, next))

struct delivery_view {
  uuid id;
  uuid rule_id;
  std::string rule_name;
  notification_rule::channel channel = notification_rule::channel::inbox;
  std::string recipient;
  std::string url;
  std::string subject;
  std::string event_id;
  std::string event_name;
  std::string entity;
  delivery_state state = delivery_state::queued;
  std::uint32_t attempts = 0;
  std::string last_failure;
  nullable<instant> next_attempt_at;
  instant created_at;
  instant updated_at;
  std::uint64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(delivery_view, (),
                      (id, rule_id, rule_name, channel, recipient, url, subject, event_id, event_name,
                       entity, state, attempts, last_failure, next_attempt_at, created_at, updated_at,
                       version))

struct delivery_page {
  std::vector<delivery_view> items;
  nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(delivery_page, (), (items, next))

struct inbox_params {
  bool unread = false;
  std::optional<std::uint32_t> limit;
  std::string cursor;
};
BOOST_DESCRIBE_STRUCT(inbox_params, (), (unread, limit, cursor))

struct delivery_params {
  std::optional<delivery_state> state;
  std::optional<notification_rule::channel> channel;
  std::optional<std::uint32_t> limit;
  std::string cursor;
};
BOOST_DESCRIBE_STRUCT(delivery_params, (), (state, channel, limit, cursor))

struct read_all_view {
  std::uint64_t unread = 0;
};
BOOST_DESCRIBE_STRUCT(read_all_view, (), (unread))

struct deleted_view {
  uuid id;
  bool deleted = true;
  std::uint64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(deleted_view, (), (id, deleted, version))

}  // namespace

template <>
inline constexpr auto notes<rule_view> = std::to_array<note>({
    {.field = "secret", .doc = "Signs this rule's webhooks; empty for an inbox."},
});
template <>
inline constexpr auto notes<message_view> = std::to_array<note>({
    {.field = "rule_name", .doc = "The rule it came from."},
    {.field = "read", .doc = "It was seen."},
});
template <>
inline constexpr auto notes<inbox_params> = std::to_array<note>({
    limit_note, {.field = "unread", .doc = "Only what was not seen yet."}});
template <>
inline constexpr auto notes<delivery_params> = std::to_array<note>({
    limit_note,
    {.field = "state", .doc = "Only those that are queued, retrying, delivered, or dead: given up. Left out, all."},
    {.field = "channel", .doc = "Only those by this channel. Left out, all."}});
template <>
inline constexpr auto notes<delivery_view> = std::to_array<note>({
    {.field = "id", .doc = "The message id that the receiver sees at every attempt."},
    {.field = "rule_id", .doc = "The rule it came from."},
    {.field = "rule_name", .doc = "The rule it came from."},
    {.field = "last_failure", .doc = "What the last attempt met."},
    {.field = "next_attempt_at", .doc = "When it is tried again."},
});
template <>
inline constexpr auto notes<read_all_view> = std::to_array<note>({
    {.field = "unread", .doc = "Messages you have not seen even so."}});
template <>
inline constexpr auto notes<deleted_view> = std::to_array<note>({
    {.field = "deleted", .doc = "It is gone; its history stays."}});

namespace {

rule_view view_of(rule_row const& row, services const& at) {
  rule_view out;
  out.id = row.id;
  out.name = row.terms.name;
  out.event_types = row.terms.event_types;
  out.project = row.terms.project;
  out.channel = row.terms.channel;
  out.recipient = row.terms.recipient;
  out.url = row.terms.url;
  out.urgency = row.terms.urgency;
  out.state = row.paused ? rule_state::paused : rule_state::active;
  if (row.terms.channel == notification_rule::channel::webhook && at.webhook_secret)
    out.secret = at.webhook_secret(row.id);
  out.created_at = row.created_at;
  out.updated_at = row.updated_at;
  out.created_by = row.created_by;
  out.version = row.version;
  return out;
}

message_view message_of(delivery_row const& row) {
  return {row.id,        row.subject,    row.event_name,           row.event_id, row.entity, row.urgency,
          row.rule_name, row.created_at, row.read_at.has_value(), row.version};
}

delivery_view delivery_of(delivery_row const& row) {
  delivery_view out;
  out.id = row.id;
  out.rule_id = row.rule_id;
  out.rule_name = row.rule_name;
  out.channel = row.channel;
  out.recipient = row.recipient;
  out.url = row.url;
  out.subject = row.subject;
  out.event_id = row.event_id;
  out.event_name = row.event_name;
  out.entity = row.entity;
  out.state = row.state;
  out.attempts = row.attempts;
  out.last_failure = row.last_failure;
  if (row.next_attempt_at) out.next_attempt_at = *row.next_attempt_at;
  out.created_at = row.created_at;
  out.updated_at = row.updated_at;
  out.version = row.version;
  return out;
}

std::optional<uuid> own_id(call& c, std::string_view kind) {
  auto const id = parse_uuid(c.id());
  if (!id) refuse(c, no_such(kind, c.id()));
  return id;
}

void answer_rule(call_ptr const& c, uuid const& id, answer_facts facts) {
  auto const row = inbox_query(*c->at->view()).rule(id);
  if (!row) return refuse(*c, no_such(notification_rule::kind, to_string(id)));
  if (!facts.version) facts.version = row->version;
  answer(*c, to_json(view_of(*row, *c->at)), facts);
}

/// Names of events are checked here: the actors do not know them all.
result<notification_rule::terms> terms_of(rule_terms const& asked, call const& c) {
  std::vector<field_problem> problems;
  for (std::size_t i = 0; i < asked.event_types.size(); ++i) {
    bool known = false;
    for (auto const& type : all_event_types()) known = known || type.name == asked.event_types[i];
    if (!known)
      problems.push_back({"/event_types/" + std::to_string(i), "unknown_value",
                          "\"" + asked.event_types[i] + "\" is not the name of an event; see /event-types."});
  }
  if (asked.channel == notification_rule::channel::webhook && !c.at->webhooks_to_private_addresses &&
      is_private_host(asked.url))
    problems.push_back({"/url", "private_address",
                        "is an address of a private network; webhooks go there only where the setting "
                        "webhook.private_addresses is true."});
  if (!problems.empty()) return tl::unexpected(field_error(std::move(problems)));
  notification_rule::terms out;
  out.name = asked.name;
  out.event_types = asked.event_types;
  out.project = asked.project;
  out.channel = asked.channel;
  out.recipient = asked.recipient;
  if (out.recipient.empty() && out.channel == notification_rule::channel::inbox)
    out.recipient = c.who.subject;
  out.url = asked.url;
  out.urgency = asked.urgency.value_or(notification_rule::urgency::normal);
  return out;
}

void list_rules(call_ptr c, none, none) {
  when_readable(std::move(c), [](call_ptr one) {
    rule_page out;
    for (auto const& row : inbox_query(*one->at->view()).rules())
      out.items.push_back(view_of(row, *one->at));
    answer(*one, to_json(out));
  });
}

void show_rule(call_ptr c, none, none) {
  auto const id = own_id(*c, notification_rule::kind);
  if (!id) return;
  when_readable(std::move(c), [id = *id](call_ptr one) { answer_rule(one, id, {}); });
}

void do_create(call_ptr c, none, rule_terms asked) {
  auto terms = terms_of(asked, *c);
  if (!terms) return refuse(*c, terms.error());
  auto made = [](call_ptr one, command_reply const& reply) {
    auto const id = parse_uuid(stream_key(reply.stream)).value_or(uuid{});
    auto facts = facts_of(*one, reply);
    facts.location = std::string(api_base) + "/notification-rules/" + to_string(id);
    answer_rule(one, id, facts);
  };
  auto begin = [asked, terms = *terms, made](call_ptr one) {
    std::vector<command_request> group;
    group.push_back(make_request(
        *one, asked,
        make_command(stream_name(notification_rule::kind, picked_id(*one, notification_rule::kind)),
                     give::create{terms})));
    submit(std::move(one), std::move(group), made);
  };
  once(std::move(c), std::move(begin), made);
}

template <class Command>
void command_rule(call_ptr c, write_options const& why, Command command) {
  auto const id = own_id(*c, notification_rule::kind);
  if (!id) return;
  submit(std::move(c), why, make_command(stream_name(notification_rule::kind, *id), command),
         [id = *id](call_ptr one, command_reply const& reply) {
           answer_rule(one, id, facts_of(*one, reply));
         });
}

void do_change(call_ptr c, none, rule_terms asked) {
  auto terms = terms_of(asked, *c);
  if (!terms) return refuse(*c, terms.error());
  command_rule(std::move(c), asked, give::change{*terms});
}
void do_pause(call_ptr c, none, plain_write asked) { command_rule(std::move(c), asked, give::pause{}); }
void do_resume(call_ptr c, none, plain_write asked) { command_rule(std::move(c), asked, give::resume{}); }

void do_delete(call_ptr c, none, plain_write asked) {
  auto const id = own_id(*c, notification_rule::kind);
  if (!id) return;
  submit(std::move(c), asked, make_command(stream_name(notification_rule::kind, *id), give::delete_rule{}),
         [id = *id](call_ptr one, command_reply const& reply) {
           answer(*one, to_json(deleted_view{id, true, reply.version}), facts_of(*one, reply));
         });
}

void show_inbox(call_ptr c, inbox_params asked, none) {
  when_readable(std::move(c), [asked](call_ptr one) {
    auto const view = one->at->view();
    inbox_query const inbox(*view);
    auto const page =
        inbox.messages(one->who.subject, asked.unread, asked.cursor, asked.limit.value_or(50));
    if (!page) return refuse(*one, page.error());
    inbox_page out;
    for (auto const& row : page->rows) out.items.push_back(message_of(row));
    out.unread = inbox.unread(one->who.subject);
    if (!page->next_cursor.empty()) out.next = page->next_cursor;
    answer_facts facts;
    facts.link = next_link(*one, page->next_cursor);
    answer(*one, to_json(out), facts);
  });
}

void do_read(call_ptr c, none, plain_write asked) {
  auto const id = own_id(*c, "message");
  if (!id) return;
  submit(std::move(c), asked,
         make_command(stream_name(delivery::kind, *id), commands::delivery::mark_read{}),
         [id = *id](call_ptr one, command_reply const& reply) {
           auto const row = inbox_query(*one->at->view()).delivery(id);
           if (!row) return refuse(*one, no_such("message", to_string(id)));
           answer(*one, to_json(message_of(*row)), facts_of(*one, reply));
         });
}

/// Marks the newest unread ones, one command each.
struct reading {
  plain_write asked;
  std::vector<uuid> ids;
  std::size_t next = 0;
};

read_all_view unread_of(call const& c) {
  return {inbox_query(*c.at->view()).unread(c.who.subject)};
}

void read_next(call_ptr c, std::shared_ptr<reading> all, command_reply const* last) {
  if (all->next == all->ids.size()) {
    auto facts = last ? facts_of(*c, *last) : answer_facts{};
    facts.version.reset();
    facts.repeated = false;
    return answer(*c, to_json(unread_of(*c)), facts);
  }
  // The first carries the request's own id, by which a repeat is known.
  auto const id = all->ids[all->next++];
  auto const step = all->next == 1 ? std::string() : "read-" + to_string(id);
  std::vector<command_request> group;
  group.push_back(make_request(
      *c, all->asked, make_command(stream_name(delivery::kind, id), commands::delivery::mark_read{}), step));
  submit(std::move(c), std::move(group),
         [all](call_ptr one, command_reply const& reply) { read_next(std::move(one), all, &reply); });
}

void do_read_all(call_ptr c, none, plain_write asked) {
  auto begin = [asked](call_ptr one) {
    constexpr std::uint32_t at_once = 500;
    auto const page = inbox_query(*one->at->view()).messages(one->who.subject, true, {}, at_once);
    if (!page) return refuse(*one, page.error());
    auto all = std::make_shared<reading>();
    all->asked = asked;
    for (auto const& row : page->rows) all->ids.push_back(row.id);
    read_next(std::move(one), std::move(all), nullptr);
  };
  once(std::move(c), std::move(begin), [](call_ptr one, command_reply const& reply) {
    auto facts = facts_of(*one, reply);
    facts.version.reset();
    answer(*one, to_json(unread_of(*one)), facts);
  });
}

void list_deliveries(call_ptr c, delivery_params asked, none) {
  when_readable(std::move(c), [asked](call_ptr one) {
    auto const page =
        inbox_query(*one->at->view())
            .deliveries(asked.state, asked.channel, asked.cursor, asked.limit.value_or(50));
    if (!page) return refuse(*one, page.error());
    delivery_page out;
    for (auto const& row : page->rows) out.items.push_back(delivery_of(row));
    if (!page->next_cursor.empty()) out.next = page->next_cursor;
    answer_facts facts;
    facts.link = next_link(*one, page->next_cursor);
    answer(*one, to_json(out), facts);
  });
}

void answer_delivery(call_ptr const& c, uuid const& id, answer_facts facts) {
  auto const row = inbox_query(*c->at->view()).delivery(id);
  if (!row) return refuse(*c, no_such(delivery::kind, to_string(id)));
  if (!facts.version) facts.version = row->version;
  answer(*c, to_json(delivery_of(*row)), facts);
}

void show_delivery(call_ptr c, none, none) {
  auto const id = own_id(*c, delivery::kind);
  if (!id) return;
  when_readable(std::move(c), [id = *id](call_ptr one) { answer_delivery(one, id, {}); });
}

void do_send_again(call_ptr c, none, plain_write asked) {
  auto const id = own_id(*c, delivery::kind);
  if (!id) return;
  submit(std::move(c), asked,
         make_command(stream_name(delivery::kind, *id), commands::delivery::requeue{}),
         [id = *id](call_ptr one, command_reply const& reply) {
           answer_delivery(one, id, facts_of(*one, reply));
         });
}

constexpr auto missing = errors(errc::not_found);

}  // namespace

std::vector<route> notification_routes() {
  return {
      post<rule_view, &do_create>("/notification-rules", "create_rule", "rule create",
                                  "Make a rule that tells of events", 0, 201),
      get<rule_page, &list_rules>("/notification-rules", "list_rules", "rule list", "List rules"),
      get<rule_view, &show_rule>("/notification-rules/{id}", "show_rule", "rule show", "Show a rule",
                                 missing),
      post<rule_view, &do_change>("/notification-rules/{id}:change", "change_rule", "rule change",
                                  "Change a rule", missing),
      post<rule_view, &do_pause>("/notification-rules/{id}:pause", "pause_rule", "rule pause",
                                 "Pause a rule", missing),
      post<rule_view, &do_resume>("/notification-rules/{id}:resume", "resume_rule", "rule resume",
                                  "Resume a rule", missing),
      post<deleted_view, &do_delete>("/notification-rules/{id}:delete", "delete_rule", "rule delete",
                                  "Delete a rule", missing),
      get<inbox_page, &show_inbox>("/inbox", "show_inbox", "inbox list", "What you were told"),
      post<message_view, &do_read>("/inbox/{id}:read", "read_message", "inbox read",
                                   "Mark a message as seen", missing),
      post<read_all_view, &do_read_all>("/inbox:read-all", "read_all_messages", "inbox read-all",
                                        "Mark the newest 500 messages as seen"),
      get<delivery_page, &list_deliveries>("/deliveries", "list_deliveries", "delivery list",
                                           "Messages and how far they came, newest first"),
      get<delivery_view, &show_delivery>("/deliveries/{id}", "show_delivery", "delivery show",
                                         "Show a message and its attempts", missing),
      post<delivery_view, &do_send_again>("/deliveries/{id}:send-again", "send_delivery_again",
                                          "delivery send-again", "Send a dead letter again", missing),
  };
}

}  // namespace tracseq::http
