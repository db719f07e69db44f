#pragma once
// A consumer group that consumes nothing: Kafka's coordinator divides the topic's partitions among its members.

#include "events/log/kafka_client.hpp"
#include "events/partition_group.hpp"

namespace tracseq::kafka {

[[nodiscard]] result<std::unique_ptr<partition_group>> join(address const& where, group_options const& options,
                                                            assigned_callback told);
[[nodiscard]] result<std::vector<std::string>> members(address const& where);

}  // namespace tracseq::kafka
