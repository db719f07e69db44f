#pragma once
// What each label names.
//
//   R label             barcode_row, while it names something or is kept
//   E stream label      labels of an entity
//   B label             blank labels: reserved for nothing yet
//   Y year              series_row

#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

BOOST_DEFINE_ENUM_CLASS(label_state, reserved, assigned)

struct barcode_row {
  std::string label;
  label_state state = label_state::reserved;
  std::string entity;        ///< stream it names or is kept for; empty for a blank label
  std::string entity_label;  ///< its name when the label was given
  uuid holder;               ///< of a reservation
  instant since;
  std::uint64_t version = 0;
  friend bool operator==(barcode_row const&, barcode_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(barcode_row, (), (label, state, entity, entity_label, holder, since, version))

/// Labels of a year that were handed out.
struct series_row {
  std::string year;
  std::uint32_t next_number = 1;
  std::uint64_t version = 0;
  friend bool operator==(series_row const&, series_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(series_row, (), (year, next_number, version))

class barcodes_query {
 public:
  explicit barcodes_query(read_view const& view) : view_(view) {}
  [[nodiscard]] std::optional<barcode_row> find(std::string_view label) const;
  /// The stream that `label` names (aliases too); none while it is only reserved.
  [[nodiscard]] std::optional<std::string> resolve(std::string_view label) const;
  /// Every label of an entity, old ones too, in order of the label.
  [[nodiscard]] std::vector<std::string> labels_of(std::string_view entity) const;
  [[nodiscard]] result<page<barcode_row>> blank(std::string const& cursor = {},
                                                std::uint32_t limit = 50) const;
  [[nodiscard]] std::optional<series_row> series(std::string_view year) const;

 private:
  read_view const& view_;
};

class barcodes_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "barcodes"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
