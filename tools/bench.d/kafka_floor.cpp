// The floor of a durable round trip through Kafka: produce one record with acks=all, read it back, then
// the next. librdkafka as TracSeq's engine sets it, and nothing else.
//
//   bench_kafka_floor BROKER TOPIC --bytes N --count N
//
// Makes the topic (one partition, flush.messages=1). Prints one line of JSON: count, p50_us, p99_us.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <librdkafka/rdkafka.h>

namespace {

constexpr int patience_ms = 10'000;
constexpr int warm_up = 50;

rd_kafka_t* make(rd_kafka_type_t type, std::string const& broker,
                 std::initializer_list<std::pair<char const*, char const*>> settings) {
  auto* conf = rd_kafka_conf_new();
  char words[256];
  auto const set = [&](char const* name, char const* value) {
    if (rd_kafka_conf_set(conf, name, value, words, sizeof words) != RD_KAFKA_CONF_OK)
      throw std::runtime_error(words);
  };
  set("bootstrap.servers", broker.c_str());
  set("socket.nagle.disable", "true");
  for (auto const& [name, value] : settings) set(name, value);
  if (type == RD_KAFKA_PRODUCER)
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, rd_kafka_message_t const*, void*) {});
  auto* made = rd_kafka_new(type, conf, words, sizeof words);
  if (made == nullptr) throw std::runtime_error(words);
  return made;
}

void make_topic(rd_kafka_t* who, char const* name) {
  char words[256];
  auto* topic = rd_kafka_NewTopic_new(name, 1, 1, words, sizeof words);
  rd_kafka_NewTopic_set_config(topic, "flush.messages", "1");
  auto* queue = rd_kafka_queue_new(who);
  rd_kafka_CreateTopics(who, &topic, 1, nullptr, queue);
  auto* event = rd_kafka_queue_poll(queue, patience_ms);
  if (event == nullptr) throw std::runtime_error("the broker does not answer");
  std::size_t count = 0;
  auto const* outcome = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  auto const code = rd_kafka_topic_result_error(outcome[0]);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
    throw std::runtime_error(rd_kafka_err2str(code));
  rd_kafka_event_destroy(event);
  rd_kafka_queue_destroy(queue);
  rd_kafka_NewTopic_destroy(topic);
}

void know_topic(rd_kafka_t* who, rd_kafka_topic_t* topic) {
  struct rd_kafka_metadata const* metadata = nullptr;
  if (rd_kafka_metadata(who, 0, topic, &metadata, patience_ms) == RD_KAFKA_RESP_ERR_NO_ERROR)
    rd_kafka_metadata_destroy(metadata);
}

std::vector<double> round_trips(std::string const& broker, char const* name, std::size_t bytes,
                                std::size_t count) {
  auto* producer = make(RD_KAFKA_PRODUCER, broker,
                        {{"enable.idempotence", "true"},
                         {"acks", "all"},
                         {"linger.ms", "0"},
                         {"max.in.flight.requests.per.connection", "1"}});
  auto* consumer = make(RD_KAFKA_CONSUMER, broker,
                        {{"enable.auto.commit", "false"},
                         {"auto.offset.reset", "error"},
                         {"isolation.level", "read_uncommitted"},
                         {"check.crcs", "true"},
                         {"fetch.min.bytes", "1"},
                         {"fetch.wait.max.ms", "100"},
                         {"fetch.error.backoff.ms", "20"}});
  make_topic(producer, name);
  auto* to = rd_kafka_topic_new(producer, name, nullptr);
  auto* from = rd_kafka_topic_new(consumer, name, nullptr);
  know_topic(producer, to);
  know_topic(consumer, from);
  rd_kafka_consume_start(from, 0, RD_KAFKA_OFFSET_END);
  // Until the consumer stands at the end it would wait for its first fetch.
  if (auto* nothing = rd_kafka_consume(from, 0, 1000)) rd_kafka_message_destroy(nothing);
  std::jthread const served([&](std::stop_token const& stop) {
    while (!stop.stop_requested()) rd_kafka_poll(producer, 100);
  });
  std::vector<double> took_us;
  std::string value(bytes, 'x');
  for (std::size_t i = 0; i < count + warm_up; ++i) {
    auto const began = std::chrono::steady_clock::now();
    if (rd_kafka_produce(to, 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0, nullptr) != 0)
      throw std::runtime_error(rd_kafka_err2str(rd_kafka_last_error()));
    auto* message = rd_kafka_consume(from, 0, patience_ms);
    if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      throw std::runtime_error("a record did not come back");
    rd_kafka_message_destroy(message);
    std::chrono::duration<double, std::micro> const took = std::chrono::steady_clock::now() - began;
    if (i >= warm_up) took_us.push_back(took.count());
  }
  rd_kafka_consume_stop(from, 0);
  rd_kafka_flush(producer, patience_ms);
  rd_kafka_topic_destroy(to);
  rd_kafka_topic_destroy(from);
  rd_kafka_destroy(consumer);
  return took_us;  // the producer lives until the process ends, for the thread above uses it
}

}  // namespace

int main(int count, char** words) {
  std::size_t bytes = 0;
  std::size_t trips = 0;
  for (int i = 3; i + 1 < count; i += 2) {
    std::string_view const name = words[i];
    auto const number = std::strtoull(words[i + 1], nullptr, 10);
    if (name == "--bytes") bytes = number;
    if (name == "--count") trips = number;
  }
  if (count < 3 || bytes == 0 || trips == 0) {
    std::fputs("usage: bench_kafka_floor BROKER TOPIC --bytes N --count N\n", stderr);
    return 2;
  }
  try {
    auto took_us = round_trips(words[1], words[2], bytes, trips);
    std::sort(took_us.begin(), took_us.end());
    std::printf("{\"count\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", took_us.size(),
                took_us[took_us.size() / 2], took_us[took_us.size() * 99 / 100]);
  } catch (std::exception const& problem) {
    std::fprintf(stderr, "bench_kafka_floor: %s\n", problem.what());
    return 1;
  }
}
