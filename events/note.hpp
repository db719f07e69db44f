#pragma once
// What a described struct cannot say of its members: words for people, bounds, allowed texts. Whoever takes
// or shows the struct (the API, the command line) reads them from it:
//
//   struct thaw {
//     static constexpr auto field_notes = std::to_array<note>({
//         {.field = "purpose", .doc = "What it is thawed for.", .length_max = 255}});
//     std::string purpose;
//   };

#include <array>
#include <cstdint>
#include <string_view>

namespace tracseq {

struct note {
  std::string_view field = {};  ///< empty = the struct itself
  std::string_view doc = {};
  bool required = false;
  double min = 0;  ///< of numbers; both 0 = unbounded
  double max = 0;
  std::uint32_t length_min = 0;  ///< of texts, in bytes; of lists, in items
  std::uint32_t length_max = 0;  ///< 0 = 10,000 for texts and lists
  std::string_view words = {};   ///< allowed texts, separated by blanks
  std::string_view example = {};
};

/// Of a command that is not done without one.
inline constexpr note reason_needed{
    .field = "reason", .doc = "Why, in your words; stands in the history.", .required = true,
    .length_min = 1, .length_max = 2000};

}  // namespace tracseq
