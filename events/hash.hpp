#pragma once
// SHA-256 (FIPS 180-4) for the chain and for derived ids; CRC-32 for torn writes.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace tracseq {

using hash256 = std::array<std::uint8_t, 32>;

[[nodiscard]] hash256 sha256(std::string_view bytes);
/// SHA-256(first ‖ second), without joining them.
[[nodiscard]] hash256 sha256(std::string_view first, std::string_view second);

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_hex(hash256 const& hash);

/// CRC-32 (IEEE 802.3, as zlib computes it), continued from `seed`.
[[nodiscard]] std::uint32_t crc32(std::string_view bytes, std::uint32_t seed = 0) noexcept;

}  // namespace tracseq
