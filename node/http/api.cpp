#include "node/http/api.hpp"

#include <algorithm>

#include "node/http/event_feed.hpp"
#include "node/http/openapi.hpp"
#include "node/http/previews.hpp"
#include "node/http/problem.hpp"
#include "node/http/route.hpp"
#include "node/http/router.hpp"
#include "node/http/static_files.hpp"
#include "node/http/token.hpp"
#include "node/http/turns.hpp"
#include "node/http/watch.hpp"
#include "node/http/worker_pool.hpp"
#include "node/metrics.hpp"

namespace tracseq::http {
namespace {

constexpr std::size_t worker_threads = 2;
constexpr std::size_t worker_waiting_max = 64;
constexpr std::size_t stranger_body_bytes_max = 64 * 1024;

std::vector<std::string> route_names() {
  std::vector<std::string> names;
  for (auto const& row : all_routes())
    names.push_back(std::string(to_string(row.method)) + " " +
                    std::string(row.outside ? "" : api_base) + std::string(row.path));
  return names;
}

/// The client's id where it is harmless, else one of ours.
std::string make_request_id(request const& asked, std::string const& boot) {
  auto const given = asked.header("x-request-id");
  auto const harmless = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_' || c == '.';
  };
  if (!given.empty() && given.size() <= 64 && std::all_of(given.begin(), given.end(), harmless))
    return std::string(given);
  return boot + std::to_string(asked.number);
}

void run(call_ptr const& c) { guarded(c, c->row->run); }

}  // namespace

api::api(services with, metrics& counts)
    : at_(std::move(with)),
      counts_(counts),
      boot_(to_string(new_uuid()).substr(24) + "-"),
      openapi_(openapi_json(at_.facts.version)),
      router_(std::make_unique<http::router>(all_routes())),
      requests_(std::make_unique<request_metrics>(route_names())),
      pool_(std::make_unique<worker_pool>(worker_threads, worker_waiting_max)),
      watch_(std::make_unique<http::watch>()),
      turns_(std::make_unique<turns>()),
      feed_(std::make_unique<event_feed>(at_)),
      files_(std::make_unique<static_files>(at_.ui_dir)),
      previews_(std::make_unique<http::previews>()) {
  if (at_.progress)
    at_.progress->on_advance([this] {
      watch_->news();
      feed_->news();
    });
}

api::~api() { stop(); }

void api::stop() {
  feed_->stop();
  watch_->stop();
  pool_->stop();
}

std::string api::metrics_text() const { return counts_.text(requests_.get()); }

void api::observe(call const& c, int status) {
  auto const seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - c.began).count();
  requests_->observe(static_cast<std::size_t>(c.row - all_routes().data()), status, seconds);
}

body_bound api::body_limit(request const& head) const {
  auto const found = router_->find(head.method, head.path);
  auto const bytes_max = found.row && found.row->upload ? at_.upload_bytes_max : at_.body_bytes_max;
  // The body of whoever may not come in is read only to say so.
  if (known(head)) return bytes_max;
  return {std::min(bytes_max, stranger_body_bytes_max), true};
}

bool api::known(request const& asked) const {
  return bearer_matches(asked.header("authorization"), at_.token);
}

void api::missing(request const& asked, responder to, error const& why, std::string const& allow) {
  // The only other refusals here are of paths that cannot be read.
  int const status = !allow.empty() ? 405 : why.code == errc::invalid_argument ? 400 : 0;
  auto const id = make_request_id(asked, boot_);
  auto out = problem_response(why, {asked.path, id}, status);
  if (!allow.empty()) out.add("Allow", allow);
  out.add("X-Request-Id", id);
  out.headers.append(api_security_headers());
  to.send(std::move(out));
}

void api::handle(request_ptr request, responder to) {
  auto found = router_->find(request->method, request->path);
  if (!found.row) {
    bool const reads = request->method == method::get || request->method == method::head;
    if (request->method == method::options && (!found.allow.empty() || request->path == "*")) {
      response out;
      out.status = 204;
      out.add("Allow", found.allow.empty() ? "GET, HEAD, POST, OPTIONS" : found.allow);
      return to.send(std::move(out));
    }
    auto const decoded = percent_decoded(request->path, false);
    if (found.bad_encoding || !decoded)
      return missing(*request, std::move(to),
                     because(errc::invalid_argument, "The path is not valid percent-encoded UTF-8."), {});
    if (!found.allow.empty())
      return missing(*request, std::move(to),
                     because(errc::invalid_argument, std::string(to_string(request->method)) +
                                                       " is not taken here; " + found.allow + " are."),
                     found.allow);
    if (reads && at_.serves_api && files_->serve(*request, *decoded, to)) return;
    return missing(*request, std::move(to),
                   because(errc::not_found, "There is nothing at " + clipped(*decoded, 200) + "."), {});
  }
  auto c = std::make_shared<call>();
  c->api = this;
  c->at = &at_;
  c->row = found.row;
  c->params = std::move(found.params);
  c->request_id = make_request_id(*request, boot_);
  c->began = std::chrono::steady_clock::now();
  c->request = std::move(request);
  c->to = std::move(to);
  if (!at_.serves_api && !c->row->outside)
    return refuse(*c, because(errc::unavailable,
                            "This node has no page and no API (node.roles); ask another one of the cluster."));
  if (c->row->who == access::operator_token && !known(*c->request))
    return refuse(*c, because(errc::unauthenticated, std::string(token_wanted_words)));
  c->who = {"operator", "Operator", "lab_administrator"};
  if (c->row->writes && !at_.submit)
    return refuse(*c, because(errc::forbidden, "This is a read-only copy: nothing can be changed here."));
  // Nothing was read of it, no label was taken for it: to refuse must cost far less than to serve.
  if (c->row->writes && at_.takes_more && !at_.takes_more())
    return refuse(*c, because(errc::overloaded, "Too much work is waiting; try again in a second."));
  // What cannot be shown is not written: the log must not run ahead of what anybody can see.
  if (c->row->writes && at_.progress)
    if (auto const stuck = at_.progress->stuck())
      return refuse(*c, {stuck->code == errc::corrupt ? errc::unavailable : stuck->code,
                         "Nothing can be written at the moment: " + stuck->detail, {}});
  // Reads wait for themselves, once it is known of which moment they are.
  if (c->row->writes && c->row->reads_rows) return when_readable(std::move(c), &run);
  run(c);
}

}  // namespace tracseq::http
