#include "actors/command_codec.hpp"
#include "actors/discard.hpp"
#include "actors/move.hpp"
#include "actors/sheet_import.hpp"
#include "node/http/bodies.hpp"
#include "node/http/commands.hpp"
#include "node/http/history.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/views.hpp"
#include "projections/relocations.hpp"

namespace tracseq::http {
namespace {

constexpr std::size_t open_relocations_max = 1'000;  // in one state
constexpr std::size_t imports_max = 10'000;          // looked at, ended or not

struct process_view {
  uuid id;
  std::string kind;
  std::string state;
  std::string summary;
  std::string entity;
  std::string why;
  instant created_at;
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(process_view, (),
                      (id, kind, state, summary, entity, why, created_at, updated_at, created_by,
                       version))

BOOST_DEFINE_ENUM_CLASS(process_filter, open, parked)

struct process_query {
  process_filter state = process_filter::open;
};
BOOST_DESCRIBE_STRUCT(process_query, (), (state))

struct process_page {
  std::vector<process_view> items;
  nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(process_page, (), (items, next))

}  // namespace

template <>
inline constexpr auto notes<process_query> = std::to_array<note>({
    {.field = "state", .doc = "open: under way, a refused move too until its slot is given back; parked: waits for an operator."},
});
template <>
inline constexpr auto notes<process_view> = std::to_array<note>({
    {.field = "kind", .doc = "move, discard or import."},
    {.field = "state", .doc = "How far it is."},
});

namespace {

process_view view_of(relocation_row const& row) {
  process_view out;
  out.id = row.id;
  out.kind = boost::describe::enum_to_string(row.kind, "");
  out.state = boost::describe::enum_to_string(row.state, "");
  auto const words = [](std::optional<place> const& at) {
    return at ? at->unit_label + (at->slot.empty() ? "" : " " + at->slot) : std::string("the bench");
  };
  out.summary = row.kind == relocation_kind::discard
                    ? "Discard " + row.thing_label
                    : "Move " + row.thing_label + " from " + words(row.from) + " to " + words(row.to);
  out.entity = row.thing;
  out.why = row.why;
  out.created_at = row.created_at;
  out.updated_at = row.updated_at;
  out.created_by = row.created_by;
  out.version = row.version;
  return out;
}

process_view process_of(import_row const& row) {
  return {row.id,         "import",       boost::describe::enum_to_string(row.state, ""),
          "Import " + row.file_name + ": " + progress_words(row),
          stream_name(sheet_import::kind, row.id),
          row.parked_why, row.created_at, row.updated_at,
          row.created_by, row.version};
}

/// Calls `take` with each row of a list, page after page. Those under way may lie behind any number of newer
/// ones that have ended, but one answer looks at no more than `rows_max`.
template <class List, class Take>
void walk(std::size_t rows_max, List const& list, Take const& take) {
  std::string cursor;
  for (std::size_t seen = 0; seen < rows_max;) {
    auto const page = list(cursor);
    if (!page) throw query_failure(page.error());
    for (auto const& row : page->rows) take(row);
    seen += page->rows.size();
    cursor = page->next_cursor;
    if (cursor.empty()) return;
  }
}

void list_processes(call_ptr c, process_query asked, none) {
  when_readable(std::move(c), [asked](call_ptr asker) {
    on_worker(std::move(asker), [asked](call_ptr one) {
      auto const view = one->at->view();
      process_page out;
      relocations_query const relocations(*view);
      for (auto const kind : {relocation_kind::move, relocation_kind::discard})
        for (auto const state : {relocation_state::requested, relocation_state::reserved,
                                 relocation_state::moved, relocation_state::refused,
                                 relocation_state::parked}) {
          if (asked.state == process_filter::parked && state != relocation_state::parked) continue;
          walk(open_relocations_max, [&](auto const& cursor) { return relocations.list(kind, state, cursor, 100); },
               [&](relocation_row const& row) { out.items.push_back(view_of(row)); });
        }
      imports_query const imports(*view);
      walk(imports_max, [&](auto const& cursor) { return imports.list(cursor, 100); },
           [&](import_row const& row) {
             bool const wanted =
                 asked.state == process_filter::parked ? row.state == import_state::parked : !has_ended(row);
             if (wanted) out.items.push_back(process_of(row));
           });
      answer(*one, to_json(out));
    });
  });
}

std::optional<process_view> find_process(read_view const& view, uuid const& id) {
  relocations_query const relocations(view);
  for (auto const kind : {relocation_kind::move, relocation_kind::discard})
    if (auto const row = relocations.get(kind, id)) return view_of(*row);
  if (auto const row = imports_query(view).get(id)) return process_of(*row);
  return std::nullopt;
}

void show_process(call_ptr c, none, none) {
  when_readable(std::move(c), [](call_ptr one) {
    auto const id = parse_uuid(one->id());
    auto const found = id ? find_process(*one->at->view(), *id) : std::nullopt;
    if (!found) return refuse(*one, no_such("process", one->id()));
    answer_facts facts;
    facts.version = found->version;
    answer(*one, to_json(*found), facts);
  });
}

void do_resume(call_ptr c, none, plain_write asked) {
  auto const id = parse_uuid(c->id());
  auto const found = id ? find_process(*c->at->view(), *id) : std::nullopt;
  if (!found) return refuse(*c, no_such("process", c->id()));
  auto const stream = stream_name(found->kind, *id);
  auto command = found->kind == "move" ? make_command(stream, commands::move::resume{})
                 : found->kind == "discard"
                     ? make_command(stream, commands::discard::resume{})
                     : make_command(stream, commands::sheet_import::resume{});
  submit(std::move(c), asked, std::move(command), [id](call_ptr one, command_reply const& reply) {
    auto const now_seen = find_process(*one->at->view(), *id);
    if (!now_seen) return refuse(*one, no_such("process", one->id()));
    answer(*one, to_json(*now_seen), facts_of(*one, reply));
  });
}

}  // namespace

std::vector<route> process_routes() {
  return {
      get<process_page, &list_processes>("/processes", "list_processes", "process list",
                                         "Moves, discards and imports under way"),
      get<process_view, &show_process>("/processes/{id}", "show_process", "process show",
                                       "Show a move, discard or import", errors(errc::not_found)),
      post<process_view, &do_resume>("/processes/{id}:resume", "resume_process", "process resume",
                                     "Let a parked process try again",
                                     errors(errc::not_found, errc::rule_violation)),
  };
}

}  // namespace tracseq::http
