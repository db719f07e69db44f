#pragma once
// Rows in tables. Include this from .cpp files only: it pulls in the codec.
//
//   struct thing_row { … };  BOOST_DESCRIBE_STRUCT(…)  operator==
//   void index_of(thing_row const& row, index_keys& keys) {     // found by the argument's namespace
//     keys.add(key('N').text(row.name).id(row.id));             // an index row
//     keys.count(key('#').tail("all"));                         // counted while the row is there
//   }
//   void things::apply(accepted_event const& event, table& rows) const {
//     visit_as<thing::event>(event.event, arms{
//       [&](thing::made const& made) { edit_row<thing_row>(rows, id_key).name = made.name; }, … });
//   }

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "events/codec.hpp"
#include "projections/keys.hpp"
#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// The keys a row is found by.
class index_keys {
 public:
  struct entry {
    std::string key;
    std::string value;
    friend bool operator==(entry const&, entry const&) = default;
  };
  void add(std::string_view key, std::string_view value = {}) {
    entries_.push_back({std::string(key), std::string(value)});
  }
  void count(std::string_view key, std::int64_t of = 1) { counts_.emplace_back(key, of); }
  [[nodiscard]] std::vector<entry> const& entries() const noexcept { return entries_; }
  [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> const& counts() const noexcept {
    return counts_;
  }

 private:
  std::vector<entry> entries_;
  std::vector<std::pair<std::string, std::int64_t>> counts_;
};

/// Writes what `after` has and `before` has not, and takes back the reverse.
void write_index_changes(index_keys const& before, index_keys const& after, table& rows);

template <class Row>
concept indexed = requires(Row const& row, index_keys& keys) { index_of(row, keys); };

template <class Row>
class row_cell final : public table::cell {
 public:
  row_cell() = default;
  explicit row_cell(std::optional<Row> stored) : before_(std::move(stored)), now_(before_) {}

  [[nodiscard]] std::optional<Row>& row() noexcept { return now_; }

  void save() override { saved_ = now_; }
  void restore() override { now_ = saved_; }
  void settle(std::string_view key, table& rows) const override {
    if (now_ == before_) return;
    if (now_)
      rows.put(key, codec::encode(*now_));
    else
      rows.erase(key);
    if constexpr (indexed<Row>) {
      index_keys was;
      index_keys is;
      if (before_) index_of(*before_, was);
      if (now_) index_of(*now_, is);
      write_index_changes(was, is, rows);
    }
  }
  [[nodiscard]] std::unique_ptr<table::cell> carry_on() const override {
    return std::make_unique<row_cell>(now_);
  }
  [[nodiscard]] static std::unique_ptr<table::cell> make(std::string_view const* bytes) {
    if (!bytes) return std::make_unique<row_cell>();
    auto decoded = codec::decode<Row>(*bytes);
    if (!decoded) throw std::runtime_error("a stored row is damaged: " + decoded.error().detail);
    return std::make_unique<row_cell>(std::optional<Row>(*std::move(decoded)));
  }

 private:
  std::optional<Row> before_;  ///< when the batch began
  std::optional<Row> now_;
  std::optional<Row> saved_;  ///< when the commit began
};

/// The row of `key`, if there is one, to be changed or reset. One key always holds one type of row.
template <class Row>
[[nodiscard]] std::optional<Row>& find_row(table& rows, std::string_view key) {
  return static_cast<row_cell<Row>&>(rows.edit(key, &row_cell<Row>::make, false)).row();
}
/// The same, made if it is not there. `known_new`: it cannot be there, so nothing is looked up.
template <class Row>
[[nodiscard]] Row& edit_row(table& rows, std::string_view key, bool known_new = false) {
  auto& row = static_cast<row_cell<Row>&>(rows.edit(key, &row_cell<Row>::make, known_new)).row();
  return row ? *row : row.emplace();
}
/// The row of `key`; throws, which parks the stream, where there is none.
template <class Row>
[[nodiscard]] Row& existing_row(table& rows, std::string_view key, std::string_view stream) {
  auto& row = find_row<Row>(rows, key);
  if (!row) throw std::runtime_error(std::string(stream) + " has an event before its first one");
  return *row;
}

/// Calls `visitor` if the event is one of `Variant`'s; each of them needs an arm.
template <class Variant, class Visitor>
bool visit_as(any_event const& event, Visitor&& visitor) {
  auto const* const of = std::get_if<Variant>(&event);
  if (of != nullptr) std::visit(visitor, *of);
  return of != nullptr;
}
template <class... Arms>
struct arms : Arms... {
  using Arms::operator()...;
};
template <class... Arms>
arms(Arms...) -> arms<Arms...>;

/// Reads a stored row; throws `query_failure` for damaged bytes.
template <class Row>
[[nodiscard]] Row decode_row(std::string_view bytes) {
  auto decoded = codec::decode<Row>(bytes);
  if (!decoded)
    throw query_failure({errc::corrupt, "a stored row is damaged: " + decoded.error().detail, {}});
  return *std::move(decoded);
}
template <class Row>
[[nodiscard]] std::optional<Row> read_row(table_view const& rows, std::string_view key) {
  auto const bytes = rows.get(key);
  if (!bytes) return std::nullopt;
  return decode_row<Row>(*bytes);
}

[[nodiscard]] std::string encode_count(std::int64_t value);
[[nodiscard]] std::int64_t decode_count(std::string_view bytes);
/// A count; 0 where it is not there.
[[nodiscard]] std::uint64_t read_count(table_view const& rows, std::string_view key);

}  // namespace tracseq
