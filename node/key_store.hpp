#pragma once
// The keys of persons: one for each donor, outside the log and the projections, so that one that is
// deleted takes what was sealed with it out of the whole history. docs/formats.md has the bytes.
//
//   keys/secret     32 random bytes; all keys are wrapped with what comes from it
//   keys/subjects   128 bytes per person: id, keyed digest of the text, wrapped key
//
// Both have mode 0600. A key is on disk before `seal` returns, and so before any event that uses it.
//
// In a cluster every node has every key, each wrapped with its own secret, and all digest texts with one key,
// so that they find the same person. node/cluster/key_exchange.hpp carries keys from one to the other.

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/result.hpp"
#include "events/sample.hpp"

namespace tracseq {

enum class personal_text : std::uint8_t {
  readable,
  erased,       ///< its key was deleted
  unreadable,   ///< its key is not here: a copy of the history without keys, or a lost file
};

struct unsealed_text {
  personal_text state = personal_text::unreadable;
  std::string text;
};

/// A key on its way to another node.
struct shared_key {
  uuid id;
  std::string of_text;               ///< digest, 32 bytes; empty = none is kept
  std::string person;                ///< 32 bytes; empty = erased
  std::optional<instant> erased_at;  ///< where it is erased and its digest is kept
};
BOOST_DESCRIBE_STRUCT(shared_key, (), (id, of_text, person, erased_at))

/// What a store holds, in 256 parts by the last byte of the ids: alike where all keys of the part are.
using key_sums = std::array<std::uint64_t, 256>;

struct merged_keys {
  std::size_t taken = 0;   ///< keys that were not here
  std::size_t erased = 0;  ///< keys that were here until now, or came though they are erased
};

/// Any thread.
class key_store {
 public:
  /// Opens the directory, or makes it. Refuses keys without their secret. `digest_key` are the 32 bytes that
  /// all nodes of a cluster digest texts with; empty in a node that is alone.
  [[nodiscard]] static result<std::unique_ptr<key_store>> open(std::string const& directory,
                                                               std::string const& digest_key = {});
  /// For a read-only node: null where there is no such directory.
  [[nodiscard]] static result<std::unique_ptr<key_store>> open_read_only(std::string const& directory);
  ~key_store();

  /// Each text sealed with its person's key; the same text has the same key, and the same box. Keys that
  /// are new are written with one sync.
  [[nodiscard]] result<std::vector<sealed_text>> seal(std::span<std::string const> texts);
  [[nodiscard]] unsealed_text unseal(sealed_text const& sealed) const;

  /// Overwrites the key of this box and every other key that its text has; gives their ids. Nothing to do, and
  /// no error, where it was erased before. A node that is alone refuses a key that is not here.
  [[nodiscard]] result<std::vector<uuid>> erase(sealed_text const& of);

  struct erasure {
    uuid id;
    instant when;
  };
  /// What the log says was erased: overwritten here, too, with the text's other keys that were made before, and
  /// from now on known as erased, whether it was here or not.
  [[nodiscard]] result<void> erase_as_logged(std::span<erasure const> said);

  // ---- Between nodes

  /// Told the ids of keys that `seal` made, on the thread that sealed. Set before the first is sealed.
  void on_made(std::function<void(std::vector<uuid> const&)> told);
  [[nodiscard]] key_sums sums() const;
  /// Keys of the parts where `theirs` differs from ours, `most` at least where there are so many; `after` is the
  /// last id of the page before. In an order of their own.
  [[nodiscard]] std::vector<shared_key> differing(key_sums const& theirs, std::optional<uuid> const& after,
                                                  std::size_t most) const;
  [[nodiscard]] std::vector<shared_key> keys_of(std::span<uuid const> ids) const;
  /// Takes what another node has, with one sync. What was erased here stays erased, whatever comes.
  [[nodiscard]] result<merged_keys> merge(std::span<shared_key const> theirs);
  /// Keys that texts were digested with, 32 bytes each, but for the cluster's: a node that was alone before has its
  /// own.
  [[nodiscard]] std::vector<std::string> digest_keys() const;
  [[nodiscard]] result<void> merge_digest_keys(std::span<std::string const> theirs);
  /// Digests of erased texts that have been kept long enough.
  [[nodiscard]] result<void> forget_digests(instant now);

  [[nodiscard]] std::size_t size() const;     ///< persons whose key is here
  [[nodiscard]] std::size_t damaged() const;  ///< records that cannot be read

 private:
  struct parts;
  explicit key_store(std::unique_ptr<parts> all);
  std::unique_ptr<parts> parts_;
};

}  // namespace tracseq
