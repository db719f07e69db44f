#include <chrono>
#include <mutex>

#include "events/registry.hpp"
#include "node/http/api.hpp"
#include "node/http/event_feed.hpp"
#include "node/http/history.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/static_files.hpp"
#include "node/http/views.hpp"
#include "node/offline.hpp"
#include "projections/activity.hpp"
#include "projections/search.hpp"

namespace tracseq::http {
namespace {

constexpr std::size_t page_read_bytes = 16 * 1024;  // small, so that a page ends close behind what it shows
constexpr std::chrono::milliseconds page_read_patience{100};

struct event_params : read_options {
  std::string after;
  std::optional<std::uint32_t> limit;
  std::vector<std::string> types;
  std::string stream;
};
BOOST_DESCRIBE_STRUCT(event_params, (read_options), (after, limit, types, stream))

struct events_page {
  std::vector<raw_json> items;
  std::string position;
};
BOOST_DESCRIBE_STRUCT(events_page, (), (items, position))

struct activity_params {
  std::optional<std::uint32_t> limit;
};
BOOST_DESCRIBE_STRUCT(activity_params, (), (limit))

struct event_type_view {
  std::uint32_t id = 0;
  std::string name;
  std::uint16_t schema = 0;
};
BOOST_DESCRIBE_STRUCT(event_type_view, (), (id, name, schema))
struct event_types_page {
  std::vector<event_type_view> items;
};
BOOST_DESCRIBE_STRUCT(event_types_page, (), (items))

struct lab_view {
  std::uint64_t samples = 0;
  std::map<std::string, std::uint64_t> samples_by_state;
  std::map<std::string, std::uint64_t> samples_by_type;
  std::map<std::string, std::uint64_t> samples_by_project;
  std::map<std::string, std::uint64_t> storage_units;
  std::vector<unit_view> storage;
  std::map<std::string, std::uint64_t> runs_by_state;
  std::uint64_t unread = 0;
  bool first_run = false;
  std::vector<std::string> hints;
};
BOOST_DESCRIBE_STRUCT(lab_view, (),
                      (samples, samples_by_state, samples_by_type, samples_by_project, storage_units,
                       storage, runs_by_state, unread, first_run, hints))

struct checkpoints_view {
  std::vector<raw_json> items;
};
BOOST_DESCRIBE_STRUCT(checkpoints_view, (), (items))

}  // namespace

template <>
inline constexpr auto notes<event_params> = std::to_array<note>({
    {.field = "after", .doc = "A position; events behind it are given. Left out: from the beginning, or "
                              "for a stream of server-sent events from now on."},
    {.field = "limit", .doc = "Events in the page, 1 to 500; 100 where it is left out.", .min = 1, .max = 500},
    {.field = "as_of", .doc = "Only events that were recorded until then; not of a stream."},
    {.field = "types", .doc = "Names of events; left out, all.", .length_max = 100},
    {.field = "stream", .doc = "Only of this stream (sample/…) or of this kind (sample).", .length_max = 200},
});
template <>
inline constexpr auto notes<activity_params> = std::to_array<note>({limit_note});
template <>
inline constexpr auto notes<events_page> = std::to_array<note>({
    {.field = "items", .doc = "CloudEvents 1.0."},
    {.field = "position", .doc = "Where to go on: give it as after."},
});
template <>
inline constexpr auto notes<event_type_view> = std::to_array<note>({
    {.field = "id", .doc = "The number it has in the log, for ever."},
    {.field = "schema", .doc = "Its newest schema."},
});
template <>
inline constexpr auto notes<lab_view> = std::to_array<note>({
    {.field = "samples", .doc = "Samples in all."},
    {.field = "samples_by_state", .doc = "Samples by state."},
    {.field = "samples_by_type", .doc = "Samples by type."},
    {.field = "samples_by_project", .doc = "Samples by project."},
    {.field = "storage_units", .doc = "Storage units by kind."},
    {.field = "storage", .doc = "The outermost storage units."},
    {.field = "runs_by_state", .doc = "Runs by state."},
    {.field = "unread", .doc = "Messages you have not seen."},
    {.field = "first_run", .doc = "Nothing was recorded yet."},
    {.field = "hints", .doc = "What to do first."},
});

namespace {

event_filter filter_of(event_params const& asked) {
  event_filter out;
  out.names.insert(asked.types.begin(), asked.types.end());
  out.stream = asked.stream;
  return out;
}

void start_stream(call& c, event_params const& asked, std::string_view after) {
  auto& feed = c.api->feed();
  auto from = after.empty() ? result<position_vector>(feed.current()) : feed.check(after);
  if (!from) return refuse(c, from.error());
  response head;
  head.content_type = "text/event-stream";
  head.headers.assign(api_security_headers());
  head.add("X-Accel-Buffering", "no");
  head.add("X-Request-Id", c.request_id);
  c.api->observe(c, 200);
  if (c.request->method == method::head) return c.to.send(std::move(head));
  feed.subscribe(c.to.start(std::move(head)), *std::move(from), filter_of(asked));
}

void stream_events(call_ptr c, event_params const& asked) {
  auto const resume = c->request->header("last-event-id");
  std::string const after(resume.empty() ? asked.after : resume);
  if (!c->api->feed().has_to_ask(after)) return start_stream(*c, asked, after);
  on_worker(std::move(c), [asked, after](call_ptr one) { start_stream(*one, asked, after); });
}

void show_page(call_ptr c, event_params const& asked) {
  on_worker(std::move(c), [asked](call_ptr one) {
    auto const from = asked.after.empty() ? result<position_vector>(position_vector(one->at->facts.partitions, 0))
                                          : one->api->feed().check(asked.after);
    if (!from) return refuse(*one, from.error());
    auto until = one->api->feed().current();
    auto reader = feed_reader::open(*one->at, *from);
    if (!reader) return refuse(*one, reader.error());
    auto const filter = filter_of(asked);
    std::size_t const wanted = asked.limit.value_or(100);
    events_page out;
    out.position = to_text(*from);
    auto heard = std::chrono::steady_clock::now();
    while (out.items.size() < wanted && !reader->finished(until)) {
      auto const before = reader->position();
      auto events = reader->next(page_read_bytes, until, page_read_patience);
      if (!events) return refuse(*one, events.error());
      auto const current = std::chrono::steady_clock::now();
      if (reader->position() != before)
        heard = current;
      else
        until = one->api->feed().current();  // what has come behind it meanwhile may fill the reader
      // Half a page would pass for the end of history.
      if (current - heard > one->at->read_wait)
        return refuse(*one, because(errc::unavailable, "The log does not give its records at the moment. Repeat "
                                                       "the request in a moment."));
      for (auto& event : *events) {
        if (out.items.size() == wanted) break;
        out.position = to_text(event.after);
        bool const then = !asked.as_of || event.recorded_at <= *asked.as_of;
        if (then && filter.lets(event.name, event.stream)) out.items.push_back({std::move(event.json)});
      }
      if (out.items.size() < wanted) out.position = to_text(reader->position());
    }
    answer(*one, to_json(out));
  });
}

void do_events(call_ptr c, event_params asked, none) {
  if (c->request->header("accept").find("text/event-stream") != std::string_view::npos) {
    if (asked.as_of)
      return refuse(*c, field_error({{"/query/as_of", "present_only", "is not taken: a stream tells what happens from "
                                                                      "now on. Leave as_of out, or ask for JSON."}}));
    return stream_events(std::move(c), asked);
  }
  when_readable(std::move(c), [asked](call_ptr one) { show_page(std::move(one), asked); });
}

void show_activity(call_ptr c, activity_params asked, none) {
  when_readable(std::move(c), [asked](call_ptr one) {
    auto const view = one->at->view();
    list_of<history_view> out;
    for (auto const& event : activity_query(*view).latest(asked.limit.value_or(50)))
      out.items.push_back(view_of(event));
    answer(*one, to_json(out));
  });
}

void show_lab(call_ptr c, none, none) {
  when_readable(std::move(c), [](call_ptr one) {
    auto const view = one->at->view();
    lab_view out;
    auto counts = samples_query(*view).counts();
    out.samples = counts.total;
    out.samples_by_state = std::move(counts.by_state);
    out.samples_by_type = std::move(counts.by_type);
    out.samples_by_project = std::move(counts.by_project);
    storage_query const units(*view);
    out.storage_units = units.counts();
    if (auto const roots = units.children(std::nullopt, {}, 50))
      for (auto const& root : roots->rows)
        out.storage.push_back(view_of(root.unit, units.path(root.unit.id), root.children));
    out.runs_by_state = runs_query(*view).counts_by_state();
    out.unread = inbox_query(*view).unread(one->who.subject);
    out.first_run = out.samples == 0 && out.storage_units.empty() && out.runs_by_state.empty();
    if (out.samples == 0) out.hints.emplace_back("Import a sheet of samples, or register one by hand.");
    if (out.storage_units.empty())
      out.hints.emplace_back("Add a freezer and a box, so that tubes have a place.");
    answer(*one, to_json(out));
  });
}

void list_event_types(call_ptr c, none, none) {
  event_types_page out;
  for (auto const& type : all_event_types())
    out.items.push_back({type.id, std::string(type.name), type.schema});
  answer(*c, to_json(out));
}

void do_verify(call_ptr c, none, none) {
  on_worker(std::move(c), [](call_ptr one) {
    // It takes as long as the history is, and lists need workers, too.
    static std::mutex walking;
    std::unique_lock alone(walking, std::try_to_lock);
    if (!alone)
      return refuse(*one, because(errc::overloaded, "The history is being verified already, for another request. "
                                                    "Repeat it later."));
    auto const report = one->at->status->verify();
    alone.unlock();  // before it is answered: who has the answer may ask again
    if (!report) return refuse(*one, report.error());
    answer(*one, to_json(*report));
  });
}

void list_checkpoints(call_ptr c, none, none) {
  checkpoints_view out;
  for (auto& one : c->at->status->checkpoints()) out.items.push_back({std::move(one)});
  answer(*c, to_json(out));
}

/// The timeline of any stream: streams that have no resource of their own.
void stream_history(call_ptr c, history_query asked, none) {
  when_readable(std::move(c), [asked](call_ptr one) {
    auto stream = one->params[0] + "/" + one->params[1];
    answer_history(std::move(one), std::move(stream), asked);
  });
}

}  // namespace

std::vector<route> event_routes() {
  auto events = get<events_page, &do_events>(
      "/events", "events", {}, "Events in the order of the log; as server-sent events, as they happen");
  events.streams = true;
  return {
      events,
      get<list_of<history_view>, &show_activity>("/activity", "activity", "activity list",
                                                 "What happened last in the laboratory"),
      get<lab_view, &show_lab>("/lab", "lab", "lab show", "The laboratory in numbers"),
      get<event_types_page, &list_event_types>("/event-types", "event_types", {},
                                               "Every kind of event there is"),
      get<list_of<history_view>, &stream_history>("/streams/{kind}/{key}/history", "stream_history", {},
                                                  "What happened to any stream",
                                                  errors(errc::not_found)),
      get<offline::audit_report, &do_verify>("/audit/verify", "verify_audit", {},
                                             "Walk the chain of the whole history",
                                             errors(errc::corrupt, errc::overloaded, errc::unsupported)),
      get<checkpoints_view, &list_checkpoints>("/audit/checkpoints", "checkpoints", {},
                                               "Heads of the chain that were written elsewhere"),
  };
}

}  // namespace tracseq::http
