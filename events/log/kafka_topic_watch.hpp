#pragma once
// Somebody may change the topic's settings while nodes use it: a retention begins to delete history within minutes.

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "events/log/kafka_topic.hpp"

namespace tracseq::kafka {

/// Looks at the topic every `options.topic_looked_at_every`, in a thread of its own. What was seen last stands as long
/// as no broker answers.
class topic_watch {
 public:
  /// `with` is used as long as this lives.
  topic_watch(client& with, address where, log_options const& options, topic_facts facts);

  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  void look(std::stop_token const& stop);

  client& with_;
  address const where_;
  log_options const options_;
  partition_id const partitions_;
  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::vector<std::string> warnings_;
  std::jthread thread_;
};

}  // namespace tracseq::kafka
