#pragma once
// Errors as RFC 9457 problems.

#include <span>
#include <string>
#include <string_view>

#include "events/result.hpp"
#include "node/http/message.hpp"

namespace tracseq::http {

/// An error without wrong fields.
[[nodiscard]] inline error because(errc code, std::string detail) {
  return {code, std::move(detail), {}};
}

/// What a problem says, apart from where it happened.
struct problem {
  int status = 500;
  std::string_view code;
  std::string_view detail;
  bool retryable = false;
  std::span<field_problem const> errors;
};
/// Which request it is about: the path that was asked for, and the id that names it in the log.
struct problem_place {
  std::string_view instance;  ///< empty: the member is left out
  std::string_view request_id;
};

/// {"type":"/problems/<code>","title","status","detail","instance","code","errors","request_id",
/// "retryable"}
[[nodiscard]] std::string problem_json(problem const& what, problem_place const& at);
/// As an answer, with Retry-After where a later repeat may succeed.
[[nodiscard]] response problem_response(problem const& what, problem_place const& at);
/// Of an error. `status`: 0 = that of the error; 400 where the request itself cannot be read, 405 and
/// 415 have codes of their own.
[[nodiscard]] std::string problem_json(error const& why, problem_place const& at, int status = 0);
[[nodiscard]] response problem_response(error const& why, problem_place const& at, int status = 0);
/// "not_found" → "Not found"
[[nodiscard]] std::string title_of(std::string_view code);
/// At most `bytes_max` bytes of a text from outside, without half a character at the end.
[[nodiscard]] std::string clipped(std::string_view text, std::size_t bytes_max);
/// Several wrong fields as one error, whose detail names the first.
[[nodiscard]] error field_error(std::vector<field_problem> problems);

}  // namespace tracseq::http
