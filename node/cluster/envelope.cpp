#include "node/cluster/envelope.hpp"

#include <cstring>

#include <sodium.h>

#include "node/cluster/secret.hpp"

namespace tracseq::cluster {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t mac_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);

unsigned char const* bytes_of(std::string_view text) { return reinterpret_cast<unsigned char const*>(text.data()); }

}  // namespace

envelope::envelope(std::string_view cluster_secret, std::string_view purpose) {
  auto digest = keyed_digest(cluster_secret, "tracseq/envelope/" + std::string(purpose));
  std::memcpy(key_.data(), digest.data(), key_.size());
  sodium_memzero(digest.data(), digest.size());
}

envelope::~envelope() { sodium_memzero(key_.data(), key_.size()); }

std::string envelope::close(std::string_view text, std::string_view about) const {
  std::string out(nonce_bytes + text.size() + mac_bytes, '\0');
  auto* const at = reinterpret_cast<unsigned char*>(out.data());
  randombytes_buf(at, nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(at + nonce_bytes, nullptr, bytes_of(text), text.size(), bytes_of(about),
                                             about.size(), nullptr, at, key_.data());
  return out;
}

std::optional<std::string> envelope::open(std::string_view closed, std::string_view about) const {
  if (closed.size() < nonce_bytes + mac_bytes) return std::nullopt;
  std::string out(closed.size() - nonce_bytes - mac_bytes, '\0');
  auto const* const at = bytes_of(closed);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(out.data()), nullptr, nullptr,
                                                 at + nonce_bytes, closed.size() - nonce_bytes, bytes_of(about),
                                                 about.size(), at, key_.data()) != 0)
    return std::nullopt;
  return out;
}

}  // namespace tracseq::cluster
