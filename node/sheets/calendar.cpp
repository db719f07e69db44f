#include "node/sheets/calendar.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>

namespace tracseq::sheets {
namespace {

constexpr double serial_max = 2'958'466;  // the day after 9999-12-31
constexpr std::int64_t seconds_per_day = 86'400;

std::string clock_text(std::int64_t seconds) {
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  return text;
}

}  // namespace

bool is_real_date(civil_date date) noexcept {
  if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1)
    return false;
  using namespace std::chrono;
  return year_month_day(year(date.year), month(static_cast<unsigned>(date.month)),
                        day(static_cast<unsigned>(date.day)))
      .ok();
}

std::string to_iso(civil_date date) {
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
  return text;
}

std::int64_t days_since_epoch(civil_date date) noexcept {
  using namespace std::chrono;
  return sys_days(year_month_day(year(date.year), month(static_cast<unsigned>(date.month)),
                                 day(static_cast<unsigned>(date.day))))
      .time_since_epoch()
      .count();
}

civil_date date_of_days(std::int64_t days) noexcept {
  using namespace std::chrono;
  year_month_day const ymd{sys_days(std::chrono::days(days))};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

std::optional<std::string> serial_to_iso(double serial, bool system_1904, bool with_time) {
  if (!(serial >= 0) || serial >= serial_max) return std::nullopt;
  auto day = static_cast<std::int64_t>(std::floor(serial));
  auto seconds = static_cast<std::int64_t>(
      std::llround((serial - static_cast<double>(day)) * static_cast<double>(seconds_per_day)));
  if (seconds == seconds_per_day) {
    ++day;
    seconds = 0;
  }
  if (day == 0 && !system_1904) return clock_text(seconds);
  // The 1900 system counts a 29 February 1900 that never was; its days before March are off by one.
  constexpr std::int64_t epoch_1900 = -25'569;
  constexpr std::int64_t epoch_1904 = -24'107;
  auto const days = system_1904 ? epoch_1904 + day : epoch_1900 + day + (day < 60 ? 1 : 0);
  auto const date = date_of_days(days);
  if (date.year < 1900 || date.year > 9999) return std::nullopt;
  if (seconds == 0 && !with_time) return to_iso(date);
  return to_iso(date) + "T" + clock_text(seconds);
}

}  // namespace tracseq::sheets
