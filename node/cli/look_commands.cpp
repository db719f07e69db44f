// history and search: of anything.
#include <CLI/CLI.hpp>

#include "node/cli/app.hpp"
#include "node/cli/table.hpp"
#include "node/http/schema.hpp"

namespace tracseq::cli {
namespace {

using http::json_list;
using http::json_value;

struct history_wish {
  std::string thing;
  std::string as_of;
  std::string limit = "50";
  bool oldest_first = false;
};

struct collection {
  std::string_view kind;
  std::string_view path;
};
constexpr collection collections[] = {{"sample", "samples"},
                                      {"storage_unit", "storage-units"},
                                      {"run", "runs"},
                                      {"import", "imports"}};

/// Asks each kind of thing in turn for an id; a label says itself what it is of.
result<json_value> find_history(client& node, history_wish const& wish) {
  auto const encoded = http::percent_encoded(wish.thing);
  std::string query = "/history?limit=" + wish.limit + (wish.oldest_first ? "&order=asc" : "");
  if (!wish.as_of.empty()) query += "&as_of=" + http::percent_encoded(wish.as_of);
  std::string kind;
  if (!parse_uuid(wish.thing)) {
    auto const label = node.ask({"GET", "/api/v1/barcodes/" + encoded, {}, {}, {}});
    if (label) kind = label->text("kind");
    else if (label.error().code != errc::not_found) return label;
  }
  result<json_value> last = fail(errc::not_found, "Nothing has the id or label \"" + wish.thing + "\".");
  for (auto const& one : collections) {
    if (!kind.empty() && kind != one.kind) continue;
    auto answer = node.ask({"GET", "/api/v1/" + std::string(one.path) + "/" + encoded + query, {}, {}, {}});
    if (answer || answer.error().code != errc::not_found) return answer;
  }
  return last;
}

std::string timeline(json_value const& answer, output_style const& style) {
  auto const* items = answer.find("items");
  auto const* list = items ? items->as<json_list>() : nullptr;
  if (style.json || !list) return answer_text(answer, style);
  std::vector<std::vector<std::string>> rows;
  for (auto const& one : *list) {
    auto when = std::string(one.text("occurred_at"));
    if (auto const t = when.find('T'); t != when.npos) when = when.substr(0, t) + " " + when.substr(t + 1, 8);
    auto words = std::string(one.text("summary"));
    if (auto const why = one.text("reason"); !why.empty() && words.find(why) == words.npos)
      words += " (" + std::string(why) + ")";
    auto const* who = one.find("who");
    rows.push_back({when, who ? std::string(who->text("name")) : "", words});
  }
  if (rows.empty()) return "Nothing.\n";
  return table_text({"WHEN (UTC)", "WHO", "WHAT"}, rows, style, true);
}

}  // namespace

void add_look_commands(CLI::App& app, context& shared) {
  auto const wish = std::make_shared<history_wish>();
  auto* history = app.add_subcommand("history", "What happened to a thing: who, when, why");
  shared.examples[history] = {"tracseq history TS-2026-000042-X", "tracseq history \"Box 7\" --oldest-first",
                              "tracseq history TS-2026-000042-X --as-of 2026-11-24T09:30:00Z"};
  history->add_option("thing", wish->thing, "Id or label of a sample, storage unit, run or import")->required();
  history->add_option("--as-of", wish->as_of, "Only what was recorded up to this moment");
  history->add_option("--limit", wish->limit, "How many events, at most 500");
  history->add_flag("--oldest-first", wish->oldest_first, "Begin at the beginning");
  history->callback([&shared, wish] {
    shared.action = [&shared, wish] {
      auto node = shared.connect();
      if (!node) return complain(node.error(), shared.style);
      auto const answer = find_history(**node, *wish);
      if (!answer) return complain(answer.error(), shared.style);
      print(timeline(*answer, shared.style));
      return 0;
    };
  });

  auto const words = std::make_shared<std::vector<std::string>>();
  auto* search = app.add_subcommand("search", "Find anything by what is on its label");
  shared.examples[search] = {"tracseq search patient 12", "tracseq search TS-2026-0000"};
  search->add_option("words", *words, "Beginnings of words; all must match")->required();
  search->callback([&shared, words] {
    shared.action = [&shared, words] {
      auto node = shared.connect();
      if (!node) return complain(node.error(), shared.style);
      std::string query;
      for (auto const& word : *words) query.append(query.empty() ? "" : " ").append(word);
      auto const answer =
          (*node)->ask({"GET", "/api/v1/search?q=" + http::percent_encoded(query), {}, {}, {}});
      if (!answer) return complain(answer.error(), shared.style);
      print(answer_text(*answer, shared.style));
      return 0;
    };
  });
}

}  // namespace tracseq::cli
