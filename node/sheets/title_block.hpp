#pragma once
// What stands above a table: "Project: P-17", "Box name | Box 7", a row of names over a row of values.
// It holds for every sample below.

#include <string>
#include <vector>

#include "node/sheets/fields.hpp"
#include "node/sheets/table_finder.hpp"

namespace tracseq::sheets {

struct preview_context;
struct preview_result;

/// One name and its value.
struct titled_value {
  std::string place;  ///< "B3": where the value stands
  std::string label;  ///< as written, without the colon
  cell value;
  field_info const* field = nullptr;  ///< null where the label names no field that all samples can share
};

[[nodiscard]] std::vector<titled_value> read_title_block(found_table const& found);

/// Gives each sample what stands above the table, where no column says it, and says so. A person can
/// refuse one with its place: {"B3": "ignore"}.
void apply_title_block(found_table const& found, import_overrides const& overrides,
                       preview_context const& context, preview_result& out);

}  // namespace tracseq::sheets
