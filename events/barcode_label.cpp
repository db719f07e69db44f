#include "events/barcode_label.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>

#include "events/ids.hpp"

namespace tracseq {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::size_t label_length_min = 3;
constexpr std::size_t label_length_max = 100;

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  auto const first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// AIM symbology identifiers: ']' + letter + modifier. A label may itself begin with ']', so only the
// full shape is taken off.
std::string_view without_symbology(std::string_view text) noexcept {
  bool const has_prefix = text.size() > 3 && text[0] == ']' &&
                          std::isalpha(static_cast<unsigned char>(text[1])) != 0 &&
                          std::isdigit(static_cast<unsigned char>(text[2])) != 0;
  return has_prefix ? text.substr(3) : text;
}

/// Printable: no control characters, well-formed UTF-8 is not re-checked here (the JSON and sheet
/// readers refuse anything else).
bool printable(std::string_view text) noexcept {
  for (unsigned char const c : text)
    if (c < 0x20 || c == 0x7f) return false;
  return true;
}

}  // namespace

char check_character(std::string_view text) noexcept {
  int product = 36;
  for (char const raw : text) {
    auto const c = static_cast<char>(std::toupper(static_cast<unsigned char>(raw)));
    auto const value = alphabet.find(c);
    if (value == std::string_view::npos) continue;
    int sum = (product + static_cast<int>(value)) % 36;
    if (sum == 0) sum = 36;
    product = sum * 2 % 37;
  }
  return alphabet[static_cast<std::size_t>((37 - product) % 36)];
}

std::string to_string(series_label const& label) {
  char text[32];
  std::snprintf(text, sizeof text, "TS-%04d-%06u", label.year, label.number);
  std::string result = text;
  char const check = check_character(result);
  result.push_back('-');
  result.push_back(check);
  return result;
}

std::optional<series_label> parse_series_label(std::string_view text) noexcept {
  // TS-YYYY-NNNNNN-C; a year with more than 999,999 labels takes more digits.
  if (text.size() < 16 || text.size() > 19 || text.substr(0, 3) != "TS-" || text[7] != '-' ||
      text[text.size() - 2] != '-' || alphabet.find(text.back()) == std::string_view::npos)
    return std::nullopt;
  series_label label;
  auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (char const c : text.substr(3, 4)) {
    if (!is_digit(c)) return std::nullopt;
    label.year = label.year * 10 + (c - '0');
  }
  for (char const c : text.substr(8, text.size() - 10)) {
    if (!is_digit(c)) return std::nullopt;
    label.number = label.number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return label;
}

result<std::string> check_label(std::string_view text) {
  auto const label = without_symbology(trim(text));
  if (label.size() < label_length_min || label.size() > label_length_max)
    return fail(errc::invalid_argument,
                "A barcode has 3 to 100 characters; this one has " + std::to_string(label.size()) +
                    ".");
  if (!printable(label))
    return fail(errc::invalid_argument, "A barcode may not contain control characters.");
  // Ids name things, too: as a label, one would name two.
  if (parse_uuid(label))
    return fail(errc::invalid_argument, "A barcode cannot be an id (a UUID): " + std::string(label) + ".");
  std::string upper(label);
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  if (!parse_series_label(upper)) return std::string(label);
  char const right = check_character(upper.substr(0, upper.size() - 2));
  if (upper.back() != right)
    return fail(errc::invalid_argument, "The check character of " + upper + " should be " + right +
                                            ". Was a character mistyped? Scan the label again.");
  return upper;
}

}  // namespace tracseq
