// Bytes that were written once have to be read for ever. Each event at each schema, and each kind of
// record, lies in tests/golden/ as hex. A new event's file is made by
//   TRACSEQ_WRITE_GOLDEN=1 <build>/tests/test_events -tc='*golden*'
// which never overwrites one that is there.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>

#include "events/chain.hpp"
#include "events/codec.hpp"
#include "events/hash.hpp"
#include "events/registry.hpp"
#include "tests/events/examples.hpp"
#include "tests/events/record_examples.hpp"

using namespace tracseq;
namespace fs = std::filesystem;

namespace {

fs::path golden(std::string const& name) {
  return fs::path(TRACSEQ_SOURCE_DIR) / "tests" / "golden" / (name + ".hex");
}

std::string unhex(std::string const& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  return bytes;
}

/// The bytes of the golden file, lines joined; made from `bytes` first where it is not there and that
/// was asked for.
std::string frozen(std::string const& name, std::string const& bytes) {
  auto const path = golden(name);
  if (!fs::exists(path) && std::getenv("TRACSEQ_WRITE_GOLDEN") != nullptr) {
    fs::create_directories(path.parent_path());
    std::ofstream out(path);
    auto const hex = to_hex(bytes);
    for (std::size_t i = 0; i < hex.size(); i += 96) out << hex.substr(i, 96) << '\n';
  }
  std::ifstream in(path);
  REQUIRE_MESSAGE(in.good(), path.string() << " is missing");
  std::string hex;
  for (std::string line; std::getline(in, line);) hex += line;
  return unhex(hex);
}

std::string event_file(event_type const& type, std::uint16_t schema) {
  return "events/" + std::string(type.name) + ".v" + std::to_string(schema);
}

}  // namespace

TEST_CASE("golden: every event is written and read as it ever was") {
  for (auto const& event : test::every_event()) {
    auto const type = facts_of(event).type;
    auto const stored = encode_event(event);
    auto const bytes = frozen(event_file(type, type.schema), stored.payload);
    CAPTURE(type.name);
    CHECK(to_hex(stored.payload) == to_hex(bytes));
    auto const read = decode_event(type.id, type.schema, bytes);
    REQUIRE(read.has_value());
    CHECK((*read == event));
  }
}

TEST_CASE("golden: every file of an older schema is still read") {
  auto const old = test::example<sample::received_v1>();
  auto const bytes = frozen("events/sample_received.v1", codec::encode(old));
  auto const read = decode_event(101, 1, bytes);
  REQUIRE(read.has_value());
  CHECK((*event_if<sample::received>(*read) == sample::received{"text 1 µ", std::nullopt}));
}

TEST_CASE("golden: no file is left over, none is missing") {
  std::size_t files = 0;
  for (auto const& entry : fs::directory_iterator(golden("events").parent_path() / "events"))
    files += entry.path().extension() == ".hex" ? 1 : 0;
  std::size_t schemas = 0;
  for (auto const& type : all_event_types()) schemas += type.schema;
  CHECK(files == schemas);
}

TEST_CASE("golden: records are written and read as they ever were") {
  auto const commit_bytes = encode_record(test::example_commit());
  auto const claim_bytes = encode_record(test::example_claim());
  CHECK(to_hex(frozen("records/commit", commit_bytes)) == to_hex(commit_bytes));
  CHECK(to_hex(frozen("records/claim", claim_bytes)) == to_hex(claim_bytes));
  CHECK(std::get<commit>(*decode_record(frozen("records/commit", {}))) == test::example_commit());
  CHECK(std::get<claim>(*decode_record(frozen("records/claim", {}))) == test::example_claim());
}

// Computed by hand of another language, from the rule as docs and headers state it.
TEST_CASE("golden: the chain over a claim") {
  auto state = chain_genesis(0, 12);
  CHECK(to_hex(state.h) == "726c96d4dcb1177f0c872b23be2796b41ecb52c3c66995fb3e06caf0bc6fa88f");
  CHECK(chain_fold(state, encode_record(claim{1, {}, "node-1", {}, ""})) == verdict::claim);
  CHECK(to_hex(state.h) == "e3e48c380eb2da4809f4c96b32c94a78393b194cff301051af9092149eabc061");
}
