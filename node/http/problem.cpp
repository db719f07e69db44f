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

errc errc_named(std::string_view name) noexcept {
  for (auto code = errc::invalid_argument; code <= errc::internal;
       code = static_cast<errc>(static_cast<int>(code) + 1))
    if (describe(code).name == name) return code;
  return errc::internal;
}

error field_error(std::vector<field_problem> problems) {
  auto const& first = problems.front();
  auto detail = first.pointer.empty() ? first.detail : first.pointer.substr(1) + " " + first.detail;
  if (problems.size() > 1)
    detail += " (and " + std::to_string(problems.size() - 1) + " more)";
  return {errc::invalid_argument, std::move(detail), std::move(problems)};
}

std::string problem_json(error const& why, std::string_view request_id, int status) {
  auto const& about = describe(why.code);
  std::string out = R"({"type":"/problems/)";
  out.append(about.name).append(R"(","title":)");
  append_json_string(out, title_of(about.name));
  out.append(R"(,"status":)").append(std::to_string(status ? status : about.http_status)).append(R"(,"detail":)");
  append_json_string(out, why.detail);
  out.append(R"(,"code":")").append(about.name).append(R"(","errors":[)");
  for (std::size_t i = 0; i < why.problems.size(); ++i) {
    auto const& one = why.problems[i];
    out.append(i ? R"(,{"pointer":)" : R"({"pointer":)");
    append_json_string(out, one.pointer);
    out.append(R"(,"code":)");
    append_json_string(out, one.code);
    out.append(R"(,"detail":)");
    append_json_string(out, one.detail);
    out.push_back('}');
  }
  out.append(R"(],"request_id":)");
  append_json_string(out, request_id);
  return out.append(about.retryable ? R"(,"retryable":true})" : R"(,"retryable":false})");
}

response problem_response(error const& why, std::string_view request_id, int status) {
  auto const& about = describe(why.code);
  response out;
  out.status = status ? status : about.http_status;
  out.content_type = "application/problem+json";
  out.body = problem_json(why, request_id, status);
  if (about.retryable && (out.status == 503 || out.status == 429)) out.add("Retry-After", "1");
  if (out.status == 401) out.add("WWW-Authenticate", "Bearer realm=\"tracseq\"");
  return out;
}

}  // namespace tracseq::http
