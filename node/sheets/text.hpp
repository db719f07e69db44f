#pragma once
// Small helpers over UTF-8 text that several readers need.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tracseq::sheets {

/// Without blanks at both ends: ASCII blanks, no-break, thin and zero-width spaces, BOM.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

/// Lower-case ASCII for comparison: accents taken off ("é" → "e", "å" → "a", "ß" → "ss"), "µ" and
/// "μ" → "u",
/// dashes and minus signs → "-", odd spaces → " ". Other characters stay as they are.
[[nodiscard]] std::string fold(std::string_view text);

/// Words of a header or vocabulary entry: folded, split at camelCase, every run of other
/// characters one
/// blank. "Sample_ID" and "SampleID" both give "sample id".
[[nodiscard]] std::string to_words(std::string_view text);

[[nodiscard]] bool equal_folded(std::string_view a, std::string_view b);

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;

/// Replaces malformed UTF-8 by U+FFFD; the same text where it is well-formed.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

void append_utf8(std::string& out, std::uint32_t code_point);

/// Slips between two short texts (a letter more, less, other, or two swapped), at most `limit` + 1.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The entry nearest to `text` by edit distance over folded text, if it is near enough to be a
/// slip.
[[nodiscard]] std::optional<std::string> nearest(std::string_view text,
                                                 std::vector<std::string_view> const& entries);

/// Without blanks at both ends, and with a blank for each control character. On one line, and then several of
/// them beside each other give one blank; with `lines`, line breaks and tabs stay.
[[nodiscard]] std::string printable(std::string_view text, bool lines = false);

/// The text in quotes, cut after 60 characters, for use in a sentence.
[[nodiscard]] std::string quoted(std::string_view text);

/// "1 row", "2 rows"; thousands get a comma.
[[nodiscard]] std::string count_of(std::size_t n, std::string_view singular,
                                   std::string_view plural = {});

/// "a, b and c"; at most `shown` entries, then "… and 7 more".
[[nodiscard]] std::string join_words(std::vector<std::string> const& entries, std::size_t shown = 8);

/// "12–15, 18 and 20" of sorted row numbers.
[[nodiscard]] std::string row_list(std::vector<std::uint32_t> const& rows);

/// Shortest decimal text that a person would write: "20", "0.1", "1e-07" never.
[[nodiscard]] std::string format_number(double value);

}  // namespace tracseq::sheets
