#include "node/http/wire.hpp"

#include <array>
#include <charconv>
#include <ctime>

namespace tracseq::http {
namespace {

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 24> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

}  // namespace

std::string_view reason_phrase(int status) noexcept {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    case 507: return "Insufficient Storage";
    default: return "Status";
  }
}

std::string_view http_date() noexcept {
  thread_local std::time_t at = 0;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t size = 0;
  auto const current = std::time(nullptr);
  if (current != at) {
    at = current;
    std::tm parts{};
    gmtime_r(&current, &parts);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  }
  return {text.data(), size};
}

void write_head(std::string& out, response const& answer, framing const& how) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(answer.status));
  out.append(" ").append(reason_phrase(answer.status)).append("\r\nDate: ");
  out.append(http_date()).append("\r\n");
  if (!answer.content_type.empty())
    out.append("Content-Type: ").append(answer.content_type).append("\r\n");
  bool const bodyless = answer.status == 204 || answer.status == 304;
  if (how.chunked && !how.http_1_0) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (!how.chunked && !bodyless) {
    out.append("Content-Length: ");
    append_number(out, answer.shared_body ? answer.shared_body->size() : answer.body.size());
    out.append("\r\n");
  }
  if (!how.keep_alive)
    out.append("Connection: close\r\n");
  else if (how.http_1_0)
    out.append("Connection: keep-alive\r\n");
  out.append(answer.headers).append("\r\n");
}

void write_chunk(std::string& out, std::string_view bytes) {
  append_number(out, bytes.size(), 16);
  out.append("\r\n").append(bytes).append("\r\n");
}

}  // namespace tracseq::http
