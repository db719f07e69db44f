#pragma once
// Tables in memory: the past is folded into them.

#include <map>

#include "projections/staged_table.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

using memory_rows = std::map<std::string, std::string, std::less<>>;

/// The rows in [from, until), as a table's `scan` gives them. They must outlive the cursor, and stay as they are.
[[nodiscard]] std::unique_ptr<row_cursor> scan_rows(memory_rows const& rows, std::string_view from,
                                                    std::string_view until, direction way);

class memory_table final : public table_view {
 public:
  [[nodiscard]] std::optional<std::string> get(std::string_view key) const override;
  [[nodiscard]] std::unique_ptr<row_cursor> scan(std::string_view from, std::string_view until,
                                                 direction way) const override;
  void write(std::vector<staged_table::change> const& changes);

 private:
  memory_rows rows_;
};

/// Applies `commits` with `model` to a table of its own.
[[nodiscard]] std::unique_ptr<memory_table> fold_into_memory(
    projection const& model, std::vector<accepted_commit> const& commits);

}  // namespace tracseq
