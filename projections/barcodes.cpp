#include "projections/barcodes.hpp"

#include "projections/paging.hpp"
#include "projections/rows.hpp"

namespace tracseq {
namespace {

struct changes {
  std::optional<barcode_row>& row;
  accepted_event const& event;

  void operator()(barcode::reserved const& e) const {
    auto& made = begin(label_state::reserved, e.entity);
    made.holder = e.holder;
  }
  void operator()(barcode::assigned const& e) const {
    auto& made = begin(label_state::assigned, e.entity);
    made.entity_label = e.entity_label;
  }
  void operator()(barcode::released const&) const { row.reset(); }
  void operator()(barcode::step_refused const&) const {
    if (row) row->version = event.version();
  }

 private:
  [[nodiscard]] barcode_row& begin(label_state state, std::string const& entity) const {
    row = barcode_row{};
    row->label = stream_key(event.stream());
    row->state = state;
    row->entity = entity;
    row->since = event.occurred_at();
    row->version = event.version();
    return *row;
  }
};

}  // namespace

void index_of(barcode_row const& row, index_keys& keys) {
  if (row.entity.empty())
    keys.add(key('B').tail(row.label));
  else if (row.state == label_state::assigned)
    keys.add(key('E').stream(row.entity).tail(row.label));
}

void barcodes_projection::apply(accepted_event const& event, table& rows) const {
  auto const name = stream_key(event.stream());
  visit_as<barcode::event>(event.event, [&](auto const& one) {
    key const at = key('R').tail(name);
    if (event.version() == 1) (void)edit_row<barcode_row>(rows, at, true);
    changes{find_row<barcode_row>(rows, at), event}(one);
  });
  visit_as<barcode_series::event>(event.event, [&](barcode_series::block_reserved const& block) {
    auto& row = edit_row<series_row>(rows, key('Y').tail(name));
    row.year = name;
    row.next_number = block.first + block.count;
    row.version = event.version();
  });
}

std::optional<barcode_row> barcodes_query::find(std::string_view label) const {
  return read_row<barcode_row>(view_.table("barcodes"), key('R').tail(label));
}

std::optional<std::string> barcodes_query::resolve(std::string_view label) const {
  auto row = find(label);
  if (!row || row->state != label_state::assigned) return std::nullopt;
  return std::move(row->entity);
}

std::vector<std::string> barcodes_query::labels_of(std::string_view entity) const {
  auto const prefix = key('E').stream(entity).bytes();
  std::vector<std::string> labels;
  for (auto at = view_.table("barcodes").scan_prefix(prefix); at->valid(); at->next())
    labels.emplace_back(at->key().substr(prefix.size()));
  return labels;
}

result<page<barcode_row>> barcodes_query::blank(std::string const& cursor,
                                                std::uint32_t limit) const {
  auto const& rows = view_.table("barcodes");
  return page_of<barcode_row>(rows, {"blank labels", "B", direction::forward, cursor, limit},
                              [&](std::string_view at, std::string_view) {
                                return read_row<barcode_row>(rows, key('R').tail(at.substr(1)));
                              });
}

std::optional<series_row> barcodes_query::series(std::string_view year) const {
  return read_row<series_row>(view_.table("barcodes"), key('Y').tail(year));
}

}  // namespace tracseq
