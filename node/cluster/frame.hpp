#pragma once
// frame := "TSN1" | kind u8 | length u32 | length bytes: the codec bytes of the struct that `kind` names.
// Numbers are little-endian. A peer that sends anything else is a stranger, and is cut off.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tracseq::cluster {

enum class frame_kind : std::uint8_t { hello = 1, welcome, proof, accepted, refused, state, forward, answer,
                                      ask, told };
inline constexpr std::uint8_t frame_kinds = 10;

inline constexpr std::size_t frame_head_bytes = 9;
/// A group of commands is a few records at most; a record has 900 KiB.
inline constexpr std::size_t frame_bytes_max = 8u << 20;
/// Of one who has not proved yet that he belongs here.
inline constexpr std::size_t stranger_bytes_max = 8u << 10;

struct frame_head {
  frame_kind kind = frame_kind::hello;
  std::size_t length = 0;
};

[[nodiscard]] std::string make_frame(frame_kind kind, std::string_view body);
/// None where the bytes are no frame's beginning, or the frame is longer than `bytes_max`.
[[nodiscard]] std::optional<frame_head> read_frame_head(std::array<char, frame_head_bytes> const& bytes,
                                                        std::size_t bytes_max) noexcept;

/// The version that a greeting begins with; 0 where there are too few bytes.
[[nodiscard]] std::uint32_t protocol_of(std::string_view greeting) noexcept;

}  // namespace tracseq::cluster
