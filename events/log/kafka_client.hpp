#pragma once
// librdkafka behind owning handles. Only events/log/kafka_*.cpp include this.

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/log/kafka_address.hpp"
#include "events/result.hpp"

namespace tracseq::kafka {

template <auto Destroy>
struct destroys {
  template <class T>
  void operator()(T* handle) const noexcept {
    Destroy(handle);
  }
};
template <class T, auto Destroy>
using handle = std::unique_ptr<T, destroys<Destroy>>;

using topic_handle = handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using queue_handle = handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using message_handle = handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using event_handle = handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using offsets_handle = handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using metadata_handle = handle<rd_kafka_metadata_t const, rd_kafka_metadata_destroy>;

using setting = std::pair<std::string, std::string>;

/// A moment by which something has to be done.
class deadline {
 public:
  explicit deadline(std::chrono::milliseconds in) : at_(clock::now() + in) {}
  [[nodiscard]] int left_ms() const {
    auto const left = std::chrono::ceil<std::chrono::milliseconds>(at_ - clock::now()).count();
    return left < 0 ? 0 : static_cast<int>(left);
  }
  [[nodiscard]] bool passed() const { return clock::now() >= at_; }

 private:
  using clock = std::chrono::steady_clock;
  clock::time_point at_;
};

/// One instance of librdkafka: its threads, connections and the last thing it complained about.
class client {
 public:
  using delivery_callback = void (*)(rd_kafka_t*, rd_kafka_message_t const*, void*);

  /// A consumer without a group: reads, asks, administers; never makes topics by asking.
  [[nodiscard]] static result<std::unique_ptr<client>> consumer(address const& where,
                                                                std::vector<setting> settings);
  /// An idempotent producer that waits for all replicas. `opaque` goes to `delivered`.
  [[nodiscard]] static result<std::unique_ptr<client>> producer(address const& where,
                                                                std::vector<setting> settings,
                                                                delivery_callback delivered,
                                                                void* opaque);
  using rebalance_callback = void (*)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*);
  /// librdkafka's figures, as JSON.
  using figures_callback = void (*)(std::string_view json, void*);
  /// A consumer that is a member of a group. `opaque` goes to both.
  [[nodiscard]] static result<std::unique_ptr<client>> member(address const& where, std::vector<setting> settings,
                                                              rebalance_callback rebalanced,
                                                              figures_callback figures, void* opaque);
  ~client();
  client(client const&) = delete;
  client& operator=(client const&) = delete;

  [[nodiscard]] rd_kafka_t* get() const noexcept { return handle_; }
  /// How often a connection to a broker was begun. Grows before the connection carries a byte.
  [[nodiscard]] std::uint64_t connections() const noexcept { return connections_; }
  /// librdkafka's newest complaint in its words; empty if it had none.
  [[nodiscard]] std::string complaint() const;

 private:
  client() = default;
  [[nodiscard]] static result<std::unique_ptr<client>> make(rd_kafka_type_t type,
                                                            address const& where,
                                                            std::vector<setting> const& settings,
                                                            delivery_callback delivered,
                                                            rebalance_callback rebalanced,
                                                            figures_callback figures,
                                                            void* opaque);
  friend struct callbacks;

  rd_kafka_t* handle_ = nullptr;
  void* opaque_ = nullptr;  ///< of those of these that are set
  delivery_callback delivered_ = nullptr;
  rebalance_callback rebalanced_ = nullptr;
  figures_callback figures_ = nullptr;
  std::atomic<std::uint64_t> connections_ = 0;
  mutable std::mutex mutex_;
  std::string complaint_;
};

/// What to look at where a topic that was there is not; empty for other errors.
[[nodiscard]] std::string hint_at_lost_topic(rd_kafka_resp_err_t code);
/// An error of librdkafka as ours. `doing` completes "cannot …".
[[nodiscard]] error broker_error(client const& who, rd_kafka_resp_err_t code,
                                 std::string const& doing);

}  // namespace tracseq::kafka
