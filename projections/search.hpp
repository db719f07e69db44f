#pragma once
// Everything on a label, found by its beginning, and samples by their organism.
//
//   R stream                search_row: what the terms follow from
//   T class term 00 stream  (empty)
//
// A class is walked alone: a million samples are not in the way of a box, nor is the organism of them all
// in the way of a name.

#include <functional>

#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// What an entity is found by.
struct search_row {
  std::string stream;
  std::vector<std::string> labels;  ///< old ones too
  std::string name;
  std::string organism;
  friend bool operator==(search_row const&, search_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(search_row, (), (stream, labels, name, organism))

/// What a search gives.
struct search_hit {
  std::string stream;
  std::string kind;   ///< "sample", "storage_unit", "run", "project"
  std::string id;     ///< key of the stream; the project's code
  std::string label;  ///< its name today
  std::string detail; ///< one line more: label, project, state
  std::string term;   ///< what matched
  bool exact = false; ///< a whole label or name; an organism names no single thing
};
BOOST_DESCRIBE_STRUCT(search_hit, (), (stream, kind, id, label, detail, term, exact))

/// Whether `text` finds it: the whole text begins its name, a word of it or a label, or each of several words does.
[[nodiscard]] bool is_found_by(std::string_view text, search_row const& row);

class search_query {
 public:
  explicit search_query(read_view const& view) : view_(view) {}
  /// Ids, labels (old ones too), names, words of names, runs, flow cells, projects, organisms; exact before
  /// prefix, organisms last, shorter before longer. Several words must all match. At most `limit` (1 to 100).
  [[nodiscard]] std::vector<search_hit> find(std::string_view text, std::uint32_t limit = 20) const;
  /// Streams of `kind` with a term that begins with `folded`; none where there are more than `limit`.
  [[nodiscard]] std::optional<std::vector<std::string>> streams(std::string_view folded, std::string_view kind,
                                                                std::size_t limit) const;
  /// All streams of `kind` that `text` finds as in `find` and that are `wanted`, page by page in the order of
  /// their terms. `filter` stands for `wanted` in the cursor. A page may be shorter than `limit` although
  /// more follows, as in every list (paging.hpp).
  [[nodiscard]] result<page<std::string>> list(std::string_view text, std::string_view kind,
                                               std::string_view filter,
                                               std::function<bool(std::string const& stream)> const& wanted,
                                               std::string const& cursor, std::uint32_t limit) const;

 private:
  read_view const& view_;
};

class search_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "search"; }
  [[nodiscard]] std::uint32_t version() const override { return 2; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
