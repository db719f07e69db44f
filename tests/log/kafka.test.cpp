// What only the Kafka engine has: addresses, brokers that are absent or wrong, topics that forget.
#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "events/log/kafka_address.hpp"
#include "tests/log/engines.hpp"
#include "tests/log/kafka_admin.hpp"
#include "tests/log/records.hpp"

namespace tracseq::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

log_options four() {
  log_options options;
  options.partitions = 4;
  return options;
}

std::string address_of(std::string const& topic) { return "kafka://" + shared_broker() + "/" + topic; }

/// The words with which the address is refused; fails the test if it is not.
error refusal(std::string const& address, log_options const& options = four()) {
  auto const opened = open_log(address, options);
  if (opened) FAIL("opened: " << address);
  return opened.error();
}

bool has(std::string const& text, std::string const& part) {
  bool const found = text.find(part) != std::string::npos;
  if (!found) MESSAGE("'" << part << "' is not in: " << text);
  return found;
}

std::unique_ptr<event_log> open_or_fail(std::string const& address) {
  auto opened = open_log(address, four());
  if (!opened) FAIL(opened.error().detail);
  return *std::move(opened);
}

/// A broker that tests may kill; one for all of them, as it needs seconds to start.
own_broker& breakable_broker() {
  static own_broker broker;
  return broker;
}

/// Something that listens, and answers what it is told or nothing at all.
class wrong_server {
 public:
  explicit wrong_server(std::string answer) : answer_(std::move(answer)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&at), size) == 0);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    ::listen(socket_, 8);
    host_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    thread_ = std::jthread([this] {
      for (int client = 0; (client = ::accept(socket_, nullptr, nullptr)) >= 0;) {
        clients_.push_back(client);
        if (!answer_.empty() && ::send(client, answer_.data(), answer_.size(), MSG_NOSIGNAL) < 0) continue;
      }
    });
  }
  ~wrong_server() {
    ::shutdown(socket_, SHUT_RDWR);
    thread_.join();
    for (int const client : clients_) ::close(client);
    ::close(socket_);
  }
  [[nodiscard]] std::string const& host() const { return host_; }

 private:
  std::string answer_;
  std::string host_;
  int socket_ = -1;
  std::vector<int> clients_;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("kafka: an address is read in full") {
  auto const a = kafka::parse_address(
                     "kafka://one:1,two,[::1]:3/lab.events?partitions=6&replication=3&flush=broker"
                     "&connections=2&linger_ms=5&timeout_ms=700&message_timeout_ms=9000")
                     .value();
  CHECK(a.brokers == "one:1,two:9092,[::1]:3");
  CHECK(a.topic == "lab.events");
  CHECK(a.partitions == 6);
  CHECK(a.replication == 3);
  CHECK_FALSE(a.flush);
  CHECK(a.connections == 2);
  CHECK(a.timeout == 700ms);
  CHECK(a.message_timeout == 9s);
  for (auto const* plain : {"kafka://host:9092", "kafka://host:9092/", "kafka://host/tracseq"})
    CHECK(kafka::parse_address(plain).value().topic == "tracseq");
}

TEST_CASE("kafka: a wrong address says which part is wrong") {
  struct row {
    char const* address;
    char const* words;
  };
  for (auto const& one : {
           row{"kafka://", "'' is not host:port"},
           row{"kafka://host:0/t", "'host:0' is not host:port"},
           row{"kafka://host:99999/t", "'host:99999' is not host:port"},
           row{"kafka://a:1,,b:2/t", "'' is not host:port"},
           row{"kafka://ho st:1/t", "'ho st:1' is not host:port"},
           row{"kafka://[::1:9/t", "is not host:port"},
           row{"kafka://h:1/a/b", "'a/b' cannot name a topic"},
           row{"kafka://h:1/..", "'..' cannot name a topic"},
           row{"kafka://h:1/t?partitions=0", "partitions is a number from 1 to 1024, not '0'"},
           row{"kafka://h:1/t?partitions=x", "not 'x'"},
           row{"kafka://h:1/t?partitions", "option 'partitions' has no value"},
           row{"kafka://h:1/t?acks=0", "unknown option 'acks'; there are partitions"},
           row{"kafka://h:1/t?flush=never", "flush is 'topic' or 'broker', not 'never'"},
           row{"kafka://h:1/t?config=/no/such/file", "cannot read the Kafka settings in /no/such/file"},
       }) {
    CAPTURE(one.address);
    auto const parsed = kafka::parse_address(one.address);
    REQUIRE_FALSE(parsed);
    CHECK(has(parsed.error().detail, one.words));
  }
}

TEST_CASE("kafka: a settings file may secure the connection and nothing else") {
  scratch_directory const dir;
  auto const file = (dir.path() / "kafka.properties").string();
  std::ofstream(file) << "# comment\n\nclient.id = lab-7\nsecurity.protocol=PLAINTEXT\n";
  auto const parsed = kafka::parse_address("kafka://h:1/t?config=" + file).value();
  REQUIRE(parsed.properties.size() == 2);
  CHECK(parsed.properties[0] == std::pair<std::string, std::string>("client.id", "lab-7"));
  std::ofstream(file) << "client.id=x\nacks=0\n";
  CHECK(has(kafka::parse_address("kafka://h:1/t?config=" + file).error().detail,
            "line 2: 'acks' cannot be set here"));
  std::ofstream(file) << "security.protocol=NONSENSE\n";
  CHECK(has(refusal("kafka://127.0.0.1:1/t?config=" + file).detail,
            "refuses the setting security.protocol"));
}

TEST_CASE("kafka: a broker that is absent, mute or no broker is said so in bounded time") {
  wrong_server const mute("");
  wrong_server const web("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  for (auto const& host : {std::string("127.0.0.1:1"), mute.host(), web.host()}) {
    CAPTURE(host);
    auto const began = clock::now();
    auto const why = refusal("kafka://" + host + "/t?timeout_ms=1500");
    CHECK(clock::now() - began < 4s);
    CHECK(why.code == errc::unavailable);
    CHECK(has(why.detail, "no Kafka broker answers at " + host + " within 1.5 s"));
    CHECK(has(why.detail, "tools/kafka start"));
  }
  CHECK(has(refusal("kafka://127.0.0.1:1/t?timeout_ms=500").detail, "Connection refused"));
}

TEST_CASE("kafka: a topic that would forget is refused with the command that mends it") {
  kafka_admin admin(shared_broker());
  struct row {
    char const* setting;
    char const* value;
    char const* words;
    char const* mend;
  };
  for (auto const& one : {
           row{"retention.ms", "604800000", "retention.ms is 604800000", "retention.ms=-1"},
           row{"retention.bytes", "1000000000", "retention.bytes is 1000000000", "retention.bytes=-1"},
           row{"cleanup.policy", "compact", "cleanup.policy is compact", "cleanup.policy=delete"},
           row{"cleanup.policy", "compact,delete", "cleanup.policy is ", "cleanup.policy=delete"},
           row{"max.message.bytes", "100000", "max.message.bytes is 100000", "max.message.bytes=1048588"},
       }) {
    CAPTURE(one.value);
    auto const topic = fresh_topic();
    std::vector<std::pair<std::string, std::string>> settings{{one.setting, one.value}};
    if (settings[0].first != "retention.ms") settings.emplace_back("retention.ms", "-1");
    admin.create_topic(topic, 4, settings);
    auto const why = refusal(address_of(topic));
    CHECK(why.code == errc::rule_violation);
    CHECK(has(why.detail, one.words));
    CHECK(has(why.detail, "kafka-configs.sh --bootstrap-server " + shared_broker() +
                              " --alter --entity-type topics --entity-name " + topic +
                              " --add-config " + one.mend));
  }
}

TEST_CASE("kafka: another number of partitions is refused, unless the address names it") {
  kafka_admin admin(shared_broker());
  auto const topic = fresh_topic();
  admin.create_topic(topic, 6, {{"retention.ms", "-1"}});
  auto const why = refusal(address_of(topic));
  CHECK(why.code == errc::rule_violation);
  CHECK(has(why.detail, "has 6 partitions, and 4 are set"));
  CHECK(has(why.detail, "?partitions=6"));
  CHECK(has(why.detail, "?partitions=N if it was made with N and got more later"));
  CHECK(has(refusal(address_of(topic) + "?partitions=8").detail, "has 6 partitions, and 8 are set"));
  CHECK(open_or_fail(address_of(topic) + "?partitions=6")->partitions() == 6);
  auto reading = four();
  reading.read_only = true;
  CHECK(open_log(address_of(topic), reading).value()->partitions() == 6);
}

TEST_CASE("kafka: of a topic that got more partitions those are used that hold the history") {
  kafka_admin admin(shared_broker());
  auto const topic = fresh_topic();
  CHECK(open_or_fail(address_of(topic))->warnings().empty());
  admin.add_partitions(topic, 6);
  CHECK(has(refusal(address_of(topic)).detail, "has 6 partitions, and 4 are set"));
  auto const log = open_or_fail(address_of(topic) + "?partitions=4");
  CHECK(log->partitions() == 4);
  CHECK(log->ends().value().size() == 4);
  REQUIRE(log->warnings().size() == 1);
  CHECK(has(log->warnings()[0], "has 6 partitions, and 4 hold the history"));
  auto reading = four();
  reading.read_only = true;
  CHECK(open_log(address_of(topic) + "?partitions=4", reading).value()->partitions() == 4);
}

TEST_CASE("kafka: what somebody changes in a topic that is used is told, and so is that it was mended") {
  kafka_admin admin(shared_broker());
  auto const topic = fresh_topic();
  auto options = four();
  options.topic_looked_at_every = 50ms;
  auto const log = open_log(address_of(topic), options).value();
  CHECK(log->warnings().empty());
  auto const told = [&](std::string const& words) {
    return in_time([&] {
      auto const all = log->warnings();
      return std::ranges::any_of(all, [&](std::string const& one) { return one.find(words) != one.npos; });
    });
  };
  admin.set(topic, {{"retention.ms", "604800000"}, {"flush.messages", "1"}});
  CHECK(told("retention.ms is 604800000, so Kafka deletes records when they are old"));
  admin.set(topic, {{"retention.ms", "-1"}, {"flush.messages", "1"}});
  CHECK(in_time([&] { return log->warnings().empty(); }));
  admin.add_partitions(topic, 5);
  CHECK(told("has 5 partitions, and 4 hold the history"));
  admin.produce(topic, 0, "one");
  admin.delete_before(topic, 0, 1);
  CHECK(told("Partition 0 of the Kafka topic " + topic + " begins at offset 1"));
}

TEST_CASE("kafka: a stranger's topic is refused") {
  kafka_admin admin(shared_broker());
  auto const topic = fresh_topic();
  admin.create_topic(topic, 4, {{"retention.ms", "-1"}});
  admin.produce(topic, 2, R"({"order": 1})");
  auto const why = refusal(address_of(topic));
  CHECK(why.code == errc::rule_violation);
  CHECK(has(why.detail, "holds messages that are not TracSeq's (partition 2, offset 0)"));
}

TEST_CASE("kafka: one replica that acknowledges from memory is warned of, ours asks for the disk") {
  kafka_admin admin(shared_broker());
  auto const topic = fresh_topic();
  admin.create_topic(topic, 4, {{"retention.ms", "-1"}, {"flush.messages", "9223372036854775807"}});
  auto const warned = open_or_fail(address_of(topic))->warnings();
  REQUIRE(warned.size() == 1);
  CHECK(has(warned[0], "acknowledges from memory"));
  CHECK(has(warned[0], "--add-config flush.messages=1"));
  CHECK(open_or_fail(address_of(fresh_topic()))->warnings().empty());
  auto demanding = four();
  demanding.require_replication = true;
  CHECK(has(refusal(address_of(topic), demanding).detail,
            "has 1 replica(s) and min.insync.replicas=1, and log.require_replication"));
}

TEST_CASE("kafka: fewer replicas than the brokers that are named is warned of, though some of them are away") {
  auto const topic = fresh_topic();
  auto const three = "kafka://" + shared_broker() + ",127.0.0.1:1,127.0.0.1:2/" + topic;
  auto const warned = open_or_fail(three)->warnings();
  REQUIRE(warned.size() == 1);
  CHECK(has(warned[0], "The Kafka topic " + topic + " has 1 replica, and there are 3 brokers"));
  CHECK(has(warned[0], "kafka-reassign-partitions.sh"));
  CHECK(has(warned[0], "--add-config min.insync.replicas=2"));
  CHECK(open_or_fail(address_of(topic))->warnings().empty());
}

TEST_CASE("kafka: more replicas than brokers is the broker's refusal in its words") {
  auto const why = refusal(address_of(fresh_topic()) + "?replication=3");
  CHECK(why.code == errc::io_failure);
  CHECK(has(why.detail, "with 4 partitions and 3 replicas"));
}

TEST_CASE("kafka: deleted records are corrupt, named, and warned of") {
  kafka_admin admin(shared_broker());
  auto const topic = fresh_topic();
  auto const log = open_or_fail(address_of(topic));
  for (std::uint64_t i = 0; i < 10; ++i) REQUIRE(log->append(1, {numbered(i)}));
  REQUIRE(total(read_some(*log, beginning(*log), 10)) == 10);
  admin.delete_before(topic, 1, 4);
  CHECK(log->begins().value()[1] == 4);
  auto const read = log->read(std::vector<log_position>{{1, 3}});
  REQUIRE_FALSE(read);
  CHECK(read.error().code == errc::corrupt);
  CHECK(has(read.error().detail, "does not hold partition 1, offset 3"));
  CHECK(has(read.error().detail, "has offsets 4 to 10"));
  auto const warnings = open_or_fail(address_of(topic))->warnings();
  REQUIRE(warnings.size() == 1);
  CHECK(has(warnings[0], "Partition 1 of the Kafka topic " + topic + " begins at offset 4"));
}

TEST_CASE("kafka: a broker killed under load loses nothing it acknowledged and doubles nothing") {
  auto& broker = breakable_broker();
  auto const address = "kafka://" + broker.host() + "/" + fresh_topic();
  auto const log = open_or_fail(address);
  std::atomic<int> failures = 0;
  log->on_failure([&](partition_id, error const&) { ++failures; });
  auto const reader = log->read(beginning(*log)).value();
  std::map<partition_id, std::vector<std::uint64_t>> seen;
  std::uint64_t number = 0;
  std::vector<log_entry> out;
  auto const work = [&](std::chrono::milliseconds span) {
    for (auto const until = clock::now() + span; clock::now() < until;) {
      for (partition_id p = 0; p < 4; ++p, ++number) REQUIRE(log->append(p, {numbered(number)}));
      out.clear();
      auto const polled = reader->poll(out, 1u << 20, 20ms);
      if (!polled) FAIL(polled.error().detail);
      for (auto const& e : out) seen[e.partition].push_back(number_of(e.record));
    }
  };
  work(500ms);
  broker.kill();
  work(500ms);
  broker.start();
  auto const until = clock::now() + 30s;
  auto const count = [&] { return seen[0].size() + seen[1].size() + seen[2].size() + seen[3].size(); };
  while (count() < number && clock::now() < until) {
    out.clear();
    auto const polled = reader->poll(out, 1u << 20, 100ms);
    if (!polled) FAIL(polled.error().detail);
    for (auto const& e : out) seen[e.partition].push_back(number_of(e.record));
  }
  // Nothing failed for good (the outage was shorter than message_timeout_ms), so all of it is there,
  // once and in order: also for a reader that begins anew.
  CHECK(failures == 0);
  CHECK(count() == number);
  auto const again = read_all(*log);
  for (auto const& [partition, all] : seen) {
    CHECK(std::ranges::is_sorted(all));
    CHECK(std::ranges::adjacent_find(all) == all.end());
    CHECK(numbers(again.at(partition)) == all);
  }
}

TEST_CASE("kafka: records that cannot be delivered are reported, and others are taken later") {
  auto& broker = breakable_broker();
  auto const address = "kafka://" + broker.host() + "/" + fresh_topic() + "?message_timeout_ms=1000";
  auto const log = open_or_fail(address);
  REQUIRE(log->append(0, {numbered(0)}));
  REQUIRE(total(read_some(*log, beginning(*log), 1)) == 1);
  std::mutex mutex;
  std::vector<std::pair<partition_id, error>> reported;
  log->on_failure([&](partition_id p, error const& why) {
    std::scoped_lock lock(mutex);
    reported.emplace_back(p, why);
  });
  broker.kill();
  for (std::uint64_t i = 1; i <= 50; ++i) REQUIRE(log->append(2, {numbered(i)}));
  for (auto const until = clock::now() + 10s; clock::now() < until;) {
    std::this_thread::sleep_for(20ms);
    std::scoped_lock lock(mutex);
    if (!reported.empty()) break;
  }
  {
    std::scoped_lock lock(mutex);
    REQUIRE_FALSE(reported.empty());
    CHECK(reported.size() < 50);  // one for many
    CHECK(reported[0].first == 2);
    CHECK(has(reported[0].second.detail, "cannot append to partition 2 of test-"));
  }
  broker.start();
  auto const until = clock::now() + 20s;
  bool there = false;
  while (!there && clock::now() < until) {
    REQUIRE(log->append(3, {numbered(99)}));
    there = read_some(*log, {{3, 0}}, 1, 2s).contains(3);
  }
  CHECK(there);
}

TEST_CASE("kafka: a broker restored from an older disk is found out by the reader that saw more") {
  auto& broker = breakable_broker();
  auto const address = "kafka://" + broker.host() + "/" + fresh_topic();
  auto log = open_or_fail(address);
  REQUIRE(log->append(0, {numbered(0), numbered(1)}));
  REQUIRE(total(read_some(*log, beginning(*log), 2)) == 2);
  broker.stop();
  scratch_directory const backup;
  auto const copied = std::filesystem::copy_options::recursive;
  std::filesystem::copy(broker.data(), backup.path() / "data", copied);
  broker.start();
  REQUIRE(log->append(0, {numbered(2), numbered(3)}));
  auto const reader = log->read(beginning(*log)).value();
  std::vector<log_entry> out;
  while (out.size() < 4) REQUIRE(reader->poll(out, 1u << 20, 1s));
  REQUIRE(numbers(out) == std::vector<std::uint64_t>{0, 1, 2, 3});

  broker.kill();
  log.reset();
  std::filesystem::remove_all(broker.data());
  std::filesystem::copy(backup.path() / "data", broker.data(), copied);
  broker.start();
  // Others go on where the old disk ended, past the offset that the reader had reached.
  auto const other = open_or_fail(address);
  for (std::uint64_t i = 10; i < 20; ++i) REQUIRE(other->append(0, {numbered(i)}));
  REQUIRE(total(read_some(*other, beginning(*other), 12)) == 12);
  result<void> polled;
  auto const until = clock::now() + 20s;
  while (polled && clock::now() < until) {
    out.clear();
    polled = reader->poll(out, 1u << 20, 500ms);
    CHECK(out.empty());  // nothing of the other history
  }
  REQUIRE_FALSE(polled);
  CHECK(polled.error().code == errc::corrupt);
  CHECK(has(polled.error().detail, "partition 0"));
}

}  // namespace tracseq::test
