#include "events/instant.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace tracseq {
namespace {

/// Reads exactly `digits` decimal digits at `at` and moves past them.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t count) noexcept {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    char const c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += count;
  return value;
}

bool take(std::string_view text, std::size_t& at, char wanted) noexcept {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

std::optional<std::int64_t> fraction_us(std::string_view text, std::size_t& at) noexcept {
  std::int64_t us = 0;
  std::int64_t scale = 100'000;
  std::size_t const begin = at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    us += scale * (text[at] - '0');
    scale /= 10;
    ++at;
  }
  if (at == begin) return std::nullopt;
  return us;
}

std::optional<std::int64_t> offset_us(std::string_view text, std::size_t& at) noexcept {
  if (take(text, at, 'Z') || take(text, at, 'z')) return 0;
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
  std::int64_t const sign = text[at++] == '-' ? -1 : 1;
  auto const hours = digits(text, at, 2);
  if (!hours || !take(text, at, ':')) return std::nullopt;
  auto const minutes = digits(text, at, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return sign * (*hours * 3600LL + *minutes * 60LL) * 1'000'000;
}

void append_digits(std::string& text, unsigned value, int width) {
  char digits[10];
  for (int i = width; i-- > 0; value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  text.append(digits, static_cast<std::size_t>(width));
}

}  // namespace

instant now() noexcept {
  using namespace std::chrono;
  return {duration_cast<microseconds>(system_clock::now().time_since_epoch()).count()};
}

std::string to_rfc3339(instant at) {
  using namespace std::chrono;
  sys_time<microseconds> const time{
      microseconds{std::clamp(at.us, first_instant.us, last_instant.us)}};
  auto const day = floor<days>(time);
  year_month_day const date{day};
  hh_mm_ss const clock{time - day};
  // By hand: answers hold several instants, and printf cost a tenth of a small one.
  std::string text;
  text.reserve(28);
  append_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  text.push_back('-');
  append_digits(text, static_cast<unsigned>(date.month()), 2);
  text.push_back('-');
  append_digits(text, static_cast<unsigned>(date.day()), 2);
  text.push_back('T');
  append_digits(text, static_cast<unsigned>(clock.hours().count()), 2);
  text.push_back(':');
  append_digits(text, static_cast<unsigned>(clock.minutes().count()), 2);
  text.push_back(':');
  append_digits(text, static_cast<unsigned>(clock.seconds().count()), 2);
  if (auto const us = static_cast<unsigned>(clock.subseconds().count()); us != 0) {
    text.push_back('.');
    if (us % 1000 != 0)
      append_digits(text, us, 6);
    else
      append_digits(text, us / 1000, 3);
  }
  text.push_back('Z');
  return text;
}

std::optional<instant> parse_rfc3339(std::string_view text) noexcept {
  using namespace std::chrono;
  std::size_t at = 0;
  auto const y = digits(text, at, 4);
  if (!y || *y < 1 || !take(text, at, '-')) return std::nullopt;
  auto const m = digits(text, at, 2);
  if (!m || !take(text, at, '-')) return std::nullopt;
  auto const d = digits(text, at, 2);
  if (!d) return std::nullopt;
  year_month_day const date{year{*y}, month{static_cast<unsigned>(*m)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  std::int64_t us =
      duration_cast<microseconds>(sys_days{date}.time_since_epoch()).count();
  if (at == text.size()) return instant{us};
  if (!take(text, at, 'T') && !take(text, at, 't') && !take(text, at, ' ')) return std::nullopt;
  auto const hour = digits(text, at, 2);
  if (!hour || !take(text, at, ':')) return std::nullopt;
  auto const minute = digits(text, at, 2);
  if (!minute || !take(text, at, ':')) return std::nullopt;
  auto const second = digits(text, at, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  us += (*hour * 3600LL + *minute * 60LL + *second) * 1'000'000;
  if (take(text, at, '.')) {
    auto const fraction = fraction_us(text, at);
    if (!fraction) return std::nullopt;
    us += *fraction;
  }
  auto const offset = offset_us(text, at);
  if (!offset || at != text.size()) return std::nullopt;
  instant const read{us - *offset};
  if (!can_be_written(read)) return std::nullopt;
  return read;
}

}  // namespace tracseq
