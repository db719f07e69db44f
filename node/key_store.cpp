#include "node/key_store.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>

#include <sodium.h>
#include <sys/stat.h>

#include "events/file.hpp"

namespace tracseq {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t key_bytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t mac_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t digest_bytes = 32;

using key = std::array<unsigned char, key_bytes>;
using digest = std::array<unsigned char, digest_bytes>;
static_assert(key_bytes == crypto_kdf_KEYBYTES && key_bytes == 32);

enum class record_state : std::uint8_t { live = 1, erased = 2 };

/// As it lies on disk.
struct record {
  std::array<char, 4> magic{'T', 'S', 'K', '1'};
  record_state state = record_state::live;
  std::array<std::uint8_t, 3> reserved{};
  uuid key_id;
  digest of_text{};
  std::array<unsigned char, nonce_bytes> nonce{};
  std::array<unsigned char, key_bytes + mac_bytes> wrapped{};
};
static_assert(sizeof(record) == 128);

/// Further keys come from one key, by purpose.
key derived(key const& from, std::uint64_t purpose) {
  key out;
  crypto_kdf_derive_from_key(out.data(), out.size(), purpose, "tracseqk", from.data());
  return out;
}
constexpr std::uint64_t for_digests = 1;  // of the secret
constexpr std::uint64_t for_wrapping = 2;
constexpr std::uint64_t for_nonces = 1;  // of a person's key
constexpr std::uint64_t for_texts = 2;

unsigned char const* bytes_of(std::string_view text) {
  return reinterpret_cast<unsigned char const*>(text.data());
}

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

/// The id and the digest are bound to the wrapped key, so that no record can be passed off as another.
std::array<unsigned char, 16 + digest_bytes> bound_to(record const& one) {
  std::array<unsigned char, 16 + digest_bytes> out;
  std::memcpy(out.data(), one.key_id.bytes.data(), 16);
  std::memcpy(out.data() + 16, one.of_text.data(), digest_bytes);
  return out;
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

}  // namespace

struct key_store::parts {
  struct subject {
    std::uint64_t index = 0;  ///< of its record
    std::optional<key> person;  ///< none = erased
    digest of_text{};
  };

  mutable std::mutex mutex;
  file records;
  bool failed = false;  ///< a sync failed: nobody knows what is on disk
  std::uint64_t count = 0;
  std::size_t damaged = 0;
  key digest_key{};
  key wrap_key{};
  std::map<uuid, subject> by_id;
  std::map<digest, uuid> by_text;

  ~parts() {
    sodium_memzero(digest_key.data(), digest_key.size());
    sodium_memzero(wrap_key.data(), wrap_key.size());
    for (auto& [id, one] : by_id)
      if (one.person) sodium_memzero(one.person->data(), one.person->size());
  }

  [[nodiscard]] std::string path() const { return records.path().string(); }

  void take(record const& one, std::uint64_t index) {
    if (one.magic != record{}.magic) {
      ++damaged;
      return;
    }
    subject found{index, std::nullopt, one.of_text};
    if (one.state != record_state::erased) {
      found.person = unwrap(one, wrap_key);
      if (!found.person) {
        ++damaged;
        return;
      }
      by_text[one.of_text] = one.key_id;
    }
    by_id[one.key_id] = found;
  }

  result<void> load(bool writable) {
    auto const size = records.size();
    if (!size) return tl::unexpected(size.error());
    count = *size / sizeof(record);
    std::string bytes;
    for (std::uint64_t i = 0; i < count; ++i) {
      record one;
      if (auto const read = records.read_at(i * sizeof one, sizeof one, bytes); !read) return read;
      if (bytes.size() != sizeof one) return fail(errc::io_failure, path() + " became shorter while it was read");
      std::memcpy(&one, bytes.data(), sizeof one);
      take(one, i);
    }
    // A record that was cut off by a crash was in no event yet.
    auto const whole = count * sizeof(record);
    return writable && *size > whole ? records.truncate(whole) : result<void>();
  }

  result<void> append(std::vector<record> const& fresh) {
    auto const at = count * sizeof(record);
    auto done = records.write_at(at, {reinterpret_cast<char const*>(fresh.data()), fresh.size() * sizeof(record)});
    if (done) {
      done = records.sync_data();
      if (done) return {};
      failed = true;
    }
    if (!records.truncate(at)) failed = true;
    return tl::unexpected(without_keys(done.error()));
  }

  [[nodiscard]] result<void> usable() const {
    if (!failed) return {};
    return fail(errc::io_failure, "The keys of donors in " + path() + " could not be written to the disk. Mend "
                                  "the disk and start the node again.");
  }
};

namespace {

result<void> prepare() {
  if (sodium_init() < 0) return fail(errc::internal, "the library that seals personal data cannot start");
  return {};
}

}  // namespace

key_store::key_store(std::unique_ptr<parts> all) : parts_(std::move(all)) {}
key_store::~key_store() = default;

result<std::unique_ptr<key_store>> key_store::open(std::string const& directory) {
  if (auto const ready = prepare(); !ready) return tl::unexpected(ready.error());
  auto all = std::make_unique<parts>();
  auto const path = fs::path(directory) / "subjects";
  auto const secret_path = (fs::path(directory) / "secret").string();
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return tl::unexpected(without_keys(errno_error("make", directory)));
  std::error_code ignored;
  bool const has_secret = fs::exists(secret_path, ignored);
  if (!has_secret && fs::exists(path, ignored) && fs::file_size(path, ignored) > 0)
    return fail(errc::io_failure, "The file " + secret_path + " is missing, and without it no donor can be read. "
                                  "Put it back from the backup.");
  auto secret = has_secret ? read_secret(secret_path) : make_secret(secret_path);
  if (!secret) return tl::unexpected(secret.error());
  all->digest_key = derived(*secret, for_digests);
  all->wrap_key = derived(*secret, for_wrapping);
  auto records = file::open(path, file::mode::create, file::readers::owner);
  if (!records) return tl::unexpected(without_keys(records.error()));
  all->records = *std::move(records);
  auto ready_to_write = sync_directory(directory);
  if (ready_to_write) ready_to_write = all->load(true);
  if (!ready_to_write) return tl::unexpected(without_keys(ready_to_write.error()));
  return std::unique_ptr<key_store>(new key_store(std::move(all)));
}

result<std::unique_ptr<key_store>> key_store::open_read_only(std::string const& directory) {
  if (auto const ready = prepare(); !ready) return tl::unexpected(ready.error());
  auto const secret_path = (fs::path(directory) / "secret").string();
  std::error_code ignored;
  if (!fs::exists(secret_path, ignored)) return std::unique_ptr<key_store>();
  auto all = std::make_unique<parts>();
  auto secret = read_secret(secret_path);
  if (!secret) return tl::unexpected(secret.error());
  all->digest_key = derived(*secret, for_digests);
  all->wrap_key = derived(*secret, for_wrapping);
  auto records = file::open(fs::path(directory) / "subjects", file::mode::read);
  if (!records) return tl::unexpected(without_keys(records.error()));
  all->records = *std::move(records);
  if (auto const loaded = all->load(false); !loaded) return tl::unexpected(without_keys(loaded.error()));
  return std::unique_ptr<key_store>(new key_store(std::move(all)));
}

result<std::vector<sealed_text>> key_store::seal(std::span<std::string const> texts) {
  auto& all = *parts_;
  std::lock_guard const lock(all.mutex);
  if (auto const fine = all.usable(); !fine) return tl::unexpected(fine.error());
  std::vector<record> fresh;
  std::map<digest, std::pair<uuid, key>> made;
  std::vector<sealed_text> out;
  out.reserve(texts.size());
  for (auto const& text : texts) {
    auto const of_text = digest_of(all.digest_key, text);
    uuid id;
    key person;
    if (auto const known = all.by_text.find(of_text); known != all.by_text.end()) {
      id = known->second;
      person = *all.by_id.at(id).person;
    } else if (auto const now = made.find(of_text); now != made.end()) {
      std::tie(id, person) = now->second;
    } else {
      id = new_uuid();
      randombytes_buf(person.data(), person.size());
      auto& one = fresh.emplace_back();
      one.key_id = id;
      one.of_text = of_text;
      wrap(one, person, all.wrap_key);
      made.emplace(of_text, std::pair(id, person));
    }
    out.push_back({id, seal_with(person, id, text)});
    sodium_memzero(person.data(), person.size());
  }
  if (!fresh.empty())
    if (auto const written = all.append(fresh); !written) return tl::unexpected(written.error());
  for (auto const& one : fresh) all.take(one, all.count++);
  return out;
}

unsealed_text key_store::unseal(sealed_text const& sealed) const {
  auto const& all = *parts_;
  std::lock_guard const lock(all.mutex);
  auto const found = all.by_id.find(sealed.key_id);
  if (found == all.by_id.end()) return {};
  if (!found->second.person) return {personal_text::erased, {}};
  auto text = open_with(*found->second.person, sealed);
  if (!text) return {};
  return {personal_text::readable, *std::move(text)};
}

result<void> key_store::erase(uuid const& key_id) {
  auto& all = *parts_;
  std::lock_guard const lock(all.mutex);
  if (auto const fine = all.usable(); !fine) return fine;
  auto const found = all.by_id.find(key_id);
  if (found == all.by_id.end())
    return fail(errc::not_found, "The key of this donor is not on this node, so it cannot be erased here.");
  auto& subject = found->second;
  if (!subject.person) return {};
  record empty;
  empty.state = record_state::erased;
  empty.key_id = key_id;
  auto const at = subject.index * sizeof empty;
  if (auto const done = all.records.write_at(at, {reinterpret_cast<char const*>(&empty), sizeof empty}); !done)
    return done;
  if (auto const done = all.records.sync_data(); !done) {
    all.failed = true;
    return done;
  }
  all.by_text.erase(subject.of_text);
  sodium_memzero(subject.person->data(), subject.person->size());
  subject.person.reset();
  return {};
}

std::size_t key_store::size() const {
  std::lock_guard const lock(parts_->mutex);
  return parts_->by_text.size();
}

std::size_t key_store::damaged() const { return parts_->damaged; }

}  // namespace tracseq
