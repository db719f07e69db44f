#pragma once
// One connection. All of it runs on its worker's thread, except where a responder or a stream is used
// from another one.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "events/ids.hpp"
#include "node/http/server.hpp"
#include "node/http/server_parser.hpp"
#include "node/http/server_socket.hpp"
#include "node/tls_certificate.hpp"

namespace tracseq::http {

using session_clock = std::chrono::steady_clock;

/// What all connections share.
struct server_shared {
  server_options options;
  body_limit limit;
  handler handle;
  std::shared_ptr<tls_certificate> tls;  ///< null: plain HTTP
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> connections_total{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> bad_requests{0};
  std::atomic<std::uint64_t> handshakes_failed{0};
  std::atomic<std::uint64_t> streams{0};
  std::atomic<std::uint64_t> streams_dropped{0};
  std::atomic<std::uint64_t> requests{0};
  /// Names a request that no handler sees.
  [[nodiscard]] std::string refusal_id() {
    return boot + "-wire-" + std::to_string(bad_requests.load() + connections_refused.load());
  }
  std::string const boot = to_string(new_uuid()).substr(24);
};

class session;

/// One io thread and its connections.
struct server_worker {
  explicit server_worker(std::shared_ptr<server_shared> with) : shared(std::move(with)) {}
  std::shared_ptr<server_shared> shared;
  boost::asio::io_context io{1};
  boost::asio::steady_timer sweep{io};
  bool closing = false;  ///< no further sweep; the worker's own thread alone looks at it
  std::unordered_set<std::shared_ptr<session>> sessions;  ///< touched on this worker's thread only
};

class session final : public std::enable_shared_from_this<session>,
                      public responder::target,
                      public stream {
 public:
  session(std::shared_ptr<server_worker> worker, server_socket socket);
  ~session() override;

  void begin();
  /// Closes the connection if its time is up.
  void check_deadline(session_clock::time_point current);
  /// No further request; idle ones and streams end now.
  void begin_drain();
  void shut();

  // responder::target
  void send(response answer) override;
  std::shared_ptr<stream> start(response head) override;
  // stream
  bool send(std::string bytes) override;
  std::size_t queued_bytes() const override { return queued_.load(std::memory_order_relaxed); }
  bool open() const override { return stream_open_.load(std::memory_order_acquire); }
  void close() override;

 private:
  enum class phase : std::uint8_t { handshake, head, body, handling, answering, streaming, lingering, shut };

  template <class Action>
  void on_own_thread(Action action);
  void shake_hands();
  void on_hands_shaken(boost::system::error_code ec);
  void read_more();
  void on_read(boost::system::error_code ec, std::size_t bytes);
  void advance();
  bool take_head();
  bool take_body();
  void dispatch();
  void refuse(int status, std::string_view code, std::string_view detail);
  /// Of a body that is longer than `bound` says, with what is wrong before that: who asks.
  void refuse_length(std::string const& bound);
  void answer(response what);
  void on_answered(boost::system::error_code ec);
  void linger();
  void begin_stream(response head);
  void flush_stream();
  void watch_for_end();
  [[nodiscard]] std::string_view unread() const noexcept;
  void set_deadline(std::chrono::milliseconds within);

  std::shared_ptr<server_worker> worker_;
  server_socket socket_;
  phase phase_ = phase::head;
  bool close_after_ = false;
  bool stranger_ = false;
  bool body_unread_ = false;  ///< the answer goes out before the body came in
  bool continue_sent_ = false;
  bool reading_ = false;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  ///< unread bytes are [begin_, end_)
  std::size_t end_ = 0;
  std::size_t scanned_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::uint64_t lingered_bytes_ = 0;
  session_clock::time_point body_began_;
  session_clock::time_point deadline_;
  std::shared_ptr<incoming_request> request_;
  bool is_head_request_ = false;
  bool http_1_0_ = false;
  std::string out_;
  response answer_;  ///< kept while its body is written

  // Streaming. `pending_` is shared with the threads that send.
  std::atomic<bool> stream_open_{false};
  std::atomic<std::size_t> queued_{0};
  std::mutex pending_mutex_;
  std::string pending_;
  bool ending_ = false;
  bool writing_ = false;  ///< own thread only
};

}  // namespace tracseq::http
