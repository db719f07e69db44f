#include "events/log/kafka_producer.hpp"

#include <algorithm>
#include <array>

namespace tracseq::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto farewell = 2s;   // for what is queued when the log is closed
constexpr int poll_ms = 500;    // interrupted by rd_kafka_queue_yield
constexpr std::size_t message_overhead = 128;  // what librdkafka keeps beside a message's bytes

std::size_t cost(std::size_t record_bytes) { return record_bytes + message_overhead; }

}  // namespace

producer::producer(address const& where, partition_id partitions, std::size_t queue_bytes_max)
    : where_(where),
      partitions_(partitions),
      queue_bytes_max_(queue_bytes_max),
      order_(std::make_unique<std::mutex[]>(partitions)) {}

result<std::unique_ptr<producer>> producer::start(address const& where, partition_id partitions,
                                                  std::size_t queue_bytes_max) {
  std::unique_ptr<producer> made(new producer(where, partitions, queue_bytes_max));
  auto const lanes = std::min<std::size_t>(static_cast<std::size_t>(where.connections), partitions);
  for (std::size_t i = 0; i < lanes; ++i) {
    made->lanes_.push_back(std::make_unique<lane>());
    made->lanes_.back()->owner = made.get();
    if (auto opened = made->open_lane(*made->lanes_.back()); !opened)
      return tl::unexpected(opened.error());
  }
  for (auto& one : made->lanes_)
    one->thread = std::jthread([self = made.get(), which = one.get()](std::stop_token const& stop) {
      self->serve(*which, stop);
    });
  return made;
}

result<void> producer::open_lane(lane& which) {
  auto made = client::producer(
      where_,
      {{"linger.ms", std::to_string(where_.linger_ms)},
       {"message.timeout.ms", std::to_string(where_.message_timeout.count())}},
      &producer::delivered, &which);
  if (!made) return tl::unexpected(made.error());
  topic_handle topic(rd_kafka_topic_new((*made)->get(), where_.topic.c_str(), nullptr));
  // Without the metadata the first record would wait up to a second for it.
  rd_kafka_metadata_t const* raw = nullptr;
  auto const code = rd_kafka_metadata((*made)->get(), 0, topic.get(), &raw,
                                      static_cast<int>(where_.timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    return tl::unexpected(broker_error(**made, code, "reach the Kafka broker at " + where_.brokers));
  metadata_handle const answer(raw);
  std::unique_lock const alone(which.replacing);
  which.topic = std::move(topic);
  which.made = *std::move(made);
  return {};
}

producer::~producer() {
  auto const until = std::chrono::steady_clock::now() + farewell;
  while (queued_bytes_ > 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(2ms);
  for (auto& one : lanes_) {
    if (!one->thread.joinable()) continue;
    one->thread.request_stop();
    one->thread.join();
  }
  for (auto& one : lanes_) {
    one->topic.reset();
    if (one->made) rd_kafka_purge(one->made->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

void producer::on_failure(event_log::failure_handler handler) {
  std::scoped_lock lock(mutex_);
  handler_ = std::move(handler);
}

result<void> producer::append(partition_id partition, std::vector<std::string> const& records) {
  if (partition >= partitions_)
    return fail(errc::invalid_argument, "the log has " + std::to_string(partitions_) +
                                            " partitions, and no partition " +
                                            std::to_string(partition));
  std::size_t bytes = 0;
  for (auto const& record : records) {
    if (record.size() > event_log::record_bytes_max)
      return fail(errc::too_large, "a record of " + std::to_string(record.size()) +
                                       " bytes is over the limit of " +
                                       std::to_string(event_log::record_bytes_max));
    bytes += cost(record.size());
  }
  auto& to = lane_of(partition);
  std::shared_lock alive(to.replacing);
  if (!to.made)
    return fail(errc::io_failure, "the Kafka producer at " + where_.brokers + " is being replaced");
  std::scoped_lock in_order(order_[partition]);
  // A single append over the whole bound may pass an empty queue: it could never pass otherwise.
  if (auto const before = queued_bytes_.fetch_add(bytes);
      before > 0 && before + bytes > queue_bytes_max_) {
    queued_bytes_.fetch_sub(bytes);
    return fail(errc::overloaded, "the queue to Kafka is full (" + std::to_string(before) +
                                      " of " + std::to_string(queue_bytes_max_) + " bytes)");
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    auto& record = records[i];
    // librdkafka copies the bytes; its signature has no const.
    if (rd_kafka_produce(to.topic.get(), partition, RD_KAFKA_MSG_F_COPY,
                         const_cast<char*>(record.data()), record.size(), nullptr, 0, nullptr) == 0)
      continue;
    auto const code = rd_kafka_last_error();
    for (std::size_t rest = i; rest < records.size(); ++rest)
      queued_bytes_.fetch_sub(cost(records[rest].size()));
    auto why = broker_error(*to.made, code, "append to partition " + std::to_string(partition));
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) why.code = errc::overloaded;
    return tl::unexpected(std::move(why));
  }
  return {};
}

void producer::delivered(rd_kafka_t*, rd_kafka_message_t const* message, void* opaque) {
  auto& from = *static_cast<lane*>(opaque);
  from.owner->queued_bytes_.fetch_sub(cost(message->len));
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  auto const partition = static_cast<partition_id>(message->partition);
  if (from.failures.contains(partition)) return;  // one report for all of this moment
  auto why = broker_error(*from.made, message->err,
                          "append to partition " + std::to_string(partition) + " of " +
                              from.owner->where_.topic);
  if (message->err == RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR) why.code = errc::storage_full;
  from.failures.emplace(partition, std::move(why));
}

void producer::report(lane& which) {
  if (which.failures.empty()) return;
  auto const failures = std::exchange(which.failures, {});
  event_log::failure_handler handler;
  {
    std::scoped_lock lock(mutex_);
    handler = handler_;
  }
  if (!handler) return;
  for (auto const& [partition, why] : failures) handler(partition, why);
}

void producer::serve(lane& which, std::stop_token const& stop) {
  while (!stop.stop_requested()) {
    if (which.made) {
      queue_handle const events(rd_kafka_queue_get_main(which.made->get()));
      std::stop_callback const wake(stop, [&] { rd_kafka_queue_yield(events.get()); });
      rd_kafka_poll(which.made->get(), poll_ms);
    } else {
      std::this_thread::sleep_for(100ms);
    }
    report(which);
    replace_if_broken(which);
  }
}

/// A fatal error (the broker forgot our sequence numbers, or we did) ends a producer for good. What it
/// held has an unknown outcome; a new one takes its place. The chain sorts out what arrives late.
void producer::replace_if_broken(lane& which) {
  std::array<char, 512> words{};
  if (which.made &&
      rd_kafka_fatal_error(which.made->get(), words.data(), words.size()) == RD_KAFKA_RESP_ERR_NO_ERROR)
    return;
  if (std::unique_lock const alone(which.replacing); which.made) {
    rd_kafka_purge(which.made->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    for (int i = 0; i < 100 && rd_kafka_outq_len(which.made->get()) > 0; ++i)
      rd_kafka_poll(which.made->get(), 10);
    which.topic.reset();
    which.made.reset();
  }
  // Meanwhile appends are refused. Without success the lane stays closed, and serve tries again.
  static_cast<void>(open_lane(which));
  report(which);
}

}  // namespace tracseq::kafka
