#pragma once
// A connection's bytes, with TLS or without: what Asio's composed operations want of a stream.

#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace tracseq::http {

class server_socket {
 public:
  using socket = boost::asio::ip::tcp::socket;
  using executor_type = socket::executor_type;

  /// `with` is null for plain connections.
  server_socket(socket plain, std::shared_ptr<boost::asio::ssl::context> with) : context_(std::move(with)) {
    if (context_)
      tls_.emplace(std::move(plain), *context_);
    else
      plain_.emplace(std::move(plain));
  }

  [[nodiscard]] bool secure() const noexcept { return tls_.has_value(); }
  [[nodiscard]] socket& wire() noexcept { return tls_ ? tls_->next_layer() : *plain_; }
  executor_type get_executor() { return wire().get_executor(); }

  template <class Buffers, class Handler>
  void async_read_some(Buffers const& buffers, Handler&& done) {
    if (tls_)
      tls_->async_read_some(buffers, std::forward<Handler>(done));
    else
      plain_->async_read_some(buffers, std::forward<Handler>(done));
  }
  template <class Buffers, class Handler>
  void async_write_some(Buffers const& buffers, Handler&& done) {
    if (tls_)
      tls_->async_write_some(buffers, std::forward<Handler>(done));
    else
      plain_->async_write_some(buffers, std::forward<Handler>(done));
  }
  /// Of secure ones.
  template <class Handler>
  void async_handshake(Handler&& done) {
    tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(done));
  }
  /// Of secure ones: says that nothing more comes, and waits for the same word.
  template <class Handler>
  void async_farewell(Handler&& done) {
    tls_->async_shutdown(std::forward<Handler>(done));
  }
  /// Of plain ones: the other side reads an end. A secure one says farewell instead.
  void end_of_writing() {
    boost::system::error_code ignored;
    if (plain_) plain_->shutdown(socket::shutdown_send, ignored);
  }
  void close() {
    boost::system::error_code ignored;
    wire().close(ignored);
  }

 private:
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::optional<socket> plain_;
  std::optional<boost::asio::ssl::stream<socket>> tls_;
};

}  // namespace tracseq::http
