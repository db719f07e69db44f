#pragma once
// The delivery: one message to one receiver, tried until it arrives or is given up. A process manager
// whose only step is the effect "webhook".

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/notification.hpp"

namespace tracseq::commands::delivery {

/// What the channel "webhook" performs: the payload of its effect, as codec bytes.
struct webhook_message {
  std::string url;
  uuid message_id;  ///< the same at every attempt
  std::uint32_t attempt = 1;
  std::string body;
  friend bool operator==(webhook_message const&, webhook_message const&) = default;
};
BOOST_DESCRIBE_STRUCT(webhook_message, (), (url, message_id, attempt, body))

/// A message for the inbox is delivered by this alone.
struct queue {
  static constexpr std::string_view name = "delivery.queue";
  uuid message_id;  ///< the stream's key
  uuid rule_id;
  std::string rule_name;
  tracseq::notification_rule::channel channel = tracseq::notification_rule::channel::inbox;
  tracseq::notification_rule::urgency urgency = tracseq::notification_rule::urgency::normal;
  std::string recipient;
  std::string url;
  std::string subject;  ///< one line for people
  std::string event_id;
  std::string event_name;
  std::string entity;
  std::string body;  ///< webhook: what is sent
  friend bool operator==(queue const&, queue const&) = default;
};
BOOST_DESCRIBE_STRUCT(queue, (),
                      (message_id, rule_id, rule_name, channel, urgency, recipient, url, subject,
                       event_id, event_name, entity, body))

/// How an attempt ended; after a permanent failure the message is a dead letter at once. Made by `on_outcome`.
struct record_attempt {
  static constexpr std::string_view name = "delivery.record_attempt";
  std::string step;
  effect_outcome ended;
  friend bool operator==(record_attempt const&, record_attempt const&) = default;
};
BOOST_DESCRIBE_STRUCT(record_attempt, (), (step, ended))

/// Sends a dead letter again; attempts count anew.
struct requeue {
  static constexpr std::string_view name = "delivery.requeue";
  friend bool operator==(requeue const&, requeue const&) = default;
};
BOOST_DESCRIBE_STRUCT(requeue, (), ())

struct mark_read {
  static constexpr std::string_view name = "delivery.mark_read";
  friend bool operator==(mark_read const&, mark_read const&) = default;
};
BOOST_DESCRIBE_STRUCT(mark_read, (), ())

using command = std::variant<queue, record_attempt, requeue, mark_read>;

}  // namespace tracseq::commands::delivery

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(delivery_stage, none, queued, delivered, dead)

struct delivery_state {
  delivery_stage stage = delivery_stage::none;
  uuid message_id;
  tracseq::notification_rule::channel channel = tracseq::notification_rule::channel::inbox;
  std::string url;
  std::string body;
  instant queued_at;
  std::uint32_t attempts = 0;  ///< failed ones since it was queued last
  std::optional<instant> next_attempt_at;
  std::uint32_t requeues = 0;
  bool is_read = false;
  friend bool operator==(delivery_state const&, delivery_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(delivery_state, (),
                      (stage, message_id, channel, url, body, queued_at, attempts, next_attempt_at,
                       requeues, is_read))

/// A process manager; see actors/decider.hpp.
struct delivery {
  static constexpr std::string_view kind = tracseq::delivery::kind;
  using state = delivery_state;
  using command = commands::delivery::command;
  using event = tracseq::delivery::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static state evolve(state now, event const& happened);
  [[nodiscard]] static std::vector<step> due(state const& seen);
  [[nodiscard]] static command on_outcome(state const& seen, step_outcome const& outcome);
};

}  // namespace tracseq::aggregates
