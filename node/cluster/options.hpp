#pragma once
// What a node is told about the cluster it is in.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/result.hpp"

namespace tracseq::cluster {

/// `roles` are words, parted by blanks.
[[nodiscard]] inline bool has_role(std::string const& roles, std::string_view role) {
  return (" " + roles + " ").find(" " + std::string(role) + " ") != std::string::npos;
}

struct node_settings {
  std::string roles = "shards http notifications";
  std::string address;  ///< IP address to listen on; empty = alone
  std::uint16_t port = 8090;
  std::string advertise;
  std::string secret_file;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_ca;
  std::chrono::milliseconds session_timeout{6'000};
  std::chrono::milliseconds suspect_after{2'000};

  [[nodiscard]] bool alone() const noexcept { return address.empty(); }
  [[nodiscard]] bool does(std::string_view role) const { return has_role(roles, role); }
};

/// `invalid_argument` where the settings do not fit together. `shared_log`: others can read the log, too.
[[nodiscard]] result<void> check(node_settings const& wanted, bool shared_log, bool read_only);

}  // namespace tracseq::cluster
