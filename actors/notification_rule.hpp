#pragma once
// The notification rule: which events, for whom, by which channel.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/notification.hpp"

namespace tracseq::commands::notification_rule {

struct create {
  static constexpr std::string_view name = "notification_rule.create";
  tracseq::notification_rule::terms terms;
  friend bool operator==(create const&, create const&) = default;
};
BOOST_DESCRIBE_STRUCT(create, (), (terms))

struct change {
  static constexpr std::string_view name = "notification_rule.change";
  tracseq::notification_rule::terms terms;  ///< all of them
  friend bool operator==(change const&, change const&) = default;
};
BOOST_DESCRIBE_STRUCT(change, (), (terms))

struct pause {
  static constexpr std::string_view name = "notification_rule.pause";
  friend bool operator==(pause const&, pause const&) = default;
};
BOOST_DESCRIBE_STRUCT(pause, (), ())

struct resume {
  static constexpr std::string_view name = "notification_rule.resume";
  friend bool operator==(resume const&, resume const&) = default;
};
BOOST_DESCRIBE_STRUCT(resume, (), ())

/// Deliveries already queued still go out.
struct delete_rule {
  static constexpr std::string_view name = "notification_rule.delete";
  friend bool operator==(delete_rule const&, delete_rule const&) = default;
};
BOOST_DESCRIBE_STRUCT(delete_rule, (), ())

using command = std::variant<create, change, pause, resume, delete_rule>;

}  // namespace tracseq::commands::notification_rule

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(rule_stage, none, active, paused, deleted)

struct notification_rule_state {
  rule_stage stage = rule_stage::none;
  tracseq::notification_rule::terms terms;
  friend bool operator==(notification_rule_state const&, notification_rule_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(notification_rule_state, (), (stage, terms))

/// A decider; see actors/decider.hpp.
struct notification_rule {
  static constexpr std::string_view kind = tracseq::notification_rule::kind;
  using state = notification_rule_state;
  using command = commands::notification_rule::command;
  using event = tracseq::notification_rule::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static state evolve(state now, event const& happened);
};

}  // namespace tracseq::aggregates
