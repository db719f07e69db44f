#include "node/sheets/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::string_view not_text =
    "This is not a text file: it holds binary data. Export the table from your program as CSV or .xlsx "
    "and import that file.";

enum class byte_order { little, big };

// Windows-1252 differs from Latin-1 in 0x80–0x9f only; unassigned bytes become U+FFFD.
constexpr std::array<std::uint16_t, 32> windows_1252 = {
    0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};

std::string from_windows_1252(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (unsigned char const c : bytes)
    append_utf8(out, c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c);
  return out;
}

std::string from_utf16(std::string_view bytes, byte_order order) {
  auto const unit = [&](std::size_t i) -> std::uint32_t {
    auto const a = static_cast<unsigned char>(bytes[i]);
    auto const b = static_cast<unsigned char>(bytes[i + 1]);
    return order == byte_order::little ? (a | b << 8) : (a << 8 | b);
  };
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    auto c = unit(i);
    if (c >= 0xd800 && c < 0xdc00 && i + 3 < bytes.size()) {
      auto const low = unit(i + 2);
      if (low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        i += 2;
      }
    }
    append_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
  }
  return out;
}

/// UTF-16 without a mark shows as NUL in every other byte of Latin text.
bool looks_like_utf16(std::string_view bytes, byte_order order) {
  auto const sample = bytes.substr(0, 4096);
  std::size_t zero_high = 0;
  std::size_t zero_low = 0;
  std::size_t const high_at = order == byte_order::little ? 1 : 0;
  for (std::size_t i = 0; i + 1 < sample.size(); i += 2) {
    zero_high += sample[i + high_at] == 0;
    zero_low += sample[i + 1 - high_at] == 0;
  }
  auto const units = sample.size() / 2;
  return units > 0 && zero_low == 0 && zero_high * 10 >= units * 6;
}

bool looks_binary(std::string_view text) {
  std::size_t control = 0;
  for (unsigned char const c : text) {
    if (c == 0) return true;
    control += c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1a;
  }
  return control * 100 > text.size();
}

result<decoded_text> checked(decoded_text text) {
  if (looks_binary(text.utf8)) return fail(errc::invalid_argument, std::string(not_text));
  return text;
}

result<decoded_text> decode_utf16(std::string_view bytes, byte_order order, bool marked) {
  std::string const name = order == byte_order::little ? "UTF-16 LE" : "UTF-16 BE";
  if (bytes.size() % 2 != 0)
    return fail(errc::invalid_argument,
                "The file is " + name + " text, but its last character is cut off. Save it again and "
                "import the new file.");
  return checked({from_utf16(bytes, order), name,
                  "The file is encoded as " + name + (marked ? "." : ", as its bytes suggest.")});
}

}  // namespace

result<decoded_text> decode_text(std::string_view bytes) {
  auto const starts_with = [&](std::string_view mark) { return bytes.substr(0, mark.size()) == mark; };
  if (starts_with({"\xff\xfe\0\0", 4}) || starts_with({"\0\0\xfe\xff", 4}))
    return fail(errc::invalid_argument,
                "The file is encoded as UTF-32, which no laboratory program should write. Save it as "
                "CSV UTF-8 or as .xlsx.");
  if (starts_with("\xff\xfe")) return decode_utf16(bytes.substr(2), byte_order::little, true);
  if (starts_with("\xfe\xff")) return decode_utf16(bytes.substr(2), byte_order::big, true);
  if (starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  if (bytes.substr(0, 4096).find('\0') != std::string_view::npos) {
    if (looks_like_utf16(bytes, byte_order::little))
      return decode_utf16(bytes, byte_order::little, false);
    if (looks_like_utf16(bytes, byte_order::big)) return decode_utf16(bytes, byte_order::big, false);
  }
  if (looks_binary(bytes)) return fail(errc::invalid_argument, std::string(not_text));
  if (is_valid_utf8(bytes)) return decoded_text{std::string(bytes), "UTF-8", ""};
  return checked({from_windows_1252(bytes), "Windows-1252",
                  "The file does not say how it is encoded and is not UTF-8; it was read as Windows-1252 "
                  "(Latin-1). Check that letters such as å, é and µ look right; if not, save it as CSV "
                  "UTF-8."});
}

}  // namespace tracseq::sheets
