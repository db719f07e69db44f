#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "projections/verify.hpp"
#include "tests/projections/laboratory.hpp"
#include "tests/projections/memory_log.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

constexpr partition_id partitions = 2;

void fill(laboratory& lab) {
  for (int i = 0; i < 12; ++i) {
    lab.receive_and_accept(lab.register_sample("S" + std::to_string(i), "L" + std::to_string(i)));
    if (i == 6)
      for (partition_id p = 0; p < partitions; ++p) lab.claim(p);
  }
}

void fill_one(laboratory& lab, int i) {
  lab.receive_and_accept(lab.register_sample("T" + std::to_string(i), "M" + std::to_string(i)));
}

verify_report checked(memory_log& log, verify_options const& options = {}) {
  auto report = verify(log, options);
  REQUIRE_MESSAGE(report, report.error().detail);
  return *std::move(report);
}

/// The heads of a sound log, as a store keeps them.
verify_options heads_of(memory_log& log) {
  verify_options options;
  for (auto const& one : checked(log).partitions)
    options.expected.push_back({one.partition, one.head.s, one.head.h, "the store"});
  return options;
}

}  // namespace

TEST_CASE("a sound history verifies, and says how much it is") {
  memory_log log(partitions);
  laboratory lab(log);
  fill(lab);
  auto options = heads_of(log);
  options.decode_events = true;
  auto const report = checked(log, options);
  CHECK(report.ok());
  CHECK(report.records == log.records(0).size() + log.records(1).size());
  CHECK(report.partitions[0].counts.of(verdict::claim) == 2);
  CHECK(report.partitions[0].end == log.records(0).size());
  CHECK(report.bytes > 1'000);
}

TEST_CASE("what fenced writers leave behind is no problem") {
  memory_log log(partitions);
  laboratory lab(log);
  fill(lab);
  auto const late = log.records(0).back();
  lab.claim(0);
  lab.append_raw(0, late);
  fill(lab);
  auto const report = checked(log);
  CHECK(report.ok());
  CHECK(report.partitions[0].counts.of(verdict::stale_claim) == 1);
}

TEST_CASE("a bit changed anywhere is found") {
  memory_log log(partitions);
  laboratory lab(log);
  fill(lab);
  auto const heads = heads_of(log);
  std::mt19937 dice(7);
  for (int i = 0; i < 1'000; ++i) {
    auto const p = static_cast<partition_id>(dice() % partitions);
    auto const offset = dice() % log.records(p).size();
    auto& record = log.records(p)[offset];
    auto const byte = dice() % record.size();
    auto const bit = static_cast<char>(1 << dice() % 8);
    record[byte] = static_cast<char>(record[byte] ^ bit);
    auto const report = checked(log, heads);
    CAPTURE(p);
    CAPTURE(offset);
    CAPTURE(byte);
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].partition == p);
    // The record itself where its own fields do not fit, else the one behind it.
    CHECK(report.problems[0].offset >= offset);
    CHECK(report.problems[0].offset <= offset + 2);
    record[byte] = static_cast<char>(record[byte] ^ bit);
  }
  CHECK(checked(log, heads).ok());
}

TEST_CASE("missing, extra and swapped records are found") {
  memory_log log(partitions);
  laboratory lab(log);
  fill(lab);
  auto const heads = heads_of(log);
  auto const sound = log.records(0);
  auto& records = log.records(0);
  auto const problem = [&] {
    auto const report = checked(log, heads);
    REQUIRE(report.problems.size() == 1);
    CHECK(report.problems[0].partition == 0);
    return report.problems[0];
  };
  for (std::size_t at = 0; at + 1 < sound.size(); ++at) {
    CAPTURE(at);
    records = sound;
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(at));
    CHECK(problem().offset <= at + 1);
    CHECK(problem().offset >= at);
    records = sound;
    std::swap(records[at], records[at + 1]);
    CHECK(problem().offset >= at);
    CHECK(problem().offset <= at + 2);
    records = sound;
    records.insert(records.begin() + static_cast<std::ptrdiff_t>(at), "an extra line");
    CHECK(problem().offset == at);
    CHECK(problem().why.find("not a record") != std::string::npos);
  }
  records = sound;
  records.insert(records.begin() + 3, records[2]);  // a commit once more
  CHECK(problem().offset == 3);
  CHECK(problem().why.find("does not follow the record before it") != std::string::npos);
  records = sound;
  records.erase(records.begin());  // the first claim
  CHECK(problem().why.find("a claim is missing or was changed") != std::string::npos);
}

TEST_CASE("a tail that was cut is found by who has seen it") {
  memory_log log(partitions);
  laboratory lab(log);
  fill(lab);
  auto const heads = heads_of(log);
  log.records(1).pop_back();
  auto const report = checked(log, heads);
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].offset == log.records(1).size());
  CHECK(report.problems[0].why.find("cut off or changed") != std::string::npos);
  CHECK(report.problems[0].why.find("the store") != std::string::npos);
}

TEST_CASE("many heads bound where a history was changed") {
  memory_log log(1);
  laboratory lab(log);
  verify_options options;
  for (int i = 0; i < 6; ++i) {
    fill_one(lab, i);
    auto const at = checked(log).partitions[0].head;
    options.expected.push_back({0, at.s, at.h, "checkpoint " + std::to_string(i)});
  }
  std::reverse(options.expected.begin(), options.expected.end());  // in whatever order they are kept
  CHECK(checked(log, options).ok());
  options.expected[2].h[5] ^= 1;  // the fourth
  auto const report = checked(log, options);
  REQUIRE(report.problems.size() == 1);
  auto const good = options.expected[3].s;
  auto const bad = options.expected[2].s;
  REQUIRE(bad > good + 1);
  CHECK(report.problems[0].why == "behind commit " + std::to_string(bad) +
                                      " the chain is not the one that checkpoint 3 has seen: between "
                                      "commit " + std::to_string(good + 1) +
                                      " and here the history was changed");
}

TEST_CASE("events that this build cannot read are a problem when asked for") {
  memory_log log(partitions);
  laboratory lab(log);
  lab.write_encoded("sample/x", {encoded_event{199, 1, "?"}});
  CHECK(checked(log).ok());
  verify_options options;
  options.decode_events = true;
  auto const report = checked(log, options);
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].why.find("an event cannot be decoded") != std::string::npos);
}
