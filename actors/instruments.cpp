#include "actors/instruments.hpp"

#include <algorithm>
#include <array>

namespace tracseq {
namespace {

// Version 1. Lanes by flow cell: MiSeq, MiniSeq, iSeq 1; NextSeq 500/550 4; NextSeq 1000/2000 P1 and
// P2 1, P3 2; NovaSeq 6000 SP, S1, S2 2, S4 4; NovaSeq X 1.5B 2, 10B and 25B 8; HiSeq 2000 8, HiSeq
// 1500/2500 2 (rapid) or 8; HiSeq 3000/4000/X 8. A flow cell of the other platforms is one lane here.
constexpr std::array models{
    instrument_model{"Illumina MiSeq", {1}},
    instrument_model{"Illumina MiniSeq", {1}},
    instrument_model{"Illumina iSeq 100", {1}},
    instrument_model{"NextSeq 500", {4}},
    instrument_model{"NextSeq 550", {4}},
    instrument_model{"NextSeq 1000", {1, 2}},
    instrument_model{"NextSeq 2000", {1, 2}},
    instrument_model{"Illumina NovaSeq 6000", {2, 4}},
    instrument_model{"Illumina NovaSeq X", {2, 8}},
    instrument_model{"Illumina NovaSeq X Plus", {2, 8}},
    instrument_model{"Illumina HiSeq 1500", {2, 8}},
    instrument_model{"Illumina HiSeq 2000", {8}},
    instrument_model{"Illumina HiSeq 2500", {2, 8}},
    instrument_model{"Illumina HiSeq 3000", {8}},
    instrument_model{"Illumina HiSeq 4000", {8}},
    instrument_model{"HiSeq X Ten", {8}},
    instrument_model{"MinION", {1}},
    instrument_model{"GridION", {1}},
    instrument_model{"PromethION", {1}},
    instrument_model{"PacBio RS II", {1}},
    instrument_model{"Sequel", {1}},
    instrument_model{"Sequel II", {1}},
    instrument_model{"Sequel IIe", {1}},
    instrument_model{"Revio", {1}},
    instrument_model{"Ion Torrent S5", {1}},
    instrument_model{"Ion Torrent PGM", {1}},
    instrument_model{"Ion Torrent Proton", {1}},
};

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool same_word(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view without_maker(std::string_view name) noexcept {
  constexpr std::string_view maker = "Illumina ";
  return same_word(name.substr(0, maker.size()), maker) ? name.substr(maker.size()) : name;
}

}  // namespace

std::span<instrument_model const> instrument_models() noexcept { return models; }

instrument_model const* find_instrument(std::string_view name) noexcept {
  auto const wanted = without_maker(name);
  for (auto const& model : models)
    if (same_word(without_maker(model.name), wanted)) return &model;
  return nullptr;
}

bool offers_lanes(instrument_model const& model, std::uint16_t lanes) noexcept {
  return lanes > 0 && std::ranges::find(model.lanes, lanes) != std::end(model.lanes);
}

std::string lane_choices(instrument_model const& model) {
  std::string text;
  for (auto const lanes : model.lanes)
    if (lanes > 0) text += (text.empty() ? "" : " or ") + std::to_string(lanes);
  return text + (text == "1" ? " lane" : " lanes");
}

}  // namespace tracseq
