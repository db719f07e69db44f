#include "node/cluster/secret.hpp"

#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

namespace tracseq::cluster {
namespace {

constexpr std::size_t secret_bytes_min = 32;
constexpr std::size_t secret_bytes_max = 4096;
constexpr std::size_t nonce_bytes = 32;

/// What systemd hands to this service alone. It may do so by an access list, which shows as a right of the group.
bool is_credential(std::string const& file) {
  auto const* const folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder != nullptr && *folder != '\0' && file.starts_with(std::string(folder) + "/");
}

}  // namespace

result<std::string> read_cluster_secret(std::string const& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0)
    return fail(errc::invalid_argument,
                "cannot read the cluster secret " + file +
                    ": make one with `head -c 32 /dev/urandom | base64 > FILE`, and give every node the same");
  if ((found.st_mode & (S_IRWXO | (is_credential(file) ? 0 : S_IRWXG))) != 0)
    return fail(errc::invalid_argument, "others can read the cluster secret " + file + "; chmod 600 " + file);
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
  if (!in.good() && !in.eof()) return fail(errc::invalid_argument, "cannot read the cluster secret " + file);
  if (text.size() < secret_bytes_min || text.size() > secret_bytes_max)
    return fail(errc::invalid_argument,
                "the cluster secret " + file + " has " + std::to_string(text.size()) + " characters, and " +
                    std::to_string(secret_bytes_min) +
                    " at least are wanted: make one with `head -c 32 /dev/urandom | base64 > FILE`");
  return text;
}

std::string keyed_digest(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<unsigned char const*>(text.data()), text.size(), digest.data(), &size);
  return {reinterpret_cast<char const*>(digest.data()), size};
}

std::string derived_secret(std::string_view secret, std::string_view purpose) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned char const byte : keyed_digest(secret, "tracseq/" + std::string(purpose))) {
    hex += digits[byte >> 4];
    hex += digits[byte & 15];
  }
  return hex;
}

bool same_digest(std::string_view one, std::string_view other) noexcept {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

std::string draw_nonce() {
  std::string nonce(nonce_bytes, '\0');
  randombytes_buf(nonce.data(), nonce.size());
  return nonce;
}

}  // namespace tracseq::cluster
