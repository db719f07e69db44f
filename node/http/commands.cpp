#include "node/http/commands.hpp"

#include <charconv>

#include "node/http/api.hpp"
#include "node/http/turns.hpp"
#include "projections/command_ids.hpp"
#include "projections/position.hpp"
#include "projections/table_view.hpp"

namespace tracseq::http {

command_request make_request(call const& c, write_options const& why, outgoing_command command,
                             std::string_view step) {
  command_request request;
  request.command = std::move(command);
  request.command_id = step.empty() ? c.command_id : derive_uuid(c.command_id, step);
  request.request = c.print;
  request.who = c.who;
  request.reason = why.reason.value_or("");
  request.occurred_at = why.occurred_at;
  request.correlation_id = c.command_id;
  auto const trace = c.request->header("traceparent");
  if (trace.size() <= 64) request.traceparent = std::string(trace);
  return request;
}

bool read_if_match(call& c, std::optional<std::uint64_t>& version) {
  auto text = c.request->header("if-match");
  if (text.empty() || text == "*") return true;
  std::uint64_t number = 0;
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
    auto const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, number);
    if (read.ec == std::errc() && read.ptr == end) {
      version = number;
      return true;
    }
  }
  refuse(c, because(errc::invalid_argument,
                  "If-Match has to be the ETag of an earlier answer, for example \"4\" with its quotes."),
         400);
  return false;
}

bool matches_version(call& c, std::uint64_t version) {
  std::optional<std::uint64_t> wanted;
  if (!read_if_match(c, wanted)) return false;
  if (!wanted || *wanted == version) return true;
  refuse(c, because(errc::version_mismatch, "It has changed: its version is " + std::to_string(version) +
                                                ", not " + std::to_string(*wanted) + ". Look again."));
  return false;
}

std::string position_of(call const& c, command_reply const& reply) {
  auto position = c.at->progress->acknowledged();
  position.resize(c.at->facts.partitions);
  if (reply.partition < position.size())
    position[reply.partition] = std::max(position[reply.partition], reply.offset + 1);
  return to_text(position);
}

answer_facts facts_of(call const& c, command_reply const& reply) {
  answer_facts facts;
  facts.version = reply.version;
  facts.position = position_of(c, reply);
  facts.repeated = reply.repeated;
  return facts;
}

namespace {

using on_refusal = std::function<void(call_ptr, error const&)>;

void refuse_call(call_ptr const& c, error const& why) { refuse(*c, why); }

void give(call_ptr c, std::vector<command_request> group, on_reply acknowledged, on_refusal refused) {
  auto const& sink = c->at->submit;
  sink(std::move(group), [c, acknowledged = std::move(acknowledged), refused = std::move(refused)](
                             result<command_reply> const& reply) {
    // What got out would take the partition's actor with it.
    guarded(c, [&](call_ptr const& one) {
      if (!reply) return refused(one, reply.error());
      acknowledged(one, *reply);
    });
  });
}

}  // namespace

void when_shown(call_ptr c, command_reply const& reply, on_reply then) {
  auto const at = log_position{reply.partition, reply.offset + 1};
  c->wrote = at;
  auto const patience = c->at->read_wait;
  auto* const progress = c->at->progress;
  progress->when_applied({at}, patience, [c = std::move(c), then = std::move(then), reply](bool) {
    // Where the projections are late, `answer` says so.
    guarded(c, [&](call_ptr const& one) { then(one, reply); });
  });
}

void hold_turn_until_shown(call_ptr c, command_reply const& reply) {
  if (!c->turn) return;
  auto const patience = c->at->read_wait;
  auto* const progress = c->at->progress;
  progress->when_applied({{reply.partition, reply.offset + 1}}, patience, [c = std::move(c)](bool shown) {
    if (!shown) c->api->creations().remember(c->picked_for, c->picked);
    c->turn.reset();
  });
}

void submit_unshown(call_ptr c, std::vector<command_request> group, on_reply then) {
  give(std::move(c), std::move(group), std::move(then), &refuse_call);
}

void submit(call_ptr c, std::vector<command_request> group, on_reply then,
            std::function<void(call_ptr, error const&)> refused) {
  give(std::move(c), std::move(group),
       [then = std::move(then)](call_ptr one, command_reply const& reply) {
         when_shown(std::move(one), reply, then);
       },
       std::move(refused));
}

void submit(call_ptr c, std::vector<command_request> group, on_reply then) {
  submit(std::move(c), std::move(group), std::move(then), &refuse_call);
}

void submit(call_ptr c, write_options const& why, outgoing_command command, on_reply then) {
  auto request = make_request(*c, why, std::move(command));
  if (!read_if_match(*c, request.expected_version)) return;
  std::vector<command_request> group;
  group.push_back(std::move(request));
  submit(std::move(c), std::move(group), std::move(then));
}

std::optional<partition_id> home_of(call const& c) {
  if (!c.at->facts.clustered || c.request->header("idempotency-key").empty()) return std::nullopt;
  return partition_of(stream_name("command", c.command_id), c.at->facts.partitions);
}

namespace {

uuid new_id_at_home(call const& c, std::string_view kind) {
  auto const home = home_of(c);
  return home ? new_uuid_in_partition(kind, *home, c.at->facts.partitions) : new_uuid();
}

}  // namespace

uuid picked_id(call& c, std::string_view kind) {
  if (c.picked.id.is_nil()) c.picked.id = new_id_at_home(c, kind);
  return c.picked.id;
}

uuid picked_id_beside(call& c, std::string_view kind, std::string const& label_stream) {
  auto const partitions = c.at->facts.partitions;
  if (c.picked.id.is_nil())
    c.picked.id = new_uuid_in_partition(kind, partition_of(label_stream, partitions), partitions);
  return c.picked.id;
}

uuid picked_process_id(call& c, std::string_view kind) {
  if (c.picked.process_id.is_nil()) c.picked.process_id = new_id_at_home(c, kind);
  return c.picked.process_id;
}

void once(call_ptr c, std::function<void(call_ptr)> begin, on_reply then) {
  c->picked_for = c->command_id;
  // A key that the server made cannot have been used before.
  if (c->request->header("idempotency-key").empty()) return begin(std::move(c));
  // A repeat begins where the first one's turn is destroyed, wherever that is.
  c->turn = c->api->creations().take(c->command_id, [c, begin, then] {
    guarded(c, [&](call_ptr const& again) { once(again, begin, then); });
  });
  if (!c->turn) return;
  auto const view = c->at->view();
  auto const earlier = command_ids_query(*view).find(c->command_id);
  c->picked = c->api->creations().recall(c->command_id);
  // Of a group that was cut off nothing holds, so it begins anew; one that is being read joins its first.
  if (!earlier || earlier->flags == commit_flag::continued) return begin(std::move(c));
  if (earlier->request != c->print)
    return refuse(*c, because(errc::key_reused,
                            "This idempotency key was used for another request. Take a new key."));
  command_reply reply;
  reply.stream = earlier->stream;
  reply.partition = earlier->partition;
  reply.offset = earlier->offset;
  reply.version = earlier->base_version + earlier->events;
  reply.repeated = true;
  then(std::move(c), reply);
}

}  // namespace tracseq::http
