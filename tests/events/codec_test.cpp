#include "events/codec.hpp"

#include <sys/resource.h>

#include <doctest/doctest.h>

#include "events/hash.hpp"
#include "events/nullable.hpp"
#include "events/registry.hpp"
#include "tests/events/examples.hpp"

using namespace tracseq;
using namespace std::string_literals;

namespace sketch {

BOOST_DEFINE_ENUM_CLASS(colour, red, green)
struct inner {
  bool flag = false;
  std::uint16_t number = 0;
  friend bool operator==(inner const&, inner const&) = default;
};
BOOST_DESCRIBE_STRUCT(inner, (), (flag, number))
struct outer {
  std::string text;
  std::vector<inner> list;
  std::optional<double> maybe;
  std::map<std::string, std::uint8_t> table;
  colour shade = colour::red;
  instant at;
  friend bool operator==(outer const&, outer const&) = default;
};
BOOST_DESCRIBE_STRUCT(outer, (), (text, list, maybe, table, shade, at))
struct derived : inner {
  nullable<double> measured;
  friend bool operator==(derived const&, derived const&) = default;
};
BOOST_DESCRIBE_STRUCT(derived, (inner), (measured))

}  // namespace sketch

namespace {

long resident_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

template <class T>
std::string refusal(std::string_view bytes) {
  auto const got = codec::decode<T>(bytes);
  return got ? std::string() : got.error().detail;
}

}  // namespace

TEST_CASE("members of a base come first, and a nullable is an optional") {
  sketch::derived value{{true, 0x1234}, {}};
  CHECK(to_hex(codec::encode(value)) == "01" "3412" "00");
  value.measured.emplace(1.0);
  auto const bytes = codec::encode(value);
  CHECK(to_hex(bytes) == "01" "3412" "01000000000000f03f");
  CHECK((codec::decode<sketch::derived>(bytes) == value));
}

TEST_CASE("the bytes are the members in order, little-endian") {
  sketch::outer const value{"ab", {{true, 0x1234}}, 1.0, {{"k", 7}}, sketch::colour::green, {-2}};
  CHECK(to_hex(codec::encode(value)) ==
        "02000000" "6162"              // text
        "01000000" "01" "3412"         // list of one
        "01" "000000000000f03f"        // maybe
        "01000000" "01000000" "6b" "07"  // table
        "01000000"                     // shade
        "feffffffffffffff");           // at
  CHECK(codec::decode<sketch::outer>(codec::encode(value)) == value);
}

TEST_CASE("a uuid is its 16 bytes, an absent optional one zero") {
  uuid id;
  for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(i);
  CHECK(to_hex(codec::encode(id)) == "000102030405060708090a0b0c0d0e0f");
  CHECK(codec::encode(std::optional<uuid>()) == "\0"s);
}

TEST_CASE("nine bytes that ask for two gibibytes are refused before anything is allocated") {
  auto const before = resident_kib();
  // 2^28 elements of eight bytes, as one hostile record asked cereal's own archive.
  auto const nine = "\x00\x00\x00\x10\x01\x02\x03\x04\x05"s;
  CHECK(refusal<std::vector<std::int64_t>>(nine) == "the bytes end early");
  CHECK(refusal<std::string>(nine) == "the bytes end early");
  CHECK(refusal<std::map<std::string, std::string>>(nine) == "the bytes end early");
  auto const most = "\xff\xff\xff\xff"s;
  CHECK(refusal<std::vector<sample::details>>(most) == "the bytes end early");
  CHECK(resident_kib() - before < 8 * 1024);
}

TEST_CASE("a count that the bytes could just hold grows no more than they do") {
  auto const before = resident_kib();
  std::string bytes = "\x00\x00\x10\x00"s + std::string(1'048'576, '\0');
  CHECK(refusal<std::vector<sample::details>>(bytes) == "the bytes end early");
  CHECK(resident_kib() - before < 64 * 1024);
}

TEST_CASE("impossible values are refused") {
  CHECK(refusal<bool>("\x02") == "a boolean is 0 or 1");
  CHECK(refusal<std::optional<bool>>("\x02\x01") == "a boolean is 0 or 1");
  CHECK(refusal<sketch::colour>("\x02\x00\x00\x00"s) == "an enumerator this build does not know");
  CHECK(refusal<instant>("\x00\x00\x00\x00\x00\x00\x00\x80"s) ==
        "a moment outside the years 0001 to 9999");
  CHECK(refusal<std::uint16_t>("\x01\x02\x03") == "1 bytes too many");
  CHECK(refusal<std::uint32_t>("\x01\x02\x03") == "the bytes end early");
  CHECK(codec::decode<bool>("").error().code == errc::corrupt);
}

TEST_CASE("every event survives its bytes") {
  for (auto const& event : test::every_event()) {
    auto const stored = encode_event(event);
    auto const read = decode_event(stored);
    REQUIRE_MESSAGE(read.has_value(), read.error().detail);
    CHECK((*read == event));
  }
}

TEST_CASE("no shorter payload is any event") {
  for (auto const& event : test::every_event()) {
    auto const stored = encode_event(event);
    for (std::size_t size = 0; size < stored.payload.size(); ++size) {
      auto const read = decode_event(stored.type, stored.schema, std::string_view(stored.payload).substr(0, size));
      REQUIRE_FALSE(read.has_value());
      REQUIRE(read.error().code == errc::corrupt);
    }
    CHECK_FALSE(decode_event(stored.type, stored.schema, stored.payload + "x").has_value());
  }
}

TEST_CASE("no flipped bit in a payload crashes, and what decodes has changed") {
  for (auto const& event : test::every_event()) {
    auto stored = encode_event(event);
    for (std::size_t bit = 0; bit < stored.payload.size() * 8; ++bit) {
      auto& byte = stored.payload[bit / 8];
      byte = static_cast<char>(byte ^ (1 << bit % 8));
      if (auto const read = decode_event(stored)) {
        REQUIRE_FALSE((*read == event));
        REQUIRE_FALSE(json_of(*read).empty());
        (void)words_of(*read);
      }
      byte = static_cast<char>(byte ^ (1 << bit % 8));
    }
  }
}
