#pragma once
// Moments in time.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tracseq {

/// Microseconds since 1970-01-01T00:00:00Z.
struct instant {
  std::int64_t us = 0;
  friend auto operator<=>(instant const&, instant const&) = default;
};

/// The years 0001 to 9999, all that RFC 3339 can write. No record and no event holds another moment.
inline constexpr instant first_instant{-62'135'596'800'000'000};
inline constexpr instant last_instant{253'402'300'799'999'999};
[[nodiscard]] constexpr bool can_be_written(instant at) noexcept {
  return at >= first_instant && at <= last_instant;
}

[[nodiscard]] instant now() noexcept;

/// RFC 3339 in UTC with as many fraction digits as needed: "2026-11-24T09:30:00Z", "…00.250Z".
/// A moment that cannot be written becomes the nearest one that can.
[[nodiscard]] std::string to_rfc3339(instant at);

/// RFC 3339 date-time with offset, or a bare date (midnight UTC). Years 0001 to 9999.
[[nodiscard]] std::optional<instant> parse_rfc3339(std::string_view text) noexcept;

}  // namespace tracseq
