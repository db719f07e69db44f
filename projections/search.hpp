#pragma once
// Everything on a label, found by its beginning.
//
//   R stream                search_row: what the terms follow from
//   T term 00 stream        (empty)

#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// What a search gives.
struct search_hit {
  std::string stream;
  std::string kind;   ///< "sample", "storage_unit", "run", "project"
  std::string id;     ///< key of the stream; the project's code
  std::string label;  ///< its name today
  std::string detail; ///< one line more: label, project, state
  std::string term;   ///< what matched
  bool exact = false;
};
BOOST_DESCRIBE_STRUCT(search_hit, (), (stream, kind, id, label, detail, term, exact))

class search_query {
 public:
  explicit search_query(read_view const& view) : view_(view) {}
  /// Ids, labels (old ones too), names, words of names, runs, flow cells, projects; exact before
  /// prefix, shorter before longer. Several words must all match. At most `limit` (1 to 100).
  [[nodiscard]] std::vector<search_hit> find(std::string_view text, std::uint32_t limit = 20) const;
  /// Streams with a term that begins with `folded`, at most `limit`; for filters.
  [[nodiscard]] std::vector<std::string> streams(std::string_view folded, std::string_view kind,
                                                 std::size_t limit) const;

 private:
  read_view const& view_;
};

class search_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "search"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
