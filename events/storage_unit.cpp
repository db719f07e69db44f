#include "events/storage_unit.hpp"

#include "events/storage_layout.hpp"
#include "events/words.hpp"

namespace tracseq::storage_unit {
namespace {

std::string shape_words(layout const& shape) {
  if (is_unbounded(shape)) return {};
  return ", " + words::count(slot_count(shape), "place") + " " + slot_range(shape);
}

/// "B3" or "place 12", within a sentence.
std::string in_slot(std::string const& slot) {
  return words::slot(slot) == slot ? slot : "place " + slot;
}

}  // namespace

std::string added::words() const {
  auto text = "Added " + name + ", a " + std::string(word(unit)) + shape_words(layout);
  if (auto const degrees = word(temperature); !degrees.empty())
    text += ", temperature class " + std::string(degrees);
  if (!barcode.empty()) text += ", label " + barcode;
  if (!project.empty()) text += ", kept for project " + project;
  return text;
}

std::string renamed::words() const { return "Renamed from " + old_name + " to " + new_name; }

std::string placed::words() const {
  auto text = "Placed in " + words::spot(unit_label, slot);
  if (from_unit_id) text += " (was in " + words::spot(from_unit_label, from_slot) + ")";
  return text;
}

std::string taken_out::words() const {
  return "Taken out of " + words::spot(from_unit_label, from_slot);
}

std::string slot_reserved::words() const {
  return words::slot(slot) + " reserved for " + occupant_label +
         words::override_note(override_reason);
}

std::string slot_released::words() const { return words::slot(slot) + " released again"; }

std::string slot_filled::words() const { return occupant_label + " came into " + in_slot(slot); }

std::string slot_vacated::words() const {
  auto const left = occupant_label + " left " + in_slot(slot);
  if (to.empty()) return left;
  bool const out_of_storage = to.starts_with("checked out") || to == "discarded";
  return left + (out_of_storage ? " (" : " (to ") + to + ")";
}

std::string maintenance_started::words() const {
  return "Maintenance started" + words::colon(reason);
}

std::string maintenance_ended::words() const { return "Maintenance ended"; }

std::string step_refused::words() const {
  return (step == "storage_unit.reserve_slot" ? "Nothing reserved"
          : step == "storage_unit.take_out"   ? "Not taken out"
                                              : "Not placed") +
         words::colon(why);
}

std::string retired::words() const { return "Retired" + words::colon(reason); }

}  // namespace tracseq::storage_unit
