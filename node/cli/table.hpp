#pragma once
// Answers as text for people: lists as tables, things as lines.

#include <string>
#include <vector>

#include "node/cli/terminal.hpp"
#include "node/http/json_value.hpp"

namespace tracseq::cli {

/// Rows of texts under a header; cut to the terminal's width. Tab-separated and without header where
/// `style.plain`. `whole_last`: the last column holds sentences and is never cut.
[[nodiscard]] std::string table_text(std::vector<std::string> const& header,
                                     std::vector<std::vector<std::string>> const& rows,
                                     output_style const& style, bool whole_last = false);

/// An answer of the API: a page of items as a table, anything else as lines "name  value".
[[nodiscard]] std::string answer_text(http::json_value const& answer, output_style const& style);

/// A value on one line.
[[nodiscard]] std::string cell_text(http::json_value const& value);

}  // namespace tracseq::cli
