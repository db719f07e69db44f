#include "node/cli/client.hpp"

#include <algorithm>
#include <fstream>

#include <curl/curl.h>

#include "node/http/problem.hpp"

namespace tracseq::cli {
namespace {

constexpr std::size_t answer_bytes_max = 256u << 20;

std::size_t take_body(char const* bytes, std::size_t size, std::size_t count, void* into) {
  auto& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > answer_bytes_max) return 0;
  body.append(bytes, size * count);
  return size * count;
}

std::size_t take_header(char const* bytes, std::size_t size, std::size_t count, void* into) {
  std::string_view line(bytes, size * count);
  auto const colon = line.find(':');
  if (colon != line.npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto value = line.substr(colon + 1);
    value.remove_prefix(std::min(value.size(), value.find_first_not_of(" \t")));
    while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
    (*static_cast<std::map<std::string, std::string>*>(into))[name] = std::string(value);
  }
  return size * count;
}

}  // namespace

client::client(client_options options) : options_(std::move(options)), handle_(curl_easy_init()) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
}

client::~client() { curl_easy_cleanup(handle_); }

result<client_answer> client::send(client_request const& request) {
  client_answer answer;
  curl_easy_reset(handle_);
  auto const url = options_.url + request.path;
  curl_slist* headers = nullptr;
  auto const add = [&headers](std::string const& line) {
    headers = curl_slist_append(headers, line.c_str());
  };
  if (!options_.token.empty()) add("Authorization: Bearer " + options_.token);
  add("Accept: application/json");
  add("Expect:");
  for (auto const& line : request.headers) add(line);
  curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  char why[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, why);
  curl_easy_setopt(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!options_.ca_file.empty()) curl_easy_setopt(handle_, CURLOPT_CAINFO, options_.ca_file.c_str());
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "127.0.0.1,localhost,::1");
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT, 5L);
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT, options_.timeout_s);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &take_header);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &answer.headers);
  if (request.method == "POST") {
    add("Content-Type: " + request.content_type);
    curl_easy_setopt(handle_, CURLOPT_POST, 1L);
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers);
  auto const code = curl_easy_perform(handle_);
  curl_slist_free_all(headers);
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE)
    return fail(errc::unavailable, "the certificate of " + options_.url + " is not trusted (" +
                                       (*why ? why : curl_easy_strerror(code)) +
                                       "); name the authority that vouches for it with --ca FILE or TRACSEQ_CA, and "
                                       "the node as the certificate does with --url");
  if (code != CURLE_OK)
    return fail(errc::unavailable, "no node answers at " + options_.url + " (" +
                                       curl_easy_strerror(code) +
                                       "); start one with `tracseq serve`, or name another with --url");
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

result<http::json_value> client::ask(client_request const& request) {
  auto answer = send(request);
  if (!answer) return tl::unexpected(answer.error());
  if (answer->status < 200 || answer->status >= 300) return tl::unexpected(error_of(*answer));
  auto parsed = http::parse_json(answer->body, {64, 50'000'000, 64u << 20});
  if (!parsed)
    return fail(errc::internal, "the node's answer is not JSON; is " + options_.url + " a TracSeq node?");
  return parsed;
}

error error_of(client_answer const& answer) {
  auto const problem = http::parse_json(answer.body);
  if (!problem || problem->text("code").empty()) {
    auto const code = answer.status == 404   ? errc::not_found
                      : answer.status == 401 ? errc::unauthenticated
                      : answer.status >= 500 ? errc::unavailable
                                             : errc::invalid_argument;
    return http::because(code, "the node answered " + std::to_string(answer.status));
  }
  auto out = http::because(errc_named(problem->text("code")), std::string(problem->text("detail")));
  if (auto const* errors = problem->find("errors"))
    if (auto const* list = errors->as<http::json_list>())
      for (auto const& one : *list)
        out.problems.push_back({std::string(one.text("pointer")), std::string(one.text("code")),
                                std::string(one.text("detail"))});
  return out;
}

result<std::string> read_token(std::string const& path) {
  std::ifstream in(path);
  std::string token;
  if (!in || !std::getline(in, token))
    return fail(errc::unauthenticated,
                "cannot read the operator's token from " + path +
                    "; name the node's directory with --data, or the file with --token-file");
  while (!token.empty() && (token.back() == '\r' || token.back() == ' ')) token.pop_back();
  return token;
}

}  // namespace tracseq::cli
