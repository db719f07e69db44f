#pragma once
// The HTTP/1.1 server. Everything is bounded: head, body, connections, time, and what waits for a slow
// client. `server.cpp` is the only file that includes Beast.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/instant.hpp"
#include "events/result.hpp"
#include "node/http/message.hpp"

namespace tracseq::http {

struct server_options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8089;  ///< 0 = any free one, see `server::port`
  std::size_t threads = 2;
  std::size_t connections_max = 1024;
  std::size_t head_bytes_max = 8 * 1024;
  std::size_t stream_queue_bytes_max = 1 << 20;
  std::chrono::milliseconds head_timeout{10'000};   ///< from its first byte to its last
  std::chrono::milliseconds idle_timeout{75'000};   ///< between requests
  std::chrono::milliseconds write_timeout{30'000};  ///< without a byte taken by the client
  std::size_t body_bytes_per_s_min = 1024;          ///< after a grace of `head_timeout`
  std::string tls_certificate;  ///< PEM files; both empty = plain HTTP
  std::string tls_key;
};

struct server_stats {
  std::uint64_t connections = 0;          ///< open now
  std::uint64_t connections_total = 0;
  std::uint64_t connections_refused = 0;  ///< answered 503 at the bound
  std::uint64_t bad_requests = 0;         ///< refused before any handler saw them
  std::uint64_t streams = 0;              ///< open now
  std::uint64_t streams_dropped = 0;      ///< closed because the client was too slow
  std::uint64_t handshakes_failed = 0;    ///< of TLS
};

/// Judged when the head is there and before the body is read.
using body_limit = std::function<body_bound(request const& head)>;

class server {
 public:
  /// `limit` says how long a request's body may be; `handle` is called on an io thread and must not
  /// block it.
  server(server_options options, body_limit limit, handler handle);
  ~server();
  server(server const&) = delete;
  server& operator=(server const&) = delete;

  /// Reads the certificate and takes the port, on which nobody is answered yet. `io_failure` says what is in the
  /// way ("port 8089 is in use").
  [[nodiscard]] result<void> open();
  /// Serves. Opens first, if nobody did.
  [[nodiscard]] result<void> start();
  [[nodiscard]] std::uint16_t port() const noexcept;
  /// Takes no new connection, closes idle ones and streams, lets requests in progress finish within
  /// `within`, then closes what is left.
  void drain(std::chrono::milliseconds within);
  [[nodiscard]] server_stats stats() const;
  /// Reads the certificate again. Without this it is, too, soon after its files have changed.
  void reload();
  /// When the certificate expires; none without TLS.
  [[nodiscard]] std::optional<instant> certificate_expires() const;
  /// What an operator should know of the certificate. Sentences.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  struct parts;
  std::shared_ptr<parts> parts_;
};

}  // namespace tracseq::http
