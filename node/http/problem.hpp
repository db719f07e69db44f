#pragma once
// Errors as RFC 9457 problems.

#include <string>
#include <string_view>

#include "events/result.hpp"
#include "node/http/message.hpp"

namespace tracseq::http {

/// An error without wrong fields.
[[nodiscard]] inline error because(errc code, std::string detail) {
  return {code, std::move(detail), {}};
}

/// {"type":"/problems/<code>","title","status","detail","code","errors","request_id","retryable"}
/// `status`: 0 = that of the error; 400 where the request itself cannot be read.
[[nodiscard]] std::string problem_json(error const& why, std::string_view request_id, int status = 0);
/// The same as an answer, with Retry-After where a later repeat may succeed.
[[nodiscard]] response problem_response(error const& why, std::string_view request_id,
                                        int status = 0);
/// "not_found" → "Not found"
[[nodiscard]] std::string title_of(std::string_view code);
/// The errc with this name; `internal` for any other.
[[nodiscard]] errc errc_named(std::string_view name) noexcept;
/// Several wrong fields as one error, whose detail names the first.
[[nodiscard]] error field_error(std::vector<field_problem> problems);

}  // namespace tracseq::http
