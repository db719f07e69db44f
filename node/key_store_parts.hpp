#pragma once
// What node/key_store*.cpp share; nobody else includes it.

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

#include "events/file.hpp"
#include "node/key_record.hpp"
#include "node/key_store.hpp"

namespace tracseq {

/// How long a cluster keeps the digest of a text that was erased. Until then a node that was away may come back
/// with another key of the same text, which has to go, too.
inline constexpr std::int64_t erased_digest_kept_us = 30LL * 24 * 3600 * 1'000'000;

struct key_store::parts {
  struct at_record {
    std::uint64_t index = 0;
    instant erased_at;
  };
  struct subject {
    std::vector<std::uint64_t> records;  ///< more than one where its text was digested with several keys
    std::optional<donor_keys::key> person;  ///< none = erased
    std::map<donor_keys::digest, at_record> texts;
  };
  /// In the order of the parts that are compared.
  struct by_part {
    bool operator()(uuid const& one, uuid const& other) const {
      return std::pair(one.bytes[15], one) < std::pair(other.bytes[15], other);
    }
  };
  using subjects = std::map<uuid, subject, by_part>;

  mutable std::mutex mutex;
  file records;
  bool clustered = false;
  bool failed = false;  ///< a sync failed: nobody knows what is on disk
  std::uint64_t count = 0;
  std::size_t damaged = 0;
  std::size_t live = 0;
  bool own_digests = false;  ///< a live record was digested with what comes from the own secret
  donor_keys::key own_digest_key{};
  donor_keys::key wrap_key{};
  std::vector<donor_keys::key> digest_keys;  ///< the first is for new ones
  std::vector<donor_keys::key> recorded;     ///< of those the ones that stand in the file
  subjects by_id;
  std::map<donor_keys::digest, std::set<uuid>> by_text;      ///< live ones
  std::map<donor_keys::digest, instant> erased_texts;        ///< whose digest is kept
  std::set<uuid> half_erased;                                ///< a crash came between two of its records
  key_sums sums{};
  std::function<void(std::vector<uuid> const&)> made;

  ~parts();
  [[nodiscard]] std::string path() const { return records.path().string(); }
  [[nodiscard]] result<void> usable() const;

  result<void> load(bool writable);
  /// A record as it stands at `index`, or is about to.
  void take(donor_keys::record const& one, std::uint64_t index);
  void take_live(donor_keys::record const& one, std::uint64_t index);
  void take_erased(donor_keys::record const& one, std::uint64_t index);
  void take_digest_key(donor_keys::record const& one);
  [[nodiscard]] static std::uint64_t sum_of(uuid const& id, subject const& one);

  /// Written and synced, or not at all.
  result<void> append(std::vector<donor_keys::record> const& fresh);
  /// Written and taken, not synced yet.
  result<void> put(donor_keys::record const& one, std::optional<std::uint64_t> over = std::nullopt);
  result<void> sync();
  /// `done`, and what was put before is synced in any case.
  result<void> synced(result<void> done);

  [[nodiscard]] donor_keys::record live_record(uuid const& id, donor_keys::digest const& of_text,
                                               donor_keys::key const& person, donor_keys::digest_origin origin) const;
  [[nodiscard]] std::vector<donor_keys::digest> digests_of(std::string_view text) const;
  [[nodiscard]] donor_keys::digest_origin newest_origin() const {
    return clustered ? donor_keys::digest_origin::recorded : donor_keys::digest_origin::own_secret;
  }
  [[nodiscard]] bool keeps_digest(instant erased_at, instant now) const {
    return clustered && now.us - erased_at.us < erased_digest_kept_us;
  }
  /// Overwrites all records of `id`, or says so of one that is not here.
  result<void> erase_one(uuid const& id, std::set<donor_keys::digest> texts, instant when);
  /// Of the texts with these digests: live keys that were made before `when`.
  [[nodiscard]] std::set<uuid> others_of(std::set<donor_keys::digest> const& texts, instant when) const;
  result<void> merge_one(shared_key const& theirs, merged_keys& told);
  result<void> merge_live(shared_key const& theirs, donor_keys::digest const& of_text, merged_keys& told);
  result<void> merge_erased(shared_key const& theirs, std::optional<donor_keys::digest> const& of_text,
                            merged_keys& told);
  static void add_shared(std::vector<shared_key>& out, uuid const& id, subject const& one);
};

}  // namespace tracseq
