#include "node/sheets/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "events/utf8.hpp"
#include "node/sheets/unicode.hpp"

namespace tracseq::sheets {
namespace {

bool is_blank(std::uint32_t c) noexcept {
  return c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0xa0 || (c >= 0x2000 && c <= 0x200b) ||
         c == 0x202f || c == 0x205f || c == 0x2060 || c == 0x3000 || c == 0xfeff;
}

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_word(char c) {
  return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

/// Letters of Latin-1 and Latin Extended-A without their accents; zero where there is none.
char const* without_accent(std::uint32_t c) noexcept {
  static constexpr char const* latin1[] = {
      "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i", "i",
      "d", "n", "o", "o", "o", "o", "o", nullptr, "o", "u", "u", "u", "u", "y", "th", "ss"};
  if (c >= 0xc0 && c <= 0xdf) return latin1[c - 0xc0];
  if (c >= 0xe0 && c <= 0xfe) return latin1[c - 0xe0];
  switch (c) {
    case 0xff: case 0x178: return "y";
    case 0xb5: case 0x3bc: return "u";
    case 0x152: case 0x153: return "oe";
    case 0x160: case 0x161: return "s";
    case 0x17d: case 0x17e: return "z";
    case 0x131: return "i";
    case 0x2018: case 0x2019: case 0x2032: return "'";
    case 0xba: case 0x2da: return "\xc2\xb0";  // ordinal sign and ring above stand in for a degree
    default: return nullptr;
  }
}

bool is_dash(std::uint32_t c) noexcept { return (c >= 0x2010 && c <= 0x2015) || c == 0x2212; }

}  // namespace

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty()) {
    auto const [c, size, valid] = next_code_point(text);
    if (!is_blank(c)) break;
    text.remove_prefix(size);
  }
  while (!text.empty()) {
    auto const [c, size, valid] = last_code_point(text);
    if (!is_blank(c)) break;
    text.remove_suffix(size);
  }
  return text;
}

std::string fold(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const first = static_cast<unsigned char>(text.front());
    if (first < 0x80) {
      out.push_back(is_upper(text.front()) ? static_cast<char>(first | 0x20)
                                           : (is_blank(first) ? ' ' : text.front()));
      text.remove_prefix(1);
      continue;
    }
    auto const [c, size, valid] = next_code_point(text);
    if (is_blank(c)) {
      if (c != 0x200b && c != 0xfeff && c != 0x2060) out.push_back(' ');
    } else if (is_dash(c)) {
      out.push_back('-');
    } else if (auto const* plain = without_accent(c)) {
      out += plain;
    } else if (c < 0x300 || c > 0x36f) {  // combining marks of decomposed text are dropped
      out.append(text.substr(0, size));
    }
    text.remove_prefix(size);
  }
  return out;
}

std::string to_words(std::string_view text) {
  std::string split;
  split.reserve(text.size() + 8);
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool const starts_word =
        i > 0 && is_upper(text[i]) &&
        (is_lower(text[i - 1]) ||
         (is_upper(text[i - 1]) && i + 1 < text.size() && is_lower(text[i + 1])));
    if (starts_word) split.push_back(' ');
    split.push_back(text[i]);
  }
  auto const folded = fold(split);
  std::string out;
  out.reserve(folded.size());
  for (char const c : folded) {
    if (is_word(c))
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool equal_folded(std::string_view a, std::string_view b) { return fold(trim(a)) == fold(trim(b)); }

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > 100 || b.size() > 100) return limit + 1;
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > limit) return limit + 1;
  std::vector<std::size_t> above2(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], above2[j - 2] + 1);
    }
    above2.swap(above);
    above.swap(row);
  }
  return std::min(above[b.size()], limit + 1);
}

std::optional<std::string> nearest(std::string_view text,
                                   std::vector<std::string_view> const& entries) {
  auto const wanted = fold(trim(text));
  if (wanted.size() < 3) return std::nullopt;
  std::size_t best = wanted.size() < 6 ? 1 : 2;
  std::optional<std::string> found;
  for (auto const entry : entries) {
    auto const distance = edit_distance(wanted, fold(entry), best);
    if (distance > best || (found && distance == best)) continue;
    best = distance;
    found = std::string(entry);
  }
  return found;
}

std::string printable(std::string_view text, bool lines) {
  std::string out;
  for (char const c : trim(text)) {
    bool const control = holds_control({&c, 1}, lines);
    if (control && !lines && !out.empty() && out.back() == ' ') continue;
    out.push_back(control ? ' ' : c);
  }
  return out;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t shown = 60;
  std::string out = "'";
  std::size_t count = 0;
  while (!text.empty()) {
    auto const [c, size, valid] = next_code_point(text);
    if (++count > shown) {
      out += "…";
      break;
    }
    if (c < 0x20 || c == 0x7f)
      out.push_back(' ');
    else
      out.append(text.substr(0, size));
    text.remove_prefix(size);
  }
  return out + "'";
}

std::string count_of(std::size_t n, std::string_view singular, std::string_view plural) {
  auto digits = std::to_string(n);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  digits += ' ';
  if (n == 1) return digits.append(singular);
  if (!plural.empty()) return digits.append(plural);
  return digits.append(singular).append("s");
}

std::string join_words(std::vector<std::string> const& entries, std::size_t shown) {
  std::string out;
  auto const n = std::min(entries.size(), shown);
  for (std::size_t i = 0; i < n; ++i) {
    if (i > 0) out += i + 1 == entries.size() ? " and " : ", ";
    out += entries[i];
  }
  if (entries.size() > shown) out += " … and " + std::to_string(entries.size() - shown) + " more";
  return out;
}

std::string row_list(std::vector<std::uint32_t> const& rows) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < rows.size();) {
    auto j = i;
    while (j + 1 < rows.size() && rows[j + 1] == rows[j] + 1) ++j;
    auto part = std::to_string(rows[i]);
    if (j > i) part += (j == i + 1 ? ", " : "–") + std::to_string(rows[j]);
    parts.push_back(std::move(part));
    i = j + 1;
  }
  return join_words(parts);
}

std::string format_number(double value) {
  if (value == 0) return "0";
  char text[64];
  auto const magnitude = std::fabs(value);
  if (magnitude >= 1e21 || magnitude < 1e-9) {
    std::snprintf(text, sizeof text, "%.15g", value);
    return text;
  }
  // 15 significant digits is what a spreadsheet shows of a double: 0.1 + 0.2 reads 0.3.
  int const before_point = static_cast<int>(std::floor(std::log10(magnitude))) + 1;
  std::snprintf(text, sizeof text, "%.*f", std::clamp(15 - before_point, 0, 24), value);
  std::string out = text;
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return out;
}

}  // namespace tracseq::sheets
