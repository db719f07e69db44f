// The group of nodes against a broker that does as it is told: librdkafka's own.
#include <doctest/doctest.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

#include "events/partition_group.hpp"
#include "tests/log/engines.hpp"

namespace tracseq::test {
namespace {

using namespace std::chrono_literals;

struct pretended_brokers {
  rd_kafka_t* owner = nullptr;
  rd_kafka_mock_cluster_t* all = nullptr;
  pretended_brokers() {
    char words[256];
    owner = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), words, sizeof words);
    REQUIRE(owner != nullptr);
    all = rd_kafka_mock_cluster_new(owner, 2);
    REQUIRE(all != nullptr);
    REQUIRE(rd_kafka_mock_topic_create(all, "tracseq", 4, 1) == RD_KAFKA_RESP_ERR_NO_ERROR);
    coordinated_by(1);
  }
  ~pretended_brokers() {
    rd_kafka_mock_cluster_destroy(all);
    rd_kafka_destroy(owner);
  }
  pretended_brokers(pretended_brokers const&) = delete;
  pretended_brokers& operator=(pretended_brokers const&) = delete;
  void coordinated_by(int broker) {
    REQUIRE(rd_kafka_mock_coordinator_set(all, "group", "tracseq-shards.tracseq", broker) ==
            RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  std::string address() const { return "kafka://" + std::string(rd_kafka_mock_cluster_bootstraps(all)) + "/tracseq"; }
};

}  // namespace

TEST_CASE("kafka: a member that had trouble and has none any more does not say so for ever") {
  pretended_brokers brokers;
  std::atomic<int> changes = 0;
  std::atomic<std::size_t> mine = 0;
  auto joined = join_group(brokers.address(), {4, 6s, "one"}, [&](std::vector<partition_id> const& given) {
    mine = given.size();
    ++changes;
  });
  REQUIRE_MESSAGE(joined, (joined ? "" : joined.error().detail));
  auto const& group = **joined;
  CHECK(in_time([&] { return mine == 4; }));
  CHECK(group.trouble().empty());
  int const before = changes;
  // The group moves to another broker, and for a moment nobody may know to which.
  constexpr std::int16_t find_coordinator = 10;
  rd_kafka_mock_push_request_errors(brokers.all, find_coordinator, 2, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
                                    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED);
  brokers.coordinated_by(2);
  CHECK(in_time([&] { return !group.trouble().empty(); }));
  CHECK(in_time([&] { return group.trouble().empty(); }));
  CHECK(changes == before);
}

TEST_CASE("kafka: partitions that a topic got later are nobody's") {
  pretended_brokers brokers;
  std::mutex mutex;
  std::vector<partition_id> mine;
  auto joined = join_group(brokers.address(), {3, 6s, "one"}, [&](std::vector<partition_id> const& given) {
    std::lock_guard const guard(mutex);
    mine = given;
  });
  REQUIRE_MESSAGE(joined, (joined ? "" : joined.error().detail));
  auto const given = [&] {
    std::lock_guard const guard(mutex);
    return mine;
  };
  CHECK(in_time([&] { return !given().empty(); }));
  CHECK(given() == std::vector<partition_id>{0, 1, 2});
}

}  // namespace tracseq::test
