#include <algorithm>
#include <charconv>
#include <cmath>

#include "node/sheets/text.hpp"
#include "node/sheets/units.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// "1 234,5 ng/ul" → number "1234,5" (blanks and apostrophes between groups removed) and unit
/// "ng/ul".
struct number_and_unit {
  std::string number;
  std::string unit;
  bool bad_groups = false;
};

number_and_unit split_unit(std::string_view folded) {
  number_and_unit out;
  std::size_t i = 0;
  while (i < folded.size()) {
    char const c = folded[i];
    bool const exponent = c == 'e' && !out.number.empty() && i + 1 < folded.size() &&
                          (is_digit(folded[i + 1]) ||
                           (i + 2 < folded.size() && (folded[i + 1] == '-' || folded[i + 1] == '+') &&
                            is_digit(folded[i + 2])));
    bool const sign = (c == '-' || c == '+') && (out.number.empty() || out.number.back() == 'e');
    if (is_digit(c) || c == '.' || c == ',' || exponent || sign) {
      out.number.push_back(c);
    } else if ((c == ' ' || c == '\'') && i + 1 < folded.size() && is_digit(folded[i + 1]) &&
               !out.number.empty() && is_digit(out.number.back())) {
      auto end = i + 1;
      while (end < folded.size() && is_digit(folded[end])) ++end;
      if (end - i - 1 != 3) out.bad_groups = true;
    } else if (c != ' ' || !out.number.empty()) {
      break;
    }
    ++i;
  }
  out.unit = std::string(trim(folded.substr(i)));
  return out;
}

/// Groups of three after the first separator, as thousands are written.
bool is_grouped(std::string_view digits, char separator) {
  auto const first = digits.find(separator);
  if (first == 0 || first > 3) return false;
  for (auto at = first; at != std::string_view::npos;) {
    auto const next = digits.find(separator, at + 1);
    auto const length = (next == std::string_view::npos ? digits.size() : next) - at - 1;
    if (length != 3) return false;
    at = next;
  }
  return true;
}

enum class reading : std::uint8_t { plain, ambiguous, malformed };

/// Rewrites to a point as the decimal mark and no separators.
reading unify(std::string& number, decimal_mark mark) {
  auto const exponent = number.find('e');
  std::string const tail = exponent == std::string::npos ? "" : number.substr(exponent);
  std::string body = number.substr(0, exponent);
  std::string const sign = !body.empty() && (body[0] == '-' || body[0] == '+') ? body.substr(0, 1) : "";
  body.erase(0, sign.size());
  auto const commas = std::count(body.begin(), body.end(), ',');
  auto const points = std::count(body.begin(), body.end(), '.');
  auto const drop = [&](char c) { std::erase(body, c); };
  if (commas > 0 && points > 0) {
    char const decimal = body.rfind(',') > body.rfind('.') ? ',' : '.';
    char const thousands = decimal == ',' ? '.' : ',';
    if (std::count(body.begin(), body.end(), decimal) != 1) return reading::malformed;
    if (!is_grouped(body.substr(0, body.find(decimal)), thousands)) return reading::malformed;
    drop(thousands);
    std::replace(body.begin(), body.end(), ',', '.');
  } else if (commas > 1 || points > 1) {
    char const thousands = commas > 1 ? ',' : '.';
    if (!is_grouped(body, thousands)) return reading::malformed;
    drop(thousands);
  } else if (commas == 1) {
    bool const could_be_thousands = is_grouped(body, ',') && body[0] != '0';
    if (could_be_thousands && mark == decimal_mark::unknown) return reading::ambiguous;
    if (could_be_thousands && mark == decimal_mark::point)
      drop(',');
    else
      std::replace(body.begin(), body.end(), ',', '.');
  } else if (points == 1 && mark == decimal_mark::comma && is_grouped(body, '.') && body[0] != '0') {
    return reading::ambiguous;
  }
  if (body.empty() || body == ".") return reading::malformed;
  number = (sign == "-" ? "-" : "") + body + tail;
  return reading::plain;
}

value_problem not_a_number(field_info const& field, std::string_view text) {
  std::string const unit = field.unit.empty() ? "" : " in " + std::string(field.unit);
  std::string hint = "Write one number" + unit + ", e.g. 12.5.";
  auto const folded = fold(trim(text));
  if (!folded.empty() && (folded[0] == '<' || folded[0] == '>' || folded[0] == '~'))
    hint = "Write the measured number" + unit + " alone, or leave the cell empty and say it in the notes.";
  return {"not_a_number", quoted(text) + " is not a number.", hint, severity::error};
}

bool says_not_finite(std::string_view folded) {
  while (!folded.empty() && (folded.front() == '-' || folded.front() == '+')) folded.remove_prefix(1);
  return folded == "nan" || folded == "inf" || folded == "infinity" || folded == "∞" ||
         folded == "infinite";
}

/// The factor of a unit written in the cell itself, or what is wrong with it.
std::optional<value_problem> apply_unit(field_info const& field, std::string_view text,
                                        std::string const& unit, double& factor) {
  auto const* known = find_unit(unit);
  if (known == nullptr) return not_a_number(field, text);
  auto const wanted = dimension_of(field.unit);
  if (known->dimension != wanted) {
    std::string const why = known->dimension == "molar" && wanted == "concentration"
                                ? " cannot be turned into ng/µl without the fragment length"
                                : " is not a unit of " + fold(field.label);
    return value_problem{"wrong_unit", quoted(text) + ": " + quoted(unit) + why + ".",
                         "Give the value in " + std::string(field.unit) + "."};
  }
  factor = known->factor;
  return std::nullopt;
}

}  // namespace

parsed_value parse_number(field_info const& field, std::string_view text,
                          column_convention const& convention) {
  auto const folded = fold(trim(text));
  if (says_not_finite(folded))
    return {{}, value_problem{"not_finite", quoted(text) + " is not a number that can be stored.",
                              "Leave the cell empty if the value is not known."}};
  if (is_missing_word(folded)) return {};
  auto parts = split_unit(folded);
  double factor = convention.unit_factor;
  if (parts.number.empty() || parts.bad_groups) return {{}, not_a_number(field, text)};
  if (!parts.unit.empty()) {
    if (auto problem = apply_unit(field, text, parts.unit, factor)) return {{}, problem};
  }
  auto const written = parts.number;
  switch (unify(parts.number, convention.decimals)) {
    case reading::malformed: return {{}, not_a_number(field, text)};
    case reading::ambiguous: {
      auto as_decimal = written;
      auto as_thousands = written;
      std::replace(as_decimal.begin(), as_decimal.end(), ',', '.');
      std::erase_if(as_thousands, [](char c) { return c == ',' || c == '.'; });
      return {{}, value_problem{"ambiguous_number",
                                quoted(text) + " can be " + as_decimal + " or " + as_thousands + ".",
                                "Write " + as_decimal + " or " + as_thousands + "."}};
    }
    case reading::plain: break;
  }
  double value = 0;
  auto const* const last = parts.number.data() + parts.number.size();
  auto const [end, bad] = std::from_chars(parts.number.data(), last, value);
  if (end != last || (bad != std::errc{} && bad != std::errc::result_out_of_range))
    return {{}, not_a_number(field, text)};
  value *= factor;
  if (bad == std::errc::result_out_of_range || !std::isfinite(value) || value > 1e15)
    return {{}, value_problem{"out_of_range", quoted(text) + " is too large to be a measured value.",
                              "Check the number and its unit."}};
  if (value < 0)
    return {{}, value_problem{"negative",
                              quoted(text) + ": a " + fold(field.label) + " cannot be negative.",
                              "Write the measured value, or leave the cell empty."}};
  return {format_number(value), {}};
}

decimal_mark detect_decimal_mark(std::vector<std::string_view> const& values) {
  bool comma = false;
  bool point = false;
  for (auto const value : values) {
    auto const number = split_unit(fold(trim(value))).number;
    auto const commas = std::count(number.begin(), number.end(), ',');
    auto const points = std::count(number.begin(), number.end(), '.');
    if (commas > 0 && points > 0) {
      (number.rfind(',') > number.rfind('.') ? comma : point) = true;
    } else if (commas == 1 && (!is_grouped(number, ',') || number[0] == '0')) {
      comma = true;
    } else if (points == 1 && (!is_grouped(number, '.') || number[0] == '0')) {
      point = true;
    }
  }
  if (comma == point) return decimal_mark::unknown;
  return comma ? decimal_mark::comma : decimal_mark::point;
}

}  // namespace tracseq::sheets
