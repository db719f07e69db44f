#pragma once
// What a text is for people: how long, and whether it can be shown.

#include <cstddef>
#include <string_view>

namespace tracseq {

/// Characters, not bytes, of well-formed UTF-8.
[[nodiscard]] constexpr std::size_t characters(std::string_view utf8) noexcept {
  std::size_t count = 0;
  for (char const c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

/// True where the text holds an ASCII control character: a tab or a line break too, unless `lines`.
/// A terminal would obey such characters instead of showing them.
[[nodiscard]] constexpr bool holds_control(std::string_view text, bool lines = false) noexcept {
  for (char const c : text) {
    if (lines && (c == '\n' || c == '\r' || c == '\t')) continue;
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

}  // namespace tracseq
