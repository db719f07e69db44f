#pragma once
// What the cells below a header say about whether the column holds a field.

#include "node/sheets/columns.hpp"

namespace tracseq::sheets {

/// Share of the filled cells that can be read as the field; 1 where the field takes any text.
/// `empty` is true where there is no cell to judge by.
struct evidence {
  double share = 1;
  bool empty = false;
};
[[nodiscard]] evidence judge(field_info const& field, column_source const& source);

/// True when nearly all cells are index bases: a "barcode" of a sequencing sheet is an index.
[[nodiscard]] bool holds_bases(column_source const& source);

}  // namespace tracseq::sheets
