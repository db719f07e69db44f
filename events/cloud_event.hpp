#pragma once
// An accepted event as CloudEvents 1.0 JSON: what event streams, exports and webhooks carry
// (docs/formats.md §6).

#include <cstdint>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "events/registry.hpp"

namespace tracseq {

/// Where an event lies.
struct event_place {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  std::uint32_t index = 0;  ///< in its commit
};

/// "3-1042-0"
[[nodiscard]] std::string event_id(event_place const& at);
/// "tracseq.sample_received.v2"
[[nodiscard]] std::string cloud_event_type(any_event const& event);

/// One JSON object on one line; what is empty is left out. `event` is the one at `at` of the commit
/// `in`; `sequence`, where given, is the position behind it (for resuming a stream).
[[nodiscard]] std::string cloud_event_json(event_place const& at, commit const& in,
                                           any_event const& event, std::string_view sequence = {});

}  // namespace tracseq
