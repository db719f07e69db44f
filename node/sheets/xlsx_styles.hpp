#pragma once
// What number formats say about a cell: a date, or an identifier with leading zeros.

#include <cstdint>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "node/sheets/zip_archive.hpp"

namespace tracseq::sheets {

enum class number_look : std::uint8_t { plain, date, date_time, time };

struct cell_style {
  number_look look = number_look::plain;
  std::uint8_t leading_zeros_to = 0;  ///< "000000" shows 42 as 000042
};

/// One entry per `s` attribute of cells. Empty where the workbook has no styles.
[[nodiscard]] result<std::vector<cell_style>> read_styles(zip_archive& archive,
                                                          std::string_view part);

/// Of a format code such as "yyyy\-mm\-dd", "[h]:mm", "#,##0.00", "000000".
[[nodiscard]] cell_style style_of_format(std::string_view code);
[[nodiscard]] cell_style style_of_builtin(int format_id);

}  // namespace tracseq::sheets
