#include "node/sheets/units.hpp"

#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr unit_info units[] = {
    {"ng/ul", "concentration", 1},       {"ngperul", "concentration", 1},
    {"ng/microl", "concentration", 1},   {"ngul-1", "concentration", 1},
    {"ug/ml", "concentration", 1},       {"ugperml", "concentration", 1},
    {"mg/l", "concentration", 1},        {"mcg/ml", "concentration", 1},
    {"ug/ul", "concentration", 1000},    {"mg/ml", "concentration", 1000},
    {"g/l", "concentration", 1000},      {"ugperul", "concentration", 1000},
    {"mgperml", "concentration", 1000},  {"pg/ul", "concentration", 0.001},
    {"ng/ml", "concentration", 0.001},   {"ug/l", "concentration", 0.001},
    {"pgperul", "concentration", 0.001}, {"ngperml", "concentration", 0.001},
    {"pg/ml", "concentration", 0.000001}, {"ngul", "concentration", 1},
    {"ugml", "concentration", 1},        {"ugul", "concentration", 1000},
    {"mgml", "concentration", 1000},
    {"ul", "volume", 1},                 {"microl", "volume", 1},
    {"microliter", "volume", 1},         {"microliters", "volume", 1},
    {"microlitre", "volume", 1},         {"microlitres", "volume", 1},
    {"mikroliter", "volume", 1},         {"mcl", "volume", 1},
    {"ml", "volume", 1000},              {"milliliter", "volume", 1000},
    {"millilitre", "volume", 1000},      {"nl", "volume", 0.001},
    {"l", "volume", 1000000},            {"liter", "volume", 1000000},
    {"litre", "volume", 1000000},
    {"ng", "mass", 1},                   {"ug", "mass", 1000},
    {"mcg", "mass", 1000},               {"mg", "mass", 1000000},
    {"pg", "mass", 0.001},               {"g", "mass", 1000000000},
    {"nanogram", "mass", 1},             {"microgram", "mass", 1000},
    {"nm", "molar", 1},                  {"pm", "molar", 1},
    {"fm", "molar", 1},                  {"um", "molar", 1},
    {"mm", "molar", 1},                  {"nmol/l", "molar", 1},
    {"pmol/l", "molar", 1},              {"umol/l", "molar", 1},
    {"nmol", "molar", 1},                {"pmol", "molar", 1},
    {"fmol", "molar", 1},                {"pmol/ul", "molar", 1},
    {"bp", "other", 1},                  {"kb", "other", 1},
    {"%", "other", 1},                   {"°c", "other", 1},
    {"cells/ml", "other", 1},            {"cells/ul", "other", 1},
    {"copies/ul", "other", 1},           {"copies/ml", "other", 1},
    {"h", "other", 1},                   {"years", "other", 1},
    {"u/ul", "other", 1},                {"cells", "other", 1},
};

std::string compact(std::string_view text) {
  std::string out;
  for (char const c : fold(text))
    if (c != ' ' && c != '[' && c != ']' && c != '(' && c != ')') out.push_back(c);
  while (!out.empty() && (out.back() == '.' || out.back() == ':')) out.pop_back();
  return out;
}

unit_info const* find_compact(std::string_view wanted) noexcept {
  for (auto const& unit : units)
    if (unit.spelling == wanted) return &unit;
  return nullptr;
}

/// Takes a unit out of brackets, and drops every other bracket.
void take_brackets(std::string& text, header_words& out) {
  for (std::size_t open; (open = text.find_first_of("([{")) != std::string::npos;) {
    char const closing = text[open] == '(' ? ')' : text[open] == '[' ? ']' : '}';
    auto const close = text.find(closing, open);
    auto const inside =
        std::string_view(text).substr(open + 1, close == std::string::npos ? close : close - open - 1);
    if (auto const* unit = find_unit(inside); unit != nullptr && out.known == nullptr) {
      out.known = unit;
      out.unit = std::string(trim(inside));
    }
    // What follows a bracketed remark usually explains it: "Well (if plate) A:1, B:1..".
    bool const explains = close != std::string::npos && out.known == nullptr && open > 0 &&
                          text.find(':', close) != std::string::npos;
    auto const end = close == std::string::npos || explains ? text.size() : close + 1;
    text.replace(open, end - open, 1, ' ');
  }
}

/// "volume_ul", "Conc ng/µl", "concentration ng per ul", "Volume, ml".
void take_trailing_unit(std::string& text, header_words& out) {
  auto folded = fold(text);
  for (char& c : folded)
    if (c == '_' || c == ',' || c == ';') c = ' ';
  std::string_view rest = trim(folded);
  std::string_view best;
  auto cut = rest.size();
  for (int words = 0; words < 3; ++words) {
    cut = rest.find_last_of(' ', cut == 0 ? 0 : cut - 1);
    if (cut == std::string_view::npos || cut == 0) break;
    auto const tail = rest.substr(cut + 1);
    if (auto const* unit = find_compact(compact(tail)); unit != nullptr && tail != "g" && tail != "l" &&
                                                        tail != "h" && tail != "cells") {
      out.known = unit;
      best = tail;
    }
  }
  if (out.known == nullptr) return;
  out.unit = std::string(best);
  text = std::string(trim(rest.substr(0, rest.size() - best.size())));
}

}  // namespace

unit_info const* find_unit(std::string_view text) {
  if (text.size() > 40) return nullptr;
  auto wanted = compact(text);
  if (wanted.starts_with("in")) {
    if (auto const* unit = find_compact(std::string_view(wanted).substr(2))) return unit;
  }
  return find_compact(wanted);
}

std::string_view dimension_of(std::string_view field_unit) noexcept {
  if (field_unit == "ng/µl") return "concentration";
  if (field_unit == "µl") return "volume";
  if (field_unit == "ng") return "mass";
  return {};
}

header_words parse_header(std::string_view header) {
  header_words out;
  if (header.size() > 1000) header = header.substr(0, 1000);
  std::string text(trim(header));
  for (std::string_view const prefix : {"UDF/", "udf/", "Udf/"})
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  take_brackets(text, out);
  if (out.known == nullptr) take_trailing_unit(text, out);
  out.words = to_words(text);
  return out;
}

}  // namespace tracseq::sheets
