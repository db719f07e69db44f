#pragma once
// Samples as they are: one row each, with indexes for every filter and order of the list.
//
//   R id                        sample_row
//   C created id                by creation        N name 00 id    by name       M updated id
//   P project 00 created id     S state created id         T type created id
//   U unit created id           I import created id        (index rows are empty)
//   # …                         counts: total, by state, project, type, unit, import

#include <map>

#include "projections/sample_row.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// All that are given must hold.
struct sample_filter {
  std::optional<std::string> project;  ///< exactly; "" = without a project
  std::vector<sample_state> states;      ///< any of them; none = all
  std::optional<sample::sample_type> type;
  std::string text;  ///< begins a name, an organism, a word of them or a label, in any case
  std::optional<uuid> unit_id;
  std::optional<uuid> import_id;
};

/// True where the row holds all of it.
[[nodiscard]] bool fits(sample_row const& row, sample_filter const& filter);

BOOST_DEFINE_ENUM_CLASS(sample_sort, created_at, name, updated_at)

struct sample_list_request {
  sample_filter filter;
  sample_sort sort = sample_sort::created_at;
  bool descending = true;
  std::string cursor;  ///< of the page before, with the same filter and order; empty = first page
  std::uint32_t limit = 50;  ///< 1 to `page_rows_max`
};

struct sample_counts {
  std::uint64_t total = 0;
  std::map<std::string, std::uint64_t> by_state;  ///< word → samples, words with none left out
  std::map<std::string, std::uint64_t> by_type;
  std::map<std::string, std::uint64_t> by_project;
};

class samples_query {
 public:
  explicit samples_query(read_view const& view) : view_(view) {}

  [[nodiscard]] std::optional<sample_row> get(uuid const& id) const;
  /// Walks in the asked order. A page may be shorter than `limit` although more follows (it looks at
  /// a bounded number of rows): only an empty `next_cursor` means the end. `invalid_argument` for a
  /// limit out of range or a cursor of another list.
  [[nodiscard]] result<page<sample_row>> list(sample_list_request const& request) const;
  [[nodiscard]] sample_counts counts() const;
  /// Samples that hold `filter`, where that is cheap: no filter, states alone, or one
  /// other field that is not the text.
  [[nodiscard]] std::optional<std::uint64_t> total(sample_filter const& filter) const;

 private:
  read_view const& view_;
};

/// The row of a sample whose whole history is `first`, as the projection makes it; none where the commit
/// does not begin a sample.
[[nodiscard]] std::optional<sample_row> row_of_new_sample(accepted_commit const& first);

/// Lower-case terms under which a sample is found: labels, name, organism, words of both.
[[nodiscard]] std::vector<std::string> search_terms(sample_row const& row);

class samples_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "samples"; }
  [[nodiscard]] std::uint32_t version() const override { return sample_rows_version; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
