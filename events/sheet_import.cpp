#include "events/sheet_import.hpp"

#include "events/words.hpp"

namespace tracseq::sheet_import {

std::string started::words() const {
  return "Import of " + file_name + " started, " + words::count(rows, "row") +
         words::colon(understood);
}

std::string rows_listed::words() const {
  return "Listed " + words::rows(first, static_cast<std::uint32_t>(rows.size()));
}

std::string sealed::words() const { return "All " + words::count(rows, "row") + " listed"; }

std::string abandoned::words() const { return "Given up before it began" + words::colon(why); }

std::string barcodes_reserved::words() const {
  return "Labels of " + words::rows(first, count) + " reserved";
}

std::string rows_refused::words() const {
  auto text = words::count(rows.size(), "label") + " of " + words::rows(first, count) +
              " could not be reserved";
  if (!rows.empty())
    text += "; row " + std::to_string(rows.front().source_row) + " of the file: " +
            rows.front().why;
  return text;
}

std::string refused::words() const {
  return "Refused: " + words::count(rows.size(), "row") +
         " could not be taken, so none is; what was reserved is being released";
}

std::string barcodes_released::words() const {
  return "Labels of " + words::rows(first, count) + " released";
}

std::string reservations_released::words() const { return "Ended refused, nothing was kept"; }

std::string accepted::words() const {
  return "Accepted: all " + words::count(rows, "row") + " will be registered";
}

std::string rows_registered::words() const {
  auto text = words::rows(first, count) + " registered";
  text[0] = 'R';
  return text;
}

std::string completed::words() const {
  return "Completed: " + words::count(rows, "sample") + " registered";
}

std::string parked::words() const { return "Stopped, someone has to look" + words::colon(why); }

std::string resumed::words() const { return "Resumed"; }

}  // namespace tracseq::sheet_import
