#include "projections/text.hpp"

#include <algorithm>
#include <cstdint>

namespace tracseq {
namespace {

constexpr std::size_t folded_bytes_max = 200;
constexpr std::size_t words_max = 8;
constexpr std::string_view marks = " \t\r\n-_./,:;()[]#+";

/// Lower case of a character that UTF-8 writes in two bytes.
std::uint32_t lower(std::uint32_t c) {
  if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3A9)) return c + 0x20;
  if (c >= 0x410 && c <= 0x42F) return c + 0x20;
  if (c >= 0x400 && c <= 0x40F) return c + 0x50;
  // Latin Extended-A pairs upper with lower case; which of the two is even changes within the block.
  if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177)) return c | 1u;
  if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c + (c & 1u);
  return c;
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string folded;
  folded.reserve(std::min(text.size(), folded_bytes_max));
  for (std::size_t i = 0; i < text.size() && folded.size() < folded_bytes_max; ++i) {
    auto const byte = static_cast<std::uint8_t>(text[i]);
    if (byte >= 'A' && byte <= 'Z') {
      folded += static_cast<char>(byte + 0x20);
    } else if (byte == 0) {
      folded += ' ';
    } else if (byte >= 0xC3 && byte <= 0xD1 && i + 1 < text.size() &&
               (static_cast<std::uint8_t>(text[i + 1]) & 0xC0) == 0x80) {
      auto const c = lower((byte & 0x1Fu) << 6 | (static_cast<std::uint8_t>(text[++i]) & 0x3Fu));
      folded += static_cast<char>(0xC0 | c >> 6);
      folded += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      folded += text[i];
    }
  }
  if (folded.size() >= folded_bytes_max) {
    folded.resize(folded_bytes_max);
    while (!folded.empty() && (static_cast<std::uint8_t>(folded.back()) & 0xC0) == 0x80)
      folded.pop_back();
    if (!folded.empty() && static_cast<std::uint8_t>(folded.back()) >= 0xC0) folded.pop_back();
  }
  return folded;
}

std::vector<std::string_view> words_in(std::string_view folded) {
  std::vector<std::string_view> words;
  while (!folded.empty()) {
    auto const begin = folded.find_first_not_of(marks);
    if (begin == std::string_view::npos) break;
    folded.remove_prefix(begin);
    auto const end = std::min(folded.find_first_of(marks), folded.size());
    words.push_back(folded.substr(0, end));
    folded.remove_prefix(end);
  }
  return words;
}

void add_name_terms(std::string_view name, std::vector<std::string>& terms) {
  auto const add = [&](std::string_view term) {
    if (term.empty() || std::find(terms.begin(), terms.end(), term) != terms.end()) return;
    terms.emplace_back(term);
  };
  auto const folded = fold_case(name);
  add(folded);
  auto const words = words_in(folded);
  for (std::size_t i = 0; i < words.size() && i < words_max; ++i) {
    bool const begins_the_whole = i == 0 && folded.starts_with(words[0]);
    if (!begins_the_whole && words[i].size() >= 2) add(words[i]);
  }
}

}  // namespace tracseq
