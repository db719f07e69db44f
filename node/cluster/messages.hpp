#pragma once
// What nodes say to each other: described structs, as codec bytes in frames (frame.hpp). Nothing here is stored.
//
// A node dials every other one, and asks over the connection that it dialled; answers come back over it.
//   dialled:  hello →   ← welcome   proof →   ← accepted
//   then at any time:  forward →   ← answer    ask →   ← told    state →
// One that is refused is told why, and the connection ends.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "events/ids.hpp"
#include "events/instant.hpp"

namespace tracseq::cluster {

/// Nodes of another number do not talk: they say so. In every version a greeting begins with it, little-endian, and
/// `refused` is what it is here.
inline constexpr std::uint32_t protocol_version = 2;

/// Who speaks, and what both have to agree on.
struct identity {
  std::uint32_t protocol = protocol_version;
  std::string node;
  uuid boot_id;
  std::string version;       ///< of the program
  std::uint32_t event_formats = 0;  ///< that it can read: who reads more is newer
  std::string address;       ///< where others reach its cluster port: host:port
  std::string http;          ///< where its page and API are
  std::string log;           ///< the log's name without its brokers, which may be named in several ways
  std::uint16_t partitions = 0;
  std::string roles;         ///< words, parted by blanks
  instant started;
  bool joined = false;      ///< it is a member of the group that divides the partitions
  friend bool operator==(identity const&, identity const&) = default;
};
BOOST_DESCRIBE_STRUCT(identity, (),
                      (protocol, node, boot_id, version, event_formats, address, http, log, partitions, roles, started,
                       joined))

struct hello {
  identity who;
  std::string nonce;  ///< 32 random bytes
  instant sent;
};
BOOST_DESCRIBE_STRUCT(hello, (), (who, nonce, sent))

/// `proof` is HMAC-SHA256(cluster secret, "welcome" ‖ both nonces ‖ both identities).
struct welcome {
  identity who;
  std::string nonce;
  std::string proof;
  instant sent;
};
BOOST_DESCRIBE_STRUCT(welcome, (), (who, nonce, proof, sent))

/// HMAC-SHA256(cluster secret, "proof" ‖ …), as in `welcome`.
struct proof {
  std::string proof;
};
BOOST_DESCRIBE_STRUCT(proof, (), (proof))

struct accepted {};
BOOST_DESCRIBE_STRUCT(accepted, (), ())

/// The connection will not be: in words for the other's operator.
struct refused {
  std::string why;
};
BOOST_DESCRIBE_STRUCT(refused, (), (why))

/// A partition as a node sees it that owns it, or tries to.
struct owned_partition {
  std::uint16_t partition = 0;
  std::uint64_t claim = 0;
  std::string state;  ///< "open", "claiming", …
};
BOOST_DESCRIBE_STRUCT(owned_partition, (), (partition, claim, state))

/// Said every half second and at each change; silence is how a node is missed.
struct node_state {
  instant sent;
  bool ready = false;
  std::string why_not_ready;
  bool leaving = false;                      ///< it stops: its partitions are for the others
  std::vector<owned_partition> owned;
  std::vector<std::uint16_t> assigned;       ///< what the group gave it
  std::uint64_t lag = 0;                     ///< records its projections are behind
  std::vector<std::string> reaches;          ///< nodes it has a connection to
  std::vector<std::string> known;            ///< cluster addresses of nodes it knows of
  std::vector<std::string> warnings;
  std::string notification_cursor;           ///< of the node that tells notifications; else empty
  std::vector<std::uint64_t> applied;        ///< one for each partition: up to there its rows show the log
};
BOOST_DESCRIBE_STRUCT(node_state, (),
                      (sent, ready, why_not_ready, leaving, owned, assigned, lag, reaches, known, warnings,
                       notification_cursor, applied))

struct wire_command {
  std::string stream;
  std::string name;
  std::string payload;
  std::uint32_t group = 0;
  uuid command_id;
  std::string request;  ///< fingerprint, 16 bytes
  std::string subject;
  std::string person;
  std::string role;
  std::string reason;
  std::optional<instant> occurred_at;
  uuid correlation_id;
  uuid causation_id;
  std::string traceparent;
  std::optional<std::uint64_t> expected_version;
};
BOOST_DESCRIBE_STRUCT(wire_command, (),
                      (stream, name, payload, group, command_id, request, subject, person, role, reason, occurred_at,
                       correlation_id, causation_id, traceparent, expected_version))

/// Commands of one partition for its owner, as one group.
struct forward {
  std::uint64_t id = 0;           ///< of the asker's; the answer carries it
  std::uint32_t within_ms = 0;    ///< what is left of the asker's deadline
  std::uint64_t claim = 0;        ///< by which the asker takes this node for the owner
  std::vector<wire_command> commands;
};
BOOST_DESCRIBE_STRUCT(forward, (), (id, within_ms, claim, commands))

struct wire_event {
  std::uint32_t type = 0;
  std::uint16_t schema = 0;
  std::string payload;
};
BOOST_DESCRIBE_STRUCT(wire_event, (), (type, schema, payload))

struct wire_problem {
  std::string pointer;
  std::string code;
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(wire_problem, (), (pointer, code, detail))

struct answer {
  std::uint64_t id = 0;
  std::uint8_t refusal = 0;  ///< errc; 0 = accepted
  std::string detail;
  std::vector<wire_problem> problems;
  std::string stream;
  std::uint16_t partition = 0;
  std::uint64_t offset = 0;
  std::uint64_t version = 0;
  std::vector<wire_event> events;
  bool repeated = false;
  instant recorded_at;
};
BOOST_DESCRIBE_STRUCT(answer, (),
                      (id, refusal, detail, problems, stream, partition, offset, version, events, repeated,
                       recorded_at))

namespace messages {

/// A question that is no command; `topic` says what its bytes are.
struct ask {
  std::uint64_t id = 0;
  std::string topic;
  std::string body;
};
BOOST_DESCRIBE_STRUCT(ask, (), (id, topic, body))

struct told {
  std::uint64_t id = 0;
  std::uint8_t refusal = 0;  ///< errc; 0 = answered
  std::string body;          ///< the answer, or why there is none
};
BOOST_DESCRIBE_STRUCT(told, (), (id, refusal, body))

}  // namespace messages
}  // namespace tracseq::cluster
