#include "events/barcode.hpp"

#include "events/words.hpp"

namespace tracseq::barcode {

std::string reserved::words() const {
  return entity.empty() ? "Reserved as a blank label" : "Reserved for a sheet that is imported";
}

std::string assigned::words() const {
  return "Names " + (entity_label.empty() ? entity : entity_label) + " from now on";
}

std::string step_refused::words() const { return "Not reserved" + words::colon(why); }

std::string released::words() const { return "Released" + words::colon(why); }

}  // namespace tracseq::barcode

namespace tracseq::barcode_series {

std::string block_reserved::words() const {
  auto const last = first + count - 1;
  return (count == 1 ? "Number " + std::to_string(first)
                     : "Numbers " + std::to_string(first) + " to " + std::to_string(last)) +
         " handed out" + (purpose.empty() ? "" : " for " + purpose);
}

}  // namespace tracseq::barcode_series
