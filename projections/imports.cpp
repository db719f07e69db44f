#include "projections/imports.hpp"

#include "projections/paging.hpp"
#include "projections/rows.hpp"

namespace tracseq {
namespace {

struct changes {
  import_row& row;
  accepted_event const& event;

  void operator()(sheet_import::started const& e) const {
    row.file_name = e.file_name;
    row.file_sha256 = e.file_sha256;
    row.file_kind = e.file_kind;
    row.understood = e.understood;
    row.rows = e.rows;
    row.created_at = event.recorded_at();
    row.created_by = event.in.commit.who.name;
  }
  void operator()(sheet_import::rows_listed const& e) const {
    row.rows_listed += static_cast<std::uint32_t>(e.rows.size());
  }
  void operator()(sheet_import::sealed const&) const { row.stage = import_state::reserving; }
  void operator()(sheet_import::abandoned const&) const { row.stage = import_state::abandoned; }
  void operator()(sheet_import::barcodes_reserved const& e) const {
    row.barcodes_reserved += e.count;
  }
  void operator()(sheet_import::rows_refused const& e) const {
    row.barcodes_reserved += e.count - static_cast<std::uint32_t>(e.rows.size());
    row.refusals.insert(row.refusals.end(), e.rows.begin(), e.rows.end());
  }
  void operator()(sheet_import::refused const& e) const {
    row.stage = import_state::refused;
    row.refusals = e.rows;
  }
  void operator()(sheet_import::barcodes_released const&) const {}
  void operator()(sheet_import::reservations_released const&) const { row.barcodes_reserved = 0; }
  void operator()(sheet_import::accepted const&) const { row.stage = import_state::accepted; }
  void operator()(sheet_import::rows_registered const& e) const { row.rows_registered += e.count; }
  void operator()(sheet_import::completed const&) const { row.stage = import_state::completed; }
  void operator()(sheet_import::parked const& e) const { row.parked_why = e.why; }
  void operator()(sheet_import::resumed const&) const { row.parked_why.clear(); }
};

uuid id_at_end(std::string_view index_key) {
  key_reader reader(index_key);
  reader.skip(index_key.size() - 17);
  return reader.id();
}

/// 7312 → "7,312"
std::string grouped(std::uint32_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string rows_words(std::uint32_t rows) { return grouped(rows) + (rows == 1 ? " row" : " rows"); }

}  // namespace

void index_of(import_row const& row, index_keys& keys) {
  keys.add(key('C').time(row.created_at).id(row.id));
  keys.add(key('H').text(row.file_sha256).time(row.created_at).id(row.id));
}

void imports_projection::apply(accepted_event const& event, table& rows) const {
  visit_as<sheet_import::event>(event.event, [&](auto const& one) {
    using kind = std::decay_t<decltype(one)>;
    auto const id = uuid_of_stream(event.stream());
    key const at = key('R').id(id);
    auto& row = std::is_same_v<kind, sheet_import::started>
                    ? edit_row<import_row>(rows, at, event.version() == 1)
                    : existing_row<import_row>(rows, at, event.stream());
    row.id = id;
    bool const was_parked = row.state == import_state::parked;
    changes{row, event}(one);
    bool const parked =
        std::is_same_v<kind, sheet_import::parked> ||
        (was_parked && !std::is_same_v<kind, sheet_import::resumed>);
    row.state = parked ? import_state::parked : row.stage;
    row.version = event.version();
    row.updated_at = event.recorded_at();
  });
}

bool came_to_nothing(import_row const& row) {
  return row.state == import_state::refused || row.state == import_state::abandoned;
}

bool has_ended(import_row const& row) {
  return row.state == import_state::completed || came_to_nothing(row);
}

std::string progress_words(import_row const& row) {
  auto const of_all = " of " + grouped(row.rows);
  switch (row.state) {
    case import_state::listing: return grouped(row.rows_listed) + of_all + " read";
    case import_state::reserving: return grouped(row.barcodes_reserved) + of_all + " labels reserved";
    case import_state::accepted: return grouped(row.rows_registered) + of_all + " registered";
    case import_state::completed: return grouped(row.rows) + " registered";
    case import_state::refused:
      return rows_words(static_cast<std::uint32_t>(row.refusals.size())) + " refused, nothing registered";
    case import_state::parked:
      return "needs a person: " + row.parked_why + " (" + grouped(row.rows_registered) + of_all +
             " registered)";
    case import_state::abandoned: return "given up, nothing registered";
  }
  return {};
}

std::optional<import_row> imports_query::get(uuid const& id) const {
  return read_row<import_row>(view_.table("imports"), key('R').id(id));
}

result<page<import_row>> imports_query::list(std::string const& cursor, std::uint32_t limit) const {
  auto const& rows = view_.table("imports");
  return page_of<import_row>(rows, {"imports", "C", direction::backward, cursor, limit},
                             [&](std::string_view at, std::string_view) {
                               return read_row<import_row>(rows, key('R').id(id_at_end(at)));
                             });
}

std::vector<import_row> imports_query::of_file(std::string_view sha256_hex) const {
  auto const& rows = view_.table("imports");
  std::vector<import_row> found;
  for (auto at = rows.scan_prefix(key('H').text(sha256_hex), direction::backward);
       at->valid() && found.size() < page_rows_max; at->next())
    if (auto row = read_row<import_row>(rows, key('R').id(id_at_end(at->key()))))
      found.push_back(*std::move(row));
  return found;
}

}  // namespace tracseq
