#pragma once
// Labels. Ours read `TS-2026-000042-X`; any other label of 3–100 printable characters is taken as
// it stands.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/result.hpp"

namespace tracseq {

/// ISO 7064 MOD 37-36 check character of `text`; characters outside 0-9 A-Z are passed over.
[[nodiscard]] char check_character(std::string_view text) noexcept;

/// A label of our own series.
struct series_label {
  int year = 0;
  std::uint32_t number = 0;  ///< from 1; at least six digits are written
  friend bool operator==(series_label const&, series_label const&) = default;
};

[[nodiscard]] std::string to_string(series_label const& label);  ///< "TS-2026-000042-X"

/// Reads a label of our own shape; none where `text` has another shape. The check character is
/// judged by `check_label`.
[[nodiscard]] std::optional<series_label> parse_series_label(std::string_view text) noexcept;

/// Trims blanks and a symbology prefix (`]C1`, `]d2`) that a scanner may send, and says what is wrong
/// with the rest: too short, too long, unprintable, a wrong check character (with the right one).
[[nodiscard]] result<std::string> check_label(std::string_view text);

}  // namespace tracseq
