#pragma once
// Where a thing stands.

#include <string>

#include <boost/describe.hpp>

#include "events/ids.hpp"

namespace tracseq {

/// A place: a unit and a slot of it.
struct place {
  uuid unit_id;
  std::string slot;
  std::string unit_label;  ///< for people, as it was then
  friend bool operator==(place const&, place const&) = default;
};
BOOST_DESCRIBE_STRUCT(place, (), (unit_id, slot, unit_label))

}  // namespace tracseq
