#include <algorithm>
#include <cctype>
#include <set>

#include "actors/barcode.hpp"
#include "actors/barcode_series.hpp"
#include "actors/command_codec.hpp"
#include "events/barcode_label.hpp"
#include "events/registry.hpp"
#include "node/http/bodies.hpp"
#include "node/http/commands.hpp"
#include "node/http/history.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/views.hpp"
#include "projections/barcodes.hpp"
#include "projections/search.hpp"

namespace tracseq::http {
namespace {

struct barcode_view {
  std::string label;
  label_state state = label_state::assigned;
  std::string entity;
  std::string kind;
  std::string id;
  std::string label_of;
  bool alias = false;
  instant since;
};
BOOST_DESCRIBE_STRUCT(barcode_view, (), (label, state, entity, kind, id, label_of, alias, since))

struct labels_view {
  std::vector<std::string> labels;
};
BOOST_DESCRIBE_STRUCT(labels_view, (), (labels))

struct search_view {
  std::string kind;
  std::string id;
  std::string label;
  std::string barcode;
  std::string detail;
  std::string matched;
  bool exact = false;
};
BOOST_DESCRIBE_STRUCT(search_view, (), (kind, id, label, barcode, detail, matched, exact))

struct search_page {
  std::vector<search_view> items;
};
BOOST_DESCRIBE_STRUCT(search_page, (), (items))

struct search_params {
  std::string q;
  std::optional<std::uint32_t> limit;
};
BOOST_DESCRIBE_STRUCT(search_params, (), (q, limit))

}  // namespace

template <>
inline constexpr auto notes<barcode_view> = std::to_array<note>({
    {.field = "label", .doc = "The label."},
    {.field = "state", .doc = "reserved: kept for something, or printed blank; assigned: names something."},
    {.field = "label_of", .doc = "The name of what it names."},
    {.field = "alias", .doc = "It is an earlier label: the thing has a newer one."},
});
template <>
inline constexpr auto notes<labels_view> = std::to_array<note>({
    {.field = "labels", .doc = "Labels to print; each waits for its tube."},
});
template <>
inline constexpr auto notes<search_view> = std::to_array<note>({
    {.field = "matched", .doc = "The word that matched."},
    {.field = "exact", .doc = "It matched as a whole."},
    {.field = "id", .doc = "Its id; of a project, the code."},
});
template <>
inline constexpr auto notes<search_params> = std::to_array<note>({
    {.field = "q", .doc = "Beginnings of words on labels, names, runs, flow cells, projects and organisms; all must match.",
     .required = true, .length_min = 1, .length_max = 200},
    {.field = "limit", .doc = "Hits, 1 to 100; 20 where it is left out.", .min = 1, .max = 100},
});

namespace {

/// The name and the present label of what a stream is.
struct thing_words {
  std::string name;
  std::string barcode;
};
thing_words words_of(read_view const& view, std::string const& stream) {
  auto const id = parse_uuid(stream_key(stream));
  if (!id) return {};
  if (stream_kind(stream) == sample::kind) {
    if (auto const row = samples_query(view).get(*id)) return {row->details.name, row->details.barcode};
  } else if (stream_kind(stream) == storage_unit::kind) {
    if (auto const row = storage_query(view).get(*id)) return {row->name, row->barcode};
  } else if (stream_kind(stream) == sequencing_run::kind) {
    if (auto const row = runs_query(view).get(*id)) return {row->name, {}};
  }
  return {};
}

void show_barcode(call_ptr c, none, none) {
  when_readable(std::move(c), [](call_ptr one) {
    auto const view = one->at->view();
    auto const label = check_label(one->id());
    auto const row = barcodes_query(*view).find(label ? *label : one->id());
    if (!row)
      return refuse(*one, because(errc::not_found, "Nothing has the label \"" + one->id() + "\"."));
    barcode_view out;
    out.label = row->label;
    out.state = row->state;
    out.entity = row->entity;
    out.kind = stream_kind(row->entity);
    out.id = row->entity.empty() ? std::string_view() : stream_key(row->entity);
    out.since = row->since;
    if (!row->entity.empty()) {
      auto const words = words_of(*view, row->entity);
      out.label_of = words.name.empty() ? row->entity_label : words.name;
      out.alias = !words.barcode.empty() && words.barcode != row->label;
    }
    answer_facts facts;
    facts.version = row->version;
    answer(*one, to_json(out), facts);
  });
}

/// Labels of ours that a part of one may mean: "000336", "TS2026000336", either with its check character.
std::vector<std::string> labels_meant(std::string_view typed) {
  std::string text;
  for (unsigned char const c : typed)
    if (std::isalnum(c)) text.push_back(static_cast<char>(std::toupper(c)));
    else if (c != '-' && c != ' ') return {};
  auto const year_now = std::stoi(to_rfc3339(now()).substr(0, 4));
  int first = year_now - 9;
  int last = year_now;
  auto const all_digits = [](std::string_view digits) {
    return std::all_of(digits.begin(), digits.end(), [](unsigned char c) { return std::isdigit(c); });
  };
  if (text.starts_with("TS") && text.size() > 6 && all_digits(std::string_view(text).substr(2, 4))) {
    first = last = std::stoi(text.substr(2, 4));
    text.erase(0, 6);
  }
  if (text.size() == 7 && !all_digits(text.substr(6))) text.pop_back();
  if (text.size() < 4 || text.size() > 7 || !all_digits(text)) return {};
  std::vector<std::string> out;
  for (int year = last; year >= first; --year)
    out.push_back(to_string(series_label{year, static_cast<std::uint32_t>(std::stoul(text))}));
  return out;
}

void do_search(call_ptr c, search_params asked, none) {
  when_readable(std::move(c), [asked](call_ptr one) {
    auto const view = one->at->view();
    search_page out;
    auto const limit = asked.limit.value_or(20);
    std::set<std::string> shown;
    auto const show = [&](std::string const& text) {
      for (auto const& hit : search_query(*view).find(text, limit))
        if (out.items.size() < limit && shown.insert(hit.stream).second)
          out.items.push_back({hit.kind, hit.id, hit.label, words_of(*view, hit.stream).barcode, hit.detail,
                               hit.term, hit.exact});
    };
    for (auto const& label : labels_meant(asked.q))
      if (barcodes_query(*view).find(label)) show(label);
    show(asked.q);
    answer(*one, to_json(out));
  });
}

/// Blank labels that are being reserved one by one, after their block.
struct blank_labels {
  reserve_labels asked;
  std::vector<std::string> labels;
  std::size_t done = 0;
  command_reply block;
};

void reserve_next(call_ptr c, std::shared_ptr<blank_labels> all) {
  if (all->done == all->labels.size()) {
    auto facts = facts_of(*c, all->block);
    facts.version.reset();
    return answer(*c, to_json(labels_view{all->labels}), facts);
  }
  auto const& label = all->labels[all->done];
  commands::barcode::reserve const command{label, {}, c->command_id, true};
  std::vector<command_request> group;
  group.push_back(make_request(*c, all->asked, make_command(stream_name(barcode::kind, label), command),
                               "label-" + std::to_string(all->done)));
  ++all->done;
  submit(
      std::move(c), std::move(group),
      [all](call_ptr next, command_reply const&) { reserve_next(std::move(next), all); },
      [all](call_ptr next, error const& why) {
        // A repeat finds labels that were used meanwhile: they stay in the list they were given in.
        if (all->block.repeated && why.code == errc::conflict) return reserve_next(std::move(next), all);
        refuse(*next, why);
      });
}

void do_reserve(call_ptr c, none, reserve_labels asked) {
  auto const year = to_rfc3339(now()).substr(0, 4);
  auto const purpose = asked.purpose.empty() ? std::string("blank labels") : asked.purpose;
  auto command = make_command(stream_name(barcode_series::kind, year),
                              commands::barcode_series::reserve_block{asked.count, purpose});
  submit(std::move(c), asked, std::move(command), [asked](call_ptr one, command_reply const& reply) {
    auto const event = reply.events.empty() ? result<any_event>(fail(errc::internal, "no block came back"))
                                            : decode_event(reply.events.front());
    auto const* block = event ? event_if<barcode_series::block_reserved>(*event) : nullptr;
    if (!block) return refuse(*one, because(errc::internal, "No block of labels came back."));
    auto all = std::make_shared<blank_labels>();
    all->asked = asked;
    all->block = reply;
    auto const of_year = std::stoi(std::string(stream_key(reply.stream)));
    for (std::uint32_t i = 0; i < block->count; ++i)
      all->labels.push_back(to_string(series_label{of_year, block->first + i}));
    reserve_next(std::move(one), std::move(all));
  });
}

}  // namespace

std::vector<route> barcode_routes() {
  return {
      get<barcode_view, &show_barcode>("/barcodes/{label_path}", "show_barcode", "barcode show",
                                       "What a label names", errors(errc::not_found)),
      post<labels_view, &do_reserve>("/barcodes:reserve", "reserve_barcodes", "barcode reserve",
                                     "Reserve blank labels to print"),
      get<search_page, &do_search>("/search", "search", {}, "Find anything by what is on its label"),
  };
}

}  // namespace tracseq::http
