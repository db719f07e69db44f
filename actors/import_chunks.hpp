#pragma once
// An import's work in chunks: which rows a step is for, and what the step is called.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/sheet_import.hpp"

namespace tracseq::aggregates {

/// A run of rows that one step is for.
struct import_chunk {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// Rows in a chunk of the present stage: a row is one command when it is reserved or released, two
/// when it is registered.
[[nodiscard]] std::uint32_t chunk_rows(import_stage stage) noexcept;
[[nodiscard]] std::uint32_t chunk_count(sheet_import_state const& state) noexcept;
[[nodiscard]] import_chunk chunk_at(sheet_import_state const& state, std::uint32_t chunk) noexcept;

/// Begins a stage with all its chunks open.
void open_chunks(sheet_import_state& state, import_stage stage);
[[nodiscard]] bool is_open(sheet_import_state const& state, std::uint32_t first) noexcept;
/// The chunk that begins at row `first` is done.
void close_chunk(sheet_import_state& state, std::uint32_t first);
/// The first open chunks, at most `max`.
[[nodiscard]] std::vector<std::uint32_t> open_chunk_list(sheet_import_state const& state,
                                                         std::size_t max);

/// "reserve-500", or "register-0~1" when the import was resumed once.
[[nodiscard]] std::string step_name(sheet_import_state const& state, std::uint32_t first);
/// What a step was for; none where `name` is not one of the present stage's steps.
[[nodiscard]] std::optional<import_chunk> chunk_of_step(sheet_import_state const& state,
                                                        std::string_view name);

}  // namespace tracseq::aggregates
