#pragma once
// Imports and how far they are.
//
//   R id                import_row
//   C created id        by creation
//   H sha256 created id imports of the same file

#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

BOOST_DEFINE_ENUM_CLASS(import_state, listing, reserving, accepted, completed, refused, parked,
                        abandoned)

struct import_row {
  uuid id;
  std::string file_name;
  std::string file_sha256;
  std::string file_kind;
  std::string understood;
  std::uint32_t rows = 0;
  std::uint32_t rows_listed = 0;
  std::uint32_t barcodes_reserved = 0;
  std::uint32_t rows_registered = 0;
  import_state state = import_state::listing;
  import_state stage = import_state::listing;  ///< beneath `parked`
  std::string parked_why;
  std::vector<sheet_import::row_refusal> refusals;
  instant created_at;
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;
  friend bool operator==(import_row const&, import_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(import_row, (),
                      (id, file_name, file_sha256, file_kind, understood, rows, rows_listed,
                       barcodes_reserved, rows_registered, state, stage, parked_why, refusals,
                       created_at, updated_at, created_by, version))

/// Refused or abandoned: it registered nothing, and its file may be imported again.
[[nodiscard]] bool came_to_nothing(import_row const& row);

/// Completed, or came to nothing: no step is left.
[[nodiscard]] bool has_ended(import_row const& row);

/// "7,312 of 10,000 registered", "3 rows refused", …
[[nodiscard]] std::string progress_words(import_row const& row);

class imports_query {
 public:
  explicit imports_query(read_view const& view) : view_(view) {}
  [[nodiscard]] std::optional<import_row> get(uuid const& id) const;
  /// Newest first.
  [[nodiscard]] result<page<import_row>> list(std::string const& cursor = {},
                                              std::uint32_t limit = 50) const;
  /// Earlier imports of a file with this content, newest first.
  [[nodiscard]] std::vector<import_row> of_file(std::string_view sha256_hex) const;

 private:
  read_view const& view_;
};

class imports_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "imports"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
