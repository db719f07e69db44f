#pragma once
// One cell's text → the normalised text of a field, or what is wrong with it and what would be
// right.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/sheets/calendar.hpp"
#include "node/sheets/fields.hpp"
#include "node/sheets/table.hpp"

namespace tracseq::sheets {

enum class severity : std::uint8_t { warning, error };

struct value_problem {
  std::string code;        ///< stable word, e.g. "ambiguous_date"
  std::string detail;      ///< what is wrong
  std::string suggestion;  ///< what would be right; may be empty
  severity level = severity::error;
};

struct parsed_value {
  std::string text;  ///< normalised; empty where the cell says that there is no value
  std::optional<value_problem> problem;
  bool reworded = false;  ///< the original says more than `text` and has to be kept beside it
};

/// How the dates of a column are written.
enum class date_order : std::uint8_t { unknown, day_first, month_first };
/// Which character separates the decimals of a column's numbers.
enum class decimal_mark : std::uint8_t { unknown, point, comma };

/// What the other cells of the column, the file, or a person say about ambiguous cells.
struct column_convention {
  date_order dates = date_order::unknown;
  decimal_mark decimals = decimal_mark::unknown;
  double unit_factor = 1;        ///< from the header's unit into the field's
  bool unknown_is_other = false; ///< a word outside the vocabulary is a warning, kept beside "other"
};

/// `cell.kind` matters: a date or number cell of a workbook is never ambiguous.
[[nodiscard]] parsed_value parse_value(field_info const& field, cell const& c,
                                       column_convention const& convention, civil_date today);

/// As long as a sample's further fields may be.
inline constexpr std::size_t custom_characters_max = 10'000;
/// What is kept as it was written, as lines that can be shown, below `header`.
[[nodiscard]] parsed_value parse_custom(std::string_view header, std::string_view text);

// Dates (values_date.cpp).
[[nodiscard]] parsed_value parse_date(std::string_view text, date_order order, civil_date today);
/// `day_first` when some date of the column can only be read so, and none only the other way. Dates with
/// points say nothing of the others: in them the day is first.
[[nodiscard]] date_order detect_date_order(std::vector<std::string_view> const& values);
/// One date of each way in which the column's are written, quoted; empty where there is one way.
[[nodiscard]] std::string mixed_dates(std::vector<std::string_view> const& values);
[[nodiscard]] bool looks_like_date(std::string_view text);

// Numbers (values_number.cpp).
[[nodiscard]] parsed_value parse_number(field_info const& field, std::string_view text,
                                        column_convention const& convention);
[[nodiscard]] decimal_mark detect_decimal_mark(std::vector<std::string_view> const& values);

// Vocabularies, identifiers and places (values.cpp).
[[nodiscard]] bool is_missing_word(std::string_view text);  ///< "N/A", "-", "n.d.", "missing" …
[[nodiscard]] std::optional<std::string_view> find_in_vocabulary(field_info const& field,
                                                                 std::string_view text);
[[nodiscard]] std::optional<std::string> normalise_position(std::string_view text);  ///< "a:01" → "A1"
[[nodiscard]] bool looks_like_bases(std::string_view text) noexcept;  ///< 4 or more of A C G T N

/// "24 November 2026", for messages.
[[nodiscard]] std::string date_in_words(civil_date date);

}  // namespace tracseq::sheets
