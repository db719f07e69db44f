#pragma once
// Text as search sees it.

#include <string>
#include <string_view>
#include <vector>

namespace tracseq {

/// Lower case of Latin (with the accents of Western and Central Europe), Greek and Cyrillic letters;
/// other bytes as they are; a NUL becomes a blank; at most 200 bytes, cut between characters.
[[nodiscard]] std::string fold_case(std::string_view text);

/// The words of folded text: what lies between blanks and the marks -_./,:;()[]#+ .
[[nodiscard]] std::vector<std::string_view> words_in(std::string_view folded);

/// The terms a name is found by: the whole, and each word but the first, which begins the whole.
void add_name_terms(std::string_view name, std::vector<std::string>& terms);

}  // namespace tracseq
