#include "actors/import_chunks.hpp"

#include <algorithm>
#include <charconv>

namespace tracseq::aggregates {
namespace {

std::string_view verb(import_stage stage) noexcept {
  switch (stage) {
    case import_stage::reserving: return "reserve-";
    case import_stage::releasing: return "release-";
    case import_stage::registering: return "register-";
    default: return "";
  }
}

}  // namespace

std::uint32_t chunk_rows(import_stage stage) noexcept {
  constexpr std::uint32_t commands_per_step = commands::sheet_import::rows_per_list_max;
  return stage == import_stage::registering ? commands_per_step / 2 : commands_per_step;
}

std::uint32_t chunk_count(sheet_import_state const& state) noexcept {
  auto const size = chunk_rows(state.stage);
  return (static_cast<std::uint32_t>(state.rows.size()) + size - 1) / size;
}

import_chunk chunk_at(sheet_import_state const& state, std::uint32_t chunk) noexcept {
  auto const size = chunk_rows(state.stage);
  auto const first = chunk * size;
  return {first, std::min(size, static_cast<std::uint32_t>(state.rows.size()) - first)};
}

void open_chunks(sheet_import_state& state, import_stage stage) {
  state.stage = stage;
  state.chunks_done.assign(chunk_count(state), 0);
  state.chunks_left = chunk_count(state);
  state.first_open = 0;
}

bool is_open(sheet_import_state const& state, std::uint32_t first) noexcept {
  auto const chunk = first / chunk_rows(state.stage);
  return first % chunk_rows(state.stage) == 0 && chunk < state.chunks_done.size() &&
         state.chunks_done[chunk] == 0;
}

void close_chunk(sheet_import_state& state, std::uint32_t first) {
  if (!is_open(state, first)) return;
  state.chunks_done[first / chunk_rows(state.stage)] = 1;
  --state.chunks_left;
  while (state.first_open < state.chunks_done.size() && state.chunks_done[state.first_open] == 1)
    ++state.first_open;
}

std::vector<std::uint32_t> open_chunk_list(sheet_import_state const& state, std::size_t max) {
  std::vector<std::uint32_t> open;
  for (auto chunk = state.first_open; chunk < state.chunks_done.size() && open.size() < max; ++chunk)
    if (state.chunks_done[chunk] == 0) open.push_back(chunk);
  return open;
}

std::string step_name(sheet_import_state const& state, std::uint32_t first) {
  auto name = std::string(verb(state.stage)) + std::to_string(first);
  if (state.resumes > 0) name += "~" + std::to_string(state.resumes);
  return name;
}

std::optional<import_chunk> chunk_of_step(sheet_import_state const& state, std::string_view name) {
  auto const prefix = verb(state.stage);
  if (prefix.empty() || !name.starts_with(prefix)) return std::nullopt;
  auto const digits = name.substr(prefix.size());
  std::uint32_t first = 0;
  auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), first);
  bool const whole = end == digits.data() + digits.size() || *end == '~';
  if (failed != std::errc{} || !whole || !is_open(state, first)) return std::nullopt;
  return chunk_at(state, first / chunk_rows(state.stage));
}

}  // namespace tracseq::aggregates
