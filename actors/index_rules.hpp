#pragma once
// Whether the samples on a lane can be told apart by their index sequences.

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/sequencing_run.hpp"

namespace tracseq {

/// Combined distance under which two indexes are refused, and under which they are warned of: a
/// demultiplexer that forgives one mismatch needs 3.
inline constexpr std::uint32_t index_distance_refused = 2;
inline constexpr std::uint32_t index_distance_warned = 3;

/// Samples on a lane at most: every pair is compared.
inline constexpr std::size_t lane_samples_max = 2'000;

/// What is wrong with one index sequence; none if nothing is. Empty is fine: without an index.
[[nodiscard]] std::optional<std::string> check_index(std::string_view sequence);
[[nodiscard]] std::string upper_case(std::string_view sequence);

/// Positions that differ in i7 and i5 together. Where lengths differ the shorter one is what both are
/// read to.
[[nodiscard]] std::uint32_t index_distance(aggregates::lane_sample const& a,
                                           aggregates::lane_sample const& b) noexcept;
[[nodiscard]] bool without_index(aggregates::lane_sample const& one) noexcept;
/// "ACGT+TGCA", "ACGT".
[[nodiscard]] std::string index_text(aggregates::lane_sample const& one);

using lane_samples = std::map<uuid, aggregates::lane_sample>;

/// Why `joining` cannot share a lane with what is there; none if it can.
[[nodiscard]] std::optional<std::string> index_clash(std::uint16_t lane, lane_samples const& there,
                                                     aggregates::lane_sample const& joining);

/// What a validation says of one lane.
struct lane_report {
  std::vector<std::string> warnings;
  std::optional<std::string> without_index;  ///< two or more that no index tells apart
};
[[nodiscard]] lane_report report_lane(std::uint16_t lane, lane_samples const& samples);

}  // namespace tracseq
