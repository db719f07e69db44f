#include <algorithm>

#include "projections/paging.hpp"
#include "projections/rows.hpp"
#include "projections/storage.hpp"
#include "projections/storage_keys.hpp"

namespace tracseq {
namespace {

/// Kinds nest strictly, so a path is at most as long as there are kinds; a bound all the same.
constexpr std::size_t path_steps_max = 32;

uuid id_at_end(std::string_view index_key) {
  key_reader reader(index_key);
  reader.skip(index_key.size() - 17);
  return reader.id();
}

void add_occupant(read_view const& view, slot_view& shown) {
  auto const kind = stream_kind(shown.slot.occupant);
  auto const id = parse_uuid(stream_key(shown.slot.occupant));
  shown.occupant_kind = kind;
  if (!id) return;
  if (kind == sample::kind) {
    if (auto const row = samples_query(view).get(*id)) {
      shown.occupant_state = boost::describe::enum_to_string(row->state, "");
      shown.slot.occupant_label = row->details.name;
      shown.barcode = row->details.barcode;
      shown.project = row->details.project;
    }
  } else if (kind == storage_unit::kind) {
    if (auto const row = storage_query(view).get(*id)) {
      shown.occupant_kind = boost::describe::enum_to_string(row->kind, "");
      shown.occupant_state = boost::describe::enum_to_string(row->state, "");
      shown.slot.occupant_label = row->name;
      shown.barcode = row->barcode;
      shown.project = row->project;
    }
  }
}

}  // namespace

std::optional<unit_row> storage_query::get(uuid const& id) const {
  return read_row<unit_row>(view_.table("storage"), key('R').id(id));
}

result<page<unit_summary>> storage_query::children(
    std::optional<uuid> const& parent, std::string const& cursor, std::uint32_t limit,
    std::optional<storage_unit::unit_kind> kind) const {
  auto const& rows = view_.table("storage");
  auto from = children_key(parent);
  if (kind) from.u8(static_cast<std::uint8_t>(*kind));
  auto const prefix = from.bytes();
  return page_of<unit_summary>(
      rows, {prefix, prefix, direction::forward, cursor, limit},
      [&](std::string_view at, std::string_view) -> std::optional<unit_summary> {
        auto unit = read_row<unit_row>(rows, key('R').id(id_at_end(at)));
        if (!unit) return std::nullopt;
        auto const children = read_count(rows, key('#').u8('C').id(unit->id));
        return unit_summary{*std::move(unit), children};
      });
}

std::vector<slot_view> storage_query::slots(uuid const& id) const {
  std::vector<slot_view> shown;
  for (auto at = view_.table("storage").scan_prefix(key('S').id(id)); at->valid(); at->next()) {
    shown.push_back({decode_row<slot_row>(at->value()), {}, {}, {}, {}});
    add_occupant(view_, shown.back());
  }
  return shown;
}

std::optional<slot_row> storage_query::slot(uuid const& id, std::string_view slot) const {
  return read_row<slot_row>(view_.table("storage"), slot_key(id, slot));
}

std::vector<path_step> storage_query::path(uuid const& id) const {
  std::vector<path_step> steps;
  std::optional<uuid> next = id;
  while (next && steps.size() < path_steps_max) {
    auto const unit = get(*next);
    if (!unit) break;
    steps.push_back({unit->id, unit->name, unit->kind, unit->slot});
    next = unit->parent_id;
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

std::string storage_query::path_words(uuid const& id) const {
  std::string words;
  for (auto const& step : path(id)) {
    if (!words.empty()) words += " › ";
    words += step.name;
  }
  return words;
}

result<page<departure_row>> storage_query::departures(uuid const& id, std::string const& cursor,
                                                      std::uint32_t limit) const {
  auto const prefix = key('D').id(id).bytes();
  return page_of<departure_row>(view_.table("storage"),
                                {prefix, prefix, direction::backward, cursor, limit},
                                [](std::string_view, std::string_view value) {
                                  return std::optional(decode_row<departure_row>(value));
                                });
}

std::map<std::string, std::uint64_t> storage_query::counts() const {
  std::map<std::string, std::uint64_t> counts;
  for (auto at = view_.table("storage").scan_prefix(key('#').u8('K')); at->valid(); at->next()) {
    auto const kind = static_cast<storage_unit::unit_kind>(at->key().back());
    counts[boost::describe::enum_to_string(kind, "unknown")] =
        static_cast<std::uint64_t>(decode_count(at->value()));
  }
  return counts;
}

}  // namespace tracseq
