#pragma once
// Units in headers and cells, and what converts into what.

#include <optional>
#include <string>
#include <string_view>

namespace tracseq::sheets {

struct unit_info {
  std::string_view spelling;   ///< folded, without blanks
  std::string_view dimension;  ///< "concentration", "volume", "mass", "molar", "other"
  double factor = 1;           ///< into ng/µl, µl or ng
};

/// "ng/µL", "ng per ul", "[mg/ml]"; none where it is no unit that we know.
[[nodiscard]] unit_info const* find_unit(std::string_view text);

/// The unit that a field is kept in: "concentration" for "ng/µl" and so on; empty for none.
[[nodiscard]] std::string_view dimension_of(std::string_view field_unit) noexcept;

/// A header cut into its words and its unit.
struct header_words {
  std::string words;             ///< `to_words` of what is left
  std::string unit;              ///< as written, "ng/ul"; empty
  unit_info const* known = nullptr;
};

/// "Qubit Conc.\n(ng/ul)" → {"qubit conc", "ng/ul"}; "volume_ul" → {"volume", "ul"}. Other things
/// in brackets
/// and the prefixes "UDF/" and "*" are dropped.
[[nodiscard]] header_words parse_header(std::string_view header);

}  // namespace tracseq::sheets
