#pragma once
// Calendar dates without a time zone, as they stand on a tube.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace tracseq::sheets {

struct civil_date {
  int year = 0;
  int month = 0;  ///< 1–12
  int day = 0;    ///< 1–31
  friend auto operator<=>(civil_date const&, civil_date const&) = default;
};

[[nodiscard]] bool is_real_date(civil_date date) noexcept;  ///< years 1 to 9999
[[nodiscard]] std::string to_iso(civil_date date);          ///< "2026-11-24"

/// Days since 1970-01-01.
[[nodiscard]] std::int64_t days_since_epoch(civil_date date) noexcept;
[[nodiscard]] civil_date date_of_days(std::int64_t days) noexcept;

/// A spreadsheet's serial day (1900 or 1904 system) as "2026-11-24", "2026-11-24T09:30:00" or,
/// below one
/// day, "09:30:00"; none outside years 1900 to 9999. `with_time` keeps a time of midnight.
[[nodiscard]] std::optional<std::string> serial_to_iso(double serial, bool system_1904,
                                                       bool with_time);

}  // namespace tracseq::sheets
