#pragma once
// The server's certificate: read from PEM files, and read again when they change. Connections that are open
// keep the one they began with.

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "events/instant.hpp"
#include "events/result.hpp"

namespace tracseq::http {

/// Any thread.
class tls_certificate {
 public:
  /// Reads both files. `invalid_argument`, `not_found` or `io_failure` say which setting is wrong and how.
  [[nodiscard]] static result<std::shared_ptr<tls_certificate>> read(std::string certificate_file,
                                                                     std::string key_file);

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
  using stamp = std::array<std::int64_t, 6>;  ///< of both files: inode, bytes, time of change

  tls_certificate(std::string certificate_file, std::string key_file)
      : certificate_file_(std::move(certificate_file)), key_file_(std::move(key_file)) {}
  [[nodiscard]] result<loaded> load() const;
  [[nodiscard]] stamp look_at_files() const;

  std::string const certificate_file_;
  std::string const key_file_;
  mutable std::mutex mutex_;  // guards what follows
  loaded now_;
  stamp tried_{};
  stamp seen_{};
  std::string trouble_;  ///< why the newest files are not in use
};

}  // namespace tracseq::http
