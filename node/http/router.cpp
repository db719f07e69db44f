#include "node/http/router.hpp"

#include <map>
#include <vector>

namespace tracseq::http {

struct router::node {
  std::map<std::string, std::unique_ptr<node>, std::less<>> words;
  std::unique_ptr<node> any;  ///< a path parameter
  std::map<std::string, std::vector<route const*>, std::less<>> verbs;  ///< of a parameter: ":receive"
  std::vector<route const*> rows;
};

namespace {

std::string_view next_segment(std::string_view& path) noexcept {
  path.remove_prefix(1);  // the slash
  auto const segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

router::router(std::span<route const> rows) : root_(std::make_unique<node>()) {
  for (auto const& row : rows) {
    std::string const whole = std::string(row.outside ? "" : api_base) + std::string(row.path);
    std::string_view rest = whole;
    node* at = root_.get();
    std::vector<route const*>* into = &at->rows;
    while (!rest.empty() && rest != "/") {
      auto const segment = next_segment(rest);
      if (segment.starts_with('{')) {
        if (!at->any) at->any = std::make_unique<node>();
        at = at->any.get();
        auto const verb = segment.substr(segment.find('}') + 1);
        into = verb.empty() ? &at->rows : &at->verbs[std::string(verb)];
      } else {
        auto& child = at->words[std::string(segment)];
        if (!child) child = std::make_unique<node>();
        at = child.get();
        into = &at->rows;
      }
    }
    into->push_back(&row);
  }
}

router::~router() = default;

router::match router::find(method m, std::string_view path) const {
  match found;
  if (path.empty() || path.front() != '/') return found;
  node const* at = root_.get();
  std::vector<route const*> const* rows = &at->rows;
  std::size_t params = 0;
  while (!path.empty() && path != "/") {
    auto segment = next_segment(path);
    if (auto const word = at->words.find(segment); word != at->words.end()) {
      at = word->second.get();
      rows = &at->rows;
      continue;
    }
    if (!at->any || segment.empty() || params == found.params.size()) return found;
    at = at->any.get();
    rows = &at->rows;
    if (auto const colon = segment.rfind(':'); colon != segment.npos && path.empty()) {
      // A label may hold a colon itself: only a verb that this path knows is one.
      if (auto const verb = at->verbs.find(segment.substr(colon)); verb != at->verbs.end()) {
        rows = &verb->second;
        segment = segment.substr(0, colon);
      }
    }
    auto decoded = percent_decoded(segment, false);
    if (!decoded || decoded->empty()) {
      found.bad_encoding = true;
      return found;
    }
    found.params[params++] = *std::move(decoded);
  }
  bool get = false;
  for (auto const* row : *rows) {
    get = get || row->method == method::get;
    if (row->method == m || (m == method::head && row->method == method::get)) {
      found.row = row;
      return found;
    }
    found.allow.append(found.allow.empty() ? "" : ", ").append(to_string(row->method));
  }
  if (get) found.allow.append(", HEAD");
  if (!found.allow.empty()) found.allow.append(", OPTIONS");
  return found;
}

}  // namespace tracseq::http
