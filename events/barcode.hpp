#pragma once
// A label's facts: what it names, once and for ever. Streams `barcode/<label>` and
// `barcode_series/<year>`. Type ids 400–499.

#include <cstdint>
#include <string>
#include <variant>

#include "events/event.hpp"
#include "events/ids.hpp"

namespace tracseq::barcode {

inline constexpr std::string_view kind = "barcode";

/// Kept for an entity that is about to be made by `holder` (an import), or printed on a blank label.
struct reserved {
  static constexpr event_type type{400, 1, "barcode_reserved"};
  std::string entity;  ///< stream it will name, e.g. `sample/…`; empty for a blank label
  uuid holder;
  [[nodiscard]] std::string words() const;
  friend bool operator==(reserved const&, reserved const&) = default;
};
BOOST_DESCRIBE_STRUCT(reserved, (), (entity, holder))

/// Names `entity` from now on.
struct assigned {
  static constexpr event_type type{401, 1, "barcode_assigned"};
  std::string entity;
  std::string entity_label;  ///< name of the entity then, for people
  uuid holder;               ///< whose reservation this made good; nil if there was none
  bool was_blank = false;    ///< that reservation was of a blank label
  [[nodiscard]] std::string words() const;
  friend bool operator==(assigned const&, assigned const&) = default;
};
BOOST_DESCRIBE_STRUCT(assigned, (), (entity, entity_label, holder, was_blank))

/// A reservation, or the assignment of a registration that was cut off, was taken back.
struct released {
  static constexpr event_type type{402, 1, "barcode_released"};
  std::string entity;
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(released const&, released const&) = default;
};
BOOST_DESCRIBE_STRUCT(released, (), (entity, why))

/// An import was refused the label. See sample::step_refused.
struct step_refused {
  static constexpr event_type type{403, 1, "barcode_step_refused"};
  static constexpr bool refuses = true;
  uuid process_id;
  std::string step;  ///< the command's name
  std::string code;  ///< an errc's name
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(step_refused const&, step_refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(step_refused, (), (process_id, step, code, why))

using event = std::variant<reserved, assigned, released, step_refused>;

}  // namespace tracseq::barcode

namespace tracseq::barcode_series {

inline constexpr std::string_view kind = "barcode_series";

/// Numbers `first` … `first + count - 1` of the year were handed to one holder, which alone may use
/// them: a node's pool of labels, or a batch of blank labels to print.
struct block_reserved {
  static constexpr event_type type{450, 1, "label_block_reserved"};
  std::uint32_t first = 1;
  std::uint32_t count = 0;
  std::string purpose;  ///< "labels made at registration" or the person's words
  [[nodiscard]] std::string words() const;
  friend bool operator==(block_reserved const&, block_reserved const&) = default;
};
BOOST_DESCRIBE_STRUCT(block_reserved, (), (first, count, purpose))

using event = std::variant<block_reserved>;

}  // namespace tracseq::barcode_series
