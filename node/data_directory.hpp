#pragma once
// What lies where in a node's data directory.
//
//   log/             the embedded log's segments
//   store/           the projections
//   operator.token   the operator's token (mode 0600)
//   webhook.key      the key that webhook secrets come from (mode 0600)
//   checkpoint.key   the key that signs checkpoints (mode 0600)
//   replayed-until   the moment that a replay shows (only there)
//   checkpoints.ndjson   the checkpoints, unless a setting names another place
//   keys/            the keys of donors; see node/key_store.hpp (mode 0700)

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "events/instant.hpp"
#include "events/result.hpp"

namespace tracseq {

inline constexpr std::string_view program_version = "0.1.0";

[[nodiscard]] inline std::string log_directory(std::string const& data) {
  return (std::filesystem::path(data) / "log").string();
}
[[nodiscard]] inline std::string store_directory(std::string const& data) {
  return (std::filesystem::path(data) / "store").string();
}
[[nodiscard]] inline std::string token_file(std::string const& data) {
  return (std::filesystem::path(data) / "operator.token").string();
}
[[nodiscard]] inline std::string webhook_key_file(std::string const& data) {
  return (std::filesystem::path(data) / "webhook.key").string();
}
[[nodiscard]] inline std::string checkpoint_key_file(std::string const& data) {
  return (std::filesystem::path(data) / "checkpoint.key").string();
}
/// `named` is the setting checkpoint.file.
[[nodiscard]] inline std::string checkpoints_file(std::string const& data, std::string const& named) {
  return named.empty() ? (std::filesystem::path(data) / "checkpoints.ndjson").string() : named;
}

[[nodiscard]] inline std::string keys_directory(std::string const& data) {
  return (std::filesystem::path(data) / "keys").string();
}

/// Makes it where it is not there.
[[nodiscard]] result<void> make_data_directory(std::string const& path);
/// `not_found` where it is not there.
[[nodiscard]] result<void> find_data_directory(std::string const& path);

/// Random: 32 bytes in hex.
[[nodiscard]] result<std::string> draw_secret();

/// The secret in `path`; made (32 random bytes in hex, mode 0600) where there is none.
[[nodiscard]] result<std::string> read_or_make_secret(std::string const& path);

/// Writes `secret` where another one stands, or none.
[[nodiscard]] result<void> put_secret(std::string const& path, std::string const& secret);

/// What a replay into `data` says of itself; nothing in other directories.
[[nodiscard]] std::optional<instant> moment_of_replay(std::string const& data);
[[nodiscard]] result<void> note_moment_of_replay(std::string const& data, instant moment);

}  // namespace tracseq
