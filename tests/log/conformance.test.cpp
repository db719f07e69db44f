// The conformance suite: what events/event_log.hpp promises, held against every engine in full.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <numeric>
#include <thread>

#include "tests/log/engines.hpp"
#include "tests/log/records.hpp"

TYPE_TO_STRING_AS("embedded", tracseq::test::embedded_engine);
TYPE_TO_STRING_AS("kafka", tracseq::test::kafka_engine);

namespace tracseq::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

#define ENGINES embedded_engine, kafka_engine

log_options small() {
  log_options options;
  options.partitions = 4;
  return options;
}

std::unique_ptr<event_log> open_or_fail(std::string const& address, log_options const& options) {
  auto opened = open_log(address, options);
  if (!opened) FAIL("cannot open " << address << ": " << opened.error().detail);
  return *std::move(opened);
}

void append_or_fail(event_log& log, partition_id partition, std::vector<std::string> records) {
  auto const appended = log.append(partition, std::move(records));
  if (!appended) FAIL("cannot append: " << appended.error().detail);
}

std::vector<std::uint64_t> counting(std::uint64_t n) {
  std::vector<std::uint64_t> all(n);
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

}  // namespace

TEST_CASE_TEMPLATE("log: an empty log has its partitions and ends at 0", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  CHECK(log->partitions() == 4);
  CHECK(log->ends().value() == std::vector<std::uint64_t>(4, 0));
  CHECK(log->begins().value() == std::vector<std::uint64_t>(4, 0));
  CHECK_FALSE(log->description().empty());
  auto const reader = log->read(beginning(*log)).value();
  std::vector<log_entry> out;
  auto const began = clock::now();
  REQUIRE(reader->poll(out, 1000, 100ms));
  CHECK(clock::now() - began >= 90ms);  // it waits, it does not spin
  CHECK(out.empty());
  CHECK(reader->caught_up());
}

TEST_CASE_TEMPLATE("log: each partition keeps the order of appends and the bytes", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  std::map<partition_id, std::vector<std::string>> wrote;
  std::uint64_t number = 0;
  for (int round = 0; round < 50; ++round)  // interleaved, in appends of one to three records
    for (partition_id p = 0; p < 4; ++p) {
      std::vector<std::string> records;
      for (int i = 0; i <= round % 3; ++i, ++number) records.push_back(numbered(number, number % 700));
      wrote[p].insert(wrote[p].end(), records.begin(), records.end());
      append_or_fail(*log, p, records);
    }
  auto const read = read_some(*log, beginning(*log), number);
  REQUIRE(total(read) == number);
  auto const ends = log->ends().value();
  for (partition_id p = 0; p < 4; ++p) {
    auto const& entries = read.at(p);
    REQUIRE(entries.size() == wrote[p].size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      CHECK(entries[i].record == wrote[p][i]);
      if (i > 0) CHECK(entries[i].offset > entries[i - 1].offset);
    }
    CHECK(ends[p] > entries.back().offset);
  }
}

TEST_CASE_TEMPLATE("log: a reader begins at any offset it names", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  for (std::uint64_t i = 0; i < 100; ++i) append_or_fail(*log, 2, {numbered(i)});
  auto const all = read_some(*log, {{2, 0}}, 100).at(2);
  REQUIRE(numbers(all) == counting(100));
  for (std::size_t at : {0u, 1u, 37u, 98u, 99u}) {
    auto const rest = read_some(*log, {{2, all[at].offset}}, 100 - at);
    REQUIRE(rest.contains(2));
    CHECK(rest.at(2).size() == 100 - at);
    CHECK(rest.at(2).front().record == all[at].record);
  }
  auto const reader = log->read(std::vector<log_position>{{2, log->ends().value()[2]}}).value();
  std::vector<log_entry> out;
  REQUIRE(reader->poll(out, 1000, 50ms));
  CHECK(out.empty());
  CHECK(reader->caught_up());
}

TEST_CASE_TEMPLATE("log: a reader sees only the partitions it names", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  for (std::uint64_t i = 0; i < 40; ++i)
    append_or_fail(*log, static_cast<partition_id>(i % 4), {numbered(i)});
  REQUIRE(total(read_some(*log, beginning(*log), 40)) == 40);
  auto const reader = log->read(std::vector<log_position>{{1, 0}, {3, 0}}).value();
  std::vector<log_entry> out;
  auto const until = clock::now() + 10s;
  while (!reader->caught_up() && clock::now() < until) REQUIRE(reader->poll(out, 1u << 20, 50ms));
  CHECK(out.size() == 20);
  CHECK(std::ranges::all_of(out, [](auto& e) { return e.partition == 1 || e.partition == 3; }));
}

TEST_CASE_TEMPLATE("log: a poll gives about as much as asked, at least one record", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  for (std::uint64_t i = 0; i < 60; ++i) append_or_fail(*log, 0, {numbered(i, 10'000)});
  REQUIRE(total(read_some(*log, beginning(*log), 60)) == 60);
  auto const reader = log->read(beginning(*log)).value();
  std::vector<log_entry> all;
  auto const until = clock::now() + 10s;
  while (all.size() < 60 && clock::now() < until) {
    std::vector<log_entry> out;
    REQUIRE(reader->poll(out, all.size() < 30 ? 1 : 50'000, 200ms));
    CHECK(out.size() <= (all.size() < 30 ? 1u : 6u));
    all.insert(all.end(), out.begin(), out.end());
    if (all.size() < 60) CHECK_FALSE(reader->caught_up());
  }
  CHECK(numbers(all) == counting(60));
  REQUIRE(reader->poll(all, 1, 10ms));
  CHECK(reader->caught_up());
}

TEST_CASE_TEMPLATE("log: a reader at the end sees what is appended then, soon", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  append_or_fail(*log, 0, {numbered(0)});
  auto const reader = log->read(beginning(*log)).value();
  std::vector<log_entry> out;
  while (!reader->caught_up() || out.empty()) REQUIRE(reader->poll(out, 1u << 20, 1000ms));
  std::vector<double> waits_ms;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    out.clear();
    auto const began = clock::now();
    append_or_fail(*log, static_cast<partition_id>(i % 4), {numbered(i)});
    while (out.empty() && clock::now() - began < 10s) REQUIRE(reader->poll(out, 1u << 20, 1000ms));
    waits_ms.push_back(std::chrono::duration<double, std::milli>(clock::now() - began).count());
    REQUIRE(out.size() == 1);
    CHECK(number_of(out.front().record) == i);
    CHECK(reader->caught_up());
  }
  std::ranges::sort(waits_ms);
  MESSAGE("append to read back, median ms: " << waits_ms[20] << ", worst: " << waits_ms.back());
  CHECK(waits_ms[20] < 100);  // no poll gap; an ordinary disk needs a few ms
}

TEST_CASE_TEMPLATE("log: the largest record passes and a larger one is refused", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  auto const largest = sized(event_log::record_bytes_max);
  append_or_fail(*log, 0, {largest});
  auto const refused = log->append(0, {numbered(1), sized(event_log::record_bytes_max + 1)});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::too_large);
  CHECK(refused.error().detail.find("921601") != std::string::npos);
  append_or_fail(*log, 0, {numbered(2), largest, numbered(3)});
  auto const read = read_some(*log, beginning(*log), 4);
  REQUIRE(read.contains(0));
  REQUIRE(read.at(0).size() == 4);  // nothing of the refused append
  CHECK(read.at(0)[0].record == largest);
  CHECK(number_of(read.at(0)[1].record) == 2);
  CHECK(read.at(0)[2].record == largest);
}

TEST_CASE_TEMPLATE("log: a partition that is not there is refused", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  auto const appended = log->append(4, {numbered(0)});
  REQUIRE_FALSE(appended);
  CHECK(appended.error().code == errc::invalid_argument);
  CHECK(appended.error().detail.find("partition 4") != std::string::npos);
  CHECK_FALSE(log->read(std::vector<log_position>{{4, 0}}));
}

TEST_CASE_TEMPLATE("log: appends of many threads stay whole and in order", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  constexpr std::uint64_t threads = 4;
  constexpr std::uint64_t appends = 200;
  constexpr std::uint64_t together = 5;
  std::vector<std::jthread> writers;
  std::atomic<int> refused = 0;
  for (std::uint64_t t = 0; t < threads; ++t)
    writers.emplace_back([&, t] {
      for (std::uint64_t a = 0; a < appends; ++a) {
        std::vector<std::string> records;
        for (std::uint64_t i = 0; i < together; ++i)
          records.push_back(numbered(t * 1'000'000 + a * together + i));
        if (!log->append(static_cast<partition_id>(a % 2), std::move(records))) ++refused;
      }
    });
  writers.clear();
  REQUIRE(refused == 0);
  auto const read = read_some(*log, beginning(*log), threads * appends * together);
  REQUIRE(total(read) == threads * appends * together);
  for (auto const& [partition, entries] : read) {
    std::map<std::uint64_t, std::uint64_t> last;
    auto const all = numbers(entries);
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto const writer = all[i] / 1'000'000;
      if (i % together != 0) REQUIRE(all[i] == all[i - 1] + 1);  // one append lies together
      if (last.contains(writer)) REQUIRE(all[i] > last[writer]);
      last[writer] = all[i];
    }
  }
}

TEST_CASE_TEMPLATE("log: a full queue answers overloaded at once and loses nothing", Engine, ENGINES) {
  Engine engine;
  auto options = small();
  options.queue_bytes_max = 4u << 20;
  auto const log = open_or_fail(engine.address(), options);
  std::uint64_t accepted = 0;
  bool overloaded = false;
  auto slowest = clock::duration::zero();
  auto const record = sized(500'000);
  for (int i = 0; i < 4000 && !overloaded; ++i) {
    auto const began = clock::now();
    auto const appended = log->append(static_cast<partition_id>(i % 4), {record});
    slowest = std::max(slowest, clock::now() - began);
    if (appended) {
      ++accepted;
    } else {
      REQUIRE(appended.error().code == errc::overloaded);
      CHECK(appended.error().detail.find("full") != std::string::npos);
      overloaded = true;
    }
  }
  REQUIRE(overloaded);
  CHECK(slowest < 500ms);
  CHECK(total(read_some(*log, beginning(*log), accepted)) == accepted);
  append_or_fail(*log, 0, {numbered(7)});  // and it takes records again
  CHECK(total(read_some(*log, beginning(*log), accepted + 1)) == accepted + 1);
}

TEST_CASE_TEMPLATE("log: what was read is there after closing and opening again", Engine, ENGINES) {
  Engine engine;
  per_partition before;
  for (std::uint64_t round = 0; round < 3; ++round) {
    auto const log = open_or_fail(engine.address(), small());
    auto const kept = read_all(*log);
    REQUIRE(total(kept) == round * 80);
    for (auto const& [partition, entries] : before)
      for (std::size_t i = 0; i < entries.size(); ++i) {
        CHECK(kept.at(partition)[i].offset == entries[i].offset);
        CHECK(kept.at(partition)[i].record == entries[i].record);
      }
    for (std::uint64_t i = 0; i < 80; ++i)
      append_or_fail(*log, static_cast<partition_id>(i % 4), {numbered(round * 80 + i)});
    before = read_some(*log, beginning(*log), (round + 1) * 80);
  }
}

TEST_CASE_TEMPLATE("log: opened read-only it gives everything and takes nothing", Engine, ENGINES) {
  Engine engine;
  {
    auto const log = open_or_fail(engine.address(), small());
    append_or_fail(*log, 1, {numbered(0), numbered(1)});
    REQUIRE(total(read_some(*log, beginning(*log), 2)) == 2);
  }
  auto options = small();
  options.read_only = true;
  auto const log = open_or_fail(engine.address(), options);
  CHECK(total(read_all(*log)) == 2);
  auto const appended = log->append(1, {numbered(2)});
  REQUIRE_FALSE(appended);
  CHECK(appended.error().detail.find("read") != std::string::npos);
}

TEST_CASE_TEMPLATE("log: a log that is not there is not made unless asked", Engine, ENGINES) {
  Engine engine;
  auto options = small();
  options.create = false;
  auto const opened = open_log(engine.address(), options);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == errc::not_found);
  CHECK(opened.error().detail.find("no ") != std::string::npos);
}

TEST_CASE_TEMPLATE("log: of racing claims the first in log order wins, for all readers", Engine,
                   ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  std::vector<std::unique_ptr<event_log>> others;
  for (int i = 0; i < 3 && Engine::many_writers; ++i)
    others.push_back(open_or_fail(engine.address(), small()));
  std::vector<std::jthread> claimants;
  for (int i = 0; i < 4; ++i)
    claimants.emplace_back([&, i] {
      auto& through = i > 0 && Engine::many_writers ? *others[static_cast<std::size_t>(i - 1)] : *log;
      auto const appended = through.append(1, {claim_record(1, "node-" + std::to_string(i))});
      if (!appended) MESSAGE(appended.error().detail);
    });
  claimants.clear();
  auto const entries = read_some(*log, beginning(*log), 4).at(1);
  REQUIRE(entries.size() == 4);
  auto state = chain_genesis(1, 4);
  CHECK(chain_fold(state, entries[0].record) == verdict::claim);
  for (std::size_t i = 1; i < 4; ++i) CHECK(chain_fold(state, entries[i].record) == verdict::stale_claim);
  CHECK(state.c == 1);
}

TEST_CASE_TEMPLATE("log: the late records of one who lost the partition are skipped", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  auto zombie = chain_genesis(0, 4);
  append_or_fail(*log, 0, {claim_record(1, "old")});
  CHECK(chain_fold(zombie, claim_record(1, "old")) == verdict::claim);
  auto const first = commit_record(zombie, "kept");
  append_or_fail(*log, 0, {first});
  CHECK(chain_fold(zombie, first) == verdict::commit);
  auto owner = zombie;
  append_or_fail(*log, 0, {claim_record(2, "new")});
  CHECK(chain_fold(owner, claim_record(2, "new")) == verdict::claim);
  auto const late = commit_record(zombie, "too late");
  append_or_fail(*log, 0, {late, late});
  auto const second = commit_record(owner, "kept too");
  append_or_fail(*log, 0, {second, late, second});  // and a doubled one
  CHECK(chain_fold(owner, second) == verdict::commit);

  auto const entries = read_some(*log, {{0, 0}}, 8).at(0);
  REQUIRE(entries.size() == 8);
  std::vector<verdict> verdicts;
  auto state = chain_genesis(0, 4);
  for (auto const& entry : entries) verdicts.push_back(chain_fold(state, entry.record));
  using enum verdict;
  CHECK(verdicts == std::vector{verdict::claim, verdict::commit, verdict::claim, stale_claim,
                                stale_claim, verdict::commit, stale_claim, broken_link});
  CHECK(state == owner);
}

TEST_CASE_TEMPLATE("log: an offset behind the end is an error that names it", Engine, ENGINES) {
  Engine engine;
  auto const log = open_or_fail(engine.address(), small());
  append_or_fail(*log, 3, {numbered(0)});
  REQUIRE(total(read_some(*log, beginning(*log), 1)) == 1);
  auto const beyond = log->ends().value()[3] + 1000;
  auto const reader = log->read(std::vector<log_position>{{3, beyond}});
  error why;
  if (reader) {
    std::vector<log_entry> out;
    auto const polled = (*reader)->poll(out, 1000, 5s);
    REQUIRE_FALSE(polled);
    why = polled.error();
  } else {
    why = reader.error();
  }
  CHECK(why.code == errc::corrupt);
  CHECK(why.detail.find("partition 3") != std::string::npos);
  CHECK(why.detail.find(std::to_string(beyond)) != std::string::npos);
}

TEST_CASE_TEMPLATE("log: a waiting reader can be interrupted, and the log closed", Engine, ENGINES) {
  Engine engine;
  auto log = open_or_fail(engine.address(), small());
  auto reader = log->read(beginning(*log)).value();
  auto waiting = std::async(std::launch::async, [&] {
    std::vector<log_entry> out;
    return reader->poll(out, 1000, 60s).has_value() && out.empty();
  });
  std::this_thread::sleep_for(100ms);
  auto began = clock::now();
  reader->interrupt();
  REQUIRE(waiting.wait_for(5s) == std::future_status::ready);
  CHECK(waiting.get());
  CHECK(clock::now() - began < 1s);
  began = clock::now();
  std::vector<log_entry> out;
  CHECK(reader->poll(out, 1000, 60s));  // every later one too
  CHECK(clock::now() - began < 1s);
  append_or_fail(*log, 0, {numbered(1)});
  began = clock::now();
  reader.reset();
  log.reset();
  CHECK(clock::now() - began < 3s);
}

TEST_CASE_TEMPLATE("log: 100,000 records over 12 partitions come back", Engine, ENGINES) {
  Engine engine;
  log_options options;
  auto const log = open_or_fail(engine.address(), options);
  REQUIRE(log->partitions() == 12);
  constexpr std::uint64_t count = 100'000;
  auto const began = clock::now();
  for (std::uint64_t i = 0; i < count;) {
    std::vector<std::string> records;
    for (int j = 0; j < 20; ++j) records.push_back(numbered(i + static_cast<std::uint64_t>(j), 200));
    auto const partition = static_cast<partition_id>(i / 20 % 12);
    auto const appended = log->append(partition, records);
    if (appended) {
      i += 20;
    } else {
      REQUIRE(appended.error().code == errc::overloaded);
      std::this_thread::sleep_for(1ms);
    }
  }
  auto const read = read_some(*log, beginning(*log), count, 120s);
  auto const took = std::chrono::duration<double>(clock::now() - began).count();
  MESSAGE("records per s, appended and read back: " << static_cast<int>(count / took));
  REQUIRE(total(read) == count);
  std::vector<bool> seen(count);
  for (auto const& [partition, entries] : read) {
    std::uint64_t before = 0;
    for (auto const number : numbers(entries)) {
      REQUIRE(number < count);
      REQUIRE_FALSE(seen[number]);
      seen[number] = true;
      REQUIRE(number >= before);
      before = number;
      REQUIRE(number / 20 % 12 == partition);
    }
  }
  auto const again = clock::now();
  CHECK(total(read_all(*log)) == count);
  MESSAGE("records per s, read alone: "
          << static_cast<int>(count / std::chrono::duration<double>(clock::now() - again).count()));
}

}  // namespace tracseq::test
