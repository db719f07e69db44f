#include "events/relocation.hpp"

#include "events/words.hpp"

namespace tracseq::move {

std::string requested::words() const {
  auto text = "Move of " + thing_label;
  if (from) text += " out of " + words::spot(from->unit_label, from->slot);
  if (to) text += " into " + words::spot(to->unit_label, to->slot);
  text += " asked for";
  if (!purpose.empty()) text += ", for " + purpose;
  if (due_at) text += ", due back " + words::date(*due_at);
  return text + words::override_note(override_reason);
}

std::string slot_reserved::words() const { return words::slot(slot) + " reserved"; }

std::string thing_moved::words() const { return "Moved"; }

std::string old_slot_vacated::words() const { return "The old place is free again"; }

std::string completed::words() const { return "Move completed"; }

std::string refused::words() const { return "Move refused" + words::colon(why); }

std::string ended_refused::words() const { return "Ended refused, nothing was moved"; }

std::string parked::words() const { return "Stopped, someone has to look" + words::colon(why); }

std::string resumed::words() const { return "Resumed"; }

}  // namespace tracseq::move

namespace tracseq::discard {

std::string requested::words() const {
  return "Discard of " + sample_label + " asked for" + (how.empty() ? "" : " (" + how + ")") +
         words::colon(reason);
}

std::string thing_discarded::words() const {
  return "Discarded" +
         (from ? "; it stood in " + words::spot(from->unit_label, from->slot) : std::string());
}

std::string completed::words() const { return "Discard completed"; }

std::string refused::words() const { return "Discard refused" + words::colon(why); }

std::string parked::words() const { return "Stopped, someone has to look" + words::colon(why); }

std::string resumed::words() const { return "Resumed"; }

}  // namespace tracseq::discard
