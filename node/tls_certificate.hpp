#pragma once
// A certificate of this node, for people or for other nodes: read from PEM files, and read again when they change.
// Connections that are open keep the one they began with.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "events/instant.hpp"
#include "events/result.hpp"

namespace boost::asio::ssl {
class context;
}

namespace tracseq {

struct tls_files {
  std::string settings;     ///< what the names of the settings begin with: "http.tls_"
  std::string certificate;  ///< PEM files
  std::string key;
  std::string authorities;  ///< one of them has to have signed the other side's; empty: that shows none
};

/// Any thread.
class tls_certificate {
 public:
  /// Reads the files. `invalid_argument`, `not_found` or `io_failure` say which setting is wrong and how.
  [[nodiscard]] static result<std::shared_ptr<tls_certificate>> read(tls_files files);

  /// For a new connection.
  [[nodiscard]] std::shared_ptr<boost::asio::ssl::context> current() const;
  /// Called every half second: reads the files again once they have changed and no longer change. What cannot be
  /// used is said, and the one before stays in use.
  void look();
  /// The next `look` reads them whether they changed or not.
  void read_again();

  [[nodiscard]] instant expires() const;
  /// What an operator should know: it has expired, it will soon, the files cannot be used. Sentences.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  struct loaded {
    std::shared_ptr<boost::asio::ssl::context> context;
    instant begins;
    instant expires;
  };
  using stamp = std::array<std::int64_t, 9>;  ///< of all files: inode, bytes, time of change

  explicit tls_certificate(tls_files files) : files_(std::move(files)) {}
  [[nodiscard]] bool mutual() const { return !files_.authorities.empty(); }
  [[nodiscard]] result<std::string> read_pem(std::string const& setting, std::string const& path) const;
  [[nodiscard]] result<loaded> load() const;
  [[nodiscard]] result<void> demand_theirs(boost::asio::ssl::context& context) const;
  [[nodiscard]] stamp look_at_files() const;

  tls_files const files_;
  mutable std::mutex mutex_;  // guards what follows
  loaded now_;
  stamp tried_{};
  stamp seen_{};
  std::string trouble_;  ///< why the newest files are not in use
};

}  // namespace tracseq
