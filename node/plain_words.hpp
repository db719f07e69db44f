#pragma once
// Words of others on one line, for a terminal or a log that people read.

#include <string>
#include <string_view>

namespace tracseq {

/// With a blank for each control character (C0, DEL, and C1 as UTF-8 has it): none breaks the line, or paints.
[[nodiscard]] inline std::string plain_words(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    bool const c1 = c == 0xc2 && i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xe0) == 0x80;
    if (c1) ++i;
    out.push_back(c < 0x20 || c == 0x7f || c1 ? ' ' : static_cast<char>(c));
  }
  return out;
}

}  // namespace tracseq
