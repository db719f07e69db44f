#pragma once
// The past: one stream's journal folded up to a moment with the very code that keeps the rows of
// today, over a table in memory.

#include <functional>
#include <optional>

#include "events/instant.hpp"
#include "projections/imports.hpp"
#include "projections/journal.hpp"
#include "projections/runs.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"

namespace tracseq {

/// The tables of `projections` with the rows of one stream as they were at `moment` (recorded time):
/// queries run on it as on the live view.
[[nodiscard]] std::shared_ptr<read_view const> stream_as_of(read_view const& now,
                                                            std::string_view stream, instant moment);

[[nodiscard]] std::optional<sample_row> sample_as_of(read_view const& now, uuid const& id,
                                                     instant moment);
[[nodiscard]] std::optional<unit_row> unit_as_of(read_view const& now, uuid const& id, instant moment);
[[nodiscard]] std::optional<run_row> run_as_of(read_view const& now, uuid const& id, instant moment);
[[nodiscard]] std::optional<import_row> import_as_of(read_view const& now, uuid const& id, instant moment);
/// A box map of the past: each occupant with its state at that moment.
[[nodiscard]] std::vector<slot_view> slots_as_of(read_view const& now, uuid const& id, instant moment);
[[nodiscard]] std::vector<path_step> path_as_of(read_view const& now, uuid const& id, instant moment);

/// Whether `text` found the thing then, by its name at `moment` and the labels that it had had.
[[nodiscard]] bool was_found_by(read_view const& now, std::string_view text, std::string_view stream,
                                instant moment);

/// Samples that existed at `moment`, in order of creation (forward: oldest first), each folded; those that
/// hold `filter` then. A page looks at a bounded number and may be shorter than `limit`.
[[nodiscard]] result<page<sample_row>> samples_as_of(read_view const& now, sample_filter const& filter,
                                                     instant moment, std::string const& cursor,
                                                     std::uint32_t limit,
                                                     direction way = direction::forward);
/// Oldest first; those that are `wanted` as they were.
[[nodiscard]] result<page<run_row>> runs_as_of(read_view const& now, instant moment,
                                               std::string const& cursor, std::uint32_t limit,
                                               std::function<bool(run_row const&)> const& wanted = {});
struct unit_filter {
  bool anywhere = false;       ///< else only those that stood in `parent`
  std::optional<uuid> parent = {};  ///< none: in nothing
  std::optional<storage_unit::unit_kind> kind = {};
  std::string text = {};  ///< what finds them; empty = all
};
[[nodiscard]] result<page<unit_row>> units_as_of(read_view const& now, unit_filter const& filter,
                                                 instant moment, std::string const& cursor,
                                                 std::uint32_t limit);

}  // namespace tracseq
