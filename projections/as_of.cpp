#include "projections/as_of.hpp"

#include <algorithm>
#include <map>

#include "projections/memory_table.hpp"
#include "projections/paging.hpp"
#include "projections/rows.hpp"
#include "projections/search.hpp"
#include "projections/storage_keys.hpp"

namespace tracseq {
namespace {

/// Streams that one page of the past folds at most.
constexpr std::size_t folds_max = 2'000;

class memory_view final : public read_view {
 public:
  explicit memory_view(position_vector position) : position_(std::move(position)) {}
  void add(std::string name, std::unique_ptr<memory_table> rows) {
    tables_.emplace(std::move(name), std::move(rows));
  }
  [[nodiscard]] table_view const& table(std::string_view projection) const override {
    auto const found = tables_.find(projection);
    return found == tables_.end() ? nothing_ : *found->second;
  }
  [[nodiscard]] position_vector const& position() const override { return position_; }

 private:
  position_vector position_;
  std::map<std::string, std::unique_ptr<memory_table>, std::less<>> tables_;
  memory_table nothing_;
};

/// The commits of a stream up to `moment`: those before the first that was recorded later.
std::vector<accepted_commit> commits_until(read_view const& now, std::string_view stream,
                                           instant moment) {
  std::vector<accepted_commit> commits;
  auto const partitions = static_cast<partition_id>(std::max<std::size_t>(1, now.position().size()));
  for (auto& one : journal_query(now).commits(stream)) {
    if (one.commit.recorded_at > moment) break;
    accepted_commit made;
    made.partition = partition_of(stream, partitions);
    made.offset = one.offset;
    made.commit = std::move(one.commit);
    made.record = std::move(one.record);
    for (auto const& event : made.commit.events) {
      auto decoded = decode_event(event);
      if (!decoded) return commits;  // as the live rows: the stream stands still before it
      made.events.push_back(*std::move(decoded));
    }
    commits.push_back(std::move(made));
  }
  return commits;
}

template <class Projection>
std::unique_ptr<memory_view> fold_one(read_view const& now, std::string_view stream, instant moment) {
  Projection const model;
  auto view = std::make_unique<memory_view>(now.position());
  view->add(std::string(model.name()), fold_into_memory(model, commits_until(now, stream, moment)));
  return view;
}

void add_occupant_as_of(read_view const& now, slot_view& shown, instant moment) {
  auto const id = parse_uuid(stream_key(shown.slot.occupant));
  if (!id) return;
  if (stream_kind(shown.slot.occupant) == sample::kind) {
    shown.occupant_kind = sample::kind;
    if (auto const row = sample_as_of(now, *id, moment)) {
      shown.occupant_state = boost::describe::enum_to_string(row->state, "");
      shown.slot.occupant_label = row->details.name;
      shown.barcode = row->details.barcode;
      shown.project = row->details.project;
    }
  } else if (auto const unit = unit_as_of(now, *id, moment)) {
    shown.occupant_kind = boost::describe::enum_to_string(unit->kind, "");
    shown.occupant_state = boost::describe::enum_to_string(unit->state, "");
    shown.slot.occupant_label = unit->name;
    shown.barcode = unit->barcode;
    shown.project = unit->project;
  }
}

uuid id_at_end(std::string_view index_key) {
  key_reader reader(index_key);
  reader.skip(index_key.size() - 17);
  return reader.id();
}

/// Walks the entities that exist today in order of creation and folds those that existed then.
template <class Row, class Fold>
result<page<Row>> page_as_of(table_view const& rows, page_request request, instant moment,
                             Fold&& fold) {
  std::size_t folds = 0;
  if (auto fine = check_limit(request.limit); !fine) return tl::unexpected(fine.error());
  page<Row> found;
  auto until = key(request.prefix[0]).time({moment.us + 1}).bytes();
  std::string from = request.prefix;
  if (!request.cursor.empty()) {
    auto at = read_cursor(request);
    if (!at) return tl::unexpected(at.error());
    if (request.way == direction::forward)
      from = *at + '\0';
    else
      until = *std::move(at);
  }
  std::string last;
  for (auto at = rows.scan(from, until, request.way); at->valid(); at->next()) {
    if (found.rows.size() == request.limit || folds++ == folds_max) {
      found.next_cursor = make_cursor(request.scope, last);
      break;
    }
    last = at->key();
    if (auto row = fold(id_at_end(at->key()))) found.rows.push_back(*std::move(row));
  }
  return found;
}

std::string scope_of(std::string_view list, instant moment, std::string_view more = {}) {
  return key('a').text(list).time(moment).tail(more).bytes();
}

}  // namespace

std::shared_ptr<read_view const> stream_as_of(read_view const& now, std::string_view stream,
                                              instant moment) {
  auto const kind = stream_kind(stream);
  if (kind == storage_unit::kind) return fold_one<storage_projection>(now, stream, moment);
  if (kind == sequencing_run::kind) return fold_one<runs_projection>(now, stream, moment);
  if (kind == sheet_import::kind) return fold_one<imports_projection>(now, stream, moment);
  return fold_one<samples_projection>(now, stream, moment);
}

std::optional<sample_row> sample_as_of(read_view const& now, uuid const& id, instant moment) {
  return samples_query(*stream_as_of(now, stream_name(sample::kind, id), moment)).get(id);
}

std::optional<unit_row> unit_as_of(read_view const& now, uuid const& id, instant moment) {
  return storage_query(*stream_as_of(now, stream_name(storage_unit::kind, id), moment)).get(id);
}

std::optional<run_row> run_as_of(read_view const& now, uuid const& id, instant moment) {
  return runs_query(*stream_as_of(now, stream_name(sequencing_run::kind, id), moment)).get(id);
}

std::optional<import_row> import_as_of(read_view const& now, uuid const& id, instant moment) {
  return imports_query(*stream_as_of(now, stream_name(sheet_import::kind, id), moment)).get(id);
}

std::vector<slot_view> slots_as_of(read_view const& now, uuid const& id, instant moment) {
  auto const then = stream_as_of(now, stream_name(storage_unit::kind, id), moment);
  auto shown = storage_query(*then).slots(id);
  for (auto& slot : shown) add_occupant_as_of(now, slot, moment);
  return shown;
}

std::vector<path_step> path_as_of(read_view const& now, uuid const& id, instant moment) {
  constexpr std::size_t steps_max = 32;
  std::vector<path_step> steps;
  std::optional<uuid> next = id;
  while (next && steps.size() < steps_max) {
    auto const unit = unit_as_of(now, *next, moment);
    if (!unit) break;
    steps.push_back({unit->id, unit->name, unit->kind, unit->slot});
    next = unit->parent_id;
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

bool was_found_by(read_view const& now, std::string_view text, std::string_view stream, instant moment) {
  auto const then = fold_one<search_projection>(now, stream, moment);
  auto const row = read_row<search_row>(then->table("search"), key('R').stream(stream));
  return row && is_found_by(text, *row);
}

result<page<sample_row>> samples_as_of(read_view const& now, sample_filter const& filter,
                                       instant moment, std::string const& cursor,
                                       std::uint32_t limit, direction way) {
  auto const order = way == direction::forward ? "samples" : "newest samples";
  return page_as_of<sample_row>(
      now.table("samples"), {scope_of(order, moment), "C", way, cursor, limit},
      moment, [&](uuid const& id) {
        auto row = sample_as_of(now, id, moment);
        if (row && !fits(*row, filter)) row.reset();
        return row;
      });
}

result<page<run_row>> runs_as_of(read_view const& now, instant moment, std::string const& cursor,
                                 std::uint32_t limit,
                                 std::function<bool(run_row const&)> const& wanted) {
  return page_as_of<run_row>(now.table("runs"),
                             {scope_of("runs", moment), "C", direction::forward, cursor, limit},
                             moment, [&](uuid const& id) {
                               auto row = run_as_of(now, id, moment);
                               if (row && wanted && !wanted(*row)) row.reset();
                               return row;
                             });
}

result<page<unit_row>> units_as_of(read_view const& now, unit_filter const& filter, instant moment,
                                   std::string const& cursor, std::uint32_t limit) {
  auto const of_kind = filter.kind ? static_cast<std::uint8_t>(*filter.kind) : std::uint8_t{0xff};
  auto const place = key('p').u8(filter.anywhere).id(filter.parent.value_or(uuid{})).u8(of_kind);
  auto const scope = scope_of("units", moment, place.bytes() + filter.text);
  return page_of<unit_row>(
      now.table("storage"), {scope, "R", direction::forward, cursor, limit},
      [&](std::string_view, std::string_view value) -> std::optional<unit_row> {
        auto const today = decode_row<unit_row>(value);
        if (today.created_at > moment || (filter.kind && today.kind != *filter.kind)) return std::nullopt;
        if (!filter.text.empty() &&
            !was_found_by(now, filter.text, stream_name(storage_unit::kind, today.id), moment))
          return std::nullopt;
        auto row = unit_as_of(now, today.id, moment);
        if (row && !filter.anywhere && row->parent_id != filter.parent) row.reset();
        return row;
      });
}

}  // namespace tracseq
