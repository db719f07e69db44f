#include "node/http/head_check.hpp"

#include <algorithm>
#include <cctype>

namespace tracseq::http {
namespace {

constexpr std::size_t headers_max = 100;

bool is_token_char(char c) noexcept {
  if (std::isalnum(static_cast<unsigned char>(c))) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool same_word(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return std::tolower(static_cast<unsigned char>(x)) ==
                  std::tolower(static_cast<unsigned char>(y));
         });
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<head_refusal> check_target(std::string_view method, std::string_view target) noexcept {
  for (char const c : target)
    if (c < 0x21 || c > 0x7e)
      return head_refusal{400, "The request target holds a character that has to be percent-encoded."};
  if (target == "*") {
    if (method == "OPTIONS") return std::nullopt;
    return head_refusal{400, "The request target * is only for OPTIONS."};
  }
  if (target.starts_with('/') || target.starts_with("http://") || target.starts_with("https://"))
    return std::nullopt;
  return head_refusal{400, "The request target has to begin with /."};
}

std::optional<head_refusal> check_request_line(std::string_view line, bool& version_1_0) noexcept {
  auto const first = line.find(' ');
  auto const last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return head_refusal{400, "The request line has to read METHOD SP target SP HTTP/1.1."};
  auto const method = line.substr(0, first);
  auto const target = line.substr(first + 1, last - first - 1);
  auto const version = line.substr(last + 1);
  if (!is_token(method)) return head_refusal{400, "The request method is not a word."};
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return head_refusal{505, "This server speaks HTTP/1.1."};
  version_1_0 = version == "HTTP/1.0";
  return check_target(method, target);
}

struct seen_fields {
  std::size_t count = 0;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
};

std::optional<head_refusal> check_field(std::string_view line, seen_fields& seen) noexcept {
  if (line.front() == ' ' || line.front() == '\t')
    return head_refusal{400, "A header that goes on in the next line (folding) is not taken."};
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
    return head_refusal{400, "A header line has to read Name: value, without a blank before the colon."};
  auto const name = line.substr(0, colon);
  auto const value = trimmed(line.substr(colon + 1));
  for (char const c : value)
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
      return head_refusal{400, "A header value holds a control character."};
  if (++seen.count > headers_max) return head_refusal{431, "More than 100 headers."};
  if (same_word(name, "host")) ++seen.hosts;
  if (same_word(name, "content-length")) {
    ++seen.lengths;
    if (value.empty() || value.size() > 18 ||
        !std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return head_refusal{400, "Content-Length has to be one decimal number."};
  }
  if (same_word(name, "transfer-encoding")) {
    ++seen.encodings;
    if (!same_word(value, "chunked"))
      return head_refusal{501, "The only Transfer-Encoding taken is chunked."};
  }
  return std::nullopt;
}

}  // namespace

head_scan scan_head(std::string_view bytes, std::size_t scanned) noexcept {
  head_scan found;
  for (auto at = bytes.find('\n', scanned); at != std::string_view::npos;
       at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') {
      found.bare_line_feed = true;
      return found;
    }
    if (at >= 3 && bytes[at - 2] == '\n') {
      found.end = at + 1;
      return found;
    }
  }
  found.scanned = bytes.size();
  return found;
}

std::optional<head_refusal> check_head(std::string_view head) noexcept {
  bool first = true;
  bool version_1_0 = false;
  seen_fields seen;
  while (!head.empty()) {
    auto const end = head.find('\n');
    if (end == std::string_view::npos || end == 0 || head[end - 1] != '\r')
      return head_refusal{400, "A line of the head does not end with CR LF."};
    auto const line = head.substr(0, end - 1);
    head.remove_prefix(end + 1);
    if (line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos)
      return head_refusal{400, "A line of the head holds a stray carriage return or a zero byte."};
    if (line.empty()) break;
    auto refused = first ? check_request_line(line, version_1_0) : check_field(line, seen);
    if (refused) return refused;
    first = false;
  }
  if (seen.hosts > 1 || (seen.hosts == 0 && !version_1_0))
    return head_refusal{400, "A request has exactly one Host header."};
  if (seen.lengths > 1 || seen.encodings > 1)
    return head_refusal{400, "Content-Length or Transfer-Encoding is given twice."};
  if (seen.encodings > 0 && (seen.lengths > 0 || version_1_0))
    return head_refusal{400, "Transfer-Encoding and Content-Length exclude each other."};
  return std::nullopt;
}

}  // namespace tracseq::http
