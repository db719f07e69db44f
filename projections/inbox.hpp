#pragma once
// Rules and deliveries: who is told of what, what they have read, what could not be delivered.
//
//   R rule                          rule_row
//   D delivery                      delivery_row
//   I recipient 00 created delivery inbox of one recipient
//   N recipient 00 created delivery and what is unread of it
//   Q state created delivery        deliveries by state (delivered ones are not indexed)
//   # …                             counts: unread by recipient, deliveries by state

#include <map>

#include "events/notification.hpp"
#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

struct rule_row {
  uuid id;
  notification_rule::terms terms;
  bool paused = false;
  instant created_at;
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;
  friend bool operator==(rule_row const&, rule_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(rule_row, (), (id, terms, paused, created_at, updated_at, created_by, version))

BOOST_DEFINE_ENUM_CLASS(delivery_state, queued, retrying, delivered, dead)

struct delivery_row {
  uuid id;  ///< the message id a receiver sees
  uuid rule_id;
  std::string rule_name;
  notification_rule::channel channel = notification_rule::channel::inbox;
  notification_rule::urgency urgency = notification_rule::urgency::normal;
  std::string recipient;
  std::string url;
  std::string subject;
  std::string event_id;
  std::string event_name;
  std::string entity;  ///< stream it is about
  delivery_state state = delivery_state::queued;
  std::uint32_t attempts = 0;
  std::string last_failure;
  std::optional<instant> next_attempt_at;
  std::optional<instant> read_at;
  instant created_at;
  instant updated_at;
  std::uint64_t version = 0;
  friend bool operator==(delivery_row const&, delivery_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(delivery_row, (),
                      (id, rule_id, rule_name, channel, urgency, recipient, url, subject, event_id,
                       event_name, entity, state, attempts, last_failure, next_attempt_at, read_at,
                       created_at, updated_at, version))

class inbox_query {
 public:
  explicit inbox_query(read_view const& view) : view_(view) {}

  [[nodiscard]] std::optional<rule_row> rule(uuid const& id) const;
  /// All that are not deleted, paused ones too, in order of id.
  [[nodiscard]] std::vector<rule_row> rules() const;

  [[nodiscard]] std::optional<delivery_row> delivery(uuid const& id) const;
  /// Messages for `recipient`, newest first.
  [[nodiscard]] result<page<delivery_row>> messages(std::string_view recipient, bool unread_only,
                                                    std::string const& cursor = {},
                                                    std::uint32_t limit = 50) const;
  [[nodiscard]] std::uint64_t unread(std::string_view recipient) const;
  /// Deliveries in `state` (dead = dead letters) by `channel`, or all, newest first.
  [[nodiscard]] result<page<delivery_row>> deliveries(std::optional<delivery_state> state,
                                                      std::optional<notification_rule::channel> channel = {},
                                                      std::string const& cursor = {},
                                                      std::uint32_t limit = 50) const;
  [[nodiscard]] std::map<std::string, std::uint64_t> counts_by_state() const;

 private:
  read_view const& view_;
};

class inbox_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "inbox"; }
  [[nodiscard]] std::uint32_t version() const override { return 1; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
