// Any bytes as a text file: the preview never crashes, and what it says about rows adds up.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/sheets/preview.hpp"
#include "node/sheets/text.hpp"

namespace {

void demand(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace tracseq::sheets;
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  preview_context const context{{2026, 11, 24}, {}};
  auto const r = preview(bytes, "fuzz.csv", {}, context);
  if (!r) {
    demand(!r.error().detail.empty());
    return 0;
  }
  demand(r->good + r->bad == r->rows.size());
  for (auto const& row : r->rows) {
    demand(row.source_row > 0);
    for (auto const& value : row.values) demand(!value.text.empty() && is_valid_utf8(value.text));
    for (auto const& p : row.problems) demand(!p.detail.empty() && !p.code.empty());
  }
  // A person may choose anything that is shown.
  import_overrides chosen;
  chosen.header_row = r->header_row;
  chosen.dates = date_order::day_first;
  if (!r->columns.empty()) chosen.columns[r->columns.back().letter] = "name";
  (void)preview(bytes, "fuzz.csv", chosen, context);
  return 0;
}
