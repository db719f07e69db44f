#pragma once
// A checkpoint: where the chain of each partition stood, signed (Ed25519), to be kept in a second place.
// Whoever has one finds a tail that was cut off, and a history that was written anew, neither of which
// a chain can show by itself. A line of JSON (docs/formats.md §9):
//
//   {"tracseq_checkpoint":1,…,"heads":[{"partition":0,"commits":101,"h":"…"},…],"key":"…","signature":"…"}
//
// The signature is over the line's own bytes without it, that is: up to `,"signature"`, and a `}`.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/hash.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/result.hpp"

namespace tracseq {

struct checkpoint_head {
  partition_id partition = 0;
  std::uint64_t commits = 0;  ///< accepted until then: `s` of the chain
  hash256 h{};
  friend bool operator==(checkpoint_head const&, checkpoint_head const&) = default;
};

struct checkpoint {
  instant at;
  std::string node;
  std::string why;  ///< "start", "commits", "time", "stop"
  partition_id partitions = 0;
  std::vector<checkpoint_head> heads;  ///< of partitions that moved; of all at start and stop
  friend bool operator==(checkpoint const&, checkpoint const&) = default;
};

/// A private key. What it signs is verified with `public_key`, the base64 of its 32 bytes.
class signing_key {
 public:
  [[nodiscard]] static result<signing_key> draw();
  [[nodiscard]] static result<signing_key> from_pem(std::string_view pem);
  [[nodiscard]] result<std::string> pem() const;
  [[nodiscard]] result<std::string> public_key() const;
  [[nodiscard]] result<std::string> sign(std::string_view text) const;  ///< 64 bytes

 private:
  explicit signing_key(std::shared_ptr<void> key) : key_(std::move(key)) {}
  std::shared_ptr<void> key_;
};

/// A public key as base64, from that or from PEM; `invalid_argument` for other text.
[[nodiscard]] result<std::string> read_public_key(std::string_view text);
/// The same as PEM, for other programs.
[[nodiscard]] result<std::string> public_key_pem(std::string const& key);

/// The signed line, without the line feed.
[[nodiscard]] result<std::string> encode_checkpoint(checkpoint const& at, signing_key const& key);

struct signed_checkpoint {
  checkpoint at;
  std::string key;  ///< the public key that it names, and that its signature verifies with
};
/// `corrupt` where the line is no checkpoint or its signature does not verify.
[[nodiscard]] result<signed_checkpoint> decode_checkpoint(std::string_view line);

}  // namespace tracseq
