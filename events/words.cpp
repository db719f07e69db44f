#include "events/words.hpp"

#include <charconv>

namespace tracseq::words {
namespace {

bool is_number(std::string_view text) noexcept {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

std::string spot(std::string_view unit_label, std::string_view slot) {
  std::string text(unit_label.empty() ? std::string_view("a storage unit") : unit_label);
  if (slot.empty()) return text;
  text += is_number(slot) ? " at place " : " at ";
  return text += slot;
}

std::string slot(std::string_view slot) {
  return (is_number(slot) ? "Place " : "") + std::string(slot);
}

std::string count(std::uint64_t number, std::string_view noun) {
  return std::to_string(number) + " " + std::string(noun) + (number == 1 ? "" : "s");
}

std::string number(double value) {
  char text[32];
  auto const end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

std::string date(instant at) {
  auto text = to_rfc3339(at);
  constexpr std::string_view midnight = "T00:00:00Z";
  if (text.ends_with(midnight)) text.resize(text.size() - midnight.size());
  return text;
}

std::string colon(std::string_view detail) {
  return detail.empty() ? std::string() : ": " + std::string(detail);
}

std::string override_note(std::string_view reason) {
  return reason.empty() ? std::string() : " (override: " + std::string(reason) + ")";
}

std::string rows(std::uint32_t first, std::uint32_t count) {
  if (count == 1) return "row " + std::to_string(first + 1);
  return "rows " + std::to_string(first + 1) + " to " + std::to_string(first + count);
}

}  // namespace tracseq::words
