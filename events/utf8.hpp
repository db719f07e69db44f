#pragma once
// How long a text is for people.

#include <cstddef>
#include <string_view>

namespace tracseq {

/// Characters, not bytes, of well-formed UTF-8.
[[nodiscard]] constexpr std::size_t characters(std::string_view utf8) noexcept {
  std::size_t count = 0;
  for (char const c : utf8) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return count;
}

}  // namespace tracseq
