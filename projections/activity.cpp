#include "projections/activity.hpp"

#include <algorithm>
#include <queue>

#include "projections/rows.hpp"

namespace tracseq {
namespace {

/// Facts that a person did, not the steps that follow from them.
bool of_interest(any_event const& event) {
  return visit_event(
      arms{[](barcode::reserved const&) { return false; },
           [](barcode::assigned const&) { return false; },
           [](barcode::released const&) { return false; },
           [](barcode_series::block_reserved const&) { return false; },
           [](barcode::step_refused const&) { return false; },  // the process tells it
           [](sample::step_refused const&) { return false; },
           [](storage_unit::step_refused const&) { return false; },
           [](storage_unit::slot_reserved const&) { return false; },
           [](storage_unit::slot_released const&) { return false; },
           [](storage_unit::slot_filled const&) { return false; },
           [](storage_unit::slot_vacated const&) { return false; },
           [](sheet_import::rows_listed const&) { return false; },
           [](sheet_import::barcodes_reserved const&) { return false; },
           [](sheet_import::rows_registered const&) { return false; },
           [](sheet_import::sealed const&) { return false; },
           [](sheet_import::rows_refused const&) { return false; },
           [](sheet_import::barcodes_released const&) { return false; },
           [](sheet_import::reservations_released const&) { return false; },
           [](move::parked const&) { return true; }, [](discard::parked const&) { return true; },
           [](delivery::died const&) { return true; },
           []<class Event>(Event const&) {
             return !boost::mp11::mp_contains<move::event, Event>::value &&
                    !boost::mp11::mp_contains<discard::event, Event>::value &&
                    !boost::mp11::mp_contains<delivery::event, Event>::value;
           }},
      event);
}

key slot_key(partition_id partition, std::uint64_t number) {
  return key('A').u16(partition).u16(
      static_cast<std::uint16_t>(number % activity_projection::ring_size));
}

/// Walks one partition's ring backwards.
struct ring_walk {
  partition_id partition = 0;
  std::uint64_t next = 0;  ///< number of the one below the current
  std::uint64_t oldest = 0;
  activity_ref current;

  [[nodiscard]] bool step(table_view const& rows) {
    if (next == oldest) return false;
    --next;
    auto row = read_row<activity_ref>(rows, slot_key(partition, next));
    if (!row) return false;
    current = *std::move(row);
    return true;
  }
};

}  // namespace

void activity_projection::apply(accepted_event const&, table&) const {}

void activity_projection::apply_commit(accepted_commit const& accepted, table& rows) const {
  auto const& commit = accepted.commit;
  if (std::none_of(accepted.events.begin(), accepted.events.end(), &of_interest)) return;
  auto& head = edit_row<ring_head>(rows, key('N').u16(accepted.partition));
  // What the slot held before does not matter, so it is not looked up.
  auto& slot = edit_row<activity_ref>(rows, slot_key(accepted.partition, head.written++), true);
  slot = {commit.stream, commit.base_version, commit.recorded_at};
}

std::vector<history_event> activity_query::latest(std::uint32_t limit) const {
  limit = std::clamp(limit, 1u, page_rows_max);
  auto const& rows = view_.table("activity");
  journal_query const journal(view_);
  auto const older = [](ring_walk const& a, ring_walk const& b) {
    return a.current.recorded_at < b.current.recorded_at;
  };
  std::priority_queue<ring_walk, std::vector<ring_walk>, decltype(older)> newest(older);
  for (auto at = rows.scan_prefix(key('N')); at->valid(); at->next()) {
    key_reader reader(at->key());
    ring_walk walk;
    walk.partition = static_cast<partition_id>(reader.number(2));
    walk.next = decode_row<ring_head>(at->value()).written;
    walk.oldest = walk.next - std::min<std::uint64_t>(walk.next, activity_projection::ring_size);
    if (walk.step(rows)) newest.push(std::move(walk));
  }
  std::vector<history_event> shown;
  while (!newest.empty() && shown.size() < limit) {
    auto walk = newest.top();
    newest.pop();
    if (auto const commit = journal.commit_at(walk.current.stream, walk.current.base_version)) {
      auto events = history_of(*commit, walk.partition);
      for (auto event = events.rbegin(); event != events.rend() && shown.size() < limit; ++event)
        shown.push_back(std::move(*event));
    }
    if (walk.step(rows)) newest.push(std::move(walk));
  }
  return shown;
}

}  // namespace tracseq
