#include "node/http/problem.hpp"

#include "node/http/json_value.hpp"

namespace tracseq::http {

std::string title_of(std::string_view code) {
  std::string title(code);
  for (auto& c : title)
    if (c == '_') c = ' ';
  if (!title.empty() && title.front() >= 'a' && title.front() <= 'z')
    title.front() = static_cast<char>(title.front() - 'a' + 'A');
  return title;
}

error field_error(std::vector<field_problem> problems) {
  auto const& first = problems.front();
  auto detail = first.pointer.empty() ? first.detail : first.pointer.substr(1) + " " + first.detail;
  if (problems.size() > 1)
    detail += " (and " + std::to_string(problems.size() - 1) + " more)";
  return {errc::invalid_argument, std::move(detail), std::move(problems)};
}

std::string clipped(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return std::string(text);
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return std::string(text.substr(0, bytes_max));
}

std::string problem_json(problem const& what, problem_place const& at) {
  std::string out = R"({"type":"/problems/)";
  out.append(what.code).append(R"(","title":)");
  append_json_string(out, title_of(what.code));
  out.append(R"(,"status":)").append(std::to_string(what.status)).append(R"(,"detail":)");
  append_json_string(out, what.detail);
  if (!at.instance.empty()) {
    out.append(R"(,"instance":)");
    append_json_string(out, at.instance);
  }
  out.append(R"(,"code":")").append(what.code).append(R"(","errors":[)");
  for (std::size_t i = 0; i < what.errors.size(); ++i) {
    auto const& one = what.errors[i];
    out.append(i ? R"(,{"pointer":)" : R"({"pointer":)");
    append_json_string(out, one.pointer);
    out.append(R"(,"code":)");
    append_json_string(out, one.code);
    out.append(R"(,"detail":)");
    append_json_string(out, one.detail);
    out.push_back('}');
  }
  out.append(R"(],"request_id":)");
  append_json_string(out, at.request_id);
  return out.append(what.retryable ? R"(,"retryable":true})" : R"(,"retryable":false})");
}

response problem_response(problem const& what, problem_place const& at) {
  response out;
  out.status = what.status;
  out.content_type = "application/problem+json";
  out.body = problem_json(what, at);
  if (what.retryable && (out.status == 503 || out.status == 429)) out.add("Retry-After", "1");
  if (out.status == 401) out.add("WWW-Authenticate", "Bearer realm=\"tracseq\"");
  return out;
}

namespace {

problem problem_of(error const& why, int status) {
  auto const& about = describe(why.code);
  auto code = about.name;
  if (status == 405) code = "method_not_allowed";
  if (status == 415) code = "unsupported_media_type";
  return {status ? status : about.http_status, code, why.detail, about.retryable, why.problems};
}

}  // namespace

std::string problem_json(error const& why, problem_place const& at, int status) {
  return problem_json(problem_of(why, status), at);
}

response problem_response(error const& why, problem_place const& at, int status) {
  return problem_response(problem_of(why, status), at);
}

}  // namespace tracseq::http
