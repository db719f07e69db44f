#pragma once
// Moves and discards: how far each process is.
//
//   R kind id           relocation_row; the order of ids is the order of time
//   O state kind id     those that have not ended: a refused one, too, as long as it holds a slot

#include "events/relocation.hpp"
#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

BOOST_DEFINE_ENUM_CLASS(relocation_kind, move, discard)
BOOST_DEFINE_ENUM_CLASS(relocation_state, requested, reserved, moved, completed, refused, parked)

struct relocation_row {
  uuid id;
  relocation_kind kind = relocation_kind::move;
  relocation_state state = relocation_state::requested;
  relocation_state stage = relocation_state::requested;  ///< beneath `parked`
  std::string thing;                                     ///< stream
  std::string thing_label;
  std::optional<place> from;
  std::optional<place> to;
  std::string purpose;  ///< of a check-out; the reason of a discard
  std::string how;      ///< of a discard
  std::string code;     ///< of a refusal: an errc's name
  std::string why;      ///< why it is parked, or was refused
  std::string refused_why;  ///< beneath that of `parked`
  bool ended = false;
  instant created_at;
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;
  friend bool operator==(relocation_row const&, relocation_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(relocation_row, (),
                      (id, kind, state, stage, thing, thing_label, from, to, purpose, how, code, why,
                       refused_why, ended, created_at, updated_at, created_by, version))

class relocations_query {
 public:
  explicit relocations_query(read_view const& view) : view_(view) {}
  [[nodiscard]] std::optional<relocation_row> get(relocation_kind kind, uuid const& id) const;
  /// Newest first: all; with `state`, those in it that have not ended.
  [[nodiscard]] result<page<relocation_row>> list(relocation_kind kind,
                                                  std::optional<relocation_state> state = {},
                                                  std::string const& cursor = {},
                                                  std::uint32_t limit = 50) const;

 private:
  read_view const& view_;
};

class relocations_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "relocations"; }
  [[nodiscard]] std::uint32_t version() const override { return 3; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
