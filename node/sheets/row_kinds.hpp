#pragma once
// What a row near a table may be besides a sample: a marker, a hint, an example, a sum.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "node/sheets/table.hpp"

namespace tracseq::sheets {

using cells_view = std::vector<cell const*>;  ///< the filled cells of one row

/// A single cell "<TABLE HEADER>", "</SAMPLE ENTRIES>" or "[Data]".
[[nodiscard]] bool is_marker(cells_view const& cells);
[[nodiscard]] bool is_closing_marker(cells_view const& cells);

[[nodiscard]] std::size_t words_in(std::string_view text);

/// "Please fill in", "e.g. …", "yyyy-mm-dd", a long sentence, or a unit.
[[nodiscard]] bool is_guidance_cell(cell const& c);

[[nodiscard]] bool says_example(std::string_view text);    ///< "Example: …" in four languages
[[nodiscard]] bool is_footer_word(std::string_view text);  ///< "Total", "Signature:"

/// "#units", "#q2:types": a row for programs. "#1" may well be a sample.
[[nodiscard]] bool is_comment(std::string_view text);

/// Digits masked: "Pellet_12" → "Pellet_#"; wells "A1" → "@#". Running numbers share a mask.
[[nodiscard]] std::string mask(std::string_view text);

}  // namespace tracseq::sheets
