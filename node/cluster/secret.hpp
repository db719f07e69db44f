#pragma once
// The cluster's secret: what every node of a laboratory has, and nobody else. It proves that a node belongs
// here, and what all nodes must have alike comes from it: the operator's token, the key of webhooks.

#include <string>
#include <string_view>

#include "events/result.hpp"

namespace tracseq::cluster {

/// 32 bytes at least, from a file that only its owner reads. `invalid_argument` says what is wrong.
[[nodiscard]] result<std::string> read_cluster_secret(std::string const& file);

/// HMAC-SHA256 of `text`: 32 bytes.
[[nodiscard]] std::string keyed_digest(std::string_view secret, std::string_view text);

/// A secret of its own for `purpose`, in hex.
[[nodiscard]] std::string derived_secret(std::string_view secret, std::string_view purpose);

/// In a time that does not tell where they differ.
[[nodiscard]] bool same_digest(std::string_view one, std::string_view other) noexcept;

/// 32 bytes.
[[nodiscard]] std::string draw_nonce();

}  // namespace tracseq::cluster
