#include "events/ids.hpp"

#include <set>

#include <doctest/doctest.h>

#include "events/hash.hpp"

using namespace tracseq;

TEST_CASE("a uuid is read as it is written") {
  auto const id = parse_uuid("0192f3c0-1234-7abc-8def-00112233aabb");
  REQUIRE(id.has_value());
  CHECK(to_string(*id) == "0192f3c0-1234-7abc-8def-00112233aabb");
  CHECK(parse_uuid("0192F3C0-1234-7ABC-8DEF-00112233AABB") == id);
  for (auto const* wrong : {"", "0192f3c0", "0192f3c0-1234-7abc-8def-00112233aab",
                            "0192f3c0-1234-7abc-8def-00112233aabbc", "0192f3c0_1234-7abc-8def-00112233aabb",
                            "0192f3c0-1234-7abc-8def-00112233aabg", "{192f3c0-1234-7abc-8def-00112233aab}"})
    CHECK_FALSE(parse_uuid(wrong).has_value());
}

TEST_CASE("a UUIDv7 carries its millisecond, its version and its variant") {
  auto const id = make_uuid_v7(0x0192f3c01234, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  CHECK(to_string(id) == "0192f3c0-1234-7fff-bfff-ffffffffffff");
  CHECK(unix_ms_of(id) == 0x0192f3c01234);
  CHECK(make_uuid_v7(1, {}) < make_uuid_v7(2, {}));
  std::set<uuid> many;
  for (int i = 0; i < 10'000; ++i) many.insert(new_uuid());
  CHECK(many.size() == 10'000);
}

TEST_CASE("a derived id depends on space and name alone") {
  auto const space = *parse_uuid("0192f3c0-1234-7abc-8def-00112233aabb");
  auto const id = derive_uuid(space, "reserve-0/7");
  CHECK(id == derive_uuid(space, "reserve-0/7"));
  CHECK(id != derive_uuid(space, "reserve-0/8"));
  CHECK(id != derive_uuid(uuid{}, "reserve-0/7"));
  CHECK((id.bytes[6] >> 4) == 8);
  CHECK((id.bytes[8] >> 6) == 2);
  // Golden: a repeated step has to find the command it sent under an earlier build.
  CHECK(to_string(derive_uuid(uuid{}, "tracseq")) == "4aa3eb60-4286-8fdb-841a-5ce3381d4601");
}

TEST_CASE("a stream's name has a kind and a key") {
  CHECK(stream_name("barcode", "TS-2026-000042-X") == "barcode/TS-2026-000042-X");
  CHECK(stream_kind("barcode/a/b") == "barcode");
  CHECK(stream_key("barcode/a/b") == "a/b");
  CHECK(stream_kind("barcode") == "barcode");
  CHECK(stream_key("barcode").empty());
}

TEST_CASE("a stream's partition never changes") {
  // FNV-1a, 64 bit, as its authors publish it.
  CHECK(partition_of("", 1'000) == 0xcbf29ce484222325 % 1'000);
  CHECK(partition_of("a", 1'000) == 0xaf63dc4c8601ec8c % 1'000);
  CHECK(partition_of("foobar", 1'000) == 0x85944171f73967e8 % 1'000);
  CHECK(partition_of("barcode/TS-2026-000042-X", 12) == 6);
  CHECK(partition_of("sample/0192f3c0-1234-7abc-8def-00112233aabb", 12) == 4);
  CHECK(partition_of("barcode/µ", 1) == 0);
}

TEST_CASE("an id can be had in a wanted partition, and partitions fill evenly") {
  for (partition_id wanted = 0; wanted < 12; ++wanted)
    CHECK(partition_of(stream_name("sample", new_uuid_in_partition("sample", wanted, 12)), 12) == wanted);
  std::array<int, 12> filled{};
  for (int i = 0; i < 12'000; ++i) ++filled[partition_of(stream_name("sample", new_uuid()), 12)];
  for (auto const count : filled) {
    CHECK(count > 800);
    CHECK(count < 1'200);
  }
}

TEST_CASE("SHA-256 and CRC-32 are the standard ones") {
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("a", "bc") == sha256("abc"));
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(crc32("123456789") == 0xcbf43926);
  CHECK(crc32("6789", crc32("12345")) == 0xcbf43926);
}
