#include <doctest/doctest.h>

#include <thread>

#include "projections/follow.hpp"
#include "projections/runner.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

TEST_CASE("positions are written and read as text") {
  CHECK(to_text({12, 0, 5}) == "12.0.5");
  CHECK(parse_position("12.0.5") == position_vector{12, 0, 5});
  CHECK(parse_position("7") == position_vector{7});
  for (auto const* wrong : {"", ".", "1.", ".1", "1..2", "a", "1.-2", "01", "99999999999999999999999"})
    CHECK_FALSE(parse_position(wrong));
  partition_position at;
  at.next_offset = 9;
  at.chain.s = 4;
  at.group_open = true;
  at.group_stream = "barcode/x";
  CHECK(decode_position(encode_position(at)) == at);
  at.broken_at = 7;
  CHECK(decode_position(encode_position(at)) == at);
  at.recorded_at.us = 1'764'000'000'000'000;
  CHECK(decode_position(encode_position(at)) == at);
  at.group_open = false;
  at.broken_at.reset();
  CHECK(decode_position(encode_position(at)) == at);
  CHECK_FALSE(decode_position("short"));
}

TEST_CASE("the fold skips what the rule skips and counts it") {
  memory_log log(1);
  laboratory lab(log);
  lab.register_sample("A", "");
  auto const stale = log.records(0).back();
  lab.claim(0);
  lab.append_raw(0, stale);  // of the claim before
  lab.append_raw(0, "foreign bytes");
  lab.register_sample("B", "");
  lab.append_raw(0, log.records(0).back());  // the same once more
  auto reader = fold_reader::open(log, genesis_positions(1));
  REQUIRE(reader);
  std::size_t commits = 0;
  std::size_t records = 0;
  for (;;) {
    auto const batch = (*reader)->next(100, std::chrono::milliseconds(0));
    REQUIRE(batch);
    if (batch->empty()) break;
    commits += batch->commits.size();
    records += batch->records.size();
    for (auto const& record : batch->records)
      if (record.judged == verdict::claim) CHECK(record.claim->node == "node-1");
  }
  CHECK(records == 7);
  CHECK(commits == 2);
  auto const& counts = (*reader)->state().counts();
  CHECK(counts.of(verdict::commit) == 2);
  CHECK(counts.of(verdict::claim) == 2);
  CHECK(counts.of(verdict::stale_claim) == 1);
  CHECK(counts.of(verdict::broken_link) == 1);
  CHECK(counts.of(verdict::not_a_record) == 1);
  CHECK(counts.skipped() == 3);
}

TEST_CASE("who asks again behind an error misses nothing") {
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 10; ++i) lab.register_sample("S" + std::to_string(i), "");
  scratch_directory const scratch;
  auto const models = open_models(scratch.path("a"));
  follow(*models, log);
  auto const from = models->positions();
  for (int i = 10; i < 20; ++i) lab.register_sample("S" + std::to_string(i), "");
  auto reader = fold_reader::open(log, from);  // reads ahead while it compares the last records
  REQUIRE(reader);
  log.fail_reads(3, {errc::io_failure, "the topic may not be read", {}});
  std::size_t commits = 0;
  std::size_t refused = 0;
  for (;;) {
    auto const batch = (*reader)->next(100, std::chrono::milliseconds(0));
    if (!batch) {
      CHECK(batch.error().code == errc::io_failure);
      ++refused;
      continue;
    }
    if (batch->empty()) break;
    commits += batch->commits.size();
  }
  CHECK(refused == 3);
  CHECK(commits == 10);
  CHECK((*reader)->state().counts().skipped() == 0);
}

TEST_CASE("the fold remembers where commits stopped following, until one is accepted again") {
  memory_log log(1);
  laboratory lab(log);
  for (auto const* name : {"A", "B", "C", "D"}) lab.register_sample(name, "");
  auto& records = log.records(0);
  REQUIRE(records.size() >= 5);
  auto const broken_at = [&] {
    auto reader = fold_reader::open(log, genesis_positions(1));
    REQUIRE(reader);
    for (;;) {
      auto const batch = (*reader)->next(100, std::chrono::milliseconds(0));
      REQUIRE(batch);
      if (batch->empty()) return (*reader)->state().at()[0].broken_at;
    }
  };
  CHECK_FALSE(broken_at());
  SUBCASE("a missing commit") {
    records.erase(records.begin() + 2);
    CHECK(broken_at() == 2u);
  }
  SUBCASE("a missing claim") {
    records.erase(records.begin());
    CHECK(broken_at() == 0u);
  }
  SUBCASE("an extra one hides nothing") {
    records.insert(records.begin() + 3, records[2]);
    CHECK_FALSE(broken_at());
  }
  SUBCASE("what a fenced writer left behind is none") {
    auto const late = records.back();
    lab.claim(0);
    lab.append_raw(0, late);
    CHECK_FALSE(broken_at());
  }
}

TEST_CASE("a log that forgot or changed what was applied is noticed, with the place") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 20; ++i) lab.register_sample("S" + std::to_string(i), "");
  auto const models = open_models(scratch.path("a"));
  follow(*models, log);
  auto const positions = models->positions();
  REQUIRE(fold_reader::open(log, positions));
  partition_id p = 0;
  while (log.records(p).size() < 3) ++p;
  auto const size = log.records(p).size();

  SUBCASE("its end is gone") {
    log.records(p).resize(size - 2);
    std::vector<log_divergence> found;
    auto const opened = fold_reader::open(log, positions, &found);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == errc::corrupt);
    CHECK(opened.error().detail.find("partition " + std::to_string(p) + " ends before offset " +
                                     std::to_string(size - 2)) != std::string::npos);
    CHECK(opened.error().detail.find("2 records are missing") != std::string::npos);
    REQUIRE(found.size() == 1);
    CHECK(found[0].applied == size);
    CHECK(found[0].log_end == size - 2);
  }
  SUBCASE("its last record is another one") {
    log.records(p).back() += "x";
    auto const opened = fold_reader::open(log, positions);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().detail ==
          "The log's history was changed: in partition " + std::to_string(p) +
              " the record at offset " + std::to_string(size - 1) +
              " is not the one that this node has applied. `tracseq audit verify` names every place; put the "
              "history back from a copy that verifies.");
  }
  SUBCASE("it has another number of partitions") {
    memory_log other(3);
    auto const opened = fold_reader::open(other, positions);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().detail.find("3 partitions") != std::string::npos);
  }
}

TEST_CASE("readers wait for a position") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  auto const id = lab.register_sample("S", "");
  auto const stream = stream_name(sample::kind, id);
  auto const models = open_models(scratch.path("a"));
  log_position const wanted{partition_of(stream, 4), (*log.ends())[partition_of(stream, 4)]};
  CHECK_FALSE(models->covers(wanted));
  CHECK_FALSE(models->wait_for(wanted, std::chrono::milliseconds(1)));
  std::size_t told = 0;
  models->on_applied([&](folded_batch const& batch) {
    told += batch.commits.size();
    CHECK(models->covers(wanted));
  });
  {
    std::jthread const follower([&] { follow(*models, log); });
    CHECK(models->wait_for(wanted, std::chrono::seconds(30)));
  }
  CHECK(told == 1);
  CHECK(models->covers(*log.ends()));
  CHECK(models->wait_for(*log.ends(), std::chrono::milliseconds(0)));
  CHECK_FALSE(models->covers(log_position{9, 0}));
  CHECK(models->newest()->position() == *log.ends());
  auto beyond = *log.ends();
  ++beyond[0];
  CHECK_FALSE(models->wait_for(beyond, std::chrono::milliseconds(1)));
}
