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

[[nodiscard]] instant now() noexcept;

/// RFC 3339 in UTC with as many fraction digits as needed: "2026-11-24T09:30:00Z", "…00.250Z".
[[nodiscard]] std::string to_rfc3339(instant at);

/// RFC 3339 date-time with offset, or a bare date (midnight UTC). Years 0001 to 9999.
[[nodiscard]] std::optional<instant> parse_rfc3339(std::string_view text) noexcept;

}  // namespace tracseq
