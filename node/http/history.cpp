#include "node/http/history.hpp"

#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/views.hpp"

namespace tracseq::http {

std::string next_link(call const& c, std::string const& cursor) {
  if (cursor.empty()) return {};
  std::string query;
  auto rest = c.request->query;
  while (!rest.empty()) {
    auto const pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (!pair.empty() && !pair.starts_with("cursor=")) query.append(pair).push_back('&');
  }
  return "<" + std::string(c.request->path) + "?" + query + "cursor=" + percent_encoded(cursor) +
         ">; rel=\"next\"";
}

void answer_history(call_ptr c, std::string stream, history_query const& asked) {
  auto const view = c->at->view();
  journal_query const journal(*view);
  if (!journal.exists(stream))
    return refuse(*c, no_such(stream_kind(stream), stream_key(stream)));
  auto const way = asked.order == history_order::asc ? direction::forward : direction::backward;
  auto page = journal.history(stream, way, asked.cursor, asked.limit.value_or(50), asked.as_of);
  if (!page) return refuse(*c, page.error());
  list_of<history_view> out;
  for (auto const& event : page->rows) out.items.push_back(view_of(event));
  if (!page->next_cursor.empty()) out.next = page->next_cursor;
  out.as_of = asked.as_of;
  answer_facts facts;
  facts.link = next_link(*c, page->next_cursor);
  answer(*c, to_json(out), facts);
}

}  // namespace tracseq::http
