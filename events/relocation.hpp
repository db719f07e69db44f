#pragma once
// The facts of two process managers: `move/<uuid>` (a tube or a unit goes into a place, to another,
// or out) and `discard/<uuid>`. Type ids 600–699.
//
//   move:    requested → slot_reserved → thing_moved (point of no return) → completed
//                      ↘ refused
//   discard: requested → thing_discarded (point of no return) → completed;   ↘ refused

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/place.hpp"
#include "events/storage_unit.hpp"

namespace tracseq::move {

inline constexpr std::string_view kind = "move";

struct requested {
  static constexpr event_type type{600, 1, "move_requested"};
  uuid move_id;       ///< the stream's key
  std::string thing;  ///< stream: `sample/…` or `storage_unit/…`
  std::string thing_label;
  std::string thing_kind;  ///< "tube", or the unit_kind's word
  std::string thing_project;  ///< may be empty
  std::vector<std::string> requires_temperature;
  std::optional<place> from;  ///< where it was when asked; none = on the bench
  std::optional<place> to;    ///< none = out of storage
  /// The class of the units around `to`, for a unit that has none of its own.
  storage_unit::temperature_class to_temperature = storage_unit::temperature_class::unspecified;
  std::string purpose;            ///< of a check-out
  std::optional<instant> due_at;  ///< of a check-out
  std::string override_reason;    ///< why a place of the wrong temperature is taken all the same
  [[nodiscard]] std::string words() const;
  friend bool operator==(requested const&, requested const&) = default;
};
BOOST_DESCRIBE_STRUCT(requested, (),
                      (move_id, thing, thing_label, thing_kind, thing_project, requires_temperature,
                       from, to, to_temperature, purpose, due_at, override_reason))

struct slot_reserved {
  static constexpr event_type type{601, 1, "move_slot_reserved"};
  std::string slot;  ///< the one that was given, where any free one was asked for
  [[nodiscard]] std::string words() const;
  friend bool operator==(slot_reserved const&, slot_reserved const&) = default;
};
BOOST_DESCRIBE_STRUCT(slot_reserved, (), (slot))

struct thing_moved {
  static constexpr event_type type{602, 1, "move_thing_moved"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(thing_moved const&, thing_moved const&) = default;
};
BOOST_DESCRIBE_STRUCT(thing_moved, (), ())

struct old_slot_vacated {
  static constexpr event_type type{603, 1, "move_old_slot_vacated"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(old_slot_vacated const&, old_slot_vacated const&) = default;
};
BOOST_DESCRIBE_STRUCT(old_slot_vacated, (), ())

struct completed {
  static constexpr event_type type{604, 1, "move_completed"};
  static constexpr bool ends_process = true;
  [[nodiscard]] std::string words() const;
  friend bool operator==(completed const&, completed const&) = default;
};
BOOST_DESCRIBE_STRUCT(completed, (), ())

/// Refused before the point of no return; what was reserved is released next.
struct refused {
  static constexpr event_type type{605, 1, "move_refused"};
  std::string code;  ///< an errc's name
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(refused const&, refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(refused, (), (code, why))

struct ended_refused {
  static constexpr event_type type{606, 1, "move_ended_refused"};
  static constexpr bool ends_process = true;
  [[nodiscard]] std::string words() const;
  friend bool operator==(ended_refused const&, ended_refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(ended_refused, (), ())

struct parked {
  static constexpr event_type type{607, 1, "move_parked"};
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(parked const&, parked const&) = default;
};
BOOST_DESCRIBE_STRUCT(parked, (), (why))

struct resumed {
  static constexpr event_type type{608, 1, "move_resumed"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(resumed const&, resumed const&) = default;
};
BOOST_DESCRIBE_STRUCT(resumed, (), ())

using event = std::variant<requested, slot_reserved, thing_moved, old_slot_vacated, completed, refused,
                           ended_refused, parked, resumed>;

}  // namespace tracseq::move

namespace tracseq::discard {

inline constexpr std::string_view kind = "discard";

struct requested {
  static constexpr event_type type{650, 1, "discard_requested"};
  uuid discard_id;  ///< the stream's key
  uuid sample_id;
  std::string sample_label;
  std::string reason;
  std::string how;
  [[nodiscard]] std::string words() const;
  friend bool operator==(requested const&, requested const&) = default;
};
BOOST_DESCRIBE_STRUCT(requested, (), (discard_id, sample_id, sample_label, reason, how))

/// The sample is discarded; the place it stood in, if any, is to be vacated.
struct thing_discarded {
  static constexpr event_type type{651, 1, "discard_thing_discarded"};
  std::optional<place> from;
  [[nodiscard]] std::string words() const;
  friend bool operator==(thing_discarded const&, thing_discarded const&) = default;
};
BOOST_DESCRIBE_STRUCT(thing_discarded, (), (from))

struct completed {
  static constexpr event_type type{652, 1, "discard_completed"};
  static constexpr bool ends_process = true;
  [[nodiscard]] std::string words() const;
  friend bool operator==(completed const&, completed const&) = default;
};
BOOST_DESCRIBE_STRUCT(completed, (), ())

struct refused {
  static constexpr event_type type{653, 1, "discard_refused"};
  static constexpr bool ends_process = true;
  std::string code;
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(refused const&, refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(refused, (), (code, why))

struct parked {
  static constexpr event_type type{654, 1, "discard_parked"};
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(parked const&, parked const&) = default;
};
BOOST_DESCRIBE_STRUCT(parked, (), (why))

struct resumed {
  static constexpr event_type type{655, 1, "discard_resumed"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(resumed const&, resumed const&) = default;
};
BOOST_DESCRIBE_STRUCT(resumed, (), ())

using event = std::variant<requested, thing_discarded, completed, refused, parked, resumed>;

}  // namespace tracseq::discard
