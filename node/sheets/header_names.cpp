// Looking a header up among the names of all fields.

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "node/sheets/columns.hpp"
#include "node/sheets/field_names.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/units.hpp"

namespace tracseq::sheets {
namespace {

using name_index = std::unordered_map<std::string, header_match>;

void add(name_index& index, std::string words, header_match match) {
  auto& entry = index[std::move(words)];
  if (match.confidence > entry.confidence) entry = match;
}

name_index build_index() {
  name_index index;
  for (auto const& field : fields()) {
    add(index, to_words(field.key), {&field, 1.0});
    add(index, to_words(field.label), {&field, 1.0});
    for (auto const& name : field.synonyms) add(index, std::string(name.words), {&field, name.confidence});
  }
  return index;
}

/// Words that say nothing about which field a header means.
bool is_filler(std::string_view word) {
  static constexpr std::string_view words[] = {"the",      "your",     "of",        "sample",
                                               "required", "optional", "mandatory", "please",
                                               "field",    "customer", "client",    "tube"};
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::string without_fillers(std::string_view words) {
  std::string out;
  while (!words.empty()) {
    auto const blank = words.find(' ');
    auto const word = words.substr(0, blank);
    words = blank == std::string_view::npos ? std::string_view{} : words.substr(blank + 1);
    if (is_filler(word)) continue;
    if (!out.empty()) out.push_back(' ');
    out.append(word);
  }
  return out;
}

std::vector<std::string_view> split_words(std::string_view words) {
  std::vector<std::string_view> out;
  while (!words.empty()) {
    auto const blank = words.find(' ');
    out.push_back(words.substr(0, blank));
    words = blank == std::string_view::npos ? std::string_view{} : words.substr(blank + 1);
  }
  return out;
}

/// Word for word the same, save one slip of the keyboard in a longer word ("kit" is no slip for
/// "id").
bool is_slip(std::vector<std::string_view> const& words, std::string_view name) {
  auto const wanted = split_words(name);
  if (wanted.size() != words.size()) return false;
  std::size_t slips = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == wanted[i]) continue;
    std::size_t const limit = words[i].size() >= 9 ? 2 : words[i].size() >= 5 ? 1 : 0;
    if (limit == 0 || edit_distance(words[i], wanted[i], limit) > limit) return false;
    ++slips;
  }
  return slips == 1;
}

}  // namespace

header_match match_header(std::string_view header) {
  static name_index const index = build_index();
  constexpr std::size_t longest_name = 100;
  header = trim(header);
  if (header.empty() || header.size() > longest_name) return {};
  if (auto const found = index.find(to_words(header)); found != index.end()) return found->second;
  auto const parsed = parse_header(header);
  auto const found = index.find(parsed.words);
  return found == index.end() ? header_match{} : found->second;
}

header_match match_reduced_header(std::string_view words) {
  auto const reduced = without_fillers(words);
  if (reduced == words) return {};
  auto match = match_header(reduced);
  match.confidence *= 0.9;
  return match;
}

header_match match_misspelt_header(std::string_view header) {
  header_match best;
  if (header.size() < 5 || header.size() > 60) return best;
  auto const words = split_words(header);
  for (auto const& field : fields())
    for (auto const& name : field.synonyms)
      if (name.confidence * 0.8 > best.confidence && is_slip(words, name.words))
        best = {&field, name.confidence * 0.8};
  return best;
}

bool is_personal_header(std::string_view header) {
  auto const words = to_words(header);
  constexpr std::string_view mail[] = {"email", "e mail", "mail address", "mailadress"};
  if (std::ranges::any_of(mail, [&](auto start) { return std::string_view(words).starts_with(start); }))
    return true;
  return std::ranges::find(names::personal, std::string_view(words)) != std::end(names::personal);
}

}  // namespace tracseq::sheets
