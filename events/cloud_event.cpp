#include "events/cloud_event.hpp"

#include "events/json.hpp"

namespace tracseq {
namespace {

/// CloudEvents has no empty attributes: such a one is left out.
void member(json_writer& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  write_json_key(out, name);
  write_json_text(out, value);
}

void member(json_writer& out, std::string_view name, uuid const& value) {
  if (!value.is_nil()) member(out, name, to_string(value));
}

}  // namespace

std::string event_id(event_place const& at) {
  return std::to_string(at.partition) + "-" + std::to_string(at.offset) + "-" + std::to_string(at.index);
}

std::string cloud_event_type(any_event const& event) {
  auto const type = facts_of(event).type;
  return "tracseq." + std::string(type.name) + ".v" + std::to_string(type.schema);
}

std::string cloud_event_json(event_place const& at, commit const& in, any_event const& event,
                             std::string_view sequence) {
  rapidjson::StringBuffer buffer;
  json_writer out(buffer);
  out.StartObject();
  member(out, "specversion", "1.0");
  member(out, "id", event_id(at));
  member(out, "source", "tracseq/" + in.node);
  member(out, "type", cloud_event_type(event));
  member(out, "subject", in.stream);
  member(out, "time", to_rfc3339(in.recorded_at));
  member(out, "datacontenttype", "application/json");
  auto const data = json_of(event);
  write_json_key(out, "data");
  out.RawValue(data.data(), data.size(), rapidjson::kObjectType);
  member(out, "actor", in.who.subject);
  member(out, "actorname", in.who.name);
  if (in.occurred_at) member(out, "occurredat", to_rfc3339(*in.occurred_at));
  member(out, "reason", in.reason);
  member(out, "commandid", in.command_id);
  member(out, "correlationid", in.correlation_id);
  member(out, "causationid", in.causation_id);
  member(out, "traceparent", in.traceparent);
  write_json_key(out, "streamversion");
  out.Uint64(in.base_version + at.index + 1);
  member(out, "summary", words_of(event));
  member(out, "sequence", sequence);
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace tracseq
