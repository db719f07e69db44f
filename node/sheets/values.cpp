#include "node/sheets/values.hpp"

#include <algorithm>
#include <charconv>

#include "events/barcode_label.hpp"
#include "events/utf8.hpp"
#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// "cell_culture", "Cell Culture" and "cell-culture" are one word.
std::string vocabulary_key(std::string_view text) {
  auto key = fold(trim(text));
  std::replace(key.begin(), key.end(), '_', ' ');
  return key;
}

std::string vocabulary_list(field_info const& field) {
  std::vector<std::string> words(field.vocabulary.begin(), field.vocabulary.end());
  return join_words(words, words.size());
}

parsed_value parse_text(field_info const& field, std::string_view text) {
  auto const trimmed = trim(text);
  auto const length = characters(trimmed);
  if (length > field.max_length)
    return {{}, value_problem{"too_long",
                              "The " + fold(field.label) + " has " + count_of(length, "character") +
                                  "; at most " + std::to_string(field.max_length) + " are possible.",
                              "Shorten it, and put the rest into the notes."}};
  if (field.key == "notes") return {printable(trimmed, true), {}};
  if (field.key == "name" && holds_control(trimmed))
    return {{}, value_problem{"control_character",
                              "The name holds a line break or another character that cannot be printed.",
                              "Write " + quoted(printable(trimmed)) + "."}};
  return {printable(trimmed), {}};
}

/// "1.23457E+15": a spreadsheet took a long label for a number and lost its digits.
bool is_scientific(std::string_view text) {
  auto const e = text.find_first_of("eE");
  if (e == std::string_view::npos || e == 0 || !is_digit(text[0]) || e + 1 >= text.size()) return false;
  return text.substr(0, e).find_first_not_of("0123456789.,") == std::string_view::npos &&
         text[e + 1] == '+' && text.substr(e + 2).find_first_not_of("0123456789") == std::string_view::npos;
}

parsed_value parse_barcode(cell const& c) {
  constexpr std::size_t digits_kept = 15;
  auto const text = trim(c.text);
  bool const cut = c.kind == cell_kind::number && text.size() > digits_kept;
  if (cut || is_scientific(text))
    return {{}, value_problem{"digits_lost",
                              quoted(text) + " was stored as a number, and a spreadsheet keeps only 15 digits of "
                                             "one.",
                              "Format the column as text and scan or type the barcodes again."}};
  auto label = check_label(text);
  if (label) return {std::move(*label), {}};
  return {{}, value_problem{"invalid_barcode", label.error().detail, "Scan the label of the tube again."}};
}

parsed_value parse_choice(field_info const& field, std::string_view text,
                          column_convention const& convention) {
  if (is_missing_word(text)) return {};
  if (auto const value = find_in_vocabulary(field, text))
    return {std::string(*value), {}, vocabulary_key(text) != vocabulary_key(*value)};
  std::vector<std::string_view> words(field.vocabulary.begin(), field.vocabulary.end());
  for (auto const& other : field.words) words.push_back(other.word);
  auto const near = nearest(text, words);
  auto const detail = quoted(text) + " is not a " + fold(field.label) + " that TracSeq knows.";
  if (near)
    return {{}, value_problem{"not_in_vocabulary", detail,
                              "Did you mean " + quoted(*near) + "? Possible are " +
                                  vocabulary_list(field) + "."}};
  if (convention.unknown_is_other)
    return {"other",
            value_problem{"not_in_vocabulary", detail,
                          "It is recorded as 'other', and the text is kept beside it. Possible are " +
                              vocabulary_list(field) + ".",
                          severity::warning},
            true};
  return {{}, value_problem{"not_in_vocabulary", detail,
                            "Write one of " + vocabulary_list(field) + "."}};
}

/// "-80 °C", "minus 80", "−80C" → "-80".
std::string temperature_key(std::string_view text) {
  auto key = fold(trim(text));
  for (std::string_view const word : {"degrees", "celsius", "deg", "°c", "°", "grader"})
    for (std::size_t at; (at = key.find(word)) != std::string::npos;) key.erase(at, word.size());
  if (key.starts_with("minus")) key.replace(0, 5, "-");
  auto const compact_from = key.find_first_of("0123456789");
  if (compact_from != std::string::npos) std::erase(key, ' ');
  if (key.size() > 1 && key.back() == 'c' && is_digit(key[key.size() - 2])) key.pop_back();
  return std::string(trim(key));
}

parsed_value parse_choices(field_info const& field, std::string_view text) {
  if (is_missing_word(text)) return {};
  std::vector<std::string_view> chosen;
  auto rest = fold(trim(text));
  for (std::string_view const word : {" or ", " and ", " eller ", " oder ", " ou ", ";", "/", "|", "\n"})
    for (std::size_t at; (at = rest.find(word)) != std::string::npos;) rest.replace(at, word.size(), ",");
  std::string_view left = rest;
  while (!left.empty()) {
    auto const comma = left.find(',');
    auto const part = trim(left.substr(0, comma));
    left = comma == std::string_view::npos ? std::string_view{} : left.substr(comma + 1);
    if (part.empty()) continue;
    auto const value = find_in_vocabulary(field, temperature_key(part));
    if (!value)
      return {{}, value_problem{"not_in_vocabulary",
                                quoted(part) + " is not a temperature class.",
                                "Write one or more of " + vocabulary_list(field) +
                                    ", separated by commas."}};
    if (std::find(chosen.begin(), chosen.end(), *value) == chosen.end()) chosen.push_back(*value);
  }
  std::string joined;
  for (auto const value : field.vocabulary) {
    if (std::find(chosen.begin(), chosen.end(), value) == chosen.end()) continue;
    if (!joined.empty()) joined += ',';
    joined += value;
  }
  return {joined, {}};
}

parsed_value parse_integer(field_info const& field, std::string_view text) {
  if (is_missing_word(text)) return {};
  auto digits = fold(trim(text));
  for (std::string_view const prefix : {"ncbitaxon:", "ncbi:txid", "txid", "taxon:", "taxid:"})
    if (digits.starts_with(prefix)) digits.erase(0, prefix.size());
  if (digits.ends_with(".0")) digits.erase(digits.size() - 2);
  double value = 0;
  auto const* const last = digits.data() + digits.size();
  auto const [end, bad] = std::from_chars(digits.data(), last, value);
  if (bad != std::errc{} || end != last || value != static_cast<double>(static_cast<std::int64_t>(
                                               std::clamp(value, -1e15, 1e15))))
    return {{}, value_problem{"not_a_number", quoted(text) + " is not a whole number.",
                              std::string(field.help)}};
  if (value < field.minimum || (field.maximum > 0 && value > field.maximum))
    return {{}, value_problem{"out_of_range", quoted(text) + " is outside what is possible.",
                              std::string(field.help)}};
  return {format_number(value), {}};
}

parsed_value parse_position(std::string_view text) {
  if (is_missing_word(text)) return {};
  if (auto position = normalise_position(text)) return {std::move(*position), {}};
  return {{}, value_problem{"invalid_position", quoted(text) + " is not a position in a box or plate.",
                            "Write row and column, e.g. A1 or H12."}};
}

parsed_value parse_sequence(std::string_view text) {
  if (is_missing_word(text)) return {};
  std::string bases;
  for (char const c : trim(text)) bases.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  auto const wrong = bases.find_first_not_of("ACGTN");
  if (wrong == std::string::npos && bases.size() <= 100) return {bases, {}};
  if (wrong == std::string::npos)
    return {{}, value_problem{"too_long", "The index has more than 100 bases.", "Check the cell."}};
  return {{}, value_problem{"invalid_index",
                            quoted(text) + " is not an index sequence: it may hold A, C, G, T and N only.",
                            "Write the bases of the index, not its name."}};
}

}  // namespace

parsed_value parse_custom(std::string_view header, std::string_view text) {
  auto const length = characters(text);
  if (length <= custom_characters_max) return {printable(text, true), {}};
  return {{}, value_problem{"too_long",
                            quoted(header) + " has " + count_of(length, "character") + "; at most " +
                                count_of(custom_characters_max, "is possible", "are possible") + ".",
                            "Shorten it, or leave the column out."}};
}

bool is_missing_word(std::string_view text) {
  static constexpr std::string_view words[] = {
      "",      "-",    "--",      "---",            "na",            "n/a",          "n.a.",
      "n.a",   "nd",   "n.d.",    "n.d",            "none",          "null",         "nil",
      "missing", ".",  "not applicable", "not collected", "not provided", "not available",
      "not determined", "not measured", "saknas",   "okant",         "unbekannt",    "k.a.",
      "inconnu", "?",  "unknown", "#n/a",           "keine",         "aucun"};
  auto const folded = fold(trim(text));
  return std::find(std::begin(words), std::end(words), folded) != std::end(words);
}

std::optional<std::string_view> find_in_vocabulary(field_info const& field, std::string_view text) {
  auto const key = vocabulary_key(text);
  for (auto const value : field.vocabulary)
    if (vocabulary_key(value) == key) return value;
  for (auto const& other : field.words)
    if (other.word == key) return other.value;
  return std::nullopt;
}

std::optional<std::string> normalise_position(std::string_view text) {
  auto const trimmed = trim(text);
  if (trimmed.empty() || trimmed.size() > 10) return std::nullopt;
  std::size_t i = 0;
  std::string out;
  while (i < trimmed.size() && is_letter(trimmed[i])) out.push_back(static_cast<char>(trimmed[i++] & ~0x20));
  if (out.size() > 2) return std::nullopt;
  while (i < trimmed.size() && (trimmed[i] == ':' || trimmed[i] == '-' || trimmed[i] == ' ')) ++i;
  while (i + 1 < trimmed.size() && trimmed[i] == '0') ++i;
  auto const digits = trimmed.substr(i);
  if (digits.empty() || digits.size() > 4 || digits == "0" ||
      !std::all_of(digits.begin(), digits.end(), is_digit))
    return std::nullopt;
  return out.append(digits);
}

bool looks_like_bases(std::string_view text) noexcept {
  text = trim(text);
  return text.size() >= 4 && text.find_first_not_of("ACGTNacgtn") == std::string_view::npos;
}

parsed_value parse_value(field_info const& field, cell const& c, column_convention const& convention,
                         civil_date today) {
  switch (field.type) {
    case field_type::text: return parse_text(field, c.text);
    case field_type::barcode: return parse_barcode(c);
    case field_type::choice: return parse_choice(field, c.text, convention);
    case field_type::choice_list: return parse_choices(field, c.text);
    case field_type::integer: return parse_integer(field, c.text);
    case field_type::position: return parse_position(c.text);
    case field_type::sequence: return parse_sequence(c.text);
    case field_type::date:
      if (is_missing_word(c.text)) return {};
      return parse_date(c.text, convention.dates, today);
    case field_type::number: {
      auto exact = convention;
      if (c.kind == cell_kind::number) exact.decimals = decimal_mark::point;
      return parse_number(field, c.text, exact);
    }
  }
  return {};
}

}  // namespace tracseq::sheets
