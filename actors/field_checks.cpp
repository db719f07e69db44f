#include "actors/field_checks.hpp"

#include <cmath>

#include "events/barcode_label.hpp"
#include "events/utf8.hpp"
#include "events/words.hpp"

namespace tracseq {
namespace {

constexpr std::int64_t hour_us = 3'600'000'000;
constexpr std::int64_t clock_skew_us = 300'000'000;
constexpr std::int64_t furthest_zone_us = 14 * hour_us;

std::string quoted(std::string_view field) { return "\"" + std::string(field) + "\""; }

}  // namespace

void field_checks::add(std::string_view field, std::string code, std::string detail) {
  problems_.push_back({prefix_ + "/" + std::string(field), std::move(code), std::move(detail)});
}

void field_checks::line(std::string_view field, std::string_view value, std::size_t max) {
  if (holds_control(value))
    add(field, "unprintable", quoted(field) + " may not contain line breaks or control characters.");
  length(field, value, max);
}

void field_checks::required(std::string_view field, std::string_view value, std::size_t max) {
  if (value.find_first_not_of(" \t\r\n") == std::string_view::npos)
    add(field, "required", quoted(field) + " is required.");
  else
    line(field, value, max);
}

void field_checks::text(std::string_view field, std::string_view value, std::size_t max) {
  if (holds_control(value, true))
    add(field, "unprintable", quoted(field) + " may not contain control characters.");
  length(field, value, max);
}

void field_checks::length(std::string_view field, std::string_view value, std::size_t max) {
  auto const length = characters(value);
  if (length > max)
    add(field, "too_long",
        quoted(field) + " has " + std::to_string(length) + " characters; at most " +
            std::to_string(max) + " are allowed.");
}

void field_checks::amount(std::string_view field, std::optional<double> value) {
  if (!value) return;
  if (!std::isfinite(*value))
    add(field, "out_of_range", quoted(field) + " has to be a finite number.");
  else if (*value < 0)
    add(field, "out_of_range",
        quoted(field) + " cannot be negative; it is " + words::number(*value) + ".");
}

void field_checks::not_in_future(std::string_view field, std::optional<instant> value, instant at) {
  if (!value) return;
  bool const bare_date = value->us % (24 * hour_us) == 0;
  auto const latest = at.us + (bare_date ? furthest_zone_us : clock_skew_us);
  if (value->us > latest)
    add(field, "in_future", quoted(field) + " lies in the future: " + words::date(*value) + ".");
}

void field_checks::not_in_past(std::string_view field, std::optional<instant> value, instant at) {
  if (!value) return;
  // A bare date is meant until its end, wherever that is.
  bool const bare_date = value->us % (24 * hour_us) == 0;
  auto const end = value->us + (bare_date ? 24 * hour_us + furthest_zone_us : clock_skew_us);
  if (end < at.us)
    add(field, "in_past", quoted(field) + " lies in the past: " + words::date(*value) + ".");
}

void field_checks::label(std::string_view field, std::string_view value) {
  auto const checked = check_label(value);
  if (!checked)
    add(field, "invalid_barcode", checked.error().detail);
  else if (*checked != value)
    add(field, "invalid_barcode",
        quoted(field) + " is not written as the label " + *checked + " is.");
}

result<void> field_checks::done() const {
  if (problems_.empty()) return {};
  auto detail = problems_.front().detail;
  if (problems_.size() > 1)
    detail = std::to_string(problems_.size()) + " fields are wrong; the first: " + detail;
  return fail(errc::invalid_argument, std::move(detail), problems_);
}

result<void> require_reason(std::string_view reason, std::string_view what_for) {
  field_checks checks;
  if (reason.find_first_not_of(" \t\r\n") == std::string_view::npos)
    checks.add("reason", "required", "A reason is required " + std::string(what_for) + ".");
  else
    checks.text("reason", reason, reason_characters_max);
  return checks.done();
}

}  // namespace tracseq
