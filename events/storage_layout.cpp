#include "events/storage_layout.hpp"

#include <array>
#include <limits>

#include <boost/mp11.hpp>

namespace tracseq::storage_unit {
namespace {

constexpr std::uint32_t letters = 26;

struct temperature_word {
  temperature_class temperature;
  std::string_view word;
};
constexpr std::array temperature_words{
    temperature_word{temperature_class::LN2, "LN2"},
    temperature_word{temperature_class::minus_80, "-80"},
    temperature_word{temperature_class::minus_20, "-20"},
    temperature_word{temperature_class::plus_4, "4"},
    temperature_word{temperature_class::RT, "RT"},
    temperature_word{temperature_class::plus_37, "37"},
};

std::string row_letters(std::uint32_t row) {
  std::string text;
  if (row >= letters) text.push_back(static_cast<char>('A' + row / letters - 1));
  text.push_back(static_cast<char>('A' + row % letters));
  return text;
}

/// A number from 1 at the end of `text`; at most six digits, leading zeros allowed.
std::optional<std::uint32_t> number(std::string_view text) noexcept {
  if (text.empty() || text.size() > 10) return std::nullopt;
  std::uint64_t value = 0;
  for (char const c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (value == 0 || value > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

std::optional<std::uint32_t> grid_index(layout const& shape, std::string_view name) noexcept {
  std::uint32_t row = 0;
  std::size_t at = 0;
  for (; at < name.size() && at < 2; ++at) {
    char const c = name[at] >= 'a' && name[at] <= 'z' ? static_cast<char>(name[at] - 32) : name[at];
    if (c < 'A' || c > 'Z') break;
    row = row * letters + static_cast<std::uint32_t>(c - 'A') + 1;
  }
  auto const column = number(name.substr(at));
  if (row == 0 || row > shape.rows || !column || *column > shape.columns) return std::nullopt;
  return (row - 1) * shape.columns + *column - 1;
}

}  // namespace

layout default_layout(unit_kind unit) noexcept {
  switch (unit) {
    case unit_kind::freezer: return {0, 0, 20};
    case unit_kind::rack: return {0, 0, 25};
    case unit_kind::box: return {9, 9, 0};
    case unit_kind::plate:
    case unit_kind::tube_rack: return {8, 12, 0};
    default: return {};
  }
}

result<void> check_layout(layout const& shape) {
  auto const wrong = [](std::string detail) -> result<void> {
    return fail(errc::invalid_argument, detail, {{"/layout", "out_of_range", detail}});
  };
  if ((shape.rows == 0) != (shape.columns == 0))
    return wrong("A grid has rows and columns; only one of them was given.");
  if (shape.rows > 0 && shape.count > 0)
    return wrong("A unit has a grid or numbered places, not both.");
  if (shape.rows > rows_max || shape.columns > columns_max)
    return wrong("A grid has at most 32 rows and 48 columns (A1 to AF48); " +
                 std::to_string(shape.rows) + " rows and " + std::to_string(shape.columns) +
                 " columns were asked for. Numbered places go up to 10,000.");
  if (shape.count > count_max)
    return wrong("A unit has at most 10,000 numbered places; " + std::to_string(shape.count) +
                 " were asked for.");
  return {};
}

std::uint32_t slot_count(layout const& shape) noexcept {
  if (is_grid(shape)) return std::uint32_t{shape.rows} * shape.columns;
  // One less than the largest, so that index + 1 can always be written as a number.
  return is_unbounded(shape) ? std::numeric_limits<std::uint32_t>::max() - 1 : shape.count;
}

std::string slot_name(layout const& shape, std::uint32_t index) {
  if (!is_grid(shape)) return std::to_string(index + 1);
  return row_letters(index / shape.columns) + std::to_string(index % shape.columns + 1);
}

std::optional<std::uint32_t> slot_index(layout const& shape, std::string_view name) noexcept {
  if (is_grid(shape)) return grid_index(shape, name);
  auto const place = number(name);
  if (!place || *place > slot_count(shape)) return std::nullopt;
  return *place - 1;
}

std::string slot_range(layout const& shape) {
  if (is_unbounded(shape)) return "any number from 1";
  return slot_name(shape, 0) + " to " + slot_name(shape, slot_count(shape) - 1);
}

std::string_view word(unit_kind unit) noexcept {
  if (unit == unit_kind::tube_rack) return "tube rack";
  return boost::describe::enum_to_string(unit, "");
}

std::string_view word(temperature_class temperature) noexcept {
  for (auto const& row : temperature_words)
    if (row.temperature == temperature) return row.word;
  return {};
}

std::optional<temperature_class> parse_temperature_class(std::string_view text) noexcept {
  for (auto const& row : temperature_words)
    if (row.word == text) return row.temperature;
  return std::nullopt;
}

std::optional<unit_kind> parse_unit_kind(std::string_view text) noexcept {
  std::optional<unit_kind> found;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<unit_kind>>([&](auto const& row) {
    if (text == row.name) found = row.value;
  });
  return found;
}

}  // namespace tracseq::storage_unit
