#pragma once
// What is known of a sample: checks, corrections, and the differences a person reads.

#include <string>
#include <vector>

#include "actors/field_checks.hpp"
#include "actors/sample.hpp"
#include "events/sample.hpp"

namespace tracseq {

/// Bytes of all texts of one sample, at most.
inline constexpr std::size_t details_bytes_max = 64 * 1024;

/// Everything a person may have got wrong.
void check_details(field_checks& checks, sample::details const& details, instant at);
/// Bytes of its texts, for limits.
[[nodiscard]] std::size_t text_bytes(sample::details const& details) noexcept;

/// `details` with the patch applied, and what that changed.
struct correction {
  sample::details details;
  std::vector<field_change> changes;
};
[[nodiscard]] correction apply_patch(sample::details details, commands::sample::patch const& patch);

}  // namespace tracseq
