#include "node/key_store.hpp"

#include <cerrno>
#include <filesystem>

#include <sys/stat.h>

#include "node/key_store_parts.hpp"

namespace tracseq {

namespace fs = std::filesystem;
using namespace donor_keys;

key_store::parts::~parts() {
  sodium_memzero(own_digest_key.data(), own_digest_key.size());
  sodium_memzero(wrap_key.data(), wrap_key.size());
  for (auto& one : digest_keys) sodium_memzero(one.data(), one.size());
  for (auto& [id, one] : by_id)
    if (one.person) sodium_memzero(one.person->data(), one.person->size());
}

result<void> key_store::parts::usable() const {
  if (!failed) return {};
  return fail(errc::io_failure, "The keys of donors in " + path() + " could not be written to the disk. Mend "
                                "the disk and start the node again.");
}

// --- What the file holds ----------------------------------------------------------------------------

std::uint64_t key_store::parts::sum_of(uuid const& id, subject const& one) {
  std::string all(reinterpret_cast<char const*>(id.bytes.data()), id.bytes.size());
  if (one.person)
    for (auto const& [text, at] : one.texts) all.append(reinterpret_cast<char const*>(text.data()), text.size());
  std::array<unsigned char, crypto_generichash_BYTES_MIN> hash;
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<unsigned char const*>(all.data()), all.size(),
                     nullptr, 0);
  std::uint64_t sum = 0;
  std::memcpy(&sum, hash.data(), sizeof sum);
  return sum;
}

void key_store::parts::take(record const& one, std::uint64_t index) {
  if (one.magic != record{}.magic) {
    ++damaged;
    return;
  }
  if (one.state == record_state::digest_key) return take_digest_key(one);
  auto& sum = sums[one.key_id.bytes[15]];
  auto const before = by_id.find(one.key_id);
  if (before != by_id.end()) sum ^= sum_of(one.key_id, before->second);
  one.state == record_state::erased ? take_erased(one, index) : take_live(one, index);
  auto const after = by_id.find(one.key_id);
  if (after != by_id.end()) sum ^= sum_of(one.key_id, after->second);
}

void key_store::parts::take_live(record const& one, std::uint64_t index) {
  auto const known = by_id.find(one.key_id);
  if (known != by_id.end() && !known->second.person) {
    known->second.records.push_back(index);
    half_erased.insert(one.key_id);
    return;
  }
  auto const person = unwrap(one, wrap_key);
  if (!person) {
    ++damaged;
    return;
  }
  auto& subject = by_id[one.key_id];
  if (!subject.person) ++live;
  subject.person = person;
  subject.records.push_back(index);
  subject.texts[one.of_text] = {index, {}};
  by_text[one.of_text].insert(one.key_id);
  own_digests = own_digests || one.origin == digest_origin::own_secret;
}

void key_store::parts::take_erased(record const& one, std::uint64_t index) {
  auto& subject = by_id[one.key_id];
  if (subject.person) {
    --live;
    for (auto const& [text, at] : subject.texts) {
      auto const found = by_text.find(text);
      if (found == by_text.end()) continue;
      found->second.erase(one.key_id);
      if (found->second.empty()) by_text.erase(found);
    }
    sodium_memzero(subject.person->data(), subject.person->size());
    subject.person.reset();
    subject.texts.clear();
    if (subject.records.size() > 1) half_erased.insert(one.key_id);
  }
  if (std::ranges::find(subject.records, index) == subject.records.end()) subject.records.push_back(index);
  if (one.of_text == digest{}) return;
  subject.texts[one.of_text] = {index, one.erased_at()};
  auto& newest = erased_texts[one.of_text];
  newest = std::max(newest, one.erased_at());
}

void key_store::parts::take_digest_key(record const& one) {
  auto const found = unwrap(one, wrap_key);
  if (!found) {
    ++damaged;
    return;
  }
  recorded.push_back(*found);
  if (std::ranges::find(digest_keys, *found) == digest_keys.end()) digest_keys.push_back(*found);
}

result<void> key_store::parts::load(bool writable) {
  auto const size = records.size();
  if (!size) return tl::unexpected(size.error());
  auto const whole = *size / sizeof(record);
  std::string bytes;
  for (; count < whole; ++count) {
    record one;
    if (auto const read = records.read_at(count * sizeof one, sizeof one, bytes); !read) return read;
    if (bytes.size() != sizeof one) return fail(errc::io_failure, path() + " became shorter while it was read");
    std::memcpy(&one, bytes.data(), sizeof one);
    take(one, count);
  }
  if (!writable) return {};
  // A record that was cut off by a crash was in no event yet.
  if (*size > count * sizeof(record))
    if (auto cut = records.truncate(count * sizeof(record)); !cut) return cut;
  auto const halves = std::exchange(half_erased, {});
  for (auto const& id : halves)
    if (auto done = erase_one(id, {}, now()); !done) return synced(done);
  half_erased.clear();
  return halves.empty() ? result<void>() : sync();
}

// --- Writing -------------------------------------------------------------------------------------------

result<void> key_store::parts::append(std::vector<record> const& fresh) {
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

result<void> key_store::parts::put(record const& one, std::optional<std::uint64_t> over) {
  auto const index = over.value_or(count);
  auto const at = index * sizeof one;
  if (auto done = records.write_at(at, {reinterpret_cast<char const*>(&one), sizeof one}); !done) {
    if (!over && !records.truncate(at)) failed = true;
    return done;
  }
  if (!over) ++count;
  take(one, index);
  return {};
}

result<void> key_store::parts::sync() {
  auto done = records.sync_data();
  if (!done) failed = true;
  return done;
}

result<void> key_store::parts::synced(result<void> done) {
  auto on_disk = sync();
  return done ? on_disk : done;
}

record key_store::parts::live_record(uuid const& id, digest const& of_text, key const& person,
                                     digest_origin origin) const {
  record one;
  one.key_id = id;
  one.of_text = of_text;
  one.origin = origin;
  wrap(one, person, wrap_key);
  return one;
}

std::vector<digest> key_store::parts::digests_of(std::string_view text) const {
  std::vector<digest> all;
  for (auto const& with : digest_keys) all.push_back(digest_of(with, text));
  return all;
}

// --- Opening ---------------------------------------------------------------------------------------------

namespace {

result<void> prepare() {
  if (sodium_init() < 0) return fail(errc::internal, "the library that seals personal data cannot start");
  return {};
}

}  // namespace

key_store::key_store(std::unique_ptr<parts> all) : parts_(std::move(all)) {}
key_store::~key_store() = default;

result<std::unique_ptr<key_store>> key_store::open(std::string const& directory, std::string const& digest_key) {
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
  all->own_digest_key = derived(*secret, for_digests);
  all->wrap_key = derived(*secret, for_wrapping);
  key cluster_key{};
  if (digest_key.size() == cluster_key.size()) {
    std::memcpy(cluster_key.data(), digest_key.data(), cluster_key.size());
    all->clustered = true;
    all->digest_keys.push_back(cluster_key);
  }
  all->digest_keys.push_back(all->own_digest_key);
  auto records = file::open(path, file::mode::create, file::readers::owner);
  if (!records) return tl::unexpected(without_keys(records.error()));
  all->records = *std::move(records);
  auto ready_to_write = sync_directory(directory);
  if (ready_to_write) ready_to_write = all->load(true);
  if (!ready_to_write) return tl::unexpected(without_keys(ready_to_write.error()));
  std::unique_ptr<key_store> opened(new key_store(std::move(all)));
  // So that what is digested with it is found where the secret is another one later.
  if (opened->parts_->clustered) ready_to_write = opened->merge_digest_keys(std::span(&digest_key, 1));
  if (ready_to_write) ready_to_write = opened->forget_digests(now());
  if (!ready_to_write) return tl::unexpected(without_keys(ready_to_write.error()));
  return opened;
}

result<std::unique_ptr<key_store>> key_store::open_read_only(std::string const& directory) {
  if (auto const ready = prepare(); !ready) return tl::unexpected(ready.error());
  auto const secret_path = (fs::path(directory) / "secret").string();
  std::error_code ignored;
  if (!fs::exists(secret_path, ignored)) return std::unique_ptr<key_store>();
  auto all = std::make_unique<parts>();
  auto secret = read_secret(secret_path);
  if (!secret) return tl::unexpected(secret.error());
  all->own_digest_key = derived(*secret, for_digests);
  all->wrap_key = derived(*secret, for_wrapping);
  all->digest_keys.push_back(all->own_digest_key);
  auto records = file::open(fs::path(directory) / "subjects", file::mode::read);
  if (!records) return tl::unexpected(without_keys(records.error()));
  all->records = *std::move(records);
  if (auto const loaded = all->load(false); !loaded) return tl::unexpected(without_keys(loaded.error()));
  return std::unique_ptr<key_store>(new key_store(std::move(all)));
}

// --- Sealing ------------------------------------------------------------------------------------------------

result<std::vector<sealed_text>> key_store::seal(std::span<std::string const> texts) {
  auto& all = *parts_;
  std::unique_lock lock(all.mutex);
  if (auto const fine = all.usable(); !fine) return tl::unexpected(fine.error());
  std::vector<record> fresh;
  std::map<digest, std::pair<uuid, key>> made;
  std::vector<sealed_text> out;
  out.reserve(texts.size());
  for (auto const& text : texts) {
    auto const digests = all.digests_of(text);
    auto const& of_text = digests.front();
    uuid id;
    key person;
    // Two nodes may have made one each, at the same time: all use the elder.
    for (auto const& one : digests)
      if (auto const known = all.by_text.find(one); known != all.by_text.end())
        if (auto const eldest = *known->second.begin(); id.is_nil() || eldest < id) id = eldest;
    if (!id.is_nil()) {
      auto const& subject = all.by_id.at(id);
      person = *subject.person;
      if (!subject.texts.contains(of_text) && made.emplace(of_text, std::pair(id, person)).second)
        fresh.push_back(all.live_record(id, of_text, person, all.newest_origin()));
    } else if (auto const now = made.find(of_text); now != made.end()) {
      std::tie(id, person) = now->second;
    } else {
      id = new_uuid();
      randombytes_buf(person.data(), person.size());
      fresh.push_back(all.live_record(id, of_text, person, all.newest_origin()));
      made.emplace(of_text, std::pair(id, person));
    }
    out.push_back({id, seal_with(person, id, text)});
    sodium_memzero(person.data(), person.size());
  }
  for (auto& [text, one] : made) sodium_memzero(one.second.data(), one.second.size());
  if (fresh.empty()) return out;
  if (auto const written = all.append(fresh); !written) return tl::unexpected(written.error());
  std::vector<uuid> ids;
  for (auto const& one : fresh) {
    all.take(one, all.count++);
    ids.push_back(one.key_id);
  }
  auto const told = all.made;
  lock.unlock();
  if (told) told(ids);
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

std::size_t key_store::size() const {
  std::lock_guard const lock(parts_->mutex);
  return parts_->live;
}

std::size_t key_store::damaged() const {
  std::lock_guard const lock(parts_->mutex);
  return parts_->damaged;
}

}  // namespace tracseq
