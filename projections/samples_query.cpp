// The list of samples: which index serves which filter and order.
//
// A filter with an index of its own, in order of creation, walks that index. Any other order walks
// the order's index, unless the filter's index holds few samples: then those are read and sorted. The
// search finds the candidates of a text in the same way. What the walked index does not promise is
// judged on each row, and a page looks at `page_rows_examined_max` rows at most.

#include <algorithm>

#include "projections/paging.hpp"
#include "projections/rows.hpp"
#include "projections/samples.hpp"
#include "projections/search.hpp"
#include "projections/text.hpp"

namespace tracseq {
namespace {

/// So many candidates are read and sorted for one page.
constexpr std::size_t gathered_max = 2'000;

constexpr std::size_t id_bytes = 16;

/// Where a row stands in an order: the same bytes as in the order's index, without its family.
std::string order_key(sample_row const& row, sample_sort sort) {
  key made('x');
  if (sort == sample_sort::name)
    made.text(fold_case(row.details.name));
  else
    made.time(sort == sample_sort::created_at ? row.created_at : row.updated_at);
  return made.id(row.id).bytes().substr(1);
}

char family_of(sample_sort sort) {
  switch (sort) {
    case sample_sort::created_at: return 'C';
    case sample_sort::name: return 'N';
    case sample_sort::updated_at: return 'M';
  }
  return 'C';
}

/// An index that holds every sample that a filter lets through, and how many it holds.
struct narrowing {
  std::string prefix;
  std::uint64_t rows = 0;
};

/// The smallest of the indexes that belong to the filter's fields.
std::optional<narrowing> narrowest(table_view const& rows, sample_filter const& filter) {
  std::optional<narrowing> best;
  auto const offer = [&](key const& index, key const& count) {
    auto const held = read_count(rows, count);
    if (!best || held < best->rows) best = narrowing{index.bytes(), held};
  };
  if (filter.project)
    offer(key('P').text(*filter.project), key('#').u8('P').tail(*filter.project));
  if (filter.states.size() == 1) {
    auto const state = static_cast<std::uint8_t>(filter.states[0]);
    offer(key('S').u8(state), key('#').u8('S').u8(state));
  }
  if (filter.type) {
    auto const type = static_cast<std::uint8_t>(*filter.type);
    offer(key('T').u8(type), key('#').u8('T').u8(type));
  }
  if (filter.unit_id) offer(key('U').id(*filter.unit_id), key('#').u8('U').id(*filter.unit_id));
  if (filter.import_id)
    offer(key('I').id(*filter.import_id), key('#').u8('I').id(*filter.import_id));
  return best;
}

std::string scope_of(sample_list_request const& request) {
  auto const& filter = request.filter;
  key scope('s');
  scope.u8(static_cast<std::uint8_t>(request.sort)).u8(request.descending);
  scope.u8(filter.project.has_value()).text(filter.project.value_or(""));
  for (auto const state : filter.states) scope.u8(static_cast<std::uint8_t>(state));
  scope.u8(0xff).u8(filter.type ? static_cast<std::uint8_t>(*filter.type) : 0xff);
  scope.text(fold_case(filter.text));
  scope.id(filter.unit_id.value_or(uuid{})).id(filter.import_id.value_or(uuid{}));
  return scope.bytes();
}

uuid id_at_end(std::string_view index_key) {
  uuid id;
  if (index_key.size() >= id_bytes)
    std::copy_n(index_key.end() - id_bytes, id_bytes, id.bytes.begin());
  return id;
}

class lister {
 public:
  lister(read_view const& view, sample_list_request const& request)
      : view_(view), rows_(view.table("samples")), request_(request),
        text_(fold_case(request.filter.text)), scope_(scope_of(request)) {}

  [[nodiscard]] result<page<sample_row>> list() const {
    if (!text_.empty()) {
      if (auto const streams = search_query(view_).streams(text_, sample::kind, gathered_max)) {
        std::vector<uuid> ids;
        for (auto const& stream : *streams)
          if (auto const id = parse_uuid(stream_key(stream))) ids.push_back(*id);
        return gather(ids);
      }
    }
    auto const narrow = narrowest(rows_, request_.filter);
    if (narrow && request_.sort == sample_sort::created_at) return walk(narrow->prefix);
    if (narrow && narrow->rows <= gathered_max) {
      std::vector<uuid> ids;
      for (auto at = rows_.scan_prefix(narrow->prefix); at->valid(); at->next())
        ids.push_back(id_at_end(at->key()));
      return gather(ids);
    }
    return walk(std::string(1, family_of(request_.sort)));
  }

 private:
  [[nodiscard]] std::optional<sample_row> fitting(uuid const& id) const {
    auto row = read_row<sample_row>(rows_, key('R').id(id));
    if (row && !fits(*row, request_.filter)) row.reset();
    return row;
  }

  /// The cursor is the order's key in either way of listing, so that a list goes on when the number
  /// of candidates has crossed the bound meanwhile.
  [[nodiscard]] result<page<sample_row>> walk(std::string const& prefix) const {
    page_request wanted{scope_, prefix,
                        request_.descending ? direction::backward : direction::forward, {},
                        request_.limit};
    if (!request_.cursor.empty()) {
      auto const at = read_cursor(scope_, request_.cursor);
      if (!at) return tl::unexpected(at.error());
      wanted.cursor = make_cursor(scope_, prefix + *at);
    }
    auto found = page_of<sample_row>(
        rows_, wanted, [&](std::string_view at, std::string_view) { return fitting(id_at_end(at)); });
    if (found && !found->next_cursor.empty()) {
      auto const last = read_cursor(scope_, found->next_cursor);
      found->next_cursor = make_cursor(scope_, std::string_view(*last).substr(prefix.size()));
    }
    return found;
  }

  [[nodiscard]] result<page<sample_row>> gather(std::vector<uuid> const& ids) const {
    if (auto fine = check_limit(request_.limit); !fine) return tl::unexpected(fine.error());
    std::string after;
    if (!request_.cursor.empty()) {
      auto at = read_cursor(scope_, request_.cursor);
      if (!at) return tl::unexpected(at.error());
      after = *std::move(at);
    }
    std::vector<std::pair<std::string, sample_row>> found;
    for (auto const& id : ids) {
      auto row = fitting(id);
      if (!row) continue;
      auto order = order_key(*row, request_.sort);
      if (!after.empty() && (request_.descending ? order >= after : order <= after)) continue;
      found.emplace_back(std::move(order), *std::move(row));
    }
    std::sort(found.begin(), found.end(), [&](auto const& a, auto const& b) {
      return request_.descending ? b.first < a.first : a.first < b.first;
    });
    page<sample_row> result;
    if (found.size() > request_.limit)
      result.next_cursor = make_cursor(scope_, found[request_.limit - 1].first);
    found.resize(std::min<std::size_t>(found.size(), request_.limit));
    for (auto& [order, row] : found) result.rows.push_back(std::move(row));
    return result;
  }

  read_view const& view_;
  table_view const& rows_;
  sample_list_request const& request_;
  std::string text_;
  std::string scope_;
};

std::map<std::string, std::uint64_t> counts_with(table_view const& rows, char of,
                                                 std::string (*word)(std::string_view)) {
  std::map<std::string, std::uint64_t> counts;
  for (auto at = rows.scan_prefix(key('#').u8(static_cast<std::uint8_t>(of))); at->valid(); at->next())
    counts[word(at->key().substr(2))] = static_cast<std::uint64_t>(decode_count(at->value()));
  return counts;
}

template <class Enum>
std::string word_of(std::string_view byte) {
  return boost::describe::enum_to_string(static_cast<Enum>(byte.empty() ? 0xff : byte[0]), "unknown");
}

}  // namespace

bool fits(sample_row const& row, sample_filter const& filter) {
  if (filter.project && row.details.project != *filter.project) return false;
  if (!filter.states.empty() &&
      std::find(filter.states.begin(), filter.states.end(), row.state) == filter.states.end())
    return false;
  if (filter.type && row.details.type != *filter.type) return false;
  if (filter.unit_id && (!row.place || row.place->unit_id != *filter.unit_id)) return false;
  if (filter.import_id && row.import_id != filter.import_id) return false;
  if (filter.text.empty()) return true;
  auto const begin = fold_case(filter.text);
  auto const terms = search_terms(row);
  return std::any_of(terms.begin(), terms.end(),
                     [&](std::string const& term) { return term.starts_with(begin); });
}

std::optional<sample_row> samples_query::get(uuid const& id) const {
  return read_row<sample_row>(view_.table("samples"), key('R').id(id));
}

result<page<sample_row>> samples_query::list(sample_list_request const& request) const {
  return lister(view_, request).list();
}

sample_counts samples_query::counts() const {
  auto const& rows = view_.table("samples");
  return {read_count(rows, key('#').u8('A')), counts_with(rows, 'S', &word_of<sample_state>),
          counts_with(rows, 'T', &word_of<sample::sample_type>),
          counts_with(rows, 'P', [](std::string_view code) { return std::string(code); })};
}

std::optional<std::uint64_t> samples_query::total(sample_filter const& filter) const {
  auto const& rows = view_.table("samples");
  int const fields = filter.project.has_value() + !filter.states.empty() + filter.type.has_value() +
                     filter.unit_id.has_value() + filter.import_id.has_value();
  if (!filter.text.empty() || fields > 1) return std::nullopt;
  if (fields == 0) return read_count(rows, key('#').u8('A'));
  if (filter.states.empty()) return narrowest(rows, filter)->rows;
  std::uint64_t sum = 0;
  for (auto const state : filter.states)
    sum += read_count(rows, key('#').u8('S').u8(static_cast<std::uint8_t>(state)));
  return sum;
}

}  // namespace tracseq
