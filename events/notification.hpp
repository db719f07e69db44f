#pragma once
// The facts of being told: `notification_rule/<uuid>` (which events, for whom) and
// `delivery/<uuid>` (one message to one receiver). Type ids 800–999.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"

namespace tracseq::notification_rule {

inline constexpr std::string_view kind = "notification_rule";

BOOST_DEFINE_ENUM_CLASS(channel, inbox, webhook)
BOOST_DEFINE_ENUM_CLASS(urgency, low, normal, high, critical)

struct terms {
  std::string name;
  std::vector<std::string> event_types;  ///< names, e.g. "sample_rejected"; at least one
  std::string project;                   ///< only entities of this project; empty = any
  notification_rule::channel channel = channel::inbox;
  std::string recipient;  ///< inbox: the subject it is for
  std::string url;        ///< webhook: http(s) address
  notification_rule::urgency urgency = urgency::normal;
  friend bool operator==(terms const&, terms const&) = default;
};
BOOST_DESCRIBE_STRUCT(terms, (), (name, event_types, project, channel, recipient, url, urgency))

struct created {
  static constexpr event_type type{800, 1, "notification_rule_created"};
  notification_rule::terms terms;
  [[nodiscard]] std::string words() const;
  friend bool operator==(created const&, created const&) = default;
};
BOOST_DESCRIBE_STRUCT(created, (), (terms))

struct changed {
  static constexpr event_type type{801, 1, "notification_rule_changed"};
  notification_rule::terms terms;
  [[nodiscard]] std::string words() const;
  friend bool operator==(changed const&, changed const&) = default;
};
BOOST_DESCRIBE_STRUCT(changed, (), (terms))

struct paused {
  static constexpr event_type type{802, 1, "notification_rule_paused"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(paused const&, paused const&) = default;
};
BOOST_DESCRIBE_STRUCT(paused, (), ())

struct resumed {
  static constexpr event_type type{803, 1, "notification_rule_resumed"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(resumed const&, resumed const&) = default;
};
BOOST_DESCRIBE_STRUCT(resumed, (), ())

struct deleted {
  static constexpr event_type type{804, 1, "notification_rule_deleted"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(deleted const&, deleted const&) = default;
};
BOOST_DESCRIBE_STRUCT(deleted, (), ())

using event = std::variant<created, changed, paused, resumed, deleted>;

}  // namespace tracseq::notification_rule

namespace tracseq::delivery {

inline constexpr std::string_view kind = "delivery";

/// To be delivered. `message_id` is what the receiver sees at every attempt.
struct queued {
  static constexpr event_type type{900, 1, "delivery_queued"};
  uuid message_id;  ///< the stream's key
  instant queued_at;
  uuid rule_id;
  std::string rule_name;
  notification_rule::channel channel = notification_rule::channel::inbox;
  notification_rule::urgency urgency = notification_rule::urgency::normal;
  std::string recipient;
  std::string url;
  std::string subject;   ///< one line for people
  std::string event_id;  ///< "partition-offset-index" of what it is about
  std::string event_name;
  std::string entity;  ///< stream it is about
  std::string body;    ///< webhook: the CloudEvents JSON that is sent
  [[nodiscard]] std::string words() const;
  friend bool operator==(queued const&, queued const&) = default;
};
BOOST_DESCRIBE_STRUCT(queued, (),
                      (message_id, queued_at, rule_id, rule_name, channel, urgency, recipient, url,
                       subject, event_id, event_name, entity, body))

struct attempt_failed {
  static constexpr event_type type{901, 1, "delivery_attempt_failed"};
  std::uint32_t attempt = 1;
  std::string why;         ///< "connection refused", "the receiver answered 503"
  instant next_attempt_at;
  [[nodiscard]] std::string words() const;
  friend bool operator==(attempt_failed const&, attempt_failed const&) = default;
};
BOOST_DESCRIBE_STRUCT(attempt_failed, (), (attempt, why, next_attempt_at))

struct delivered {
  static constexpr event_type type{902, 1, "delivery_delivered"};
  static constexpr bool ends_process = true;
  std::uint32_t attempt = 1;
  [[nodiscard]] std::string words() const;
  friend bool operator==(delivered const&, delivered const&) = default;
};
BOOST_DESCRIBE_STRUCT(delivered, (), (attempt))

/// Given up: a dead letter, which a person can send again.
struct died {
  static constexpr event_type type{903, 1, "delivery_died"};
  static constexpr bool ends_process = true;
  std::uint32_t attempts = 0;
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(died const&, died const&) = default;
};
BOOST_DESCRIBE_STRUCT(died, (), (attempts, why))

/// A person asked to send a dead letter again; attempts count anew.
struct requeued {
  static constexpr event_type type{904, 1, "delivery_requeued"};
  instant queued_at;
  [[nodiscard]] std::string words() const;
  friend bool operator==(requeued const&, requeued const&) = default;
};
BOOST_DESCRIBE_STRUCT(requeued, (), (queued_at))

/// The recipient of an inbox message has seen it. Only what is delivered can be read, so the stream
/// stays ended.
struct read {
  static constexpr event_type type{905, 1, "delivery_read"};
  static constexpr bool ends_process = true;
  [[nodiscard]] std::string words() const;
  friend bool operator==(read const&, read const&) = default;
};
BOOST_DESCRIBE_STRUCT(read, (), ())

using event = std::variant<queued, attempt_failed, delivered, died, requeued, read>;

}  // namespace tracseq::delivery
