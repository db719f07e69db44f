#pragma once
// Reads the topic: librdkafka's simple consumer, without a group, all partitions into one queue.

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/log/kafka_client.hpp"

namespace tracseq::kafka {

class reader final : public log_reader {
 public:
  /// `ends` are those of all partitions at this moment: what a reader has to give before it has caught
  /// up. The positions have been checked against the log.
  [[nodiscard]] static result<std::unique_ptr<reader>> start(address const& where,
                                                             std::span<log_position const> from,
                                                             std::span<std::uint64_t const> ends,
                                                             reading how,
                                                             std::shared_ptr<std::atomic<bool>> forgot);
  ~reader() override;

  [[nodiscard]] result<void> poll(std::vector<log_entry>& out, std::size_t max_bytes,
                                  std::chrono::milliseconds timeout) override;
  [[nodiscard]] bool caught_up() const override { return caught_up_; }
  void interrupt() noexcept override;

 private:
  struct lane {
    partition_id partition = 0;
    std::uint64_t next = 0;  ///< the offset it wants
    std::uint64_t end = 0;   ///< the log was this long when the reader was made
    std::uint64_t empty_to = 0;  ///< nothing to give before this offset: the broker said so
    std::string last;        ///< the record at next - 1, if this reader gave it
  };

  reader(address const& where, std::shared_ptr<std::atomic<bool>> forgot) : where_(where), forgot_(std::move(forgot)) {}
  [[nodiscard]] lane& lane_of(std::int32_t partition);
  [[nodiscard]] result<void> take(rd_kafka_message_t const& message);
  [[nodiscard]] result<void> trouble(rd_kafka_message_t const& message);
  [[nodiscard]] result<void> verify_after_reconnect(deadline const& by);
  void give(std::vector<log_entry>& out);
  void keep_fetching();
  [[nodiscard]] bool at_end() const;

  address const where_;
  std::shared_ptr<std::atomic<bool>> forgot_;  ///< set where the log lost what it had acknowledged
  std::unique_ptr<client> client_;
  topic_handle topic_;
  queue_handle queue_;
  std::vector<lane> lanes_;
  std::vector<std::size_t> lane_index_;  ///< partition → its place in lanes_
  std::vector<log_entry> taken_;         ///< read, not yet given: a reconnect has to be checked first
  std::size_t taken_bytes_ = 0;
  std::size_t bytes_since_nudge_ = 0;
  static constexpr std::chrono::milliseconds verify_patience_first{200};
  std::chrono::milliseconds verify_patience_ = verify_patience_first;
  std::uint64_t verified_connections_ = 0;
  bool caught_up_ = false;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace tracseq::kafka
