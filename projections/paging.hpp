#pragma once
// Pages of lists that follow keys. Include this from .cpp files only.

#include <string>
#include <string_view>

#include "events/result.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// Rows that one page may look at: a filter that hardly anything holds gives short pages rather than
/// long waits.
inline constexpr std::size_t page_rows_examined_max = 10'000;

/// Opaque text: where a list goes on, bound to `scope` (list, filter and order).
[[nodiscard]] std::string make_cursor(std::string_view scope, std::string_view at);
/// The `at` of a cursor; `invalid_argument` for other text and for a cursor of another scope.
[[nodiscard]] result<std::string> read_cursor(std::string_view scope, std::string_view cursor);
[[nodiscard]] result<void> check_limit(std::uint32_t limit);

struct page_request {
  std::string scope;   ///< of the cursor
  std::string prefix;  ///< of the keys
  direction way = direction::forward;
  std::string cursor;
  std::uint32_t limit = 50;
};

/// The key that the page's cursor names. It is a client's text, and anybody can make one: a key that is
/// not of the page's own is refused as other text is.
[[nodiscard]] result<std::string> read_cursor(page_request const& request);

/// A page of the keys with `prefix`. `row_of(key, value)` gives a row, or none to leave it out.
template <class Row, class RowOf>
[[nodiscard]] result<page<Row>> page_of(table_view const& rows, page_request const& request,
                                        RowOf&& row_of) {
  if (auto fine = check_limit(request.limit); !fine) return tl::unexpected(fine.error());
  std::string from = request.prefix;
  std::string until = prefix_end(request.prefix);
  if (!request.cursor.empty()) {
    auto at = read_cursor(request);
    if (!at) return tl::unexpected(at.error());
    if (request.way == direction::forward)
      from = *at + '\0';
    else
      until = *std::move(at);
  }
  page<Row> found;
  std::string last;
  std::size_t examined = 0;
  for (auto walk = rows.scan(from, until, request.way); walk->valid(); walk->next()) {
    if (found.rows.size() == request.limit || examined == page_rows_examined_max) {
      found.next_cursor = make_cursor(request.scope, last);
      break;
    }
    ++examined;
    last = walk->key();
    if (auto row = row_of(walk->key(), walk->value())) found.rows.push_back(*std::move(row));
  }
  return found;
}

}  // namespace tracseq
