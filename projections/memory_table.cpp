#include "projections/memory_table.hpp"

#include <exception>

namespace tracseq {
namespace {

class map_cursor final : public row_cursor {
 public:
  map_cursor(memory_rows::const_iterator first, memory_rows::const_iterator last, direction way)
      : first_(first), last_(last), way_(way) {}
  [[nodiscard]] bool valid() const override { return first_ != last_; }
  void next() override {
    if (way_ == direction::forward)
      ++first_;
    else
      --last_;
  }
  [[nodiscard]] std::string_view key() const override { return at()->first; }
  [[nodiscard]] std::string_view value() const override { return at()->second; }

 private:
  [[nodiscard]] memory_rows::const_iterator at() const {
    return way_ == direction::forward ? first_ : std::prev(last_);
  }
  memory_rows::const_iterator first_;
  memory_rows::const_iterator last_;
  direction way_;
};

}  // namespace

std::optional<std::string> memory_table::get(std::string_view key) const {
  auto const found = rows_.find(key);
  if (found == rows_.end()) return std::nullopt;
  return found->second;
}

std::unique_ptr<row_cursor> scan_rows(memory_rows const& rows, std::string_view from, std::string_view until,
                                      direction way) {
  auto const first = rows.lower_bound(from);
  auto const last = until.empty() ? rows.end() : rows.lower_bound(until);
  bool const crossed = !until.empty() && until < from;
  return std::make_unique<map_cursor>(first, crossed ? first : last, way);
}

std::unique_ptr<row_cursor> memory_table::scan(std::string_view from, std::string_view until,
                                               direction way) const {
  return scan_rows(rows_, from, until, way);
}

void memory_table::write(std::vector<staged_table::change> const& changes) {
  for (auto const& change : changes)
    if (change.erase)
      rows_.erase(std::string(change.key));
    else
      rows_.insert_or_assign(std::string(change.key), std::string(change.value));
}

std::unique_ptr<memory_table> fold_into_memory(projection const& model,
                                               std::vector<accepted_commit> const& commits) {
  auto rows = std::make_unique<memory_table>();
  staged_table staged([&](std::string_view key) { return rows->get(key); });
  for (auto const& commit : commits) {
    staged.begin_commit();
    try {
      model.apply_commit(commit, staged);
    } catch (std::exception const&) {
      // As the live rows: a stream stands still before the commit that cannot be applied.
      staged.undo_commit();
      break;
    }
  }
  staged.settle();
  rows->write(staged.changes());
  return rows;
}

}  // namespace tracseq
