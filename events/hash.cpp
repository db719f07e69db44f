#include "events/hash.hpp"

#include <openssl/sha.h>
#include <zlib.h>

// The one-shot EVP interface fetches its algorithm at every call, which costs more than hashing a
// record; the low-level functions are deprecated in OpenSSL 3 but take the same accelerated path.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace tracseq {

hash256 sha256(std::string_view bytes) { return sha256(bytes, {}); }

hash256 sha256(std::string_view first, std::string_view second) {
  hash256 digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, first.data(), first.size());
  if (!second.empty()) SHA256_Update(&context, second.data(), second.size());
  SHA256_Final(digest.data(), &context);
  return digest;
}

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char const c : bytes) {
    text.push_back(digits[static_cast<std::uint8_t>(c) >> 4]);
    text.push_back(digits[static_cast<std::uint8_t>(c) & 15]);
  }
  return text;
}

std::string to_hex(hash256 const& hash) {
  return to_hex(std::string_view(reinterpret_cast<char const*>(hash.data()), hash.size()));
}

std::uint32_t crc32(std::string_view bytes, std::uint32_t seed) noexcept {
  return static_cast<std::uint32_t>(
      ::crc32_z(seed, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size()));
}

}  // namespace tracseq
