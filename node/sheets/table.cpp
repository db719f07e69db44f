#include "node/sheets/table.hpp"

#include <algorithm>

namespace tracseq::sheets {
namespace {

constexpr std::uint32_t column_max = 16'384;   // XFD
constexpr std::uint32_t row_max = 1'048'576;

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

cell const* table_row::at(std::uint32_t column) const noexcept {
  auto const it = std::lower_bound(cells.begin(), cells.end(), column,
                                   [](cell const& c, std::uint32_t n) { return c.column < n; });
  return it != cells.end() && it->column == column ? &*it : nullptr;
}

bool cell_range::contains(std::uint32_t row, std::uint32_t column) const noexcept {
  return row >= first_row && row <= last_row && column >= first_column && column <= last_column;
}

table_row const* table::row(std::uint32_t number) const noexcept {
  auto const it = std::lower_bound(
      rows.begin(), rows.end(), number,
      [](table_row const& r, std::uint32_t n) { return r.number < n; });
  return it != rows.end() && it->number == number ? &*it : nullptr;
}

std::string column_letter(std::uint32_t column) {
  std::string letters;
  while (column > 0) {
    letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
    column = (column - 1) / 26;
  }
  return letters;
}

std::optional<std::uint32_t> column_number(std::string_view letters) noexcept {
  if (letters.empty() || letters.size() > 3) return std::nullopt;
  std::uint32_t column = 0;
  for (char const c : letters) {
    if (!is_letter(c)) return std::nullopt;
    column = column * 26 + static_cast<std::uint32_t>((c | 0x20) - 'a' + 1);
  }
  if (column > column_max) return std::nullopt;
  return column;
}

std::optional<cell_place> parse_cell_place(std::string_view text) noexcept {
  std::size_t at = 0;
  if (at < text.size() && text[at] == '$') ++at;
  auto const letters_from = at;
  while (at < text.size() && is_letter(text[at])) ++at;
  auto const column = column_number(text.substr(letters_from, at - letters_from));
  if (!column) return std::nullopt;
  if (at < text.size() && text[at] == '$') ++at;
  if (at == text.size()) return std::nullopt;
  std::uint32_t row = 0;
  for (; at < text.size(); ++at) {
    if (!is_digit(text[at])) return std::nullopt;
    row = row * 10 + static_cast<std::uint32_t>(text[at] - '0');
    if (row > row_max) return std::nullopt;
  }
  if (row == 0) return std::nullopt;
  return cell_place{row, *column};
}

std::optional<cell_range> parse_cell_range(std::string_view text) noexcept {
  auto const colon = text.find(':');
  auto const first = parse_cell_place(text.substr(0, colon));
  auto const last = colon == std::string_view::npos ? first : parse_cell_place(text.substr(colon + 1));
  if (!first || !last) return std::nullopt;
  return cell_range{std::min(first->row, last->row), std::min(first->column, last->column),
                    std::max(first->row, last->row), std::max(first->column, last->column)};
}

}  // namespace tracseq::sheets
