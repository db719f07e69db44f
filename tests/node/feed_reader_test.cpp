// How far the events of a log were read, when the log gives them late, unevenly, or not at all.
#include <doctest/doctest.h>

#include <deque>

#include "node/http/event_feed.hpp"
#include "node/http/services.hpp"
#include "projections/memory_table.hpp"

using namespace tracseq;
using namespace std::chrono_literals;

namespace {

/// Two partitions, whose reader gives what it was told to, poll by poll.
class told_log final : public event_log {
 public:
  struct poll {
    std::vector<std::pair<partition_id, std::uint64_t>> offsets;
    bool caught_up = false;
  };
  explicit told_log(std::deque<poll> polls) : polls_(std::move(polls)) {}

  partition_id partitions() const override { return 2; }
  std::string description() const override { return "a log that was told what to give"; }
  std::vector<std::string> warnings() const override { return {}; }
  result<void> append(partition_id, std::vector<std::string>) override { return {}; }
  void on_failure(failure_handler) override {}
  result<std::vector<std::uint64_t>> ends() override { return std::vector<std::uint64_t>(2, 100); }
  result<std::vector<std::uint64_t>> begins() override { return std::vector<std::uint64_t>(2); }
  result<std::unique_ptr<log_reader>> read(std::span<log_position const>, reading) override {
    return std::make_unique<reader>(*this);
  }

 private:
  class reader final : public log_reader {
   public:
    explicit reader(told_log& log) : log_(log) {}
    result<void> poll(std::vector<log_entry>& out, std::size_t, std::chrono::milliseconds) override {
      if (log_.polls_.empty()) return {};
      auto const now = std::move(log_.polls_.front());
      log_.polls_.pop_front();
      for (auto const& [partition, offset] : now.offsets) out.push_back({partition, offset, "no record"});
      caught_up_ = now.caught_up;
      return {};
    }
    bool caught_up() const override { return caught_up_; }
    void interrupt() noexcept override {}

   private:
    told_log& log_;
    bool caught_up_ = false;
  };
  std::deque<poll> polls_;
};

struct reading_of {
  explicit reading_of(std::deque<told_log::poll> polls) : log(std::move(polls)) { at.log = &log; }
  http::feed_reader open() {
    auto opened = http::feed_reader::open(at, {0, 0});
    REQUIRE(opened);
    return *std::move(opened);
  }
  told_log log;
  http::services at;
};

}  // namespace

TEST_CASE("an empty read is not the end") {
  reading_of lab({{{}, false}, {{{0, 0}}, false}, {{}, false}, {{{1, 0}}, false}});
  auto reader = lab.open();
  position_vector const until{1, 1};
  for (auto const& expected : std::vector<position_vector>{{0, 0}, {1, 0}, {1, 0}, {1, 1}}) {
    CHECK_FALSE(reader.finished(until));
    REQUIRE(reader.next(1000, until, 1ms));
    CHECK(reader.position() == expected);
  }
  CHECK(reader.finished(until));
}

TEST_CASE("records that were not asked for yet do not keep other partitions from being read") {
  reading_of lab({{{{0, 0}, {0, 1}}, false}, {{{1, 0}}, false}, {{{1, 1}}, true}});
  auto reader = lab.open();
  REQUIRE(reader.next(1000, {1, 2}));
  CHECK(reader.position() == position_vector{1, 0});
  REQUIRE(reader.next(1000, {1, 2}));
  CHECK(reader.position() == position_vector{1, 1});
  REQUIRE(reader.next(1000, {1, 2}));
  CHECK(reader.position() == position_vector{1, 2});
  CHECK(reader.finished({1, 2}));
  CHECK_FALSE(reader.finished({2, 2}));  // what is held back is given as soon as it is asked for
  REQUIRE(reader.next(1000, {2, 2}));
  CHECK(reader.position() == position_vector{2, 2});
}

TEST_CASE("the log's end ends it, also behind offsets that hold no record") {
  reading_of lab({{{{0, 0}}, false}, {{}, true}});
  auto reader = lab.open();
  position_vector const until{3, 0};
  REQUIRE(reader.next(1000, until));
  CHECK_FALSE(reader.finished(until));
  REQUIRE(reader.next(1000, until));
  CHECK(reader.finished(until));
}
