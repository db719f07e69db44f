// The part of kafka_topic.hpp that asks where the partitions begin and end, and what lies there.
#include <algorithm>
#include <numeric>
#include <thread>

#include "events/log/kafka_topic.hpp"
#include "events/record.hpp"

namespace tracseq::kafka {
namespace {

using namespace std::chrono_literals;

/// Whether asking again soon may help: a leader moves, a broker restarts.
bool passing(rd_kafka_resp_err_t code) {
  // A topic that was just made may be known to one broker thread and not yet to another.
  return code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
         code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
         code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

/// What one fetch found at one position.
struct finding {
  bool settled = false;
  bool doubted = false;  ///< one broker says that nothing lies there
  std::optional<std::string> record;
};

result<void> settle(client const& with, address const& where, rd_kafka_message_t const& message,
                    std::span<log_position const> at, std::vector<finding>& findings) {
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (at[i].partition != message.partition || findings[i].settled) continue;
    switch (message.err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
        if (message.offset == static_cast<std::int64_t>(at[i].offset))
          findings[i].record.emplace(static_cast<char const*>(message.payload), message.len);
        findings[i].settled = true;
        return {};
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
      case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
        findings[i].doubted = true;
        return {};
      default:
        if (passing(message.err)) return {};
        return tl::unexpected(broker_error(
            with, message.err, "read partition " + std::to_string(message.partition) + " of " +
                                   where.topic + " at offset " + std::to_string(at[i].offset)));
    }
  }
  return {};
}

result<std::vector<std::uint64_t>> ask_offsets(client& with, address const& where,
                                               std::span<partition_id const> partitions, edge which,
                                               std::chrono::milliseconds within) {
  deadline const by(within);
  auto last = RD_KAFKA_RESP_ERR__TIMED_OUT;
  do {
    offsets_handle list(rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
    for (auto const p : partitions)
      rd_kafka_topic_partition_list_add(list.get(), where.topic.c_str(), p)->offset =
          static_cast<std::int64_t>(which);
    last = rd_kafka_offsets_for_times(with.get(), list.get(), std::max(by.left_ms(), 1));
    std::vector<std::uint64_t> offsets(partitions.size());
    for (int i = 0; i < list->cnt && last == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      auto const& answer = list->elems[i];
      last = answer.err;
      if (last == RD_KAFKA_RESP_ERR_NO_ERROR && answer.offset < 0)
        last = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
      auto const place = std::ranges::find(partitions, static_cast<partition_id>(answer.partition));
      if (place != partitions.end())
        offsets[static_cast<std::size_t>(place - partitions.begin())] =
            static_cast<std::uint64_t>(answer.offset);
    }
    if (last == RD_KAFKA_RESP_ERR_NO_ERROR) return offsets;
    if (!passing(last)) break;
    std::this_thread::sleep_for(20ms);
  } while (!by.passed());
  auto problem = broker_error(with, last, "ask where the partitions of " + where.topic + " at " + where.brokers +
                                             (which == edge::end ? " end" : " begin"));
  problem.detail += hint_at_lost_topic(last);
  return tl::unexpected(std::move(problem));
}

/// A broker that has just become leader may not know yet that its newest records lie on the others,
/// too, and shows none of them until it does. Asked where the partition ends, it refuses until then:
/// so its answer decides whether a record is missing or only not shown yet.
result<void> resolve_doubt(client& with, address const& where, log_position const& at, finding& what,
                           rd_kafka_topic_t* topic, rd_kafka_queue_t* queue,
                           std::chrono::milliseconds within) {
  std::span const asked(&at.partition, 1);
  auto const end = ask_offsets(with, where, asked, edge::end, within);
  if (!end) return tl::unexpected(end.error());
  auto const begin = ask_offsets(with, where, asked, edge::begin, within);
  if (!begin) return tl::unexpected(begin.error());
  what.doubted = false;
  what.settled = end->front() <= at.offset || at.offset < begin->front();
  if (what.settled) return {};
  rd_kafka_consume_stop(topic, at.partition);
  rd_kafka_consume_start_queue(topic, at.partition, static_cast<std::int64_t>(at.offset), queue);
  std::this_thread::sleep_for(20ms);
  return {};
}

}  // namespace

result<std::vector<std::uint64_t>> query_offsets(client& with, address const& where,
                                                 partition_id partitions, edge which,
                                                 std::optional<std::chrono::milliseconds> within) {
  std::vector<partition_id> all(partitions);
  std::iota(all.begin(), all.end(), partition_id{0});
  return ask_offsets(with, where, all, which, within.value_or(where.timeout));
}

result<std::vector<std::optional<std::string>>> fetch_records(
    address const& where, std::span<log_position const> at, std::chrono::milliseconds within,
    std::atomic<bool> const* cancelled) {
  std::vector<std::optional<std::string>> records(at.size());
  if (at.empty()) return records;
  // Small fetches, for one record of each is wanted; but room for all of them, as librdkafka sleeps
  // for a second when its queue is full.
  auto reader = client::consumer(where, {{"queued.max.messages.kbytes", "65536"},
                                         {"fetch.message.max.bytes", "16384"}});
  if (!reader) return tl::unexpected(reader.error());
  topic_handle const topic(rd_kafka_topic_new((*reader)->get(), where.topic.c_str(), nullptr));
  queue_handle const queue(rd_kafka_queue_new((*reader)->get()));
  for (auto const& one : at)
    rd_kafka_consume_start_queue(topic.get(), one.partition, static_cast<std::int64_t>(one.offset),
                                 queue.get());
  std::vector<finding> findings(at.size());
  result<void> outcome;
  deadline const by(within);
  auto const open = [&] { return std::ranges::any_of(findings, [](auto& f) { return !f.settled; }); };
  while (outcome && open() && !by.passed() && !(cancelled != nullptr && *cancelled)) {
    rd_kafka_poll((*reader)->get(), 0);
    if (message_handle const message{rd_kafka_consume_queue(queue.get(), std::min(by.left_ms(), 50))})
      outcome = settle(**reader, where, *message, at, findings);
    for (std::size_t i = 0; outcome && i < at.size(); ++i)
      if (findings[i].doubted)
        outcome = resolve_doubt(**reader, where, at[i], findings[i], topic.get(), queue.get(),
                                std::chrono::milliseconds(std::max(by.left_ms(), 1)));
  }
  for (auto const& one : at) rd_kafka_consume_stop(topic.get(), one.partition);
  if (!outcome) return tl::unexpected(outcome.error());
  if (open())
    return tl::unexpected(broker_error(**reader, RD_KAFKA_RESP_ERR__TIMED_OUT,
                                       "read single records of " + where.topic));
  for (std::size_t i = 0; i < at.size(); ++i) records[i] = std::move(findings[i].record);
  return records;
}

result<void> refuse_foreign(address const& where, std::span<std::uint64_t const> begins,
                            std::span<std::uint64_t const> ends) {
  std::vector<log_position> firsts;
  for (std::size_t p = 0; p < begins.size(); ++p)
    if (begins[p] < ends[p]) firsts.push_back({static_cast<partition_id>(p), begins[p]});
  auto const records = fetch_records(where, firsts, where.timeout);
  if (!records) return tl::unexpected(records.error());
  auto const is_ours = [](auto const& record) { return record && peek_record(*record); };
  bool const some_are = std::ranges::any_of(*records, is_ours);
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    if (!(*records)[i] || is_ours((*records)[i])) continue;
    if (some_are)
      return fail(errc::corrupt, "the history in the Kafka topic " + where.topic + " at " + where.brokers +
                                     " is damaged: what lies first in partition " +
                                     std::to_string(firsts[i].partition) + " (offset " +
                                     std::to_string(firsts[i].offset) +
                                     ") is not a record. `tracseq audit verify` names every place");
    return fail(errc::rule_violation,
                "the Kafka topic " + where.topic + " at " + where.brokers +
                    " holds messages that are not TracSeq's (partition " +
                    std::to_string(firsts[i].partition) + ", offset " +
                    std::to_string(firsts[i].offset) + "). Name another topic in the address: kafka://" +
                    where.brokers + "/another-topic");
  }
  return {};
}

}  // namespace tracseq::kafka
