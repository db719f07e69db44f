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

namespace tracseq::cluster {

struct link_options {
  std::string address;      ///< IP address to listen on
  std::uint16_t port = 0;   ///< 0 = any free one
  std::string secret;
  std::string certificate;  ///< PEM files; all three or none
  std::string key;
  std::string authorities;
  std::chrono::milliseconds handshake_timeout{3'000};
  std::chrono::milliseconds redial_min{100};
  std::chrono::milliseconds redial_max{1'000};
  std::size_t strangers_max = 64;             ///< connections that have not proved yet
  std::size_t queue_bytes_max = 64u << 20;    ///< that wait to be written to one node; beyond, it is cut off
};

/// A node that is dialled.
struct link_status {
  std::string address;
  std::optional<identity> peer;      ///< who answered there last
  bool up = false;
  std::string trouble;               ///< why it is not up; empty while it was not tried
  bool denied = false;               ///< somebody answers there, and one of the two will not have the other
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
  /// Waits until all that was dialled before is in `status`. Not from the links' thread.
  void settle() const;
  /// Connections that were refused: of no node, or of one that does not belong here.
  [[nodiscard]] std::uint64_t strangers() const;
  /// What the last of them did, in words.
  [[nodiscard]] std::string last_stranger() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace tracseq::cluster
