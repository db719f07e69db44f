#include "projections/table_view.hpp"

namespace tracseq {

std::string prefix_end(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty()) {
    auto const last = static_cast<std::uint8_t>(end.back());
    if (last != 0xff) {
      end.back() = static_cast<char>(last + 1);
      return end;
    }
    end.pop_back();
  }
  return end;
}

std::unique_ptr<row_cursor> table_view::scan_prefix(std::string_view prefix, direction way) const {
  return scan(prefix, prefix_end(prefix), way);
}

}  // namespace tracseq
