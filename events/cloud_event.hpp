#pragma once
// An accepted event as CloudEvents 1.0 JSON: what event streams, exports and webhooks carry
// (docs/formats.md §6).

#include <cstdint>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "events/registry.hpp"

namespace tracseq {

/// Where an event lies: "partition-offset-index".
[[nodiscard]] std::string event_id(partition_id partition, std::uint64_t offset, std::uint32_t index);

/// One JSON object on one line. `event` is the commit's event number `index`; `sequence`, where given,
/// is the position behind it (for resuming a stream).
[[nodiscard]] std::string cloud_event_json(commit const& in, partition_id partition,
                                           std::uint64_t offset, std::uint32_t index,
                                           any_event const& event, std::string_view sequence = {});

}  // namespace tracseq
