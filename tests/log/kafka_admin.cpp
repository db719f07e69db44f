#include "tests/log/kafka_admin.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace tracseq::test {
namespace {

constexpr int patience_ms = 15'000;

rd_kafka_t* rk(void* handle) { return static_cast<rd_kafka_t*>(handle); }

void check(rd_kafka_resp_err_t code, char const* words, std::string const& doing) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
    throw std::runtime_error(doing + ": " + (words != nullptr ? words : rd_kafka_err2str(code)));
}

struct answer {
  rd_kafka_queue_t* queue;
  rd_kafka_event_t* event = nullptr;
  explicit answer(void* handle) : queue(rd_kafka_queue_new(rk(handle))) {}
  ~answer() {
    if (event != nullptr) rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
  }
  answer(answer const&) = delete;
  answer& operator=(answer const&) = delete;
  void wait(std::string const& doing) {
    event = rd_kafka_queue_poll(queue, patience_ms);
    if (event == nullptr) throw std::runtime_error(doing + ": no answer");
    check(rd_kafka_event_error(event), rd_kafka_event_error_string(event), doing);
  }
};

}  // namespace

kafka_admin::kafka_admin(std::string const& host) {
  auto* conf = rd_kafka_conf_new();
  std::array<char, 256> words{};
  rd_kafka_conf_set(conf, "bootstrap.servers", host.c_str(), words.data(), words.size());
  producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, words.data(), words.size());
  if (producer_ == nullptr) throw std::runtime_error(words.data());
}

kafka_admin::~kafka_admin() { rd_kafka_destroy(rk(producer_)); }

void kafka_admin::create_topic(std::string const& topic, int partitions,
                               std::vector<std::pair<std::string, std::string>> const& settings) {
  std::array<char, 256> words{};
  std::unique_ptr<rd_kafka_NewTopic_t, decltype(&rd_kafka_NewTopic_destroy)> made(
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, words.data(), words.size()),
      rd_kafka_NewTopic_destroy);
  for (auto const& [name, value] : settings)
    rd_kafka_NewTopic_set_config(made.get(), name.c_str(), value.c_str());
  answer got(producer_);
  auto* raw = made.get();
  rd_kafka_CreateTopics(rk(producer_), &raw, 1, nullptr, got.queue);
  got.wait("create " + topic);
  std::size_t count = 0;
  auto const** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(got.event), &count);
  for (std::size_t i = 0; i < count; ++i)
    check(rd_kafka_topic_result_error(results[i]), rd_kafka_topic_result_error_string(results[i]),
          "create " + topic);
}

void kafka_admin::set(std::string const& topic, std::vector<std::pair<std::string, std::string>> const& settings) {
  std::unique_ptr<rd_kafka_ConfigResource_t, decltype(&rd_kafka_ConfigResource_destroy)> wanted(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()), rd_kafka_ConfigResource_destroy);
  for (auto const& [name, value] : settings)
    rd_kafka_ConfigResource_set_config(wanted.get(), name.c_str(), value.c_str());
  answer got(producer_);
  auto* raw = wanted.get();
  rd_kafka_AlterConfigs(rk(producer_), &raw, 1, nullptr, got.queue);
  got.wait("change the settings of " + topic);
}

void kafka_admin::add_partitions(std::string const& topic, std::size_t in_all) {
  std::array<char, 256> words{};
  std::unique_ptr<rd_kafka_NewPartitions_t, decltype(&rd_kafka_NewPartitions_destroy)> wanted(
      rd_kafka_NewPartitions_new(topic.c_str(), in_all, words.data(), words.size()), rd_kafka_NewPartitions_destroy);
  answer got(producer_);
  auto* raw = wanted.get();
  rd_kafka_CreatePartitions(rk(producer_), &raw, 1, nullptr, got.queue);
  got.wait("add partitions to " + topic);
}

void kafka_admin::produce(std::string const& topic, int partition, std::string const& bytes) {
  auto const code =
      rd_kafka_producev(rk(producer_), RD_KAFKA_V_TOPIC(topic.c_str()),
                        RD_KAFKA_V_PARTITION(partition), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                        RD_KAFKA_V_VALUE(const_cast<char*>(bytes.data()), bytes.size()),
                        RD_KAFKA_V_END);
  check(code, nullptr, "produce");
  check(rd_kafka_flush(rk(producer_), patience_ms), nullptr, "flush");
}

void kafka_admin::delete_before(std::string const& topic, int partition, std::int64_t offset) {
  auto* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = offset;
  auto* request = rd_kafka_DeleteRecords_new(list);
  rd_kafka_topic_partition_list_destroy(list);
  answer got(producer_);
  rd_kafka_DeleteRecords(rk(producer_), &request, 1, nullptr, got.queue);
  rd_kafka_DeleteRecords_destroy(request);
  got.wait("delete records");
}

}  // namespace tracseq::test
