#pragma once
// Requests and answers as handlers see them. The server (server.hpp) makes the one and sends the
// other; nothing here knows Beast.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tracseq::http {

enum class method : std::uint8_t { get, head, post, put, patch, delete_, options, other };
[[nodiscard]] std::string_view to_string(method m) noexcept;  ///< "GET", …; "?" for `other`

/// A request that passed the server's checks: one Host, no smuggling, a target of origin form.
class request {
 public:
  virtual ~request() = default;
  /// The value of a header, any case; empty where there is none. Valid as long as the request.
  [[nodiscard]] virtual std::string_view header(std::string_view name) const = 0;

  http::method method = http::method::get;
  std::string_view path;   ///< before '?', still percent-encoded, begins with '/'
  std::string_view query;  ///< behind '?', still percent-encoded
  std::string body;
  std::uint64_t number = 0;  ///< counts the requests of this process
};

/// How long a request's body may be.
struct body_bound {
  body_bound(std::size_t bytes_, bool stranger_ = false) : bytes(bytes_), stranger(stranger_) {}
  std::size_t bytes;
  bool stranger;  ///< who asks may not come in: a longer body is refused with 401
};

struct response {
  int status = 200;
  std::string_view content_type;  ///< static text; empty = no body
  std::string headers;            ///< complete lines: "Name: value\r\n"…
  std::string body;
  std::shared_ptr<std::string const> shared_body;  ///< instead of `body`: a file kept in memory
  bool close = false;

  /// Adds a header line. Control characters in `value` become blanks, so that no text from outside
  /// ever splits an answer.
  void add(std::string_view name, std::string_view value);
};

/// An answer that goes on: server-sent events. Any thread may call any member.
class stream {
 public:
  virtual ~stream() = default;
  /// Queues bytes. False when the stream is closed, or was closed now because the client is so slow
  /// that its queue would pass the bound.
  virtual bool send(std::string bytes) = 0;
  /// Bytes that wait for the client.
  [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
  [[nodiscard]] virtual bool open() const = 0;
  virtual void close() = 0;
};

/// Where an answer goes, once. Movable; any thread. One that is dropped unanswered answers 500, so
/// that no client waits for ever.
class responder {
 public:
  class target {
   public:
    virtual ~target() = default;
    virtual void send(response answer) = 0;
    virtual std::shared_ptr<stream> start(response head) = 0;
  };

  responder() = default;
  explicit responder(std::shared_ptr<target> to) : to_(std::move(to)) {}
  responder(responder&&) noexcept = default;
  responder& operator=(responder&&) noexcept = default;
  ~responder();

  void send(response answer);
  /// Sends the head and leaves the body open.
  [[nodiscard]] std::shared_ptr<stream> start(response head);
  [[nodiscard]] bool pending() const noexcept { return to_ != nullptr; }

 private:
  std::shared_ptr<target> to_;
};

using request_ptr = std::shared_ptr<request>;
using handler = std::function<void(request_ptr, responder)>;

}  // namespace tracseq::http
