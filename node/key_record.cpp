#include "node/key_record.hpp"

#include <cstring>

#include "events/file.hpp"

namespace tracseq::donor_keys {

instant record::erased_at() const noexcept {
  instant when;
  std::memcpy(&when.us, nonce.data(), sizeof when.us);
  return when;
}

void record::set_erased_at(instant when) noexcept { std::memcpy(nonce.data(), &when.us, sizeof when.us); }

key derived(key const& from, std::uint64_t purpose) {
  key out;
  crypto_kdf_derive_from_key(out.data(), out.size(), purpose, "tracseqk", from.data());
  return out;
}

namespace {

constexpr std::uint64_t for_nonces = 1;  // of a person's key
constexpr std::uint64_t for_texts = 2;

unsigned char const* bytes_of(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

/// The id and the digest are bound to the wrapped key, so that no record can be passed off as another.
std::array<unsigned char, 16 + digest_bytes> bound_to(record const& one) {
  std::array<unsigned char, 16 + digest_bytes> out;
  std::memcpy(out.data(), one.key_id.bytes.data(), 16);
  std::memcpy(out.data() + 16, one.of_text.data(), digest_bytes);
  return out;
}

}  // namespace

digest digest_of(key const& with, std::string_view text) {
  digest out;
  crypto_generichash(out.data(), out.size(), bytes_of(text), text.size(), with.data(), with.size());
  return out;
}

/// nonce ‖ ciphertext. The nonce is a keyed digest of the text: no two texts share one, and a command that
/// is repeated carries the same bytes.
std::string seal_with(key const& person, uuid const& id, std::string_view text) {
  std::string box(nonce_bytes + text.size() + mac_bytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(box.data());
  auto const nonce_key = derived(person, for_nonces);
  crypto_generichash(out, nonce_bytes, bytes_of(text), text.size(), nonce_key.data(), nonce_key.size());
  auto const text_key = derived(person, for_texts);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out + nonce_bytes, nullptr, bytes_of(text), text.size(),
                                             id.bytes.data(), id.bytes.size(), nullptr, out, text_key.data());
  return box;
}

std::optional<std::string> open_with(key const& person, sealed_text const& sealed) {
  if (sealed.box.size() < nonce_bytes + mac_bytes) return std::nullopt;
  std::string text(sealed.box.size() - nonce_bytes - mac_bytes, '\0');
  auto const* box = bytes_of(sealed.box);
  auto const text_key = derived(person, for_texts);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          reinterpret_cast<unsigned char*>(text.data()), nullptr, nullptr, box + nonce_bytes,
          sealed.box.size() - nonce_bytes, sealed.key_id.bytes.data(), sealed.key_id.bytes.size(), box,
          text_key.data()) != 0)
    return std::nullopt;
  return text;
}

void wrap(record& into, key const& person, key const& with) {
  randombytes_buf(into.nonce.data(), into.nonce.size());
  auto const bound = bound_to(into);
  crypto_aead_xchacha20poly1305_ietf_encrypt(into.wrapped.data(), nullptr, person.data(), person.size(),
                                             bound.data(), bound.size(), nullptr, into.nonce.data(), with.data());
}

std::optional<key> unwrap(record const& from, key const& with) {
  key person;
  auto const bound = bound_to(from);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(person.data(), nullptr, nullptr, from.wrapped.data(),
                                                 from.wrapped.size(), bound.data(), bound.size(),
                                                 from.nonce.data(), with.data()) != 0)
    return std::nullopt;
  return person;
}

record erased_record(uuid const& id, std::optional<digest> const& of_text, instant when) {
  record empty;
  empty.state = record_state::erased;
  empty.key_id = id;
  if (!of_text) return empty;
  empty.of_text = *of_text;
  empty.set_erased_at(when);
  return empty;
}

error without_keys(error why) {
  why.detail += ". Donors cannot be sealed without it.";
  return why;
}

result<key> read_secret(std::string const& path) {
  auto const in = file::open(path, file::mode::read);
  if (!in) return tl::unexpected(without_keys(in.error()));
  key secret;
  std::string bytes;
  if (auto const read = in->read_at(0, secret.size(), bytes); !read) return tl::unexpected(without_keys(read.error()));
  if (bytes.size() != secret.size())
    return fail(errc::corrupt, "The file " + path + " is cut off, and without it no donor can be read. Put it back "
                               "from the backup.");
  std::memcpy(secret.data(), bytes.data(), secret.size());
  sodium_memzero(bytes.data(), bytes.size());
  return secret;
}

result<key> make_secret(std::string const& path) {
  key secret;
  randombytes_buf(secret.data(), secret.size());
  std::string_view const bytes(reinterpret_cast<char const*>(secret.data()), secret.size());
  if (auto const made = make_file(path, bytes, file::readers::owner); !made)
    return tl::unexpected(without_keys(made.error()));
  return secret;
}

}  // namespace tracseq::donor_keys
