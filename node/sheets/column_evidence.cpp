#include "node/sheets/column_evidence.hpp"

#include <algorithm>

#include "node/sheets/text.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t judged_cells = 60;

bool fits(field_info const& field, cell const& c) {
  auto const text = trim(c.text);
  switch (field.type) {
    case field_type::text:
    case field_type::barcode: return true;
    case field_type::choice: return find_in_vocabulary(field, text).has_value();
    case field_type::choice_list:
    case field_type::integer: return !parse_value(field, c, {}, {9999, 1, 1}).problem;
    case field_type::number:
      return text.find_first_of("0123456789") != std::string_view::npos;
    case field_type::date: return c.kind == cell_kind::date || looks_like_date(text);
    case field_type::position: return normalise_position(text).has_value();
    case field_type::sequence: return text.find_first_not_of("ACGTNacgtn") == std::string_view::npos;
  }
  return true;
}

}  // namespace

evidence judge(field_info const& field, column_source const& source) {
  std::size_t judged = 0;
  std::size_t fitting = 0;
  for (auto const* c : source.cells) {
    if (judged >= judged_cells) break;
    if (c->kind == cell_kind::error || is_missing_word(c->text)) continue;
    ++judged;
    fitting += fits(field, *c);
  }
  if (judged == 0) return {1, true};
  return {static_cast<double>(fitting) / static_cast<double>(judged), false};
}

bool holds_bases(column_source const& source) {
  std::size_t judged = 0;
  std::size_t bases = 0;
  for (auto const* c : source.cells) {
    if (judged >= judged_cells) break;
    ++judged;
    bases += looks_like_bases(c->text);
  }
  return judged >= 2 && bases * 10 >= judged * 8;
}

}  // namespace tracseq::sheets
