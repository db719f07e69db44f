#include "node/http/message.hpp"

#include <algorithm>

#include "node/http/problem.hpp"

namespace tracseq::http {

std::string_view to_string(method m) noexcept {
  switch (m) {
    case method::get: return "GET";
    case method::head: return "HEAD";
    case method::post: return "POST";
    case method::put: return "PUT";
    case method::patch: return "PATCH";
    case method::delete_: return "DELETE";
    case method::options: return "OPTIONS";
    case method::other: break;
  }
  return "?";
}

void response::add(std::string_view name, std::string_view value) {
  headers.reserve(headers.size() + name.size() + value.size() + 4);
  headers.append(name).append(": ");
  auto const begin = headers.size();
  headers.append(value);
  std::replace_if(
      headers.begin() + static_cast<std::ptrdiff_t>(begin), headers.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  headers.append("\r\n");
}

responder::~responder() {
  if (!to_) return;
  problem const lost{500, "internal",
                     "The request was dropped without an answer. Retry with the same idempotency key.",
                     true, {}};
  std::exchange(to_, nullptr)->send(problem_response(lost, {"/", {}}));
}

void responder::send(response answer) {
  if (auto to = std::exchange(to_, nullptr)) to->send(std::move(answer));
}

std::shared_ptr<stream> responder::start(response head) {
  auto to = std::exchange(to_, nullptr);
  return to ? to->start(std::move(head)) : nullptr;
}

}  // namespace tracseq::http
