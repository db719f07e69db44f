#pragma once
// What nobody may read on the wire between nodes, where there is no TLS either: closed with a key that comes
// from the cluster's secret.

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tracseq::cluster {

/// Any thread.
class envelope {
 public:
  /// What is closed for one `purpose` does not open for another.
  envelope(std::string_view cluster_secret, std::string_view purpose);
  ~envelope();
  envelope(envelope const&) = delete;
  envelope& operator=(envelope const&) = delete;

  /// nonce ‖ XChaCha20-Poly1305 of `text`, bound to `about`.
  [[nodiscard]] std::string close(std::string_view text, std::string_view about) const;
  /// None where it was not closed so, or was changed.
  [[nodiscard]] std::optional<std::string> open(std::string_view closed, std::string_view about) const;

 private:
  std::array<unsigned char, 32> key_{};
};

}  // namespace tracseq::cluster
