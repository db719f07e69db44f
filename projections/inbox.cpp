#include "projections/inbox.hpp"

#include "projections/paging.hpp"
#include "projections/rows.hpp"

namespace tracseq {
namespace {

void apply_to_rule(accepted_event const& event, table& rows) {
  namespace facts = notification_rule;
  visit_as<facts::event>(event.event, [&](auto const& one) {
    auto const id = uuid_of_stream(event.stream());
    key const at = key('R').id(id);
    bool const first = std::is_same_v<std::decay_t<decltype(one)>, facts::created>;
    if (first) (void)edit_row<rule_row>(rows, at, event.version() == 1);
    auto& row = find_row<rule_row>(rows, at);
    if (!row) throw std::runtime_error(event.stream() + " has an event before its first one");
    row->id = id;
    row->version = event.version();
    row->updated_at = event.recorded_at();
    arms{[&](facts::created const& e) {
           row->terms = e.terms;
           row->created_at = event.recorded_at();
           row->created_by = event.in.commit.who.name;
         },
         [&](facts::changed const& e) { row->terms = e.terms; },
         [&](facts::paused const&) { row->paused = true; },
         [&](facts::resumed const&) { row->paused = false; },
         [&](facts::deleted const&) { row.reset(); }}(one);
  });
}

void begin(delivery_row& row, delivery::queued const& e, accepted_event const& event) {
  row.rule_id = e.rule_id;
  row.rule_name = e.rule_name;
  row.channel = e.channel;
  row.urgency = e.urgency;
  row.recipient = e.recipient;
  row.url = e.url;
  row.subject = e.subject;
  row.event_id = e.event_id;
  row.event_name = e.event_name;
  row.entity = e.entity;
  row.created_at = event.recorded_at();
}

void apply_to_delivery(accepted_event const& event, table& rows) {
  namespace facts = delivery;
  visit_as<facts::event>(event.event, [&](auto const& one) {
    auto const id = uuid_of_stream(event.stream());
    key const at = key('D').id(id);
    auto& row = std::is_same_v<std::decay_t<decltype(one)>, facts::queued>
                    ? edit_row<delivery_row>(rows, at, event.version() == 1)
                    : existing_row<delivery_row>(rows, at, event.stream());
    row.id = id;
    arms{[&](facts::queued const& e) { begin(row, e, event); },
         [&](facts::attempt_failed const& e) {
           row.state = delivery_state::retrying;
           row.attempts = e.attempt;
           row.last_failure = e.why;
           row.next_attempt_at = e.next_attempt_at;
         },
         [&](facts::delivered const& e) {
           row.state = delivery_state::delivered;
           row.attempts = e.attempt;
           row.next_attempt_at.reset();
         },
         [&](facts::died const& e) {
           row.state = delivery_state::dead;
           row.attempts = e.attempts;
           row.last_failure = e.why;
           row.next_attempt_at.reset();
         },
         [&](facts::requeued const&) {
           row.state = delivery_state::queued;
           row.attempts = 0;
         },
         [&](facts::read const&) { row.read_at = event.occurred_at(); }}(one);
    row.version = event.version();
    row.updated_at = event.recorded_at();
  });
}

uuid id_at_end(std::string_view index_key) {
  key_reader reader(index_key);
  reader.skip(index_key.size() - 17);
  return reader.id();
}

result<page<delivery_row>> deliveries_by(table_view const& rows, std::string const& prefix,
                                         std::string const& cursor, std::uint32_t limit) {
  return page_of<delivery_row>(rows, {prefix, prefix, direction::backward, cursor, limit},
                               [&](std::string_view at, std::string_view) {
                                 return read_row<delivery_row>(rows, key('D').id(id_at_end(at)));
                               });
}

}  // namespace

void index_of(delivery_row const& row, index_keys& keys) {
  auto const state = static_cast<std::uint8_t>(row.state);
  if (row.channel == notification_rule::channel::inbox) {
    keys.add(key('I').text(row.recipient).time(row.created_at).id(row.id));
    if (!row.read_at) {
      keys.add(key('N').text(row.recipient).time(row.created_at).id(row.id));
      keys.count(key('#').u8('N').tail(row.recipient));
    }
  }
  if (row.state != delivery_state::delivered)
    keys.add(key('Q').u8(state).time(row.created_at).id(row.id));
  keys.count(key('#').u8('S').u8(state));
}

void inbox_projection::apply(accepted_event const& event, table& rows) const {
  apply_to_rule(event, rows);
  apply_to_delivery(event, rows);
}

std::optional<rule_row> inbox_query::rule(uuid const& id) const {
  return read_row<rule_row>(view_.table("inbox"), key('R').id(id));
}

std::vector<rule_row> inbox_query::rules() const {
  std::vector<rule_row> all;
  for (auto at = view_.table("inbox").scan_prefix(key('R')); at->valid(); at->next())
    all.push_back(decode_row<rule_row>(at->value()));
  return all;
}

std::optional<delivery_row> inbox_query::delivery(uuid const& id) const {
  return read_row<delivery_row>(view_.table("inbox"), key('D').id(id));
}

result<page<delivery_row>> inbox_query::messages(std::string_view recipient, bool unread_only,
                                                 std::string const& cursor,
                                                 std::uint32_t limit) const {
  auto const prefix = key(unread_only ? 'N' : 'I').text(recipient);
  return deliveries_by(view_.table("inbox"), prefix.bytes(), cursor, limit);
}

std::uint64_t inbox_query::unread(std::string_view recipient) const {
  return read_count(view_.table("inbox"), key('#').u8('N').tail(recipient));
}

result<page<delivery_row>> inbox_query::deliveries(std::optional<delivery_state> state,
                                                   std::optional<notification_rule::channel> channel,
                                                   std::string const& cursor, std::uint32_t limit) const {
  auto const& rows = view_.table("inbox");
  auto const wanted = [&](std::optional<delivery_row> row) -> std::optional<delivery_row> {
    if (!row || (state && row->state != *state) || (channel && row->channel != *channel)) return std::nullopt;
    return row;
  };
  std::string const of = channel ? std::string(boost::describe::enum_to_string(*channel, "none")) : std::string();
  if (state && state != delivery_state::delivered) {
    auto const prefix = key('Q').u8(static_cast<std::uint8_t>(*state)).bytes();
    return page_of<delivery_row>(rows, {prefix + of, prefix, direction::backward, cursor, limit},
                                 [&](std::string_view at, std::string_view) {
                                   return wanted(read_row<delivery_row>(rows, key('D').id(id_at_end(at))));
                                 });
  }
  // Not indexed, for the delivered are nearly all: the order of ids is the order of time.
  return page_of<delivery_row>(
      rows, {(state ? "delivered" : "deliveries") + of, "D", direction::backward, cursor, limit},
      [&](std::string_view, std::string_view value) { return wanted(decode_row<delivery_row>(value)); });
}

std::map<std::string, std::uint64_t> inbox_query::counts_by_state() const {
  std::map<std::string, std::uint64_t> counts;
  for (auto at = view_.table("inbox").scan_prefix(key('#').u8('S')); at->valid(); at->next())
    counts[boost::describe::enum_to_string(static_cast<delivery_state>(at->key().back()),
                                           "unknown")] =
        static_cast<std::uint64_t>(decode_count(at->value()));
  return counts;
}

}  // namespace tracseq
