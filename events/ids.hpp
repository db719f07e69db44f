#pragma once
// Identifiers: UUIDs, stream ids and the partition a stream lives in.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tracseq {

/// 128 bits in network order, as RFC 9562 writes them.
struct uuid {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_nil() const noexcept { return *this == uuid{}; }
  friend auto operator<=>(uuid const&, uuid const&) = default;
};

[[nodiscard]] std::string to_string(uuid const& id);  ///< 36 characters, lower case
[[nodiscard]] std::optional<uuid> parse_uuid(std::string_view text) noexcept;

/// UUIDv7 from milliseconds since the Unix epoch and 10 random bytes.
[[nodiscard]] uuid make_uuid_v7(std::uint64_t unix_ms,
                                std::array<std::uint8_t, 10> const& random) noexcept;
/// UUIDv7 of now, from the operating system's random source.
[[nodiscard]] uuid new_uuid();
/// Milliseconds since the Unix epoch in a UUIDv7.
[[nodiscard]] std::uint64_t unix_ms_of(uuid const& v7) noexcept;
/// UUIDv8 whose bits are SHA-256(space ‖ name): the same inputs give the same id on every node, so
/// that a step repeated after a crash carries the command id it had before.
[[nodiscard]] uuid derive_uuid(uuid const& space, std::string_view name);

using partition_id = std::uint16_t;

/// Names a stream: `kind/key`, for example `sample/0192f3c0-…` or `barcode/TS-2026-000042-X`.
[[nodiscard]] std::string stream_name(std::string_view kind, uuid const& key);
[[nodiscard]] std::string stream_name(std::string_view kind, std::string_view key);
/// The part before the first '/'; the whole where there is none.
[[nodiscard]] std::string_view stream_kind(std::string_view stream) noexcept;
/// The part behind the first '/'.
[[nodiscard]] std::string_view stream_key(std::string_view stream) noexcept;

/// The partition a stream lives in: FNV-1a (64 bit) of its name modulo `partitions`. Never changes:
/// a golden test holds it.
[[nodiscard]] partition_id partition_of(std::string_view stream, partition_id partitions) noexcept;

/// A new UUIDv7 key such that `kind/key` lives in `wanted`: how a sample is put beside the barcode
/// that guards it, so that both are written in one step.
[[nodiscard]] uuid new_uuid_in_partition(std::string_view kind, partition_id wanted,
                                         partition_id partitions);

}  // namespace tracseq

template <>
struct std::hash<tracseq::uuid> {
  std::size_t operator()(tracseq::uuid const& id) const noexcept;
};
