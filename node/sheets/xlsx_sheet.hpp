#pragma once
// One worksheet part → a table.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "node/sheets/table.hpp"
#include "node/sheets/xlsx_styles.hpp"
#include "node/sheets/zip_archive.hpp"

namespace tracseq::sheets {

/// What the sheets of a workbook share, and the account of what they take together.
struct workbook_parts {
  std::vector<std::string> shared_strings;
  std::vector<cell_style> styles;
  bool system_1904 = false;
  import_limits limits;
  std::size_t cells = 0;       ///< filled, over all sheets
  std::size_t text_bytes = 0;  ///< of those cells
};

/// A drop-down list as written: `source` is "a,b,c" in quotes, a range or a name.
struct list_rule {
  std::string source;
  std::vector<cell_range> applies_to;
};

struct sheet_content {
  table content;
  std::vector<list_rule> rules;
};

[[nodiscard]] result<sheet_content> read_sheet(zip_archive& archive, std::string_view part,
                                               std::string name, workbook_parts& shared);

/// The strings that cells refer to by number.
[[nodiscard]] result<std::vector<std::string>> read_shared_strings(zip_archive& archive,
                                                                   std::string_view part,
                                                                   import_limits const& limits);

}  // namespace tracseq::sheets
