#pragma once
// One key of a person as it lies on disk, and what is sealed with it. Internal to node/key_store*.cpp.
// docs/formats.md has the bytes.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sodium.h>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/result.hpp"
#include "events/sample.hpp"

namespace tracseq::donor_keys {

inline constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
inline constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
inline constexpr std::size_t mac_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
inline constexpr std::size_t digest_bytes = 32;

using key = std::array<unsigned char, key_bytes>;
using digest = std::array<unsigned char, digest_bytes>;
static_assert(key_bytes == crypto_kdf_KEYBYTES && key_bytes == 32);

enum class record_state : std::uint8_t {
  live = 1,
  erased = 2,
  digest_key = 3,  ///< no person's: a key of digests, so that what was digested with it is found again
};

/// Which key the digest of a live record was made with.
enum class digest_origin : std::uint8_t { own_secret = 0, recorded = 1 };

/// As it lies on disk.
struct record {
  std::array<char, 4> magic{'T', 'S', 'K', '1'};
  record_state state = record_state::live;
  digest_origin origin = digest_origin::own_secret;
  std::array<std::uint8_t, 2> reserved{};
  uuid key_id;
  digest of_text{};
  std::array<unsigned char, nonce_bytes> nonce{};
  std::array<unsigned char, key_bytes + mac_bytes> wrapped{};

  /// Of an erased one that keeps its digest: when, in the place of the nonce.
  [[nodiscard]] instant erased_at() const noexcept;
  void set_erased_at(instant when) noexcept;
};
static_assert(sizeof(record) == 128);

/// Further keys come from one key, by purpose.
[[nodiscard]] key derived(key const& from, std::uint64_t purpose);
inline constexpr std::uint64_t for_digests = 1;  // of the secret
inline constexpr std::uint64_t for_wrapping = 2;

[[nodiscard]] digest digest_of(key const& with, std::string_view text);
[[nodiscard]] std::string seal_with(key const& person, uuid const& id, std::string_view text);
[[nodiscard]] std::optional<std::string> open_with(key const& person, sealed_text const& sealed);

void wrap(record& into, key const& person, key const& with);
[[nodiscard]] std::optional<key> unwrap(record const& from, key const& with);
/// What is left of a record whose key is erased. `of_text` none: its digest goes, too.
[[nodiscard]] record erased_record(uuid const& id, std::optional<digest> const& of_text, instant when);

/// Says what follows from it.
[[nodiscard]] error without_keys(error why);
[[nodiscard]] result<key> read_secret(std::string const& path);
[[nodiscard]] result<key> make_secret(std::string const& path);

}  // namespace tracseq::donor_keys
