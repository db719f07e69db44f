// Looking a header up among the names of all fields.

#include <unordered_map>

#include "node/sheets/columns.hpp"
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

}  // namespace tracseq::sheets
