#include "actors/barcode.hpp"
#include "actors/sample.hpp"
#include "events/barcode_label.hpp"
#include "node/http/bodies.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/relocate.hpp"
#include "node/http/resource.hpp"
#include "node/http/router.hpp"
#include "node/http/sample_registration.hpp"
#include "node/http/sample_resource.hpp"
#include "projections/as_of.hpp"

namespace tracseq::http {
namespace {

namespace give = commands::sample;

struct sample_query : read_options {
  std::vector<sample_state> state;
  std::optional<std::string> project;
  std::optional<sample::sample_type> type;
  std::string q;
  std::string unit;
  std::string import_id;
  std::string sort;
  std::optional<std::uint32_t> limit;
  std::string cursor;
};
BOOST_DESCRIBE_STRUCT(sample_query, (read_options),
                      (state, project, type, q, unit, import_id, sort, limit, cursor))

}  // namespace

template <>
inline constexpr auto notes<sample_query> = std::to_array<note>({
    limit_note,
    {.field = "sort", .doc = "The order; - in front turns it round. Newest first where it is left out.",
     .words = "created_at -created_at name -name updated_at -updated_at"},
    {.field = "unit", .doc = "Only samples that stand in this unit: id, label or exact name."},
    {.field = "project", .doc = "Only samples of this project; empty = of none."},
    {.field = "type", .doc = "Only samples of this type."},
});

namespace {

void show_sample(call_ptr c, read_options, none) {
  when_readable(std::move(c), [](call_ptr asker) {
    if (!asker->as_of)
      return with_thing<sample_resource>(std::move(asker),
                         [](call_ptr one, uuid const& id) { sample_resource::show(one, id, {}); });
    on_worker(std::move(asker), [](call_ptr past) {
      auto const view = past->at->view();
      auto const id = find_thing(*view, sample::kind, past->id());
      if (!id) return refuse(*past, id.error());
      auto row = sample_as_of(*view, *id, *past->as_of);
      if (!row)
        return refuse(*past, because(errc::not_found, "This sample was not registered yet at " +
                                                        to_rfc3339(*past->as_of) + "."));
      auto shown = view_of(std::move(*row), *view, *past->at);
      shown.as_of = past->as_of;
      answer(*past, to_json(shown));
    });
  });
}

result<sample_list_request> list_request(read_view const& view, sample_query const& asked) {
  sample_list_request out;
  out.filter.project = asked.project;
  out.filter.states = asked.state;
  out.filter.type = asked.type;
  out.filter.text = asked.q;
  if (!asked.unit.empty()) {
    auto const unit = find_unit(view, asked.unit);
    if (!unit) return tl::unexpected(unit.error());
    out.filter.unit_id = *unit;
  }
  if (!asked.import_id.empty()) out.filter.import_id = parse_uuid(asked.import_id).value_or(uuid{});
  std::string_view sort = asked.sort.empty() ? std::string_view("-created_at") : asked.sort;
  out.descending = sort.starts_with('-');
  if (out.descending) sort.remove_prefix(1);
  boost::describe::enum_from_string(std::string(sort).c_str(), out.sort);
  out.cursor = asked.cursor;
  out.limit = asked.limit.value_or(50);
  return out;
}

void answer_samples(call& c, read_view const& view, page<sample_row> page,
                    sample_query const& asked, std::optional<std::uint64_t> total) {
  list_of<sample_view> out;
  for (auto& row : page.rows) out.items.push_back(view_of(std::move(row), view, *c.at));
  if (!page.next_cursor.empty()) out.next = page.next_cursor;
  out.total = total;
  out.as_of = asked.as_of;
  answer_facts facts;
  facts.link = next_link(c, page.next_cursor);
  answer(c, to_json(out), facts);
}

void list_samples(call_ptr c, sample_query asked, none) {
  when_readable(std::move(c), [asked = std::move(asked)](call_ptr asker) {
    on_worker(std::move(asker), [asked](call_ptr one) {
      auto const view = one->at->view();
      auto const request = list_request(*view, asked);
      if (!request) return refuse(*one, request.error());
      if (asked.as_of) {
        if (request->sort != sample_sort::created_at)
          return refuse(*one, field_error({{"/query/sort", "present_only",
                                            "is not taken of a past moment, which is listed in the order of creation: "
                                            "created_at, -created_at, or leave it out."}}));
        auto page = samples_as_of(*view, request->filter, *asked.as_of, request->cursor, request->limit,
                                  request->descending ? direction::backward : direction::forward);
        if (!page) return refuse(*one, page.error());
        return answer_samples(*one, *view, *std::move(page), asked, std::nullopt);
      }
      samples_query const samples(*view);
      auto page = samples.list(*request);
      if (!page) return refuse(*one, page.error());
      answer_samples(*one, *view, *std::move(page), asked, samples.total(request->filter));
    });
  });
}

/// Answered from its own events: who registers tubes all day need not wait for the rows. A read that comes
/// behind it does (`when_readable`).
void do_register(call_ptr c, none, register_sample asked) {
  write_options const why = asked;
  register_one(std::move(c), std::move(asked), [why](call_ptr done, command_reply const& reply) {
    auto const id = parse_uuid(stream_key(reply.stream)).value_or(uuid{});
    auto facts = facts_of(*done, reply);
    facts.location = std::string(api_base) + "/samples/" + to_string(id);
    if (auto row = registered_row(*done, why, reply)) {
      hold_turn_until_shown(done, reply);
      return answer(*done, to_json(view_of(*std::move(row), *done->at->view(), *done->at)), facts);
    }
    when_shown(std::move(done), reply, [id, facts](call_ptr shown, command_reply const&) {
      sample_resource::show(shown, id, facts);
    });
  });
}

void do_correct(call_ptr c, none, correct_sample asked) {
  auto patch = patch_of(asked, *c->at);
  if (!patch) return refuse(*c, patch.error());
  command_thing<sample_resource>(std::move(c), asked, give::correct{*std::move(patch)});
}

void do_relabel(call_ptr c, none, relabel_sample asked) {
  with_thing<sample_resource>(std::move(c), [&](call_ptr asker, uuid const& id) {
    relabel_one(std::move(asker), id, asked, [id](call_ptr done, command_reply const& reply) {
      sample_resource::show(done, id, facts_of(*done, reply));
    });
  });
}

/// The end of a process about a sample: answered with the sample, whose version is its own.
on_reply answer_moved(uuid const& id) {
  return [id](call_ptr const& done, command_reply const& reply) {
    auto facts = facts_of(*done, reply);
    facts.version.reset();
    sample_resource::show(done, id, facts);
  };
}

void do_place(call_ptr c, none, place_sample asked) {
  with_thing<sample_resource>(std::move(c), [&](call_ptr asker, uuid const& id) {
    auto const view = asker->at->view();
    auto const unit = find_unit(*view, asked.unit);
    if (!unit) {
      auto why = unit.error();
      why.problems.push_back({"/unit", std::string(describe(why.code).name), why.detail});
      return refuse(*asker, why);
    }
    relocation_wish wish{stream_name(sample::kind, id), *unit, asked.slot, {}, {}, asked.override_reason};
    relocate(std::move(asker), asked, wish, answer_moved(id));
  });
}

void do_take_out(call_ptr c, none, take_out_sample asked) {
  with_thing<sample_resource>(std::move(c), [&](call_ptr asker, uuid const& id) {
    relocation_wish wish{stream_name(sample::kind, id), {}, {}, asked.purpose, asked.due_at, {}};
    relocate(std::move(asker), asked, wish, answer_moved(id));
  });
}

void do_discard(call_ptr c, none, discard_sample asked) {
  with_thing<sample_resource>(std::move(c), [&](call_ptr asker, uuid const& id) {
    discard(std::move(asker), asked, id, asked.how, answer_moved(id));
  });
}

}  // namespace

std::vector<route> sample_routes() {
  return with_verbs<sample_resource>({
      from_events(post<sample_view, &do_register>("/samples", "register_sample", "sample register",
                                                  "Register a sample", errors(errc::already_exists), 201)),
      get<list_of<sample_view>, &list_samples>("/samples", "list_samples", "sample list",
                                               "List samples", errors(errc::not_found, errc::conflict)),
      get<sample_view, &show_sample>("/samples/{id}", "show_sample", "sample show", "Show a sample",
                                     missing),
      get<list_of<history_view>, &thing_history<sample_resource>>(
          "/samples/{id}/history", "sample_history", "sample history", "What happened to a sample",
          missing),
      post<sample_view, &do_correct>("/samples/{id}:correct", "correct_sample", "sample correct",
                                     "Put wrong details of a sample right", ruled),
      post<sample_view, &do_relabel>("/samples/{id}:relabel", "relabel_sample", "sample relabel",
                                     "Give a sample a new label", ruled),
      may_take_long(post<sample_view, &do_place>("/samples/{id}:place", "place_sample", "sample place",
                                                 "Put a tube into a place, or move it to another", ruled)),
      may_take_long(post<sample_view, &do_take_out>("/samples/{id}:take-out", "take_out_sample",
                                                    "sample take-out", "Take a tube out of storage", ruled)),
      may_take_long(post<sample_view, &do_discard>("/samples/{id}:discard", "discard_sample",
                                                   "sample discard", "Discard a sample", ruled)),
  });
}

}  // namespace tracseq::http
