#pragma once
// The latest commits of the whole laboratory that a person wants to see, for the home page. Each
// partition keeps a ring of its newest, so that rows do not depend on how partitions interleave.
//
//   N partition         ring_head
//   A partition slot    activity_ref; the event itself is read from the journal

#include "projections/journal.hpp"
#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// How many were written to a partition's ring; the next goes to this number modulo its size.
struct ring_head {
  std::uint64_t written = 0;
  friend bool operator==(ring_head const&, ring_head const&) = default;
};
BOOST_DESCRIBE_STRUCT(ring_head, (), (written))

struct activity_ref {
  std::string stream;
  std::uint64_t base_version = 0;
  instant recorded_at;
  friend bool operator==(activity_ref const&, activity_ref const&) = default;
};
BOOST_DESCRIBE_STRUCT(activity_ref, (), (stream, base_version, recorded_at))

class activity_query {
 public:
  explicit activity_query(read_view const& view) : view_(view) {}
  /// Newest first, at most `limit` events (1 to 500), of at most the last 256 commits of each
  /// partition.
  [[nodiscard]] std::vector<history_event> latest(std::uint32_t limit = 50) const;

 private:
  read_view const& view_;
};

class activity_projection final : public projection {
 public:
  static constexpr std::uint32_t ring_size = 256;
  [[nodiscard]] std::string_view name() const override { return "activity"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(accepted_event const& event, table& rows) const override;
  void apply_commit(accepted_commit const& commit, table& rows) const override;
};

}  // namespace tracseq
