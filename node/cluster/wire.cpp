#include "node/cluster/wire.hpp"

#include <cstring>

#include "events/codec.hpp"
#include "node/cluster/messages.hpp"

namespace tracseq::cluster {

std::string encode_forward(std::uint64_t id, std::chrono::milliseconds within, std::uint64_t claim,
                           std::vector<command_request> const& group) {
  forward out;
  out.id = id;
  out.within_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(within.count(), 0));
  out.claim = claim;
  for (auto const& request : group) {
    auto& one = out.commands.emplace_back();
    one.stream = request.command.stream;
    one.name = request.command.name;
    one.payload = request.command.payload;
    one.group = request.command.group;
    one.command_id = request.command_id;
    one.request.assign(reinterpret_cast<char const*>(request.request.data()), request.request.size());
    one.subject = request.who.subject;
    one.person = request.who.name;
    one.role = request.who.role;
    one.reason = request.reason;
    one.occurred_at = request.occurred_at;
    one.correlation_id = request.correlation_id;
    one.causation_id = request.causation_id;
    one.traceparent = request.traceparent;
    one.expected_version = request.expected_version;
  }
  return codec::encode(out);
}

result<forwarded> decode_forward(std::string_view bytes) {
  auto in = codec::decode<forward>(bytes);
  if (!in) return tl::unexpected(in.error());
  if (in->commands.empty()) return fail(errc::corrupt, "a group without a command");
  forwarded out;
  out.id = in->id;
  out.within = std::chrono::milliseconds(in->within_ms);
  out.claim = in->claim;
  for (auto& one : in->commands) {
    auto& request = out.commands.emplace_back();
    if (one.request.size() != request.request.size()) return fail(errc::corrupt, "a fingerprint of another length");
    std::memcpy(request.request.data(), one.request.data(), request.request.size());
    request.command = {std::move(one.stream), std::move(one.name), std::move(one.payload), one.group};
    request.command_id = one.command_id;
    request.who = {std::move(one.subject), std::move(one.person), std::move(one.role)};
    request.reason = std::move(one.reason);
    request.occurred_at = one.occurred_at;
    request.correlation_id = one.correlation_id;
    request.causation_id = one.causation_id;
    request.traceparent = std::move(one.traceparent);
    request.expected_version = one.expected_version;
  }
  return out;
}

std::string encode_answer(std::uint64_t id, result<command_reply> const& reply) {
  answer out;
  out.id = id;
  if (!reply) {
    out.refusal = static_cast<std::uint8_t>(reply.error().code);
    out.detail = reply.error().detail;
    for (auto const& problem : reply.error().problems)
      out.problems.push_back({problem.pointer, problem.code, problem.detail});
    return codec::encode(out);
  }
  out.stream = reply->stream;
  out.partition = reply->partition;
  out.offset = reply->offset;
  out.version = reply->version;
  for (auto const& event : reply->events) out.events.push_back({event.type, event.schema, event.payload});
  out.repeated = reply->repeated;
  out.recorded_at = reply->recorded_at;
  return codec::encode(out);
}

result<answered> decode_answer(std::string_view bytes) {
  auto in = codec::decode<answer>(bytes);
  if (!in) return tl::unexpected(in.error());
  if (in->refusal != 0) {
    auto const code = static_cast<errc>(in->refusal);
    // A newer node's word for something that this one does not know.
    error why{describe(code).code == code ? code : errc::unavailable, std::move(in->detail), {}};
    for (auto& problem : in->problems)
      why.problems.push_back({std::move(problem.pointer), std::move(problem.code), std::move(problem.detail)});
    return answered{in->id, tl::unexpected(std::move(why))};
  }
  if (!in->detail.empty() || !in->problems.empty())
    return fail(errc::corrupt, "an answer that accepts, with the words of a refusal");
  command_reply reply;
  reply.stream = std::move(in->stream);
  reply.partition = in->partition;
  reply.offset = in->offset;
  reply.version = in->version;
  for (auto& event : in->events) reply.events.push_back({event.type, event.schema, std::move(event.payload)});
  reply.repeated = in->repeated;
  reply.recorded_at = in->recorded_at;
  return answered{in->id, std::move(reply)};
}

}  // namespace tracseq::cluster
