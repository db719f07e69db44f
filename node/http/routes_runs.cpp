#include <algorithm>

#include "actors/sequencing_run.hpp"
#include "node/http/bodies.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/resource.hpp"
#include "node/http/router.hpp"
#include "projections/as_of.hpp"
#include "projections/search.hpp"

namespace tracseq::http {
namespace {

namespace give = commands::sequencing_run;

struct run_query : read_options {
  std::vector<run_state> state;
  std::optional<std::string> project;
  std::string q;
  std::string sample;
  std::optional<std::uint32_t> limit;
  std::string cursor;
};
BOOST_DESCRIBE_STRUCT(run_query, (read_options), (state, project, q, sample, limit, cursor))

}  // namespace

template <>
inline constexpr auto notes<run_query> = std::to_array<note>({
    limit_note,
    {.field = "project", .doc = "Only runs of this project."},
    {.field = "q", .doc = "Begins a name, a word of it or a flow cell's label.", .length_max = 100},
    {.field = "sample", .doc = "Only runs that this sample is on: id or label."},
});

namespace {

struct run_resource {
  using command = commands::sequencing_run::command;
  using view = run_view;
  static constexpr std::string_view kind = sequencing_run::kind;
  static constexpr std::string_view path = "/runs";
  static constexpr std::string_view noun = "run";
  static constexpr std::string_view cli = "run";
  static result<uuid> find(read_view const& rows, std::string_view text) {
    return find_thing(rows, kind, text);
  }
  static void show(call_ptr const& c, uuid const& id, answer_facts facts) {
    auto const rows = c->at->view();
    auto const row = runs_query(*rows).get(id);
    if (!row) return refuse(*c, no_such(kind, to_string(id)));
    if (!facts.version) facts.version = row->version;
    answer(*c, to_json(view_of(*row)), facts);
  }
};

void show_run(call_ptr c, read_options, none) {
  when_readable(std::move(c), [](call_ptr asker) {
    with_thing<run_resource>(std::move(asker), [](call_ptr one, uuid const& id) {
      if (!one->as_of) return run_resource::show(one, id, {});
      on_worker(std::move(one), [id](call_ptr past) {
        auto const row = run_as_of(*past->at->view(), id, *past->as_of);
        if (!row)
          return refuse(*past, because(errc::not_found, "This run was not planned yet at " +
                                                            to_rfc3339(*past->as_of) + "."));
        auto shown = view_of(*row);
        shown.as_of = past->as_of;
        answer(*past, to_json(shown));
      });
    });
  });
}

bool lets(run_query const& asked, run_row const& row) {
  if (asked.project && *asked.project != row.project) return false;
  return asked.state.empty() ||
         std::find(asked.state.begin(), asked.state.end(), row.state) != asked.state.end();
}

bool carries(run_row const& row, uuid const& sample_id) {
  return std::ranges::any_of(row.lane_samples, [&](auto const& one) { return one.sample_id == sample_id; });
}

result<page<run_row>> named_runs(read_view const& view, run_query const& asked, std::optional<uuid> const& sample_id) {
  runs_query const runs(view);
  auto const row_of = [&](std::string const& stream) {
    auto const id = parse_uuid(stream_key(stream));
    return id ? runs.get(*id) : std::nullopt;
  };
  auto const wanted = [&](std::string const& stream) {
    auto const row = row_of(stream);
    return row && lets(asked, *row) && (!sample_id || carries(*row, *sample_id));
  };
  std::string filter = asked.project.value_or("") + "/" + asked.sample;
  for (auto const state : asked.state) filter.append("/").append(boost::describe::enum_to_string(state, ""));
  auto const streams = search_query(view).list(asked.q, sequencing_run::kind, filter, wanted, asked.cursor,
                                               asked.limit.value_or(50));
  if (!streams) return tl::unexpected(streams.error());
  page<run_row> out;
  for (auto const& stream : streams->rows) out.rows.push_back(*row_of(stream));
  out.next_cursor = streams->next_cursor;
  return out;
}

result<page<run_row>> find_runs(read_view const& view, run_query const& asked) {
  auto const limit = asked.limit.value_or(50);
  std::optional<uuid> sample_id;
  if (!asked.sample.empty()) {
    auto const found = find_thing(view, sample::kind, asked.sample);
    if (!found) return tl::unexpected(found.error());
    sample_id = *found;
  }
  if (asked.as_of)
    return runs_as_of(view, *asked.as_of, asked.cursor, limit, [&](run_row const& row) {
      return lets(asked, row) && (!sample_id || carries(row, *sample_id)) &&
             (asked.q.empty() ||
              was_found_by(view, asked.q, stream_name(sequencing_run::kind, row.id), *asked.as_of));
    });
  if (!asked.q.empty()) return named_runs(view, asked, sample_id);
  // Few, so in one page.
  if (sample_id) return page<run_row>{runs_query(view).of_sample(*sample_id), {}};
  run_list_request request;
  if (asked.state.size() == 1) request.state = asked.state.front();
  request.project = asked.project;
  request.cursor = asked.cursor;
  request.limit = limit;
  return runs_query(view).list(request);
}

void list_runs(call_ptr c, run_query asked, none) {
  when_readable(std::move(c), [asked = std::move(asked)](call_ptr asker) {
    on_worker(std::move(asker), [asked](call_ptr one) {
      auto const view = one->at->view();
      auto const page = find_runs(*view, asked);
      if (!page) return refuse(*one, page.error());
      list_of<run_view> out;
      for (auto const& row : page->rows)
        if (lets(asked, row)) out.items.push_back(view_of(row));
      if (!page->next_cursor.empty()) out.next = page->next_cursor;
      out.as_of = asked.as_of;
      answer_facts facts;
      facts.link = next_link(*one, page->next_cursor);
      answer(*one, to_json(out), facts);
    });
  });
}

void do_plan(call_ptr c, none, plan_run asked) {
  auto made = [](call_ptr one, command_reply const& reply) {
    auto const id = parse_uuid(stream_key(reply.stream)).value_or(uuid{});
    auto facts = facts_of(*one, reply);
    facts.location = std::string(api_base) + "/runs/" + to_string(id);
    run_resource::show(one, id, facts);
  };
  auto begin = [asked, made](call_ptr one) {
    give::plan const command{asked.name,      asked.instrument,          asked.instrument_model,
                             asked.flow_cell, asked.lanes.value_or(0),   asked.read_structure,
                             asked.project};
    std::vector<command_request> group;
    group.push_back(
        make_request(*one, asked,
                     make_command(stream_name(sequencing_run::kind, picked_id(*one, sequencing_run::kind)), command)));
    submit(std::move(one), std::move(group), made);
  };
  once(std::move(c), std::move(begin), made);
}

/// The sample a lane command names; refuses with the field where there is none.
std::optional<sample_row> lane_sample_row(call& c, std::string const& text) {
  auto const view = c.at->view();
  auto const id = find_thing(*view, sample::kind, text);
  auto row = id ? samples_query(*view).get(*id) : std::nullopt;
  if (!row) {
    auto why = id ? no_such(sample::kind, text) : id.error();
    why.problems.push_back({"/sample", "not_found", why.detail});
    refuse(c, why);
  }
  return row;
}

void do_assign(call_ptr c, none, assign_to_lane asked) {
  auto const row = lane_sample_row(*c, asked.sample);
  if (!row) return;
  give::assign_sample const command{asked.lane,
                                    row->id,
                                    row->details.name,
                                    boost::describe::enum_to_string(row->state, ""),
                                    asked.index_i7,
                                    asked.index_i5,
                                    asked.override_reason};
  command_thing<run_resource>(std::move(c), asked, command);
}
void do_remove(call_ptr c, none, remove_from_lane asked) {
  auto const row = lane_sample_row(*c, asked.sample);
  if (!row) return;
  command_thing<run_resource>(std::move(c), asked, give::remove_sample{asked.lane, row->id});
}

}  // namespace

std::vector<route> run_routes() {
  return with_verbs<run_resource>({
      post<run_view, &do_plan>("/runs", "plan_run", "run plan", "Plan a sequencing run", 0, 201),
      get<list_of<run_view>, &list_runs>("/runs", "list_runs", "run list", "List sequencing runs",
                               missing),
      get<run_view, &show_run>("/runs/{id}", "show_run", "run show", "Show a sequencing run", missing),
      get<list_of<history_view>, &thing_history<run_resource>>(
          "/runs/{id}/history", "run_history", "run history", "What happened to a run", missing),
      post<run_view, &do_assign>("/runs/{id}:assign", "assign_sample_to_lane", "run assign",
                                 "Put a sample on a lane", ruled),
      post<run_view, &do_remove>("/runs/{id}:remove", "remove_sample_from_lane", "run remove",
                                 "Take a sample off a lane", ruled),
  });
}

}  // namespace tracseq::http
