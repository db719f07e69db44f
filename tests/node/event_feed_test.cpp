// Who waits when the log does not answer, and how many readers serve those who come back.
#include <doctest/doctest.h>

#include <atomic>
#include <deque>
#include <thread>

#include "node/http/api.hpp"
#include "node/http/event_feed.hpp"
#include "node/http/server.hpp"
#include "node/http/services.hpp"
#include "node/metrics.hpp"
#include "projections/position.hpp"
#include "tests/node/raw_client.hpp"

using namespace tracseq;
using namespace tracseq::test;
using namespace std::chrono_literals;

namespace {

/// Two partitions, whose answers take as long as they are told to, and what is read of them.
class slow_log final : public event_log {
 public:
  std::atomic<std::chrono::milliseconds> for_ends{0ms};
  std::atomic<std::chrono::milliseconds> for_read{0ms};
  std::atomic<bool> away{false};
  std::atomic<bool> gives{true};  ///< records, up to the offset 5 of each partition
  std::atomic<std::size_t> opened{0}, alive{0}, most_alive{0};

  partition_id partitions() const override { return 2; }
  std::string description() const override { return "a slow log"; }
  std::vector<std::string> warnings() const override { return {}; }
  result<void> append(partition_id, std::vector<std::string>) override { return {}; }
  void on_failure(failure_handler) override {}
  result<std::vector<std::uint64_t>> ends() override {
    std::this_thread::sleep_for(for_ends.load());
    if (away) return fail(errc::unavailable, "no broker answers");
    return std::vector<std::uint64_t>(2, 7);
  }
  result<std::vector<std::uint64_t>> begins() override { return std::vector<std::uint64_t>(2); }
  result<std::unique_ptr<log_reader>> read(std::span<log_position const> from, reading) override {
    std::this_thread::sleep_for(for_read.load());
    if (away) return fail(errc::unavailable, "no broker answers");
    return std::make_unique<reader>(*this, from);
  }

 private:
  class reader final : public log_reader {
   public:
    reader(slow_log& log, std::span<log_position const> from) : log_(log), at_(from.begin(), from.end()) {
      ++log_.opened;
      auto const now = ++log_.alive;
      auto most = log_.most_alive.load();
      while (most < now && !log_.most_alive.compare_exchange_weak(most, now)) continue;
    }
    ~reader() override { --log_.alive; }
    result<void> poll(std::vector<log_entry>& out, std::size_t, std::chrono::milliseconds) override {
      for (auto& one : at_)
        if (log_.gives && one.offset < 5) out.push_back({one.partition, one.offset++, "no record"});
      return {};
    }
    bool caught_up() const override { return false; }
    void interrupt() noexcept override {}

   private:
    slow_log& log_;
    std::vector<log_position> at_;
  };
};

/// Shows what lies before the offset 5.
class shown final : public http::progress {
 public:
  std::vector<std::uint64_t> applied() const override { return {5, 5}; }
  std::vector<std::uint64_t> acknowledged() const override { return {5, 5}; }
  bool current() const noexcept override { return true; }
  bool shows(log_position) const noexcept override { return true; }
  std::optional<error> stuck() const override { return std::nullopt; }
  void when_applied(std::vector<log_position>, std::chrono::milliseconds, std::function<void(bool)> done) override {
    done(true);
  }
  void on_advance(std::function<void()>) override {}
};

class kept_stream final : public http::stream {
 public:
  bool send(std::string) override { return is_open; }
  std::size_t queued_bytes() const override { return queued; }
  bool open() const override { return is_open; }
  void close() override { is_open = false; }
  std::atomic<bool> is_open{true};
  std::atomic<std::size_t> queued{0};
};

struct laboratory {
  laboratory() {
    at.facts.partitions = 2;
    at.token = "secret";
    at.log = &log;
    at.progress = &progress;
  }
  slow_log log;
  shown progress;
  http::services at;
};

/// With one thread that reads requests.
struct served : laboratory {
  served() : api(at, counts), server(options(), [](auto const&) { return 1000u; }, handle()) { REQUIRE(server.start()); }
  ~served() {
    server.drain(500ms);
    api.stop();
  }
  static http::server_options options() {
    http::server_options out;
    out.port = 0;
    out.threads = 1;
    return out;
  }
  http::handler handle() {
    return [this](http::request_ptr asked, http::responder to) { api.handle(std::move(asked), std::move(to)); };
  }
  static std::string events(std::string const& query, std::string const& headers) {
    return "GET /api/v1/events" + query + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\n" + headers + "\r\n";
  }
  metrics counts;
  http::api api;
  http::server server;
};

template <class Condition>
bool becomes(Condition condition, std::chrono::milliseconds within = 20s) {
  auto const until = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

std::vector<std::shared_ptr<kept_stream>> subscribe(http::event_feed& feed, std::size_t count, position_vector const& from) {
  std::vector<std::shared_ptr<kept_stream>> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(std::make_shared<kept_stream>());
    feed.subscribe(out.back(), from, {});
  }
  return out;
}

}  // namespace

TEST_CASE("a position beyond what is shown keeps no request waiting while the log does not answer") {
  served lab;
  lab.log.for_ends = 3s;
  for (auto const& asked : {lab.events("", "Accept: text/event-stream\r\nLast-Event-ID: 9.9\r\n"),
                            lab.events("?after=9.9", "Accept: text/event-stream\r\n"), lab.events("?after=9.9", "")}) {
    raw_client waits(lab.server.port());
    waits.send(asked);
    std::this_thread::sleep_for(100ms);  // so that it is being judged
    auto const began = std::chrono::steady_clock::now();
    raw_client other(lab.server.port());
    other.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(status_of(other.read_answer()) == 200);
    CHECK(std::chrono::steady_clock::now() - began < 2s);
    auto const judged = waits.read_answer();
    CHECK(status_of(judged) == 422);
    CHECK(judged.find("beyond the end") != std::string::npos);
  }
}

TEST_CASE("a position that another node has shown already is taken") {
  served lab;
  for (auto const* position : {"7.7", "5.6", "0.0"}) {
    raw_client client(lab.server.port());
    client.send(lab.events("", "Accept: text/event-stream\r\nLast-Event-ID: " + std::string(position) + "\r\n"));
    auto const id = "id: " + std::string(position) + "\n";
    auto const got = client.read_until([&](std::string const& so_far) { return so_far.find(id) != so_far.npos; });
    CHECK(status_of(got) == 200);
    CHECK(got.find(id) != got.npos);
  }
}

TEST_CASE("a feed whose log does not answer stops, however many came back") {
  laboratory lab;
  lab.log.for_read = 1s;
  http::event_feed feed(lab.at);
  auto const streams = subscribe(feed, 20, {1, 1});
  std::this_thread::sleep_for(100ms);  // so that the first is being opened
  auto const began = std::chrono::steady_clock::now();
  feed.stop();
  CHECK(std::chrono::steady_clock::now() - began < 5s);
  for (auto const& one : streams) CHECK_FALSE(one->open());
}

TEST_CASE("streams whose log does not answer end together, not one after the other") {
  laboratory lab;
  lab.log.for_read = 1s;
  lab.log.away = true;
  http::event_feed feed(lab.at);
  auto const began = std::chrono::steady_clock::now();
  auto const streams = subscribe(feed, 20, {1, 1});
  for (auto const& one : streams) CHECK(becomes([&] { return !one->open(); }));
  CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("those who are up to date are served while a reader is being opened") {
  laboratory lab;
  http::event_feed feed(lab.at);
  auto const live = subscribe(feed, 1, {5, 5});
  REQUIRE(becomes([&] { return feed.clients() == 1 && lab.log.alive == 1; }));
  lab.log.for_read = 3s;
  auto const behind = subscribe(feed, 1, {1, 1});
  std::this_thread::sleep_for(100ms);
  auto const began = std::chrono::steady_clock::now();
  auto const another = subscribe(feed, 1, {5, 5});
  CHECK(becomes([&] { return feed.clients() == 3; }));
  CHECK(std::chrono::steady_clock::now() - began < 2s);
}

TEST_CASE("a few readers bring all who come back to the present") {
  laboratory lab;
  lab.log.for_read = 5ms;
  http::event_feed feed(lab.at);
  auto const streams = subscribe(feed, 100, {1, 1});
  CHECK(becomes([&] { return lab.log.opened >= 100 && lab.log.alive == 1; }));
  CHECK(lab.log.most_alive <= 9);  // with the one that all share who are up to date
  for (auto const& one : streams) CHECK(one->open());
}

TEST_CASE("a thousand who want only what is new share one reader") {
  laboratory lab;
  http::event_feed feed(lab.at);
  auto const streams = subscribe(feed, 1000, {5, 5});
  CHECK(becomes([&] { return feed.clients() == 1000 && lab.log.alive == 1; }));
  CHECK(lab.log.opened <= 9);
}

TEST_CASE("who is far behind, or takes nothing, does not keep others from being read to") {
  laboratory lab;
  lab.log.gives = false;
  http::event_feed feed(lab.at);
  auto const first = subscribe(feed, 8, {1, 1});
  REQUIRE(becomes([&] { return lab.log.alive == 8; }));
  SUBCASE("they are read to in turns") {
    auto const next = subscribe(feed, 1, {2, 2});
    CHECK(becomes([&] { return lab.log.opened >= 9; }));
  }
  SUBCASE("who takes nothing has no reader until he does") {
    for (auto const& one : first) one->queued = 1 << 20;
    auto const next = subscribe(feed, 1, {2, 2});
    CHECK(becomes([&] { return lab.log.opened == 9 && lab.log.alive == 1; }));
    for (auto const& one : first) one->queued = 0;
    CHECK(becomes([&] { return lab.log.alive == 8; }));
  }
  CHECK(lab.log.most_alive == 8);
}
