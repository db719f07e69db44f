#pragma once
// The keys of persons: one for each donor, outside the log and the projections, so that one that is
// deleted takes what was sealed with it out of the whole history. docs/formats.md has the bytes.
//
//   keys/secret     32 random bytes; all keys are wrapped with what comes from it
//   keys/subjects   128 bytes per person: id, keyed digest of the text, wrapped key
//
// Both have mode 0600. A key is on disk before `seal` returns, and so before any event that uses it.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "events/ids.hpp"
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

/// Any thread.
class key_store {
 public:
  /// Opens the directory, or makes it. Refuses keys without their secret.
  [[nodiscard]] static result<std::unique_ptr<key_store>> open(std::string const& directory);
  /// For a read-only node: null where there is no such directory.
  [[nodiscard]] static result<std::unique_ptr<key_store>> open_read_only(std::string const& directory);
  ~key_store();

  /// Each text sealed with its person's key; the same text has the same key, and the same box. Keys that
  /// are new are written with one sync.
  [[nodiscard]] result<std::vector<sealed_text>> seal(std::span<std::string const> texts);
  [[nodiscard]] unsealed_text unseal(sealed_text const& sealed) const;

  /// Overwrites the key. Nothing to do, and no error, where it was erased before.
  [[nodiscard]] result<void> erase(uuid const& key_id);

  [[nodiscard]] std::size_t size() const;     ///< persons whose key is here
  [[nodiscard]] std::size_t damaged() const;  ///< records that cannot be read

 private:
  struct parts;
  explicit key_store(std::unique_ptr<parts> all);
  std::unique_ptr<parts> parts_;
};

}  // namespace tracseq
