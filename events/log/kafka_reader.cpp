#include "events/log/kafka_reader.hpp"

#include <algorithm>

#include "events/log/kafka_topic.hpp"

namespace tracseq::kafka {
namespace {

/// What is fetched ahead of the reader. All partitions share one queue, so it bounds them together.
constexpr std::size_t ahead_bytes = 16u << 20;

std::string place(partition_id partition, std::uint64_t offset) {
  return "partition " + std::to_string(partition) + ", offset " + std::to_string(offset);
}

}  // namespace

result<std::unique_ptr<reader>> reader::start(address const& where,
                                              std::span<log_position const> from,
                                              std::span<std::uint64_t const> ends, reading how,
                                              std::shared_ptr<std::atomic<bool>> forgot) {
  // The broker answers once so many bytes are there, or fetch.wait.max.ms (100) are over.
  auto const least_bytes = how == reading::in_groups ? "1048576" : "1";
  auto made = client::consumer(where, {{"fetch.min.bytes", least_bytes},
                                       {"queued.min.messages", "100000"},
                                       {"queued.max.messages.kbytes", std::to_string(ahead_bytes / 1024)},
                                       {"fetch.message.max.bytes", "1048576"},
                                       {"fetch.max.bytes", "8388608"}});
  if (!made) return tl::unexpected(made.error());
  std::unique_ptr<reader> self(new reader(where, std::move(forgot)));
  self->client_ = *std::move(made);
  self->topic_.reset(rd_kafka_topic_new(self->client_->get(), where.topic.c_str(), nullptr));
  self->queue_.reset(rd_kafka_queue_new(self->client_->get()));
  self->lane_index_.assign(ends.size(), from.size());
  for (auto const& at : from) {
    self->lane_index_[at.partition] = self->lanes_.size();
    self->lanes_.push_back({at.partition, at.offset, ends[at.partition], at.offset, {}});
    if (rd_kafka_consume_start_queue(self->topic_.get(), at.partition,
                                     static_cast<std::int64_t>(at.offset), self->queue_.get()) != 0)
      return tl::unexpected(broker_error(*self->client_, rd_kafka_last_error(),
                                         "read " + place(at.partition, at.offset)));
  }
  self->caught_up_ = self->at_end();
  return self;
}

reader::~reader() {
  for (auto const& one : lanes_) rd_kafka_consume_stop(topic_.get(), one.partition);
  queue_.reset();
  topic_.reset();
}

void reader::interrupt() noexcept {
  interrupted_ = true;
  rd_kafka_queue_yield(queue_.get());  // holds until the next wait, should none be in progress
}

reader::lane& reader::lane_of(std::int32_t partition) {
  return lanes_[lane_index_[static_cast<std::size_t>(partition)]];
}

result<void> reader::trouble(rd_kafka_message_t const& message) {
  auto& from = lane_of(message.partition);
  switch (message.err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      from.empty_to = static_cast<std::uint64_t>(message.offset);
      return {};
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      forgot_->store(true);
      return fail(errc::corrupt, "the Kafka log has lost records: it does not hold " +
                                     place(from.partition, from.next) + " of topic " + where_.topic +
                                     " any more");
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR__UNDERFLOW:
      return fail(errc::corrupt, "bytes in the Kafka log do not verify at " +
                                     place(from.partition, from.next) + " of topic " + where_.topic +
                                     ": " + rd_kafka_message_errstr(&message));
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return fail(errc::io_failure, "cannot read " + place(from.partition, from.next) + " of topic " +
                                        where_.topic + " at " + where_.brokers + ": " +
                                        rd_kafka_err2str(message.err) + hint_at_lost_topic(message.err));
    default:
      return {};  // a connection lost, a leader moving: librdkafka tries again
  }
}

result<void> reader::take(rd_kafka_message_t const& message) {
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(message);
  auto const offset = static_cast<std::uint64_t>(message.offset);
  taken_.push_back({static_cast<partition_id>(message.partition), offset,
                    std::string(static_cast<char const*>(message.payload), message.len)});
  taken_bytes_ += message.len;
  bytes_since_nudge_ += message.len;
  return {};
}

/// A broker that came back may have forgotten its tail and filled it anew: then offsets go on, and
/// the records before them are others. So what arrives over a new connection is given only when the
/// last record that was given still lies where it lay.
result<void> reader::verify_after_reconnect(deadline const& by) {
  auto const connections = client_->connections();
  if (connections == verified_connections_) return {};
  std::vector<log_position> at;
  for (auto const& one : lanes_)
    if (!one.last.empty()) at.push_back({one.partition, one.next - 1});
  if (at.empty()) {  // nothing given yet, so nothing to differ from
    verified_connections_ = connections;
    return {};
  }
  auto const found =
      fetch_records(where_, at, std::max(std::chrono::milliseconds(by.left_ms()), verify_patience_), &interrupted_);
  if (!found) {
    // A busy machine may need longer than a poll: each try gets more, or none would ever succeed.
    verify_patience_ = std::min(2 * verify_patience_, where_.timeout);
    return tl::unexpected(found.error());
  }
  verify_patience_ = verify_patience_first;
  for (std::size_t i = 0; i < at.size(); ++i) {
    if ((*found)[i] && *(*found)[i] == lane_of(at[i].partition).last) continue;
    forgot_->store(true);
    return fail(errc::corrupt,
                "the Kafka log has forgotten records that it had acknowledged: " +
                    place(at[i].partition, at[i].offset) + " of topic " + where_.topic +
                    ((*found)[i] ? " now holds another record" : " is not there any more"));
  }
  verified_connections_ = connections;
  return {};
}

void reader::give(std::vector<log_entry>& out) {
  auto const first = out.size();
  for (auto& entry : taken_) {
    auto& from = lane_of(entry.partition);
    if (entry.offset < from.next) continue;  // given before
    from.next = entry.offset + 1;
    out.push_back(std::move(entry));
  }
  taken_.clear();
  taken_bytes_ = 0;
  // From the back: the newest of each partition is the one to remember.
  std::vector<bool> seen(lanes_.size());
  std::size_t missing = lanes_.size();
  for (auto i = out.size(); i > first && missing > 0; --i) {
    auto const lane_at = lane_index_[out[i - 1].partition];
    if (seen[lane_at]) continue;
    seen[lane_at] = true;
    --missing;
    lanes_[lane_at].last = out[i - 1].record;
  }
}

/// librdkafka 2.0.2 stops fetching when its queue is full, and looks again only when its broker thread
/// wakes: after a second, unless a request passes through it. So one does whenever half a queue was
/// taken; it costs a millisecond.
void reader::keep_fetching() {
  if (bytes_since_nudge_ < ahead_bytes / 2) return;
  bytes_since_nudge_ = 0;
  offsets_handle const list(rd_kafka_topic_partition_list_new(static_cast<int>(lanes_.size())));
  for (auto const& one : lanes_)
    rd_kafka_topic_partition_list_add(list.get(), where_.topic.c_str(), one.partition)->offset =
        static_cast<std::int64_t>(edge::end);
  constexpr int patience_ms = 100;
  rd_kafka_offsets_for_times(client_->get(), list.get(), patience_ms);  // the answer does not matter
}

bool reader::at_end() const {
  return std::ranges::all_of(lanes_, [this](lane const& one) {
    std::int64_t low = 0;
    std::int64_t high = 0;  // as the last fetch told; negative before the first
    rd_kafka_get_watermark_offsets(client_->get(), where_.topic.c_str(), one.partition, &low, &high);
    auto const at = std::max(one.next, one.empty_to);
    return at >= one.end && static_cast<std::int64_t>(at) >= high;
  });
}

result<void> reader::poll(std::vector<log_entry>& out, std::size_t max_bytes,
                          std::chrono::milliseconds timeout) {
  if (interrupted_) return {};
  rd_kafka_poll(client_->get(), 0);  // errors of the whole client: kept as its complaint
  deadline const by(timeout);
  while (!interrupted_ && taken_bytes_ < std::max<std::size_t>(max_bytes, 1)) {
    message_handle const message{
        rd_kafka_consume_queue(queue_.get(), taken_.empty() ? by.left_ms() : 0)};
    if (message) {
      if (auto taken = take(*message); !taken) return taken;
    } else if (!taken_.empty() || by.passed()) {
      break;
    }
  }
  if (!taken_.empty()) {
    auto const same = verify_after_reconnect(by);
    if (!same && same.error().code != errc::unavailable) return same;
    caught_up_ = false;
    if (!same) return {};  // the broker is away again: what was taken waits
    give(out);
    keep_fetching();
  }
  caught_up_ = at_end();
  return {};
}

}  // namespace tracseq::kafka
