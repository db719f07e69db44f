#include "events/instant.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace tracseq;

TEST_CASE("a moment is written with the digits it needs") {
  CHECK(to_rfc3339({0}) == "1970-01-01T00:00:00Z");
  CHECK(to_rfc3339({1'795'512'600'000'000}) == "2026-11-24T09:30:00Z");
  CHECK(to_rfc3339({1'795'512'600'250'000}) == "2026-11-24T09:30:00.250Z");
  CHECK(to_rfc3339({1'795'512'600'250'001}) == "2026-11-24T09:30:00.250001Z");
  CHECK(to_rfc3339({-1}) == "1969-12-31T23:59:59.999999Z");
}

TEST_CASE("a moment is read with its offset, or as a bare date") {
  auto const half_past_nine = instant{1'795'512'600'000'000};
  CHECK(parse_rfc3339("2026-11-24T09:30:00Z") == half_past_nine);
  CHECK(parse_rfc3339("2026-11-24t09:30:00z") == half_past_nine);
  CHECK(parse_rfc3339("2026-11-24 10:30:00+01:00") == half_past_nine);
  CHECK(parse_rfc3339("2026-11-23T23:30:00-10:00") == half_past_nine);
  CHECK(parse_rfc3339("2026-11-24T09:30:00.25Z") == instant{half_past_nine.us + 250'000});
  CHECK(parse_rfc3339("2026-11-24T09:30:00.0000019Z") == instant{half_past_nine.us + 1});
  CHECK(parse_rfc3339("1970-01-01") == instant{0});
  CHECK(parse_rfc3339("2024-02-29").has_value());
}

TEST_CASE("what is no moment is refused") {
  for (auto const* wrong :
       {"", "2026", "2026-13-01", "2026-02-29", "2026-11-31", "26-11-24", "2026-11-24T", "2026-11-24T25:00:00Z",
        "2026-11-24T09:60:00Z", "2026-11-24T09:30:61Z", "2026-11-24T09:30:00", "2026-11-24T09:30:00.Z",
        "2026-11-24T09:30:00Z ", "2026-11-24T09:30:00+24:00", "2026-11-24T09:30:00+01", "0000-01-01",
        "2026-11-24T09:30Z", "24.11.2026", "2026/11/24"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_rfc3339(wrong).has_value());
  }
}

TEST_CASE("only the years 0001 to 9999 can be written") {
  CHECK(to_rfc3339(first_instant) == "0001-01-01T00:00:00Z");
  CHECK(to_rfc3339(last_instant) == "9999-12-31T23:59:59.999999Z");
  CHECK(to_rfc3339({std::numeric_limits<std::int64_t>::min()}) == to_rfc3339(first_instant));
  CHECK(to_rfc3339({std::numeric_limits<std::int64_t>::max()}) == to_rfc3339(last_instant));
  CHECK_FALSE(parse_rfc3339("0001-01-01T00:00:00+00:01").has_value());
  CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:59-00:01").has_value());
}

TEST_CASE("reading gives back what was written") {
  for (std::int64_t us = -62'135'596'800'000'000; us < 253'402'300'799'000'000; us += 7'777'777'777'777'777)
    CHECK(parse_rfc3339(to_rfc3339({us})) == instant{us});
}
