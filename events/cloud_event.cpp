#include "events/cloud_event.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace tracseq {
namespace {

using json_writer = rapidjson::Writer<rapidjson::StringBuffer>;

void member(json_writer& out, char const* key, std::string_view value) {
  out.Key(key);
  out.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

void member_if(json_writer& out, char const* key, std::string_view value) {
  if (!value.empty()) member(out, key, value);
}

void member_if(json_writer& out, char const* key, uuid const& value) {
  if (!value.is_nil()) member(out, key, to_string(value));
}

}  // namespace

std::string event_id(partition_id partition, std::uint64_t offset, std::uint32_t index) {
  return std::to_string(partition) + "-" + std::to_string(offset) + "-" + std::to_string(index);
}

std::string cloud_event_json(commit const& in, partition_id partition, std::uint64_t offset,
                             std::uint32_t index, any_event const& event,
                             std::string_view sequence) {
  rapidjson::StringBuffer buffer;
  json_writer out(buffer);
  auto const type = facts_of(event).type;
  auto const data = json_of(event);
  out.StartObject();
  member(out, "specversion", "1.0");
  member(out, "id", event_id(partition, offset, index));
  member(out, "source", "tracseq/" + in.node);
  member(out, "type", "tracseq." + std::string(type.name) + ".v" + std::to_string(type.schema));
  member(out, "subject", in.stream);
  member(out, "time", to_rfc3339(in.recorded_at));
  member(out, "datacontenttype", "application/json");
  out.Key("data");
  out.RawValue(data.data(), data.size(), rapidjson::kObjectType);
  member(out, "actor", in.who.subject);
  member_if(out, "actorname", in.who.name);
  if (in.occurred_at) member(out, "occurredat", to_rfc3339(*in.occurred_at));
  member_if(out, "reason", in.reason);
  member_if(out, "commandid", in.command_id);
  member_if(out, "correlationid", in.correlation_id);
  member_if(out, "causationid", in.causation_id);
  member_if(out, "traceparent", in.traceparent);
  out.Key("streamversion");
  out.Uint64(in.base_version + index + 1);
  member(out, "summary", words_of(event));
  member_if(out, "sequence", sequence);
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace tracseq
