#pragma once
// One connection between two nodes: TLS where there are certificates, then the proof that both have the
// cluster's secret, then frames. Internal to node/cluster; only its .cpp files include this.

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include "node/cluster/frame.hpp"
#include "node/cluster/links.hpp"
#include "node/cluster/messages.hpp"
#include "node/tls_certificate.hpp"

namespace tracseq::cluster {

namespace net = boost::asio;
using tcp = net::ip::tcp;

/// What all connections of a node share.
struct connection_world {
  net::io_context& io;
  std::shared_ptr<tls_certificate> tls;  ///< null: bare connections
  link_options const& options;
  std::function<identity()> self;
  link_events const& events;
  /// Whether this node dials with that nonce just now.
  std::function<bool(std::string const& nonce)> is_own;
};

/// All but `send` and `is_up` on the thread that runs `io`.
class connection : public std::enable_shared_from_this<connection> {
 public:
  struct callbacks {
    std::function<void(connection&)> up;   ///< both have proved
    std::function<void(connection&, std::string const& why)> ended;  ///< once, whether it was up or not
  };
  connection(connection_world const& world, tcp::socket socket, bool dialled, callbacks told);

  void begin();
  /// Any thread. False when it is not up, or too much waits; then it is ended.
  bool send(frame_kind kind, std::string_view body);
  void end(std::string why);

  [[nodiscard]] bool is_up() const noexcept { return up_.load(); }
  [[nodiscard]] bool dialled() const noexcept { return dialled_; }
  /// Who it says it is: to be believed once it has `proved`, as all have that were up.
  [[nodiscard]] identity const& peer() const noexcept { return peer_; }
  /// It has shown that it has the cluster's secret.
  [[nodiscard]] bool proved() const noexcept { return proved_; }
  /// This node dialled itself, and this is the other end.
  [[nodiscard]] bool is_own() const noexcept { return own_; }
  [[nodiscard]] std::string const& nonce() const noexcept { return nonce_; }
  /// One of the two will not have the other.
  [[nodiscard]] bool denied() const noexcept { return denied_; }
  [[nodiscard]] double clock_ahead_s() const noexcept { return clock_ahead_s_; }
  [[nodiscard]] std::string remote() const;
  [[nodiscard]] std::string const& remote_host() const noexcept { return remote_host_; }

 private:
  void read_frame();
  void on_head();
  void on_frame(frame_kind kind);
  void on_hello();
  void on_welcome();
  void on_proof();
  [[nodiscard]] std::string expected(std::string_view word, identity const& dialler, identity const& dialled_one,
                                     std::string const& dialler_nonce, std::string const& dialled_nonce) const;
  /// Before anything else of a greeting is read: another version may write the rest in another way.
  [[nodiscard]] bool judge_protocol();
  /// Judges who it says it is; false where it was refused.
  [[nodiscard]] bool judge();
  void go_up();
  void refuse(std::string why);
  /// Why the other one refused. A stranger is not quoted: what he says is meant for whoever reads it.
  [[nodiscard]] std::string words_of_refusal() const;
  void put(std::string frame);
  void write_more();
  template <class Buffers, class Handler>
  void read(Buffers buffers, Handler handler);

  connection_world const& world_;
  tcp::socket socket_;
  std::shared_ptr<net::ssl::context> certificate_;  ///< that it began with
  std::optional<net::ssl::stream<tcp::socket&>> tls_;
  bool const dialled_;
  callbacks const told_;
  net::steady_timer patience_;
  std::string remote_host_;
  std::string remote_;
  std::atomic<bool> up_{false};
  bool ended_ = false;
  bool denied_ = false;
  bool proved_ = false;
  bool own_ = false;
  bool ending_ = false;  ///< when what waits is written
  std::string why_;
  frame_kind wanted_ = frame_kind::hello;  ///< next, of one who has not proved

  identity self_;
  identity peer_;
  std::string nonce_;
  std::string peer_nonce_;
  double clock_ahead_s_ = 0;

  std::array<char, frame_head_bytes> head_{};
  frame_kind kind_ = frame_kind::hello;
  std::string body_;

  std::mutex mutex_;  // guards what follows
  std::string outbox_;
  bool writing_ = false;
  std::string in_writing_;
};

}  // namespace tracseq::cluster
