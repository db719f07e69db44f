#pragma once
// What lies where in a node's data directory.
//
//   log/             the embedded log's segments
//   store/           the projections
//   operator.token   the operator's token (mode 0600)
//   webhook.key      the key that webhook secrets come from (mode 0600)
//   keys/            the keys of donors; see node/key_store.hpp (mode 0700)

#include <filesystem>
#include <string>
#include <string_view>

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

[[nodiscard]] inline std::string keys_directory(std::string const& data) {
  return (std::filesystem::path(data) / "keys").string();
}

/// The secret in `path`; made (32 random bytes in hex, mode 0600) where there is none.
[[nodiscard]] result<std::string> read_or_make_secret(std::string const& path);

}  // namespace tracseq
