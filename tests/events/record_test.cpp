#include "events/record.hpp"

#include <random>

#include <doctest/doctest.h>

#include "events/chain.hpp"
#include "events/registry.hpp"
#include "tests/events/examples.hpp"
#include "tests/events/record_examples.hpp"

using namespace tracseq;
using test::example_claim;
using test::example_commit;

TEST_CASE("a commit and a claim survive their bytes") {
  auto const read = decode_record(encode_record(example_commit()));
  REQUIRE(read.has_value());
  CHECK(std::get<commit>(*read) == example_commit());
  auto const taken = decode_record(encode_record(example_claim()));
  REQUIRE(taken.has_value());
  CHECK(std::get<claim>(*taken) == example_claim());
  CHECK(example_commit().version() == 9);
}

TEST_CASE("a commit without an occurrence time has none when it is read") {
  auto record = example_commit();
  record.occurred_at.reset();
  record.events.clear();
  CHECK(std::get<commit>(*decode_record(encode_record(record))) == record);
}

TEST_CASE("a record of no year that can be written is refused") {
  auto claimed = example_claim();
  claimed.recorded_at.us = last_instant.us + 1;
  CHECK_FALSE(decode_record(encode_record(claimed)).has_value());
  auto record = example_commit();
  record.occurred_at = instant{first_instant.us - 1};
  CHECK_FALSE(decode_record(encode_record(record)).has_value());
}

TEST_CASE("the largest commit survives") {
  commit record = example_commit();
  record.events.assign(65'535, encoded_event{106, 1, ""});
  CHECK(std::get<commit>(*decode_record(encode_record(record))) == record);
}

TEST_CASE("what the chain needs is read without the rest") {
  auto const bytes = encode_record(example_commit());
  auto const peek = peek_record(bytes);
  REQUIRE(peek.has_value());
  CHECK_FALSE(peek->is_claim);
  CHECK(peek->claim == 3);
  CHECK(peek->prev == example_commit().prev);
  auto const taken = peek_record(encode_record(example_claim()));
  REQUIRE(taken.has_value());
  CHECK(taken->is_claim);
  CHECK(taken->claim == 4);
  for (std::size_t size = 0; size < 13; ++size) CHECK_FALSE(peek_record(bytes.substr(0, size)).has_value());
  CHECK_FALSE(peek_record("{\"type\":\"foreign\"}").has_value());
}

TEST_CASE("every truncation of a record is refused") {
  for (auto const& bytes : {encode_record(example_commit()), encode_record(example_claim())}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      auto const read = decode_record(std::string_view(bytes).substr(0, size));
      REQUIRE_FALSE(read.has_value());
      REQUIRE(read.error().code == errc::corrupt);
      REQUIRE_FALSE(read.error().detail.empty());
    }
    CHECK(decode_record(bytes + "x").error().detail == "1 bytes behind the record");
  }
  CHECK(decode_record("").error().detail == "not a TracSeq record");
  CHECK(decode_record("TSR1\x09").error().detail == "a record of unknown kind 9");
  CHECK(decode_record("TSR1\x02").error().detail == "the record ends early or holds a value that no writer writes");
}

TEST_CASE("no flipped bit crashes, and what decodes is what those bytes say") {
  for (auto const& original : {encode_record(example_commit()), encode_record(example_claim())}) {
    auto bytes = original;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      auto& byte = bytes[bit / 8];
      byte = static_cast<char>(byte ^ (1 << bit % 8));
      (void)peek_record(bytes);
      if (auto const read = decode_record(bytes)) {
        auto const again = std::visit([](auto const& record) { return encode_record(record); }, *read);
        REQUIRE(again == bytes);
      }
      byte = static_cast<char>(byte ^ (1 << bit % 8));
    }
  }
}

TEST_CASE("random bytes are no record") {
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = round % 2 == 0 ? "TSR1" : "";
    if (round % 4 == 0) bytes.push_back(static_cast<char>(1 + random() % 2));
    auto const size = random() % 400;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(random()));
    if (auto const read = decode_record(bytes))
      CHECK(std::visit([](auto const& record) { return encode_record(record); }, *read) == bytes);
  }
}

TEST_CASE("a flipped bit anywhere in a history breaks the chain at that record or the next") {
  std::vector<std::string> history;
  auto state = chain_genesis(0, 12);
  auto append = [&](std::string record) {
    REQUIRE(accepted(chain_fold(state, record)));
    history.push_back(std::move(record));
  };
  append(encode_record(claim{1, {}, "node-1", {}, ""}));
  for (int i = 0; i < 4; ++i) {
    auto record = example_commit();
    record.claim = 1;
    record.prev = state.h;
    append(encode_record(record));
  }
  CHECK(state.s == 4);
  for (std::size_t at = 0; at < history.size(); ++at)
    for (std::size_t bit = 0; bit < history[at].size() * 8; bit += 3) {
      auto damaged = history;
      damaged[at][bit / 8] = static_cast<char>(damaged[at][bit / 8] ^ (1 << bit % 8));
      auto folded = chain_genesis(0, 12);
      for (auto const& record : damaged) (void)chain_fold(folded, record);
      REQUIRE(folded.h != state.h);
      if (at + 1 < history.size()) REQUIRE(folded.s < state.s);
    }
}

TEST_CASE("a record is judged by the one rule") {
  auto state = chain_genesis(3, 12);
  CHECK(state != chain_genesis(4, 12));
  CHECK(state.h != chain_genesis(3, 24).h);
  auto const fresh = state;
  CHECK(chain_fold(state, "garbage") == verdict::not_a_record);
  CHECK(chain_fold(state, encode_record(claim{2, {}, "", {}, ""})) == verdict::stale_claim);
  auto record = example_commit();
  record.claim = 1;
  record.prev = state.h;
  CHECK(chain_fold(state, encode_record(record)) == verdict::stale_claim);
  CHECK(state == fresh);
  CHECK(chain_fold(state, encode_record(claim{1, {}, "", {}, ""})) == verdict::claim);
  CHECK(chain_fold(state, encode_record(record)) == verdict::broken_link);
  record.prev = state.h;
  CHECK(chain_fold(state, encode_record(record)) == verdict::commit);
  CHECK(chain_fold(state, encode_record(record)) == verdict::broken_link);
  CHECK(state.c == 1);
  CHECK(state.s == 1);
}
