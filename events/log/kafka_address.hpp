#pragma once
// The address of a Kafka log: kafka://host:port[,host:port…][/topic][?option=value[&…]].

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace tracseq::kafka {

struct address {
  std::string brokers;            ///< "host:port,host:port"
  std::string topic = "tracseq";
  std::optional<partition_id> partitions;    ///< `partitions`: overrides the setting
  std::optional<int> replication;            ///< `replication`: of a topic made new
  bool flush = true;              ///< `flush=topic|broker`: ask for flush.messages=1 on one replica
  int connections = 4;            ///< `connections`: producers, each with its own connections
  double linger_ms = 0;           ///< `linger_ms`: how long a batch waits for more
  std::chrono::milliseconds timeout{10'000};          ///< `timeout_ms`: for the broker to answer
  std::chrono::milliseconds message_timeout{60'000};  ///< `message_timeout_ms`: of a record
  /// `config=FILE`: settings of librdkafka for security and identity (TLS, SASL, client.id).
  std::vector<std::pair<std::string, std::string>> properties;
};

/// `invalid_argument` says which part is wrong and what would be right; `io_failure` where the file
/// named by `config` cannot be read.
[[nodiscard]] result<address> parse_address(std::string_view text);

}  // namespace tracseq::kafka
