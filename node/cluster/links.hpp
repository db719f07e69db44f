#pragma once
// Connections to the other nodes: dialled and kept dialled, proved, encrypted where certificates are set.
// A node asks over the connection it dialled, and answers over the one it was dialled by.
//
// Not CAF's own (BASP): docs/adr/0011-links-of-our-own.md says why.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/instant.hpp"
#include "events/result.hpp"
#include "node/cluster/frame.hpp"
#include "node/cluster/messages.hpp"

namespace tracseq {
class tls_certificate;
}

namespace tracseq::cluster {

/// IP addresses of a host's name; may block. Any thread.
using resolve_name = std::function<result<std::vector<std::string>>(std::string const& host)>;

struct link_options {
  std::string address;      ///< IP address to listen on
  std::uint16_t port = 0;   ///< 0 = any free one
  std::string secret;
  std::string certificate;  ///< PEM files; all three or none
  std::string key;
  std::string authorities;
  std::chrono::milliseconds handshake_timeout{3'000};
  std::chrono::milliseconds silence_max{6'000};  ///< that the other's system may leave a connection without a sign
  std::chrono::milliseconds redial_min{100};
  std::chrono::milliseconds redial_max{1'000};
  std::chrono::milliseconds stranger_told_for{600'000};  ///< since the last one
  std::size_t strangers_max = 64;             ///< connections that have not proved yet; beyond, one of them goes
  std::size_t queue_bytes_max = 64u << 20;    ///< that wait to be written to one node; beyond, it is cut off
  resolve_name resolve{};                     ///< empty: the system's
};

/// A node that is dialled.
struct link_status {
  std::string address;
  std::optional<identity> peer;      ///< who answered there last
  bool up = false;
  std::string trouble;               ///< why it is not up; empty while it was not tried
  bool denied = false;               ///< somebody answers there, and one of the two will not have the other
  bool proved = false;               ///< who is denied, or denies, has the cluster's secret: it is no stranger
  double clock_ahead_s = 0;          ///< theirs less ours, at the handshake
  std::optional<instant> since;      ///< it is up
};

/// Called from the links' thread. None may block.
struct link_events {
  /// Why this node will not talk to `peer`, if so.
  std::function<std::optional<std::string>(identity const& peer)> refuse;
  /// It proved that it belongs here; dialled or having dialled.
  std::function<void(identity const& peer)> met;
  std::function<void(identity const& peer)> up;
  /// The connection that was dialled to it ended. `gone`: its process has surely ended.
  std::function<void(identity const& peer)> lost;
  std::function<void(identity const& peer)> gone;
  using reply = std::function<void(frame_kind, std::string body)>;
  /// A frame of a node that proved who it is. `answer` sends one back over its connection.
  std::function<void(identity const& peer, frame_kind kind, std::string body, reply const& answer)> frame;
};

/// Any thread.
class links {
 public:
  links(link_options options, std::function<identity()> self, link_events events);
  ~links();
  links(links const&) = delete;
  links& operator=(links const&) = delete;

  /// Listens. `invalid_argument` for certificates that do not fit, `io_failure` for an address in use.
  [[nodiscard]] result<void> start();
  void stop();
  [[nodiscard]] std::uint16_t port() const;
  /// Null where links are not encrypted. Behind `start`.
  [[nodiscard]] std::shared_ptr<tls_certificate> certificate() const;

  /// Dials `address` (host:port) until `stop`; nothing new where it is dialled already.
  void dial(std::string const& address);
  /// Dials `address` no more; the connection to it, if there is one, ends.
  void forget(std::string const& address);
  /// Over the connection that was dialled to the node of that boot; false where there is none.
  bool send(uuid const& boot_id, frame_kind kind, std::string_view body);
  void send_to_all(frame_kind kind, std::string_view body);
  /// Ends the connection to a node that has been silent; it is dialled again.
  void cut(uuid const& boot_id, std::string const& why);

  [[nodiscard]] std::vector<link_status> status() const;
  /// Connections that were refused: of no node, or of one that does not belong here.
  [[nodiscard]] std::uint64_t strangers() const;
  /// What the last of them did, in words; empty where none came lately.
  [[nodiscard]] std::string last_stranger() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace tracseq::cluster
