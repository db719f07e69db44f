#pragma once
// The Kafka engine. librdkafka stays behind this header.

#include <memory>
#include <string_view>

#include "events/event_log.hpp"

namespace tracseq {

/// Opens `kafka://host:port[,host:port]/topic[?option=value]`.
[[nodiscard]] result<std::unique_ptr<event_log>> open_kafka_log(std::string_view address,
                                                                log_options const& options);

}  // namespace tracseq
