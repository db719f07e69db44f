#include <array>
#include <charconv>
#include <map>

#include "events/instant.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {
namespace {

struct month_name {
  std::string_view prefix;  ///< folded; longer names are matched by their beginning
  int month;
};
// English, Swedish, German and French; the longest beginnings first.
constexpr month_name month_names[] = {
    {"janv", 1},  {"jan", 1},  {"feb", 2},  {"fev", 2},  {"marz", 3}, {"mars", 3}, {"mar", 3},
    {"apr", 4},   {"avr", 4},  {"maj", 5},  {"mai", 5},  {"may", 5},  {"juin", 6}, {"jun", 6},
    {"juil", 7},  {"jul", 7},  {"aug", 8},  {"aou", 8},  {"sep", 9},  {"oct", 10}, {"okt", 10},
    {"nov", 11},  {"dec", 12}, {"dez", 12}};

/// A date's parts in the order in which they are written.
struct date_parts {
  std::vector<int> numbers;
  std::vector<std::size_t> digits;
  int named_month = 0;
  std::size_t named_at = 0;  ///< position of the named month among the parts
  char separator = 0;
  std::string_view time;     ///< what follows, "10:30"
  bool well_formed = false;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

int month_of(std::string_view word) {
  for (auto const& name : month_names)
    if (word.starts_with(name.prefix)) return name.month;
  return 0;
}

/// Splits folded text; the result's views point into it.
date_parts split_date(std::string_view text) {
  date_parts parts;
  while (!text.empty() && parts.numbers.size() + (parts.named_month != 0) < 3) {
    std::size_t n = 0;
    if (is_digit(text.front())) {
      while (n < text.size() && is_digit(text[n])) ++n;
      if (n > 8) return parts;
      int value = 0;
      std::from_chars(text.data(), text.data() + n, value);
      parts.numbers.push_back(value);
      parts.digits.push_back(n);
    } else if (is_letter(text.front())) {
      while (n < text.size() && is_letter(text[n])) ++n;
      int const month = month_of(text.substr(0, n));
      if (month == 0 || parts.named_month != 0) return parts;
      parts.named_at = parts.numbers.size();
      parts.named_month = month;
    } else {
      return parts;
    }
    text.remove_prefix(n);
    if (parts.numbers.size() == 1 && parts.named_month == 0 && parts.digits[0] == 8) break;
    if (parts.numbers.size() + (parts.named_month != 0) == 3) break;
    bool separated = false;
    while (!text.empty() && (text.front() == '-' || text.front() == '/' || text.front() == '.' ||
                             text.front() == ' ' || text.front() == ',')) {
      if (text.front() != ' ' || parts.separator == 0) parts.separator = text.front();
      text.remove_prefix(1);
      separated = true;
    }
    if (!separated && !text.empty() && !(is_letter(text.front()) || parts.named_month != 0))
      return parts;
  }
  parts.well_formed = text.empty() || text.front() == 't' || text.front() == ' ' || text.front() == ',';
  if (parts.well_formed && !text.empty()) parts.time = trim(text.substr(1));
  return parts;
}

int full_year(int year, std::size_t digits, civil_date today) {
  if (digits > 2) return year;
  return 2000 + year <= today.year ? 2000 + year : 1900 + year;
}

/// "10:30", "10:30:15.250", with "z" or an offset; normalised "T10:30:15.250Z", none if malformed.
std::optional<std::string> time_suffix(std::string_view time) {
  std::string clock;
  std::size_t i = 0;
  while (i < time.size() && (is_digit(time[i]) || time[i] == ':' || time[i] == '.')) ++i;
  clock = std::string(time.substr(0, i));
  auto zone = fold(trim(time.substr(i)));
  if (zone == "am" || zone == "pm") {
    int hour = 0;
    auto const colon = clock.find(':');
    if (colon == std::string::npos || colon == 0 || colon > 2) return std::nullopt;
    std::from_chars(clock.data(), clock.data() + colon, hour);
    if (hour < 1 || hour > 12) return std::nullopt;
    hour = hour % 12 + (zone == "pm" ? 12 : 0);
    clock = std::to_string(hour) + clock.substr(colon);
    zone.clear();
  }
  if (clock.find(':') == 1) clock.insert(0, "0");
  if (clock.size() == 5) clock += ":00";
  if (zone.empty() || zone == "utc" || zone == "gmt" || zone == "z") zone = "Z";
  return "T" + clock + zone;
}

value_problem not_a_date(std::string_view text) {
  value_problem problem{"not_a_date", quoted(text) + " is not a date.",
                        "Write it as year-month-day, e.g. 2026-11-24.", severity::error};
  double serial = 0;
  auto const [end, bad] = std::from_chars(text.data(), text.data() + text.size(), serial);
  if (bad == std::errc{} && end == text.data() + text.size() && serial >= 20'000 && serial < 80'000) {
    if (auto const iso = serial_to_iso(serial, false, false))
      problem.suggestion = "It looks like a spreadsheet's day number, which would be " +
                           iso->substr(0, 10) + ". Format the cells as dates, or write that.";
  }
  return problem;
}

parsed_value finish(std::string_view text, civil_date date, std::string_view time,
                    civil_date today) {
  if (!is_real_date(date))
    return {{}, value_problem{"not_a_date", quoted(text) + " is not a day of the calendar.",
                              "Check day and month; write it as year-month-day, e.g. 2026-11-24."}};
  if (date > today)
    return {{}, value_problem{"in_future",
                              quoted(text) + " lies in the future: today is " + to_iso(today) + ".",
                              "Check the year, and the order of day and month."}};
  auto const iso = to_iso(date);
  if (time.empty()) return {iso, {}};
  auto const suffix = time_suffix(time);
  auto const at = suffix ? parse_rfc3339(iso + *suffix) : std::nullopt;
  if (!at)
    return {{}, value_problem{"not_a_date", quoted(text) + " has a time of day that cannot be read.",
                              "Write it as " + iso + " 10:30, or leave the time out."}};
  return {to_rfc3339(*at), {}};
}

parsed_value ambiguous(std::string_view text, civil_date day_first, civil_date month_first) {
  return {{}, value_problem{"ambiguous_date",
                            quoted(text) + " can be " + date_in_words(day_first) + " or " +
                                date_in_words(month_first) + ".",
                            "Write " + to_iso(day_first) + " or " + to_iso(month_first) +
                                ", or say once for the file whether the day or the month comes "
                                "first."}};
}

}  // namespace

std::string date_in_words(civil_date date) {
  static constexpr std::array names = {"January",   "February", "March",    "April",
                                       "May",       "June",     "July",     "August",
                                       "September", "October",  "November", "December"};
  if (!is_real_date(date)) return to_iso(date);
  return std::to_string(date.day) + " " + names[static_cast<std::size_t>(date.month - 1)] + " " +
         std::to_string(date.year);
}

parsed_value parse_date(std::string_view text, date_order order, civil_date today) {
  text = trim(text);
  auto const folded = fold(text);
  auto const parts = split_date(folded);
  if (!parts.well_formed) return {{}, not_a_date(text)};
  auto const& n = parts.numbers;
  if (n.size() == 1 && parts.digits[0] == 8 && parts.named_month == 0)
    return finish(text, {n[0] / 10000, n[0] / 100 % 100, n[0] % 100}, parts.time, today);
  if (parts.named_month != 0 && n.size() == 2) {
    bool const year_first = parts.digits[0] == 4;
    int const day = year_first ? n[1] : n[0];
    auto const year_at = year_first ? 0u : 1u;
    return finish(text, {full_year(n[year_at], parts.digits[year_at], today), parts.named_month, day},
                  parts.time, today);
  }
  bool const year_only = n.size() == 1 && parts.digits[0] == 4 && n[0] > 1800 && n[0] < 2200;
  bool const month_only = n.size() == 2 && parts.digits[0] == 4 && n[1] <= 12;
  if ((year_only || month_only) && parts.named_month == 0)
    return {{}, value_problem{"incomplete_date", quoted(text) + " has no day.",
                              "Write a full date, e.g. " + std::to_string(n[0]) +
                                  "-01-31, or keep the column as a custom field."}};
  if (n.size() != 3 || parts.named_month != 0) return {{}, not_a_date(text)};
  if (parts.digits[0] == 4) return finish(text, {n[0], n[1], n[2]}, parts.time, today);
  if (parts.digits[2] != 4 && parts.digits[2] != 2) return {{}, not_a_date(text)};

  int const year = full_year(n[2], parts.digits[2], today);
  civil_date const day_first{year, n[1], n[0]};
  civil_date const month_first{year, n[0], n[1]};
  bool const can_be_day_first = is_real_date(day_first);
  bool const can_be_month_first = is_real_date(month_first);
  if (can_be_day_first && can_be_month_first && day_first != month_first) {
    // Points between the parts are written where the day comes first, whatever other dates say.
    if (parts.separator == '.') order = date_order::day_first;
    if (order == date_order::unknown) return ambiguous(text, day_first, month_first);
    return finish(text, order == date_order::day_first ? day_first : month_first, parts.time, today);
  }
  return finish(text, can_be_day_first ? day_first : month_first, parts.time, today);
}

date_order detect_date_order(std::vector<std::string_view> const& values) {
  bool day_first = false;
  bool month_first = false;
  for (auto const value : values) {
    auto const folded = fold(trim(value));
    auto const parts = split_date(folded);
    if (!parts.well_formed || parts.numbers.size() != 3 || parts.named_month != 0 ||
        parts.digits[0] == 4 || parts.separator == '.')
      continue;
    day_first = day_first || (parts.numbers[0] > 12 && parts.numbers[1] <= 12);
    month_first = month_first || (parts.numbers[1] > 12 && parts.numbers[0] <= 12);
  }
  if (day_first == month_first) return date_order::unknown;
  return day_first ? date_order::day_first : date_order::month_first;
}

std::string mixed_dates(std::vector<std::string_view> const& values) {
  std::map<char, std::string_view> ways;  // one date of each way of writing
  for (auto const value : values) {
    auto const folded = fold(trim(value));
    auto const parts = split_date(folded);
    if (!parts.well_formed || parts.numbers.size() != 3 || parts.named_month != 0) continue;
    ways.emplace(parts.digits[0] == 4 ? 'y' : parts.separator, trim(value));
  }
  if (ways.size() < 2) return {};
  std::string out;
  for (auto const& [way, date] : ways) out += (out.empty() ? "" : ", ") + quoted(date);
  return out;
}

bool looks_like_date(std::string_view text) {
  auto const folded = fold(trim(text));
  auto const parts = split_date(folded);
  if (!parts.well_formed) return false;
  return parts.numbers.size() + (parts.named_month != 0) == 3 ||
         (parts.numbers.size() == 1 && parts.digits[0] == 8);
}

}  // namespace tracseq::sheets
