#include "actors/command_codec.hpp"
#include "node/http/api.hpp"
#include "node/http/history.hpp"
#include "node/http/import_start.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/preview_views.hpp"
#include "node/http/router.hpp"
#include "node/http/sheet_preview.hpp"
#include "node/http/views.hpp"
#include "node/http/watch.hpp"
#include "projections/as_of.hpp"

namespace tracseq::http {
namespace {

/// Small imports are over by then, and their answer says how they ended.
constexpr std::chrono::milliseconds end_wait{3'000};

struct preview_query {
  std::string filename;
  std::string mapping;
};
BOOST_DESCRIBE_STRUCT(preview_query, (), (filename, mapping))

struct page_query : read_options {
  std::optional<std::uint32_t> limit;
  std::string cursor;
};
BOOST_DESCRIBE_STRUCT(page_query, (read_options), (limit, cursor))

}  // namespace

template <>
inline constexpr auto notes<preview_query> = std::to_array<note>({
    {.field = "filename", .doc = "The file's name, for words.", .length_max = 255},
    {.field = "mapping", .doc = "Corrections as JSON: sheet, header_row, first_row, last_row, columns "
                                "{letter or header: field}, dates, decimals. Also as X-TracSeq-Mapping."},
});
template <>
inline constexpr auto notes<page_query> = std::to_array<note>({limit_note});

namespace {

void do_preview(call_ptr c, preview_query asked, none) {
  on_worker(std::move(c), [asked](call_ptr one) {
    auto const header = one->request->header("x-tracseq-mapping");
    auto sheet = std::make_shared<uploaded_sheet>();
    sheet->preview_id = to_string(new_uuid());
    sheet->file_name = asked.filename.empty() ? std::string("sheet") : asked.filename;
    sheet->mapping = header.empty() ? asked.mapping : std::string(header);
    sheet->day = day_of_today();
    if (one->at->progress) sheet->position = to_text(one->at->progress->applied());
    sheet->bytes = one->request->body;
    auto made = make_preview(std::move(sheet), *one->at);
    if (!made) return refuse(*one, made.error());
    auto const kept = one->api->previews().keep(*std::move(made));
    answer(*one, to_json(view_of(*kept, *one->at->view())));
  });
}

void answer_import(call_ptr const& c, uuid const& id, answer_facts facts) {
  auto const view = c->at->view();
  auto const row = imports_query(*view).get(id);
  if (!row) return refuse(*c, no_such(sheet_import::kind, to_string(id)));
  if (facts.status == 202 && row->state == import_state::completed) facts.status = 201;
  facts.version = row->version;
  answer(*c, to_json(view_of(*row)), facts);
}

/// True until it has ended or waits for a person.
bool goes_on(import_row const& row) { return !has_ended(row) && row.state != import_state::parked; }

/// Why the preview cannot be imported; none where it can.
std::optional<error> in_the_way(kept_preview const& kept, start_import const& asked,
                                read_view const& rows) {
  if (kept.sha256 != asked.sha256)
    return error{errc::conflict, "The digest is not that of the file that was previewed.",
                 {{"/sha256", "mismatch", "is not the digest of the previewed file."}}};
  if (!kept.result.can_commit()) {
    std::vector<field_problem> problems;
    for (auto const& row : kept.result.rows)
      for (auto const& one : row.problems)
        if (one.level == sheets::severity::error && problems.size() < 100)
          problems.push_back({"/rows/" + std::to_string(one.row) + "/" + one.column, one.code,
                              "Row " + std::to_string(one.row) + ": " + one.detail});
    return error{errc::rule_violation,
                 std::to_string(kept.result.bad) + " of " + std::to_string(kept.result.rows.size()) +
                     " rows cannot be imported. Mend them in the file and preview it again.",
                 std::move(problems)};
  }
  if (asked.force) return std::nullopt;
  for (auto const& earlier : imports_query(rows).of_file(kept.sha256)) {
    if (came_to_nothing(earlier)) continue;
    if (goes_on(earlier)) return being_imported(earlier.id);
    return error{errc::conflict,
                 "This file was imported before: on " + to_rfc3339(earlier.created_at) + " by " +
                     earlier.created_by + " (" + std::to_string(earlier.rows) + " rows, import " +
                     to_string(earlier.id) + ").",
                 {{"/force", "imported_before", "has to be true to import the same file again."}}};
  }
  return std::nullopt;
}

using kept_preview_ptr = std::shared_ptr<kept_preview const>;
using on_preview = std::function<void(call_ptr, kept_preview_ptr const&)>;

void no_preview(call& c) {
  refuse(c, because(errc::not_found, "There is no such preview (any more). Preview the file again."));
}

/// Makes the preview that another node keeps here, too, of what is shown here when it shows what was shown there.
void with_preview_of(call_ptr c, std::shared_ptr<uploaded_sheet const> sheet, on_preview then) {
  std::vector<log_position> shown;
  for (auto const offset : parse_position(sheet->position).value_or(position_vector{}))
    shown.push_back({static_cast<partition_id>(shown.size()), offset});
  auto const patience = c->at->read_wait;
  auto* const progress = c->at->progress;
  progress->when_applied(std::move(shown), patience, [c, sheet, then](bool) {
    on_worker(c, [sheet, then](call_ptr one) {
      auto made = make_preview(sheet, *one->at);
      if (!made) return refuse(*one, made.error());
      auto const kept = one->api->previews().keep(*std::move(made));
      then(std::move(one), kept);
    });
  });
}

/// Calls `then` on a worker: a sheet's rows are copied and their donors sealed, which takes too long for an io thread.
void with_preview(call_ptr c, std::string const& id, on_preview then) {
  if (auto const kept = c->api->previews().find(id))
    return on_worker(std::move(c), [kept, then](call_ptr one) { then(std::move(one), kept); });
  if (!c->at->find_preview) return no_preview(*c);
  auto const& find = c->at->find_preview;
  find(id, [c, then](std::shared_ptr<uploaded_sheet const> sheet) {
    guarded(c, [&](call_ptr const& one) { sheet ? with_preview_of(one, std::move(sheet), then) : no_preview(*one); });
  });
}

void do_start(call_ptr c, none, start_import asked) {
  auto begun = [](call_ptr one, command_reply const& reply) {
    auto const id = parse_uuid(stream_key(reply.stream)).value_or(uuid{});
    auto facts = facts_of(*one, reply);
    facts.status = 202;
    facts.location = std::string(api_base) + "/imports/" + to_string(id);
    auto ended = [one, id] {
      try {
        auto const row = imports_query(*one->at->view()).get(id);
        return row && !goes_on(*row);
      } catch (query_failure const&) {
        return false;
      }
    };
    one->api->processes().until(std::move(ended), end_wait, [one, id, reply, facts](bool) mutable {
      facts.position = position_of(*one, reply);  // its rows are in the log by now
      guarded(one, [&](call_ptr const& last) { answer_import(last, id, facts); });
    });
  };
  auto begin = [asked, begun](call_ptr asker) {
    with_preview(std::move(asker), asked.preview_id, [asked, begun](call_ptr one, kept_preview_ptr const& kept) {
      auto const view = one->at->view();
      if (auto const why = in_the_way(*kept, asked, *view)) return refuse(*one, *why);
      begin_import(std::move(one), asked, kept, begun);
    });
  };
  once(std::move(c), std::move(begin), begun);
}

std::optional<uuid> import_id_of(call& c) {
  auto const id = parse_uuid(c.id());
  if (!id) refuse(c, no_such(sheet_import::kind, c.id()));
  return id;
}

void list_imports(call_ptr c, page_query asked, none) {
  when_readable(std::move(c), [asked](call_ptr asker) {
    on_worker(std::move(asker), [asked](call_ptr one) {
      auto const view = one->at->view();
      auto const page = imports_query(*view).list(asked.cursor, asked.limit.value_or(50));
      if (!page) return refuse(*one, page.error());
      list_of<import_view> out;
      for (auto const& row : page->rows) {
        if (!asked.as_of) out.items.push_back(view_of(row));
        else if (auto const past = import_as_of(*view, row.id, *asked.as_of)) out.items.push_back(view_of(*past));
      }
      if (!page->next_cursor.empty()) out.next = page->next_cursor;
      out.as_of = asked.as_of;
      answer_facts facts;
      facts.link = next_link(*one, page->next_cursor);
      answer(*one, to_json(out), facts);
    });
  });
}

void show_import(call_ptr c, read_options, none) {
  auto const id = import_id_of(*c);
  if (!id) return;
  when_readable(std::move(c), [id = *id](call_ptr asker) {
    if (!asker->as_of) return answer_import(asker, id, {});
    on_worker(std::move(asker), [id](call_ptr past) {
      auto const row = import_as_of(*past->at->view(), id, *past->as_of);
      if (!row)
        return refuse(*past, because(errc::not_found, "This import was not there yet at " +
                                                          to_rfc3339(*past->as_of) + "."));
      answer(*past, to_json(view_of(*row)));
    });
  });
}

void import_samples(call_ptr c, page_query asked, none) {
  auto const id = import_id_of(*c);
  if (!id) return;
  when_readable(std::move(c), [id = *id, asked](call_ptr asker) {
    on_worker(std::move(asker), [id, asked](call_ptr one) {
      auto const view = one->at->view();
      sample_list_request request;
      request.filter.import_id = id;
      request.descending = false;
      request.cursor = asked.cursor;
      request.limit = asked.limit.value_or(50);
      auto const page = samples_query(*view).list(request);
      if (!page) return refuse(*one, page.error());
      list_of<sample_view> out;
      for (auto const& row : page->rows) {
        if (!asked.as_of) out.items.push_back(view_of(row, *view, *one->at));
        else if (auto const past = sample_as_of(*view, row.id, *asked.as_of))
          out.items.push_back(view_of(*past, *view, *one->at));
      }
      if (!page->next_cursor.empty()) out.next = page->next_cursor;
      out.as_of = asked.as_of;
      answer_facts facts;
      facts.link = next_link(*one, page->next_cursor);
      answer(*one, to_json(out), facts);
    });
  });
}

void import_history(call_ptr c, history_query asked, none) {
  auto const id = import_id_of(*c);
  if (!id) return;
  when_readable(std::move(c), [id = *id, asked](call_ptr one) {
    answer_history(std::move(one), stream_name(sheet_import::kind, id), asked);
  });
}

constexpr auto missing = errors(errc::not_found);

}  // namespace

std::vector<route> import_routes() {
  auto preview = post<preview_view, &do_preview>("/imports/preview", "preview_import", {},
                                                 "Show what a sheet of samples would import",
                                                 errors(errc::too_large, errc::unsupported));
  preview.takes = body_kind::bytes;
  preview.upload = true;
  preview.writes = false;
  auto start = post<import_view, &do_start>("/imports", "start_import", {}, "Import what a preview showed",
                                            errors(errc::not_found), 202);
  start.other_status = 201;  // small ones are done by then
  start.other_answer = start.answer;
  return {
      preview,
      start,
      get<list_of<import_view>, &list_imports>("/imports", "list_imports", "imports list",
                                               "List imports"),
      get<import_view, &show_import>("/imports/{id}", "show_import", "imports show",
                                     "Show an import", missing),
      get<list_of<sample_view>, &import_samples>("/imports/{id}/samples", "import_samples",
                                                 "imports samples", "Samples of an import", missing),
      get<list_of<history_view>, &import_history>("/imports/{id}/history", "import_history",
                                                  "imports history", "What happened to an import",
                                                  missing),
  };
}

}  // namespace tracseq::http
