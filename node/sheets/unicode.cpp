#include "node/sheets/unicode.hpp"

#include <string>

#include "node/sheets/text.hpp"

namespace tracseq::sheets {

bool is_valid_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    auto const c = next_code_point(text);
    if (!c.valid) return false;
    text.remove_prefix(c.size);
  }
  return true;
}

std::string to_valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const c = next_code_point(text);
    if (c.valid)
      out.append(text.substr(0, c.size));
    else
      append_utf8(out, 0xfffd);
    text.remove_prefix(c.size);
  }
  return out;
}

void append_utf8(std::string& out, std::uint32_t c) {
  auto const put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

}  // namespace tracseq::sheets
