#pragma once
// What queries read: rows of one projection, or of all at one moment.

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "projections/position.hpp"

namespace tracseq {

/// Thrown by views when rows cannot be given: a store that fails to read (`corrupt`, `io_failure`) or
/// a projection that is being built for the first time (`unavailable`, retry later). Queries let it
/// pass; the adapter that called them (HTTP, CLI) turns `why` into its answer.
class query_failure : public std::runtime_error {
 public:
  explicit query_failure(error why) : std::runtime_error(why.detail), why_(std::move(why)) {}
  [[nodiscard]] error const& why() const noexcept { return why_; }

 private:
  error why_;
};

enum class direction : std::uint8_t { forward, backward };

/// Walks rows in the order of their keys.
class row_cursor {
 public:
  virtual ~row_cursor() = default;
  [[nodiscard]] virtual bool valid() const = 0;
  virtual void next() = 0;
  [[nodiscard]] virtual std::string_view key() const = 0;    ///< until the next `next`
  [[nodiscard]] virtual std::string_view value() const = 0;  ///< until the next `next`
};

/// The rows of one projection.
class table_view {
 public:
  virtual ~table_view() = default;
  [[nodiscard]] virtual std::optional<std::string> get(std::string_view key) const = 0;
  /// Rows with `from <= key < until`; an empty `until` is no bound. Backward begins at the last.
  [[nodiscard]] virtual std::unique_ptr<row_cursor> scan(std::string_view from, std::string_view until,
                                                         direction way) const = 0;
  /// Rows whose keys begin with `prefix`.
  [[nodiscard]] std::unique_ptr<row_cursor> scan_prefix(std::string_view prefix,
                                                        direction way = direction::forward) const;
};

/// The smallest key behind every key that begins with `prefix`; empty where there is none.
[[nodiscard]] std::string prefix_end(std::string_view prefix);

/// The rows of all projections. Any thread; keep it no longer than a request, for it pins memory.
class read_view {
 public:
  virtual ~read_view() = default;
  /// By name without version: "samples". Valid as long as the view. Throws `query_failure`.
  [[nodiscard]] virtual table_view const& table(std::string_view projection) const = 0;
  /// What the rows reflect, at least.
  [[nodiscard]] virtual position_vector const& position() const = 0;
};

/// A page of a list.
template <class Row>
struct page {
  std::vector<Row> rows;
  std::string next_cursor;  ///< empty when nothing follows
};

inline constexpr std::uint32_t page_rows_max = 500;

}  // namespace tracseq
