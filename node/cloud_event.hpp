#pragma once
// An event as CloudEvents 1.0 JSON: what event streams, webhooks and exports say.

#include <cstdint>
#include <string>

#include "events/record.hpp"
#include "events/registry.hpp"

namespace tracseq {

/// Where an event lies and what it is in.
struct event_place {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  std::uint32_t index = 0;  ///< in its commit
};

/// "3-1042-0"
[[nodiscard]] std::string event_id(event_place const& at);
/// "tracseq.sample_received.v2"
[[nodiscard]] std::string cloud_event_type(any_event const& event);

/// {"specversion":"1.0","id":"3-1042-0","source":"tracseq/node-1","type":"tracseq.sample_received.v2",
///  "subject":"sample/…","time":…,"datacontenttype":"application/json","data":{…},"sequence":"3.1042",
///  "actor":"operator","actorname":…,"reason":…,"commandid":…,"correlationid":…,"causationid":…,
///  "traceparent":…,"summary":…,"streamversion":4}; what is not known is left out.
[[nodiscard]] std::string cloud_event_json(event_place const& at, commit const& in,
                                           any_event const& event);

}  // namespace tracseq
