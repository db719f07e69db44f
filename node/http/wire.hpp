#pragma once
// Answers as bytes.

#include <string>
#include <string_view>

#include "node/http/message.hpp"

namespace tracseq::http {

[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

/// How an answer is framed.
struct framing {
  bool keep_alive = true;
  bool http_1_0 = false;
  bool chunked = false;      ///< a stream: no Content-Length
  bool without_body = false;  ///< the request was HEAD
};

/// Appends the head of `answer` to `out`: status line, Date, framing, the answer's own lines.
void write_head(std::string& out, response const& answer, framing const& how);

/// Appends `bytes` as one chunk of a chunked body.
void write_chunk(std::string& out, std::string_view bytes);

/// The moment as HTTP dates are written; computed once a second.
[[nodiscard]] std::string_view http_date() noexcept;

}  // namespace tracseq::http
