#include "projections/paging.hpp"

#include <array>

namespace tracseq {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// RFC 4648 base64url without padding.
std::string to_base64url(std::string_view bytes) {
  std::string text;
  std::uint32_t pending = 0;
  int bits = 0;
  for (char const c : bytes) {
    pending = pending << 8 | static_cast<std::uint8_t>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += digits[pending >> (bits - 6) & 63];
  }
  if (bits > 0) text += digits[pending << (6 - bits) & 63];
  return text;
}

bool from_base64url(std::string_view text, std::string& bytes) {
  std::uint32_t pending = 0;
  int bits = 0;
  for (char const c : text) {
    auto const digit = digits.find(c);
    if (digit == std::string_view::npos) return false;
    pending = pending << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(pending >> bits);
    }
  }
  return true;
}

std::string mark_of(std::string_view scope) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (char const c : scope) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3u;
  return std::string(reinterpret_cast<char const*>(&hash), 6);
}

tl::unexpected<error> wrong_cursor() {
  return fail(errc::invalid_argument,
              "the cursor is not of this list with this filter and order: begin again without one",
              {{"/cursor", "wrong_cursor", "take the cursor from the page before, unchanged"}});
}

}  // namespace

std::string make_cursor(std::string_view scope, std::string_view at) {
  return to_base64url(mark_of(scope) + std::string(at));
}

result<std::string> read_cursor(std::string_view scope, std::string_view cursor) {
  std::string bytes;
  if (cursor.size() > 4096 || !from_base64url(cursor, bytes) || !bytes.starts_with(mark_of(scope)))
    return wrong_cursor();
  return bytes.substr(6);
}

result<std::string> read_cursor(page_request const& request) {
  auto at = read_cursor(request.scope, request.cursor);
  if (at && !at->starts_with(request.prefix)) return wrong_cursor();
  return at;
}

result<void> check_limit(std::uint32_t limit) {
  if (limit >= 1 && limit <= page_rows_max) return {};
  return fail(errc::invalid_argument,
              "a page has 1 to " + std::to_string(page_rows_max) + " rows, not " +
                  std::to_string(limit),
              {{"/limit", "out_of_range", "give a number from 1 to " + std::to_string(page_rows_max)}});
}

}  // namespace tracseq
