#include "node/sheets/row_kinds.hpp"

#include <algorithm>

#include "node/sheets/text.hpp"
#include "node/sheets/units.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {
namespace {

bool starts_like_instruction(std::string_view text) {
  static constexpr std::string_view openings[] = {
      "please", "type the", "enter", "fill in", "write the", "choose", "select", "e.g.", "for example",
      "required", "optional", "mandatory", "ange", "fyll i", "valj", "bitte", "z.b.", "eingeben",
      "veuillez", "saisir", "par exemple", "obligatorisk", "pflichtfeld", "obligatoire", "free text",
      "drop-down", "dropdown", "yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy", "max ", "only "};
  auto const folded = fold(trim(text));
  return std::any_of(std::begin(openings), std::end(openings),
                     [&](auto opening) { return std::string_view(folded).starts_with(opening); });
}

}  // namespace

bool is_marker(cells_view const& cells) {
  if (cells.size() != 1) return false;
  auto const text = trim(cells.front()->text);
  return text.size() > 2 && text.size() < 60 &&
         ((text.front() == '<' && text.back() == '>') || (text.front() == '[' && text.back() == ']'));
}
bool is_closing_marker(cells_view const& cells) {
  return is_marker(cells) && trim(cells.front()->text).substr(0, 2) == "</";
}

std::size_t words_in(std::string_view text) {
  auto const words = to_words(text);
  return words.empty() ? 0 : static_cast<std::size_t>(std::count(words.begin(), words.end(), ' ')) + 1;
}

bool is_guidance_cell(cell const& c) {
  if (c.kind != cell_kind::text) return false;
  return starts_like_instruction(c.text) || words_in(c.text) >= 9 ||
         find_unit(c.text) != nullptr;
}

bool says_example(std::string_view text) {
  auto const folded = fold(trim(text));
  for (std::string_view const word : {"example", "exempel", "beispiel", "exemple", "(example", "ex:", "ex."})
    if (std::string_view(folded).starts_with(word)) return true;
  return false;
}

bool is_footer_word(std::string_view text) {
  static constexpr std::string_view words[] = {"total", "totals", "sum", "summa", "summe", "gesamt",
                                               "somme", "average", "mean", "signature", "underskrift",
                                               "unterschrift"};
  auto folded = fold(trim(text));
  while (!folded.empty() && (folded.back() == ':' || folded.back() == ' ')) folded.pop_back();
  return std::find(std::begin(words), std::end(words), folded) != std::end(words);
}

bool is_comment(std::string_view text) {
  text = trim(text);
  return text.size() > 2 && text[0] == '#' && (text[1] < '0' || text[1] > '9');
}

std::string mask(std::string_view text) {
  std::string out;
  for (char const c : trim(text)) {
    bool const digit = c >= '0' && c <= '9';
    if (digit && !out.empty() && out.back() == '#') continue;
    out.push_back(digit ? '#' : c);
  }
  if (out.size() >= 2 && out.back() == '#' && normalise_position(text)) return "@#";
  return out;
}

}  // namespace tracseq::sheets
