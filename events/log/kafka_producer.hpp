#pragma once
// Appends to the topic. A few producers share the partitions (partition modulo producers), because a
// broker answers the requests of one connection one behind the other, and each may wait for a disk.

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "events/event_log.hpp"
#include "events/log/kafka_client.hpp"

namespace tracseq::kafka {

class producer {
 public:
  [[nodiscard]] static result<std::unique_ptr<producer>> start(address const& where,
                                                               partition_id partitions,
                                                               std::size_t queue_bytes_max);
  /// Gives what is queued a short while to leave, then drops it.
  ~producer();
  producer(producer const&) = delete;
  producer& operator=(producer const&) = delete;

  [[nodiscard]] result<void> append(partition_id partition, std::vector<std::string> const& records);
  void on_failure(event_log::failure_handler handler);

 private:
  /// One librdkafka producer with the thread that serves it.
  struct lane {
    producer* owner = nullptr;
    std::shared_mutex replacing;  // shared: producing; unique: a new client after a fatal error
    std::unique_ptr<client> made;
    topic_handle topic;
    std::map<partition_id, error> failures;  // of the poll in progress; the lane's thread alone
    std::jthread thread;
  };

  producer(address const& where, partition_id partitions, std::size_t queue_bytes_max);
  [[nodiscard]] result<void> open_lane(lane& which);
  void serve(lane& which, std::stop_token const& stop);
  void replace_if_broken(lane& which);
  void report(lane& which);
  static void delivered(rd_kafka_t*, rd_kafka_message_t const* message, void* opaque);
  [[nodiscard]] lane& lane_of(partition_id partition) {
    return *lanes_[partition % lanes_.size()];
  }

  address const where_;
  partition_id const partitions_;
  std::size_t const queue_bytes_max_;
  std::atomic<std::size_t> queued_bytes_ = 0;
  std::unique_ptr<std::mutex[]> order_;  // per partition: the records of one append stay together
  std::vector<std::unique_ptr<lane>> lanes_;
  std::mutex mutex_;
  event_log::failure_handler handler_;
};

}  // namespace tracseq::kafka
