#include "actors/index_rules.hpp"

#include <algorithm>
#include <cstddef>

namespace tracseq {
namespace {

constexpr std::size_t index_length_max = 64;
constexpr std::size_t close_pairs_named = 20;
constexpr std::size_t bare_named = 20;

std::uint32_t differences(std::string_view a, std::string_view b) noexcept {
  auto const length = std::min(a.size(), b.size());
  std::uint32_t count = 0;
  for (std::size_t i = 0; i < length; ++i) count += a[i] == b[i] ? 0 : 1;
  return count;
}

std::string on_lane(std::uint16_t lane) { return "on lane " + std::to_string(lane); }

std::string listed(std::vector<std::string> labels) {
  if (labels.size() > bare_named) {
    auto const more = labels.size() - bare_named;
    labels.resize(bare_named);
    labels.push_back(std::to_string(more) + " more");
  }
  std::string text;
  for (std::size_t i = 0; i < labels.size(); ++i)
    text += (i == 0 ? "" : i + 1 == labels.size() ? " and " : ", ") + labels[i];
  return text;
}

bool same_lengths(aggregates::lane_sample const& a, aggregates::lane_sample const& b) noexcept {
  return a.index_i7.size() == b.index_i7.size() && a.index_i5.size() == b.index_i5.size();
}

void report_pairs(lane_report& report, std::uint16_t lane,
                  std::vector<aggregates::lane_sample const*> const& indexed) {
  bool lengths_named = false;
  std::size_t close = 0;
  for (std::size_t i = 0; i < indexed.size(); ++i)
    for (std::size_t j = i + 1; j < indexed.size(); ++j) {
      auto const& a = *indexed[i];
      auto const& b = *indexed[j];
      auto const distance = index_distance(a, b);
      if (distance < index_distance_warned && ++close <= close_pairs_named)
        report.warnings.push_back("The indexes of " + a.label + " (" + index_text(a) + ") and " +
                                  b.label + " (" + index_text(b) + ") " + on_lane(lane) +
                                  " differ at only " + std::to_string(distance) + " positions.");
      if (!same_lengths(a, b) && !lengths_named) {
        lengths_named = true;
        report.warnings.push_back("The indexes " + on_lane(lane) +
                                  " have different lengths, for example " + a.label + " (" +
                                  index_text(a) + ") and " + b.label + " (" + index_text(b) + ").");
      }
    }
  if (close > close_pairs_named)
    report.warnings.push_back(std::to_string(close - close_pairs_named) + " more pairs " +
                              on_lane(lane) + " are as close.");
}

}  // namespace

std::optional<std::string> check_index(std::string_view sequence) {
  if (sequence.size() > index_length_max)
    return "An index has at most 64 bases; this one has " + std::to_string(sequence.size()) + ".";
  auto const wrong = sequence.find_first_not_of("ACGTN");
  if (wrong == std::string_view::npos) return std::nullopt;
  return "An index is written with A, C, G, T and N; \"" + std::string(sequence) + "\" has \"" +
         sequence[wrong] + "\" at position " + std::to_string(wrong + 1) + ".";
}

std::string upper_case(std::string_view sequence) {
  std::string text(sequence);
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return text;
}

std::uint32_t index_distance(aggregates::lane_sample const& a,
                             aggregates::lane_sample const& b) noexcept {
  return differences(a.index_i7, b.index_i7) + differences(a.index_i5, b.index_i5);
}

bool without_index(aggregates::lane_sample const& one) noexcept {
  return one.index_i7.empty() && one.index_i5.empty();
}

std::string index_text(aggregates::lane_sample const& one) {
  if (without_index(one)) return "without an index";
  if (one.index_i5.empty()) return one.index_i7;
  return (one.index_i7.empty() ? "–" : one.index_i7) + "+" + one.index_i5;
}

std::optional<std::string> index_clash(std::uint16_t lane, lane_samples const& there,
                                       aggregates::lane_sample const& joining) {
  if (without_index(joining)) return std::nullopt;
  for (auto const& [id, other] : there) {
    if (without_index(other)) continue;
    auto const distance = index_distance(joining, other);
    if (distance >= index_distance_refused) continue;
    auto const pair = joining.label + " (" + index_text(joining) + ") and " + other.label + " (" +
                      index_text(other) + ") cannot be told apart " + on_lane(lane);
    if (distance == 0) return pair + ": their indexes are equal where both are read.";
    return pair + ": their indexes differ at one position only; at least two are needed.";
  }
  return std::nullopt;
}

lane_report report_lane(std::uint16_t lane, lane_samples const& samples) {
  lane_report report;
  std::vector<aggregates::lane_sample const*> indexed;
  std::vector<std::string> bare;
  for (auto const& [id, one] : samples) {
    if (without_index(one))
      bare.push_back(one.label);
    else
      indexed.push_back(&one);
  }
  if (bare.size() > 1)
    report.without_index = listed(bare) + " " + on_lane(lane) +
                           " are without an index: their reads cannot be told apart.";
  if (bare.size() == 1 && !indexed.empty())
    report.warnings.push_back(bare.front() + " " + on_lane(lane) +
                              " is without an index: its reads will be among the undetermined.");
  report_pairs(report, lane, indexed);
  return report;
}

}  // namespace tracseq
