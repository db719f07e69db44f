#include "events/sample.hpp"

#include <array>
#include <utility>

#include "events/words.hpp"

namespace tracseq::sample {
namespace {

/// Field names as people say them, where the name itself is not plain enough.
std::string field_word(std::string_view field) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> words{{
      {"taxon_id", "NCBI taxon"},
      {"collected_at", "collection date"},
      {"collected_where", "collection place"},
      {"collected_by", "collector"},
      {"concentration_ng_per_ul", "concentration (ng/µl)"},
      {"volume_ul", "volume (µl)"},
      {"amount_ng", "amount (ng)"},
      {"requires_temperature", "required temperature"},
  }};
  for (auto const& [name, word] : words)
    if (name == field) return std::string(word);
  return std::string(field);
}

std::string sentence(field_change const& change) {
  auto const field = field_word(change.field);
  if (change.old_value.empty()) return field + " set to " + change.new_value;
  if (change.new_value.empty()) return field + " cleared (was " + change.old_value + ")";
  return field + " from " + change.old_value + " to " + change.new_value;
}

}  // namespace

std::string registered::words() const {
  auto text = "Registered " + details.name + " (" +
              boost::describe::enum_to_string(details.type, "other");
  if (!details.organism.empty()) text += " of " + details.organism;
  text += ")";
  if (!details.barcode.empty()) text += " with label " + details.barcode;
  if (!details.project.empty()) text += " for project " + details.project;
  if (import_id) text += ", from an imported sheet";
  return text;
}

std::string received::words() const {
  std::string text = "Received";
  if (!condition.empty()) text += ", " + condition;
  if (temperature_celsius) text += ", at " + words::number(*temperature_celsius) + " °C";
  return text;
}

std::string accepted::words() const { return "Accepted"; }

std::string rejected::words() const { return "Rejected" + words::colon(reason); }

std::string corrected::words() const {
  std::string text = "Corrected ";
  for (auto const& change : changes) {
    if (&change != changes.data()) text += "; ";
    text += sentence(change);
  }
  return text;
}

std::string relabelled::words() const {
  return "Relabelled " + (old_barcode.empty() ? "" : "from " + old_barcode + " ") + "to " +
         new_barcode;
}

std::string placed::words() const {
  auto text = "Placed in " + words::spot(unit_label, slot);
  if (from_unit_id) text += " (was in " + words::spot(from_unit_label, from_slot) + ")";
  return text;
}

std::string taken_out::words() const {
  auto text = "Taken out of " + words::spot(from_unit_label, from_slot);
  if (!purpose.empty()) text += " for " + purpose;
  if (due_at) text += ", due back " + words::date(*due_at);
  return text;
}

std::string held::words() const { return "Put on hold" + words::colon(reason); }

std::string hold_ended::words() const { return "Hold ended"; }

std::string discarded::words() const {
  auto text = "Discarded" + (how.empty() ? "" : " (" + how + ")") + words::colon(reason);
  if (from) text += "; it stood in " + words::spot(from->unit_label, from->slot);
  return text;
}

std::string archived::words() const { return "Archived"; }

std::string donor_erased::words() const {
  return "Donor erased: the key that sealed it was deleted";
}

std::string step_refused::words() const {
  return (step == "sample.discard" ? "Not discarded" : step == "sample.take_out" ? "Not taken out" : "Not placed") +
         words::colon(why);
}

std::string reinstated::words() const { return "Reinstated: the final state was a mistake"; }

}  // namespace tracseq::sample
