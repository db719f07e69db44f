#pragma once
// Office Open XML workbooks (.xlsx, .xlsm), read without their macros, links and pictures.

#include <string_view>

#include "events/result.hpp"
#include "node/sheets/table.hpp"

namespace tracseq::sheets {

/// Every worksheet with its cells, hidden parts, merged ranges and drop-down lists. Formulas are
/// never
/// evaluated: their stored results are taken. Refused with words: damaged or truncated archives,
/// password protection, zip bombs, DTDs, anything over the limits.
[[nodiscard]] result<workbook> read_xlsx(std::string_view bytes, import_limits const& limits);

}  // namespace tracseq::sheets
