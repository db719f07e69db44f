#pragma once
// Collects what is wrong with the fields of a command, so that a person hears of all at once.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/instant.hpp"
#include "events/result.hpp"

namespace tracseq {

inline constexpr std::size_t name_characters_max = 255;
inline constexpr std::size_t reason_characters_max = 2'000;
inline constexpr std::size_t notes_characters_max = 10'000;

class field_checks {
 public:
  /// `prefix` goes before every field's JSON pointer: "/rows/3".
  explicit field_checks(std::string prefix = {}) : prefix_(std::move(prefix)) {}

  void add(std::string_view field, std::string code, std::string detail);
  /// At most `max` characters on one line.
  void line(std::string_view field, std::string_view value, std::size_t max = name_characters_max);
  /// The same, and not empty.
  void required(std::string_view field, std::string_view value,
                std::size_t max = name_characters_max);
  /// At most `max` characters; may have several lines.
  void text(std::string_view field, std::string_view value, std::size_t max);
  /// Finite and not negative.
  void amount(std::string_view field, std::optional<double> value);
  /// Not behind `at`: five minutes for clocks that differ, and a bare date may be today's anywhere on
  /// earth.
  void not_in_future(std::string_view field, std::optional<instant> value, instant at);
  void not_in_past(std::string_view field, std::optional<instant> value, instant at);
  /// A label; see events/barcode_label.hpp.
  void label(std::string_view field, std::string_view value);

  [[nodiscard]] std::vector<field_problem>& problems() noexcept { return problems_; }
  /// `invalid_argument` with all that was found; nothing if all was well.
  [[nodiscard]] result<void> done() const;

 private:
  void length(std::string_view field, std::string_view value, std::size_t max);

  std::string prefix_;
  std::vector<field_problem> problems_;
};

/// `invalid_argument` unless there is a reason.
[[nodiscard]] result<void> require_reason(std::string_view reason, std::string_view what_for);

}  // namespace tracseq
