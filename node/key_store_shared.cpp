// Erasing keys, and what nodes give each other of them.

#include "node/key_store_parts.hpp"

namespace tracseq {

using namespace donor_keys;

namespace {

std::optional<digest> as_digest(std::string_view bytes) {
  digest out;
  if (bytes.size() != out.size()) return std::nullopt;
  std::memcpy(out.data(), bytes.data(), out.size());
  return out;
}

template <class Bytes>
std::string as_text(Bytes const& bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

bool made_before(uuid const& id, instant when) {
  return static_cast<std::int64_t>(unix_ms_of(id)) * 1'000 <= when.us;
}

}  // namespace

result<void> key_store::parts::erase_one(uuid const& id, std::set<digest> texts, instant when) {
  auto const known = by_id.find(id);
  std::vector<std::uint64_t> over;
  if (known != by_id.end()) {
    over = known->second.records;
    for (auto const& [text, at] : known->second.texts) texts.insert(text);
  }
  if (!keeps_digest(when, now())) texts.clear();
  auto text = texts.begin();
  auto const next = [&] { return text == texts.end() ? std::nullopt : std::optional(*text++); };
  for (auto const index : over)
    if (auto done = put(erased_record(id, next(), when), index); !done) return done;
  if (over.empty())
    if (auto done = put(erased_record(id, next(), when)); !done) return done;
  while (text != texts.end())
    if (auto done = put(erased_record(id, next(), when)); !done) return done;
  half_erased.erase(id);
  return {};
}

std::set<uuid> key_store::parts::others_of(std::set<digest> const& texts, instant when) const {
  std::set<uuid> out;
  for (auto const& text : texts)
    if (auto const found = by_text.find(text); found != by_text.end())
      for (auto const& id : found->second)
        if (made_before(id, when)) out.insert(id);
  return out;
}

result<std::vector<uuid>> key_store::erase(sealed_text const& of) {
  auto& all = *parts_;
  std::lock_guard const lock(all.mutex);
  if (auto const fine = all.usable(); !fine) return tl::unexpected(fine.error());
  std::vector<uuid> ids;
  auto const found = all.by_id.find(of.key_id);
  if (found == all.by_id.end() && !all.clustered)
    return fail(errc::not_found, "The key of this donor is not on this node, so it cannot be erased here.");
  if (found != all.by_id.end() && !found->second.person) return ids;
  std::set<digest> texts;
  ids.push_back(of.key_id);
  if (found != all.by_id.end()) {
    for (auto const& [text, at] : found->second.texts) texts.insert(text);
    if (auto text = open_with(*found->second.person, of)) {
      for (auto const& one : all.digests_of(*text)) texts.insert(one);
      sodium_memzero(text->data(), text->size());
    }
    // Whatever a clock says: what is here was made before.
    for (auto const& id : all.others_of(texts, last_instant))
      if (id != of.key_id) ids.push_back(id);
  }
  auto const when = now();
  result<void> done;
  for (auto const& id : ids)
    if (done) done = all.erase_one(id, texts, when);
  if (done = all.synced(done); !done) return tl::unexpected(done.error());
  return ids;
}

result<void> key_store::erase_as_logged(std::span<erasure const> said) {
  auto& all = *parts_;
  std::lock_guard const lock(all.mutex);
  bool changed = false;
  result<void> done;
  for (auto const& one : said) {
    auto const found = all.by_id.find(one.id);
    if (!done || (found != all.by_id.end() && !found->second.person)) continue;
    if (done = all.usable(); !done) break;
    changed = true;
    std::set<digest> texts;
    if (found != all.by_id.end())
      for (auto const& [text, at] : found->second.texts) texts.insert(text);
    auto ids = all.others_of(texts, one.when);
    ids.insert(one.id);
    for (auto const& id : ids)
      if (done) done = all.erase_one(id, texts, one.when);
  }
  return changed ? all.synced(done) : done;
}

// --- Between nodes ------------------------------------------------------------------------------------------

void key_store::on_made(std::function<void(std::vector<uuid> const&)> told) {
  std::lock_guard const lock(parts_->mutex);
  parts_->made = std::move(told);
}

key_sums key_store::sums() const {
  std::lock_guard const lock(parts_->mutex);
  return parts_->sums;
}

void key_store::parts::add_shared(std::vector<shared_key>& out, uuid const& id, subject const& one) {
  for (auto const& [text, at] : one.texts) {
    auto& made = out.emplace_back();
    made.id = id;
    made.of_text = as_text(text);
    if (one.person) made.person = as_text(*one.person);
    else made.erased_at = at.erased_at;
  }
  if (one.texts.empty()) out.emplace_back().id = id;
}

std::vector<shared_key> key_store::differing(key_sums const& theirs, std::optional<uuid> const& after,
                                             std::size_t most) const {
  auto const& all = *parts_;
  std::lock_guard const lock(all.mutex);
  std::vector<shared_key> out;
  auto at = after ? all.by_id.upper_bound(*after) : all.by_id.begin();
  while (at != all.by_id.end() && out.size() < most) {
    auto const part = at->first.bytes[15];
    if (all.sums[part] != theirs[part]) {
      parts::add_shared(out, at->first, at->second);
      ++at;
      continue;
    }
    if (part == 255) break;
    uuid next;
    next.bytes[15] = static_cast<std::uint8_t>(part + 1);
    at = all.by_id.lower_bound(next);
  }
  return out;
}

std::vector<shared_key> key_store::keys_of(std::span<uuid const> ids) const {
  auto const& all = *parts_;
  std::lock_guard const lock(all.mutex);
  std::vector<shared_key> out;
  for (auto const& id : ids)
    if (auto const found = all.by_id.find(id); found != all.by_id.end())
      parts::add_shared(out, id, found->second);
  return out;
}

result<void> key_store::parts::merge_erased(shared_key const& theirs, std::optional<digest> const& of_text,
                                            merged_keys& told) {
  auto const when = theirs.erased_at.value_or(now());
  std::set<digest> texts;
  if (of_text) texts.insert(*of_text);
  auto const found = by_id.find(theirs.id);
  bool const known = found != by_id.end();
  if (known && found->second.person) {
    ++told.erased;
    for (auto const& [text, at] : found->second.texts) texts.insert(text);
  }
  if (!known || found->second.person) {
    if (auto done = erase_one(theirs.id, texts, when); !done) return done;
  } else if (of_text && !found->second.texts.contains(*of_text) && keeps_digest(when, now())) {
    if (auto done = put(erased_record(theirs.id, of_text, when)); !done) return done;
  }
  for (auto const& id : others_of(texts, when)) {
    ++told.erased;
    if (auto done = erase_one(id, texts, when); !done) return done;
  }
  return {};
}

result<void> key_store::parts::merge_live(shared_key const& theirs, digest const& of_text, merged_keys& told) {
  auto const found = by_id.find(theirs.id);
  if (found != by_id.end() && !found->second.person) return {};  // what was erased does not come back
  if (found != by_id.end() && found->second.texts.contains(of_text)) return {};
  if (auto const gone = erased_texts.find(of_text);
      gone != erased_texts.end() && made_before(theirs.id, gone->second)) {
    // Its node was away when the person was erased.
    ++told.erased;
    return erase_one(theirs.id, {of_text}, gone->second);
  }
  key person;
  std::memcpy(person.data(), theirs.person.data(), person.size());
  if (found == by_id.end()) ++told.taken;
  auto done = put(live_record(theirs.id, of_text, person, digest_origin::recorded));
  sodium_memzero(person.data(), person.size());
  return done;
}

result<void> key_store::parts::merge_one(shared_key const& theirs, merged_keys& told) {
  auto const of_text = as_digest(theirs.of_text);
  if (theirs.person.empty()) return merge_erased(theirs, of_text, told);
  if (!of_text || theirs.person.size() != key_bytes)
    return fail(errc::corrupt, "another node sent a key of a donor that is none");
  return merge_live(theirs, *of_text, told);
}

result<merged_keys> key_store::merge(std::span<shared_key const> theirs) {
  auto& all = *parts_;
  std::lock_guard const lock(all.mutex);
  if (auto const fine = all.usable(); !fine) return tl::unexpected(fine.error());
  merged_keys told;
  auto const before = all.count;
  result<void> done;
  for (auto const& one : theirs)
    if (done) done = all.merge_one(one, told);
  // Also where nothing is new: whoever sent it is to know that it lies on the disk.
  if (all.count != before || told.erased > 0 || !done) done = all.synced(done);
  if (!done) return tl::unexpected(done.error());
  return told;
}

std::vector<std::string> key_store::digest_keys() const {
  auto const& all = *parts_;
  std::lock_guard const lock(all.mutex);
  std::vector<std::string> out;
  for (auto const& one : all.recorded)
    if (!all.clustered || one != all.digest_keys.front()) out.push_back(as_text(one));
  if (all.own_digests && std::ranges::find(all.recorded, all.own_digest_key) == all.recorded.end())
    out.push_back(as_text(all.own_digest_key));
  return out;
}

result<void> key_store::merge_digest_keys(std::span<std::string const> theirs) {
  static uuid const space = *parse_uuid("9a2f6c10-4b7d-8e31-a5c2-0d1e7f3b6a58");
  auto& all = *parts_;
  std::lock_guard const lock(all.mutex);
  bool changed = false;
  for (auto const& one : theirs) {
    key with;
    if (one.size() != with.size()) return fail(errc::corrupt, "another node sent a key of digests that is none");
    std::memcpy(with.data(), one.data(), with.size());
    if (with == all.own_digest_key || std::ranges::find(all.recorded, with) != all.recorded.end()) continue;
    if (auto const fine = all.usable(); !fine) return fine;
    // Named by what it makes of nothing, which tells nothing of it.
    auto made = all.live_record(derive_uuid(space, as_text(digest_of(with, {}))), {}, with, digest_origin::recorded);
    made.state = record_state::digest_key;
    changed = true;
    if (auto done = all.put(made); !done) return all.synced(done);
  }
  return changed ? all.sync() : result<void>();
}

result<void> key_store::forget_digests(instant now) {
  auto& all = *parts_;
  std::lock_guard const lock(all.mutex);
  std::vector<std::pair<uuid, std::uint64_t>> over;
  for (auto& [id, one] : all.by_id) {
    if (one.person) continue;
    std::erase_if(one.texts, [&, &whose = id](auto const& kept) {
      if (all.keeps_digest(kept.second.erased_at, now)) return false;
      over.emplace_back(whose, kept.second.index);
      return true;
    });
  }
  std::erase_if(all.erased_texts, [&](auto const& kept) { return !all.keeps_digest(kept.second, now); });
  for (auto const& [id, index] : over)
    if (auto done = all.put(erased_record(id, std::nullopt, now), index); !done) return all.synced(done);
  return over.empty() ? result<void>() : all.sync();
}

}  // namespace tracseq
