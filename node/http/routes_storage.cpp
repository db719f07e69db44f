#include "actors/barcode.hpp"
#include "actors/storage_unit.hpp"
#include "node/http/bodies.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/relocate.hpp"
#include "node/http/resource.hpp"
#include "node/http/router.hpp"
#include "node/http/sample_registration.hpp"
#include "projections/as_of.hpp"
#include "projections/search.hpp"

namespace tracseq::http {
namespace {

namespace give = commands::storage_unit;

struct unit_query : read_options {
  std::string parent;
  std::optional<storage_unit::unit_kind> kind;
  std::string q;
  std::optional<std::uint32_t> limit;
  std::string cursor;
};
BOOST_DESCRIBE_STRUCT(unit_query, (read_options), (parent, kind, q, limit, cursor))

}  // namespace

template <>
inline constexpr auto notes<unit_query> = std::to_array<note>({
    limit_note,
    {.field = "parent", .doc = "Units that stand in this one: id, label or exact name; root, or left out: in none."},
    {.field = "kind", .doc = "Only units of this kind."},
    {.field = "q", .doc = "Begins a name, a word of it or a label; anywhere in the laboratory unless a parent is given.", .length_max = 100},
});

namespace {

struct unit_resource {
  using command = commands::storage_unit::command;
  using view = unit_view;
  static constexpr std::string_view kind = storage_unit::kind;
  static constexpr std::string_view path = "/storage-units";
  static constexpr std::string_view noun = "storage_unit";
  static constexpr std::string_view cli = "storage";
  static result<uuid> find(read_view const& rows, std::string_view text) {
    return find_unit(rows, text);
  }
  static void show(call_ptr const& c, uuid const& id, answer_facts facts) {
    auto const rows = c->at->view();
    auto const row = storage_query(*rows).get(id);
    if (!row) return refuse(*c, no_such(kind, to_string(id)));
    if (!facts.version) facts.version = row->version;
    answer(*c, to_json(view_of(*row, *rows)), facts);
  }
};

error not_yet(call const& c) {
  return because(errc::not_found,
                 "This storage unit was not there yet at " + to_rfc3339(*c.as_of) + ".");
}

void show_unit(call_ptr c, read_options, none) {
  when_readable(std::move(c), [](call_ptr asker) {
    with_thing<unit_resource>(std::move(asker), [](call_ptr one, uuid const& id) {
      if (!one->as_of) return unit_resource::show(one, id, {});
      on_worker(std::move(one), [id](call_ptr past) {
        auto const view = past->at->view();
        auto const row = unit_as_of(*view, id, *past->as_of);
        if (!row) return refuse(*past, not_yet(*past));
        auto const children = units_as_of(*view, {.parent = id}, *past->as_of, {}, page_rows_max);
        auto shown = view_of(*row, path_as_of(*view, id, *past->as_of),
                             children ? children->rows.size() : 0);
        shown.as_of = past->as_of;
        answer(*past, to_json(shown));
      });
    });
  });
}

void answer_units(call& c, list_of<unit_view> out, std::string const& cursor) {
  if (!cursor.empty()) out.next = cursor;
  out.as_of = c.as_of;
  answer_facts facts;
  facts.link = next_link(c, cursor);
  answer(c, to_json(out), facts);
}

void find_units(call& c, read_view const& view, unit_query const& asked, std::optional<uuid> const& parent) {
  storage_query const units(view);
  auto const row_of = [&](std::string const& stream) {
    auto const id = parse_uuid(stream_key(stream));
    return id ? units.get(*id) : std::nullopt;
  };
  auto const wanted = [&](std::string const& stream) {
    auto const row = row_of(stream);
    return row && (!asked.kind || *asked.kind == row->kind) && (asked.parent.empty() || row->parent_id == parent);
  };
  auto const filter = (asked.kind ? boost::describe::enum_to_string(*asked.kind, "") : "") + ("/" + asked.parent);
  auto const page =
      search_query(view).list(asked.q, storage_unit::kind, filter, wanted, asked.cursor, asked.limit.value_or(50));
  if (!page) return refuse(c, page.error());
  list_of<unit_view> out;
  for (auto const& stream : page->rows) out.items.push_back(view_of(*row_of(stream), view));
  answer_units(c, std::move(out), page->next_cursor);
}

void list_units(call_ptr c, unit_query asked, none) {
  when_readable(std::move(c), [asked = std::move(asked)](call_ptr asker) {
    on_worker(std::move(asker), [asked](call_ptr one) {
      auto const view = one->at->view();
      std::optional<uuid> parent;
      if (!asked.parent.empty() && asked.parent != "root") {
        auto const id = find_unit(*view, asked.parent);
        if (!id) return refuse(*one, id.error());
        parent = *id;
      }
      if (!asked.q.empty() && !asked.as_of) return find_units(*one, *view, asked, parent);
      list_of<unit_view> out;
      auto const limit = asked.limit.value_or(50);
      if (asked.as_of) {
        unit_filter const filter{!asked.q.empty() && asked.parent.empty(), parent, asked.kind, asked.q};
        auto const page = units_as_of(*view, filter, *asked.as_of, asked.cursor, limit);
        if (!page) return refuse(*one, page.error());
        for (auto const& row : page->rows)
          out.items.push_back(view_of(row, path_as_of(*view, row.id, *asked.as_of), 0));
        return answer_units(*one, std::move(out), page->next_cursor);
      }
      storage_query const units(*view);
      auto const page = units.children(parent, asked.cursor, limit, asked.kind);
      if (!page) return refuse(*one, page.error());
      for (auto const& row : page->rows)
        out.items.push_back(view_of(row.unit, units.path(row.unit.id), row.children));
      answer_units(*one, std::move(out), page->next_cursor);
    });
  });
}

map_slot_view slot_of(slot_view const& one) {
  map_slot_view out;
  out.slot = one.slot.slot;
  out.state = one.slot.state;
  out.occupant = {one.slot.occupant,
                  std::string(stream_key(one.slot.occupant)),
                  one.occupant_kind.empty() ? std::string(stream_kind(one.slot.occupant))
                                            : one.occupant_kind,
                  one.slot.occupant_label,
                  one.barcode,
                  one.project,
                  one.occupant_state};
  return out;
}

void show_map(call_ptr c, read_options, none) {
  when_readable(std::move(c), [](call_ptr asker) {
    on_worker(std::move(asker), [](call_ptr one) {
      auto const view = one->at->snapshot();
      auto const id = find_unit(*view, one->id());
      if (!id) return refuse(*one, id.error());
      storage_query const units(*view);
      auto const row = one->as_of ? unit_as_of(*view, *id, *one->as_of) : units.get(*id);
      if (!row) return refuse(*one, one->as_of ? not_yet(*one) : no_such(storage_unit::kind, one->id()));
      map_view out;
      out.unit = one->as_of ? view_of(*row, path_as_of(*view, *id, *one->as_of), 0) : view_of(*row, *view);
      out.rows = row->layout.rows;
      out.columns = row->layout.columns;
      out.count = row->layout.count;
      out.as_of = one->as_of;
      auto const slots = one->as_of ? slots_as_of(*view, *id, *one->as_of) : units.slots(*id);
      for (auto const& slot : slots) out.slots.push_back(slot_of(slot));
      if (auto const left = units.departures(*id))
        for (auto const& gone : left->rows)
          if (!one->as_of || gone.at <= *one->as_of)
            out.left.push_back(
                {gone.slot, gone.occupant_label, gone.occupant, gone.to, gone.by, gone.at});
      answer_facts facts;
      if (!one->as_of) facts.version = row->version;
      answer(*one, to_json(out), facts);
    });
  });
}

/// The unit is there; now it goes into its parent, if one was given.
void put_into_parent(call_ptr c, add_unit const& asked, uuid const& id, command_reply const& reply) {
  auto facts = facts_of(*c, reply);
  facts.status = 201;
  facts.location = std::string(api_base) + "/storage-units/" + to_string(id);
  if (asked.parent.empty()) return unit_resource::show(c, id, facts);
  auto const view = c->at->view();
  auto const row = storage_query(*view).get(id);
  if (row && row->parent_id) {  // a repeat: it stands there already
    facts.version.reset();
    return unit_resource::show(c, id, facts);
  }
  auto const parent = find_unit(*view, asked.parent);
  if (!parent) return refuse(*c, parent.error());
  // The move is a command of its own, with an id that follows from this one's.
  c->command_id = derive_uuid(c->command_id, "move");
  relocation_wish const wish{stream_name(storage_unit::kind, id), *parent, asked.slot, {}, {}, {}};
  relocate(
      std::move(c), asked, wish,
      [id, facts](call_ptr done, command_reply const& moved) mutable {
        facts.version.reset();
        facts.position = position_of(*done, moved);
        unit_resource::show(done, id, facts);
      },
      [name = asked.name](call_ptr done, error const& why) {
        refuse(*done, {why.code, "\"" + name + "\" was added, but it does not stand in its parent: " + why.detail,
                       why.problems});
      });
}

give::add command_of(add_unit const& asked) {
  give::add out;
  out.unit = asked.kind;
  out.unit_name = asked.name;
  if (asked.layout)
    out.layout = storage_unit::layout{asked.layout->rows, asked.layout->columns, asked.layout->count};
  out.temperature = temperature_of(asked.temperature);
  out.project = asked.project;
  return out;
}

void add_one(call_ptr c, add_unit const& asked, on_reply then) {
  auto command = command_of(asked);
  if (asked.barcode.empty()) {
    auto const stream = stream_name(storage_unit::kind, picked_id(*c, storage_unit::kind));
    std::vector<command_request> group;
    group.push_back(make_request(*c, asked, make_command(stream, command)));
    return submit(std::move(c), std::move(group), then);
  }
  with_label(std::move(c), asked.barcode,
             [asked, command, then](call_ptr one, std::string label, bool) mutable {
               auto const label_stream = stream_name(barcode::kind, label);
               auto const stream = stream_name(
                   storage_unit::kind, picked_id_beside(*one, storage_unit::kind, label_stream));
               command.barcode = label;
               commands::barcode::assign const assign{label, stream, asked.name, {}, false};
               std::vector<command_request> group;
               group.push_back(make_request(*one, asked, make_command(label_stream, assign)));
               group.push_back(make_request(*one, asked, make_command(stream, command)));
               submit(std::move(one), std::move(group), then);
             });
}

void do_add(call_ptr c, none, add_unit asked) {
  if (!asked.parent.empty()) {
    // What is surely wrong is said before anything is made.
    auto const view = c->at->view();
    auto const parent = find_unit(*view, asked.parent);
    if (!parent) {
      auto why = parent.error();
      why.problems.push_back({"/parent", std::string(describe(why.code).name), why.detail});
      return refuse(*c, why);
    }
    auto const row = storage_query(*view).get(*parent);
    if (row && row->kind >= asked.kind) {
      auto const detail = "A " + kind_words(boost::describe::enum_to_string(asked.kind, "")) +
                          " cannot stand in a " +
                          kind_words(boost::describe::enum_to_string(row->kind, "")) + ".";
      return refuse(*c, error{errc::rule_violation, detail, {{"/parent", "wrong_kind", detail}}});
    }
  }
  auto made = [asked](call_ptr one, command_reply const& reply) {
    auto const id = parse_uuid(stream_key(reply.stream)).value_or(uuid{});
    put_into_parent(std::move(one), asked, id, reply);
  };
  once(
      std::move(c), [asked, made](call_ptr one) { add_one(std::move(one), asked, made); }, made);
}

void do_move(call_ptr c, none, move_unit asked) {
  with_thing<unit_resource>(std::move(c), [&](call_ptr asker, uuid const& id) {
    auto const view = asker->at->view();
    relocation_wish wish;
    wish.thing = stream_name(storage_unit::kind, id);
    wish.slot = asked.slot;
    wish.override_reason = asked.override_reason;
    if (!asked.unit.empty()) {
      auto const to = find_unit(*view, asked.unit);
      if (!to) return refuse(*asker, to.error());
      wish.to = *to;
    }
    relocate(std::move(asker), asked, wish, [id](call_ptr done, command_reply const& reply) {
      auto facts = facts_of(*done, reply);
      facts.version.reset();
      unit_resource::show(done, id, facts);
    });
  });
}

void do_rename(call_ptr c, none, rename_unit asked) {
  command_thing<unit_resource>(std::move(c), asked, give::rename{asked.name});
}

/// Several units may have the name that was given.
constexpr auto named = errors(errc::not_found, errc::conflict);

}  // namespace

std::vector<route> storage_routes() {
  return with_verbs<unit_resource>({
      post<unit_view, &do_add>("/storage-units", "add_storage_unit", "storage add",
                               "Add a storage unit", ruled, 201),
      get<list_of<unit_view>, &list_units>("/storage-units", "list_storage_units", "storage list",
                                           "List storage units", named),
      get<unit_view, &show_unit>("/storage-units/{id}", "show_storage_unit", "storage show",
                                 "Show a storage unit", named),
      get<map_view, &show_map>("/storage-units/{id}/map", "show_storage_map", "storage map",
                               "Show what stands in a storage unit", named),
      get<list_of<history_view>, &thing_history<unit_resource>>(
          "/storage-units/{id}/history", "storage_unit_history", "storage history",
          "What happened to a storage unit", named),
      may_take_long(post<unit_view, &do_move>("/storage-units/{id}:move", "move_storage_unit", "storage move",
                                              "Move a storage unit with all in it", ruled)),
      post<unit_view, &do_rename>("/storage-units/{id}:rename", "rename_storage_unit",
                                  "storage rename", "Rename a storage unit", ruled),
  });
}

}  // namespace tracseq::http
