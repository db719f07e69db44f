#pragma once
// Walking UTF-8 by code point. Malformed bytes never stop a walk: each is one unit of U+FFFD.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tracseq::sheets {

struct code_point {
  std::uint32_t value = 0;
  std::size_t size = 0;  ///< bytes; at least 1
  bool valid = true;
};

/// The first code point of a text that is not empty. Overlong forms, surrogates and values over
/// U+10FFFF are malformed.
[[nodiscard]] inline code_point next_code_point(std::string_view text) noexcept {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  std::uint32_t const first = byte(0);
  constexpr code_point malformed{0xfffd, 1, false};
  if (first < 0x80) return {first, 1, true};
  std::size_t const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return malformed;
  std::uint32_t value = first & (0x7fu >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return malformed;
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
    return malformed;
  return {value, size, true};
}

/// The last code point of a text that is not empty.
[[nodiscard]] inline code_point last_code_point(std::string_view text) noexcept {
  std::size_t size = 1;
  while (size < 4 && size < text.size() &&
         (static_cast<unsigned char>(text[text.size() - size]) & 0xc0u) == 0x80u)
    ++size;
  auto const found = next_code_point(text.substr(text.size() - size));
  return found.size == size ? found : code_point{0xfffd, 1, false};
}

}  // namespace tracseq::sheets
