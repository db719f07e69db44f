#pragma once
// The record: one message of the log, and so atomic. All numbers little-endian; `str` is a u16 length
// and its bytes (UTF-8).
//
//   record  := "TSR1" | kind u8 (1 commit, 2 claim) | body
//   claim   := number u64 | recorded_at i64 | node str | boot_id 16 | command_address str
//   commit  := claim u64 | prev 32 | stream str | base_version u64 | flags u8 | command_id 16
//              | fingerprint 16 | recorded_at i64 | occurred_at i64 | subject str | name str | role str
//              | node str | reason str | correlation_id 16 | causation_id 16 | traceparent str
//              | count u16 | event × count
//   event   := type u32 | schema u16 | length u32 | payload
//
// Times are µs since the epoch; occurred_at is INT64_MIN where nobody gave one. `fingerprint` is the
// first half of SHA-256 over the command, so that a key reused with another body is told apart.

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/hash.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/result.hpp"

namespace tracseq {

using fingerprint = std::array<std::uint8_t, 16>;

/// Who acts. Accounts and roles will fill `subject` and `role`; today there is one operator.
struct principal {
  std::string subject;  ///< stable id, e.g. "operator"
  std::string name;     ///< as people say it
  std::string role;     ///< domain.md §6, e.g. "lab_administrator", "service"
  friend bool operator==(principal const&, principal const&) = default;
};

/// An event as bytes: what the log stores.
struct encoded_event {
  std::uint32_t type = 0;
  std::uint16_t schema = 0;
  std::string payload;
  friend bool operator==(encoded_event const&, encoded_event const&) = default;
};

/// The first event of a group written by one command over several streams of one partition carries
/// `continued`: if the log ends there, the group was torn and its owner takes it back.
enum class commit_flag : std::uint8_t { none = 0, continued = 1 };

/// One command's events on one stream.
struct commit {
  std::uint64_t claim = 0;
  hash256 prev{};
  std::string stream;
  std::uint64_t base_version = 0;  ///< events in the stream before this commit
  commit_flag flags = commit_flag::none;
  uuid command_id;
  fingerprint request{};
  instant recorded_at;
  std::optional<instant> occurred_at;
  principal who;
  std::string node;
  std::string reason;  ///< why, in the person's words; may be empty
  uuid correlation_id;
  uuid causation_id;
  std::string traceparent;  ///< W3C trace context; may be empty
  std::vector<encoded_event> events;

  /// Events in the stream after this commit.
  [[nodiscard]] std::uint64_t version() const noexcept { return base_version + events.size(); }
  friend bool operator==(commit const&, commit const&) = default;
};

/// A node takes a partition.
struct claim {
  std::uint64_t number = 0;
  instant recorded_at;
  std::string node;
  uuid boot_id;
  std::string command_address;
  friend bool operator==(claim const&, claim const&) = default;
};

[[nodiscard]] std::string encode_record(commit const& record);
[[nodiscard]] std::string encode_record(claim const& record);

/// `corrupt` for anything that `encode_record` cannot have written; never throws, never allocates
/// beyond the size of `bytes`.
[[nodiscard]] result<std::variant<commit, claim>> decode_record(std::string_view bytes);

/// What the chain needs of a record, read without copying: see `peek_record`.
struct record_peek {
  bool is_claim = false;
  std::uint64_t claim = 0;  ///< the claim's own number, or the one a commit was written under
  hash256 prev{};           ///< of a commit
};
/// The first fields of a record, or none where the bytes are not one.
[[nodiscard]] std::optional<record_peek> peek_record(std::string_view bytes) noexcept;

}  // namespace tracseq
