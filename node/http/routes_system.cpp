#include "node/http/api.hpp"
#include "node/http/bodies.hpp"
#include "node/http/json_out.hpp"
#include "node/http/static_files.hpp"
#include "node/http/views.hpp"

namespace tracseq::http {
namespace {

struct system_view {
  std::string version;
  std::string node;
  std::string engine;
  std::string log;
  std::string data;
  bool ready = false;
  bool read_only = false;
  nullable<instant> until;
  double uptime_seconds = 0;
  std::string position;
  std::vector<partition_status> partitions;
  std::vector<projection_status> projections;
  std::vector<std::string> warnings;
};
BOOST_DESCRIBE_STRUCT(system_view, (),
                      (version, node, engine, log, data, ready, read_only, until, uptime_seconds,
                       position, partitions, projections, warnings))

struct parked_page {
  std::vector<parked_stream> items;
};
BOOST_DESCRIBE_STRUCT(parked_page, (), (items))

struct done_view {
  bool ok = true;
};
BOOST_DESCRIBE_STRUCT(done_view, (), (ok))

struct ready_view {
  bool ready = false;
  std::string why;
};
BOOST_DESCRIBE_STRUCT(ready_view, (), (ready, why))

struct document {};
BOOST_DESCRIBE_STRUCT(document, (), ())

}  // namespace

template <>
inline constexpr auto notes<system_view> = std::to_array<note>({
    {.field = "version", .doc = "TracSeq's version."},
    {.field = "node", .doc = "The node's name."},
    {.field = "engine", .doc = "embedded, kafka, or copy: a replay without a log."},
    {.field = "log", .doc = "The log, for people."},
    {.field = "data", .doc = "The node's directory."},
    {.field = "ready", .doc = "It answers commands and queries."},
    {.field = "read_only", .doc = "Nothing can be changed here."},
    {.field = "until", .doc = "The moment that a replayed copy shows."},
    {.field = "uptime_seconds", .doc = "Since it was started."},
    {.field = "projections", .doc = "The read models."},
});
template <>
inline constexpr auto notes<partition_status> = std::to_array<note>({
    {.field = "end", .doc = "The log's next offset."},
    {.field = "claim", .doc = "The newest accepted claim."},
    {.field = "commits", .doc = "Accepted commits."},
    {.field = "lag", .doc = "Records that the projections are behind."},
});
template <>
inline constexpr auto notes<cluster_view> = std::to_array<note>({
    {.field = "clustered", .doc = "There may be further nodes."},
    {.field = "node", .doc = "The node that answers."},
    {.field = "at", .doc = "When it was so, by the answering node's clock."},
    {.field = "nodes", .doc = "Every node that it knows."},
    {.field = "partitions", .doc = "Who owns which, by the newest claim in the log."},
});
template <>
inline constexpr auto notes<cluster_node> = std::to_array<note>({
    {.field = "name", .doc = "node.name of its settings."},
    {.field = "boot_id", .doc = "Of its process: another one after each start."},
    {.field = "state", .doc = "here, reachable or unreachable, as the answering node sees it."},
    {.field = "address", .doc = "Where other nodes reach it."},
    {.field = "http", .doc = "Where its page and API are."},
    {.field = "roles", .doc = "What it does: shards, http, notifications."},
    {.field = "started", .doc = "When its process began."},
    {.field = "ready", .doc = "It answers commands and queries."},
    {.field = "trouble", .doc = "Why it is not ready, or not reached."},
    {.field = "leaving", .doc = "It is stopping; others take its partitions."},
    {.field = "partitions", .doc = "That it owns."},
    {.field = "lag", .doc = "Records that its projections are behind."},
    {.field = "clock_ahead_s", .doc = "Its clock less the answering node's, in seconds."},
    {.field = "heard_at", .doc = "When it was last heard of; null for the answering node."},
});
template <>
inline constexpr auto notes<cluster_partition> = std::to_array<note>({
    {.field = "owner", .doc = "The node of its newest claim; empty before the first."},
    {.field = "boot_id", .doc = "The owner's process."},
    {.field = "claim", .doc = "Number of the newest accepted claim."},
    {.field = "since", .doc = "When it was claimed, by the owner's clock."},
    {.field = "state", .doc = "open, claiming, catching up, closed, unreachable or unowned."},
    {.field = "commits", .doc = "Accepted commits."},
    {.field = "lag", .doc = "Records that the answering node's projections are behind."},
});
template <>
inline constexpr auto notes<projection_status> = std::to_array<note>({
    {.field = "version", .doc = "Its version; a new one is built beside the old."},
    {.field = "state", .doc = "live, or how far its building is."},
    {.field = "parked", .doc = "Streams it could not apply."},
});
template <>
inline constexpr auto notes<parked_stream> = std::to_array<note>({
    {.field = "id", .doc = "Names it for :retry and :skip."},
    {.field = "projection", .doc = "The projection that could not apply it."},
    {.field = "events", .doc = "Commits that wait."},
});
template <>
inline constexpr auto notes<done_view> = std::to_array<note>({{.field = "ok", .doc = "It is done."}});
template <>
inline constexpr auto notes<ready_view> = std::to_array<note>({
    {.field = "ready", .doc = "It answers commands and queries."}});
template <>
inline constexpr auto notes<document> = std::to_array<note>({{.field = "", .doc = "The document."}});

namespace {

std::string engine_of(services const& at) {
  if (!at.log) return "copy";
  return at.facts.log.find("Kafka") != std::string::npos ? "kafka" : "embedded";
}

void show_system(call_ptr c, none, none) {
  on_worker(std::move(c), [](call_ptr one) {
    auto const& at = *one->at;
    system_view out;
    out.version = at.facts.version;
    out.node = at.facts.node;
    out.engine = engine_of(at);
    out.log = at.facts.log;
    out.data = at.facts.data;
    out.ready = at.status->ready();
    out.read_only = at.facts.read_only;
    if (at.facts.until) out.until = *at.facts.until;
    out.uptime_seconds = static_cast<double>(now().us - at.facts.started.us) / 1e6;
    if (at.progress) out.position = to_text(at.progress->applied());
    out.partitions = at.status->partitions();
    out.projections = at.status->projections();
    out.warnings = at.status->warnings();
    answer(*one, to_json(out));
  });
}

void show_cluster(call_ptr c, none, none) {
  on_worker(std::move(c), [](call_ptr one) {
    auto out = one->at->status->cluster();
    out.at = now();
    answer(*one, to_json(out));
  });
}

void list_parked(call_ptr c, none, none) {
  on_worker(std::move(c),
            [](call_ptr one) { answer(*one, to_json(parked_page{one->at->status->parked()})); });
}

template <bool Retry>
void mend_parked(call_ptr c, none, plain_write) {
  on_worker(std::move(c), [](call_ptr one) {
    auto const done =
        Retry ? one->at->status->retry_parked(one->id()) : one->at->status->skip_parked(one->id());
    if (!done) return refuse(*one, done.error());
    answer(*one, to_json(done_view{}));
  });
}

void show_openapi(call_ptr c, none, none) { answer(*c, c->api->openapi()); }
void show_metrics(call_ptr c, none, none) { answer(*c, c->api->metrics_text()); }
void show_live(call_ptr c, none, none) { answer(*c, R"({"ok":true})"); }

void show_ready(call_ptr c, none, none) {
  ready_view out;
  out.ready = c->at->status->ready();
  if (!out.ready) out.why = c->at->status->why_not_ready();
  answer_facts facts;
  facts.status = out.ready ? 200 : 503;
  answer(*c, to_json(out), facts);
}

route open(route row, std::string_view media = "application/json") {
  row.outside = true;
  row.who = access::everybody;
  row.media = media;
  return row;
}

}  // namespace

std::vector<route> system_routes() {
  constexpr auto missing = errors(errc::not_found);
  return {
      get<system_view, &show_system>("/system", "system", "system show", "The node's state"),
      get<cluster_view, &show_cluster>("/cluster", "cluster", "cluster status",
                                       "Every node, and who owns which partition"),
      get<parked_page, &list_parked>("/projections/parked", "list_parked", "parked list",
                                     "Streams that a projection could not apply"),
      post<done_view, &mend_parked<true>>("/projections/parked/{id}:retry", "retry_parked",
                                          "parked retry", "Apply a parked stream again", missing),
      post<done_view, &mend_parked<false>>("/projections/parked/{id}:skip", "skip_parked",
                                           "parked skip",
                                           "Leave the first parked commit of a stream out", missing),
      open(get<document, &show_openapi>("/openapi.json", "openapi", {}, "This document")),
      open(get<done_view, &show_live>("/livez", "live", {}, "The process runs")),
      open(get<ready_view, &show_ready>("/readyz", "ready", {},
                                        "The node answers commands and queries",
                                        errors(errc::unavailable))),
      open(get<document, &show_metrics>("/metrics", "metrics", {}, "Figures for Prometheus"),
           "text/plain; version=0.0.4; charset=utf-8"),
  };
}

}  // namespace tracseq::http
