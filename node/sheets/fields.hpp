#pragma once
// The one declaration of the fields that a sheet, a request or a form can give for a sample: key,
// label, type,
// unit, vocabulary, limits and the names that other laboratories use for it. Import, HTTP, OpenAPI
// and the page
// all read this table.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tracseq::sheets {

enum class field_type : std::uint8_t {
  text,
  barcode,      ///< 3–100 printable characters; our own labels carry a check character
  choice,       ///< one of `vocabulary`
  choice_list,  ///< several of `vocabulary`, joined by ","
  integer,
  number,       ///< finite, ≥ `minimum`, in `unit`
  date,         ///< "2026-11-24" or RFC 3339; not in the future
  position,     ///< slot of a box or plate, "A1"
  sequence,     ///< index bases A C G T N
};

/// Where a value ends up.
enum class field_place : std::uint8_t {
  sample,     ///< a field of the sample
  placement,  ///< names the container and the slot to put the tube in
  custom,     ///< kept among the sample's custom fields under its key
};

/// Another name of the field, as `to_words` gives it, and how surely it means this field (0–1).
struct synonym {
  std::string_view words;
  double confidence = 0.95;
};

/// Another word of a vocabulary, folded.
struct vocabulary_word {
  std::string_view word;
  std::string_view value;  ///< one of the field's vocabulary
};

struct field_info {
  std::string_view key;    ///< JSON name, stable
  std::string_view label;  ///< for people
  field_type type = field_type::text;
  std::string_view unit = {};   ///< "ng/µl", "µl", "ng" or none
  std::span<std::string_view const> vocabulary = {};
  std::span<vocabulary_word const> words = {};
  std::span<synonym const> synonyms = {};
  std::size_t min_length = 0;
  std::size_t max_length = 255;  ///< characters
  double minimum = 0;            ///< of numbers
  double maximum = 0;            ///< of numbers; 0 = none
  bool required = false;
  bool personal = false;         ///< says something about a person: sealed when stored
  field_place place = field_place::sample;
  std::string_view help = {};
};

/// In the order in which forms and tables show them.
[[nodiscard]] std::span<field_info const> fields() noexcept;
[[nodiscard]] field_info const* find_field(std::string_view key) noexcept;

/// Pseudo-fields that a column may be mapped to.
inline constexpr std::string_view custom_column = "custom";   ///< kept under the header's name
inline constexpr std::string_view ignored_column = "ignore";  ///< left out, because a person said so

}  // namespace tracseq::sheets
