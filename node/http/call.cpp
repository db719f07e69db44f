#include "node/http/call.hpp"

#include "events/event_log.hpp"
#include "node/http/api.hpp"
#include "node/http/problem.hpp"
#include "node/http/route.hpp"
#include "node/http/static_files.hpp"
#include "node/http/turns.hpp"
#include "node/http/worker_pool.hpp"
#include "node/log.hpp"
#include "projections/position.hpp"
#include "projections/table_view.hpp"

namespace tracseq::http {
namespace {

void send(call& c, response out) {
  out.headers.append(api_security_headers());
  out.add("X-Request-Id", c.request_id);
  if (!c.key.empty()) out.add("Idempotency-Key", c.key);
  c.api->observe(c, out.status);
  c.to.send(std::move(out));
}

bool names_version(std::string_view if_none_match, std::string const& etag) {
  return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

bool covers(std::vector<std::uint64_t> const& shown, position_vector const& wanted) {
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (i >= shown.size() || shown[i] < wanted[i]) return false;
  return true;
}

std::vector<log_position> as_log_positions(std::vector<std::uint64_t> const& offsets) {
  std::vector<log_position> out;
  for (std::size_t i = 0; i < offsets.size(); ++i)
    out.push_back({static_cast<partition_id>(i), offsets[i]});
  return out;
}

/// True while what the call wrote is in the history and not yet in the projections.
bool unshown(call const& c) {
  return c.wrote && c.at->progress && !c.at->progress->shows(*c.wrote);
}

/// An answer made now would deny what was done.
void say_unshown(call& c) {
  auto const stuck = c.at->progress->stuck();
  auto why = stuck ? error{stuck->code, "It is in the history, but this node cannot show it: " + stuck->detail, {}}
                   : because(errc::unavailable, "It is in the history, but not visible here yet.");
  why.detail += " Repeat the request with the same idempotency key: it is done once.";
  c.wrote.reset();
  refuse(c, why);
}

/// Where rows cannot be brought up to date, a registration may have been answered that they lack: to say that it is
/// not there would deny it.
std::optional<error> hidden(call const& c) {
  if (!c.at->progress || c.at->progress->current()) return std::nullopt;
  auto const stuck = c.at->progress->stuck();
  if (!stuck) return std::nullopt;
  return because(errc::unavailable,
                 "It is not there, or it was written a moment ago and cannot be shown yet: " + stuck->detail);
}

}  // namespace

void answer(call& c, std::string json, answer_facts const& facts) {
  if (!c.to.pending()) return;
  if (unshown(c)) return say_unshown(c);
  response out;
  out.status = facts.status ? facts.status : c.row->status;
  out.headers.reserve(512);
  if (!facts.position.empty())
    out.add("X-TracSeq-Position", facts.position);
  else if (c.at->facts.clustered && c.at->progress && !c.row->outside)
    out.add("X-TracSeq-Position", to_text(c.at->progress->applied()));  // another node may answer the next one
  if (facts.version) {
    auto const etag = "\"" + std::to_string(*facts.version) + "\"";
    out.add("ETag", etag);
    if (c.request->method == method::get &&
        names_version(c.request->header("if-none-match"), etag)) {
      out.status = 304;
      return send(c, std::move(out));
    }
  }
  if (!facts.location.empty()) out.add("Location", facts.location);
  if (!facts.link.empty()) out.add("Link", facts.link);
  if (facts.repeated) out.add("Idempotency-Replayed", "true");
  out.content_type = c.row->media;
  out.body = std::move(json);
  send(c, std::move(out));
}

void refuse(call& c, error const& why, int status) {
  if (!c.to.pending()) return;
  if (why.code == errc::not_found) {
    if (unshown(c)) return say_unshown(c);
    if (auto const not_known = hidden(c)) return refuse(c, *not_known);
  }
  if (!c.picked_for.is_nil() && describe(why.code).retryable)
    c.api->creations().remember(c.picked_for, c.picked);
  // Overload and a full disk are counted, and the node says once that it is not ready: a flood must not
  // become a flood of lines.
  if (describe(why.code).http_status == 500)
    log::error("request failed", {{"request_id", c.request_id}, {"route", c.row->path}, {"why", why.detail}});
  else if (log::debug_enabled())
    log::debug("request refused", {{"request_id", c.request_id}, {"route", c.row->path}, {"why", why.detail}});
  send(c, problem_response(why, {c.request->path, c.request_id}, status));
}

void guarded(call_ptr const& c, std::function<void(call_ptr)> const& work) {
  try {
    work(c);
  } catch (query_failure const& failed) {
    refuse(*c, failed.why());
  } catch (std::exception const& failed) {
    refuse(*c, because(errc::internal, std::string("The request failed: ") + failed.what()));
  }
}

void when_readable(call_ptr c, std::function<void(call_ptr)> then) {
  auto const demanded = c->request->header("x-tracseq-position");
  auto* progress = c->at->progress;
  if (!progress || (demanded.empty() && progress->current())) return then(std::move(c));
  // Nothing to wait for: what is there can be read. What may be missing is not denied (`refuse`).
  if (demanded.empty() && progress->stuck()) return then(std::move(c));
  auto wanted = progress->acknowledged();
  if (!demanded.empty()) {
    auto const asked = parse_position(demanded);
    if (!asked || asked->size() != c->at->facts.partitions)
      return refuse(*c, because(errc::invalid_argument,
                              "X-TracSeq-Position is not a position that this laboratory gave."),
                    400);
    wanted.resize(asked->size());
    for (std::size_t i = 0; i < wanted.size(); ++i) wanted[i] = std::max(wanted[i], (*asked)[i]);
  }
  if (covers(progress->applied(), wanted)) return then(std::move(c));
  auto const patience = c->at->read_wait;  // before `c` is moved away: arguments have no order
  progress->when_applied(
      as_log_positions(wanted), patience,
      [c = std::move(c), then = std::move(then)](bool shown) {
        if (shown) return guarded(c, then);
        refuse(*c, because(errc::unavailable,
                         "What you wrote is not visible here yet. Repeat the request in a moment."));
      });
}

void on_worker(call_ptr c, std::function<void(call_ptr)> work) {
  auto const ran = c->api->pool().run([c, work = std::move(work)] { guarded(c, work); });
  if (!ran)
    refuse(*c, because(errc::overloaded, "Too many requests of this kind wait already. Repeat it later."));
}

}  // namespace tracseq::http
