#include "actors/runtime/notifier.hpp"

namespace tracseq::runtime {
namespace {

constexpr std::size_t window = 256;  // deliveries being queued at once
constexpr auto retry_after = std::chrono::milliseconds(200);

}  // namespace

notifier::notifier(caf::actor_config& config, std::shared_ptr<surroundings> around,
                   std::function<entity_facts(std::string const&)> look_up)
    : caf::event_based_actor(config), around_(std::move(around)), look_up_(std::move(look_up)) {}

caf::behavior notifier::make_behavior() {
  set_exception_handler(broken_by_exception(around_, "notifications"));
  return {
      [this](set_rules const& m) { rules_ = m.rules; },
      [this](tell_events const& m) { on_events(m); },
      [this](delivery_queued const& m) { on_reply(m); },
      [this](retry_delivery const& m) { submit(m.index); },
  };
}

void notifier::on_events(tell_events const& batch) {
  commands_.clear();
  sent_ = 0;
  done_ = batch.done;
  for (auto const& event : *batch.events) {
    if (stream_kind(event.stream) == notification_rule::kind) rules_->learn(event);
    for (auto& command : rules_->deliveries_for(event, look_up_))
      commands_.push_back(std::move(command));
  }
  send_more();
}

void notifier::send_more() {
  while (sent_ < commands_.size() && open_ < window) {
    ++open_;
    submit(sent_++);
  }
  if (open_ == 0 && sent_ == commands_.size() && done_) std::exchange(done_, {})();
}

void notifier::submit(std::size_t index) {
  std::vector<command_request> group(1);
  auto& request = group.front();
  request.command = commands_[index];
  auto const key = parse_uuid(stream_key(request.command.stream));
  request.command_id = derive_uuid(key.value_or(uuid{}), "queue");
  request.who = {"tracseq", "TracSeq notifications", "service"};
  auto const self = caf::actor_cast<caf::actor>(this);
  around_->submit(std::move(group), [self, index](result<command_reply> reply) {
    caf::anon_send(self, delivery_queued{index, std::make_shared<result<command_reply>>(
                                                    std::move(reply))});
  });
}

void notifier::on_reply(delivery_queued const& reply) {
  if (!*reply.reply && describe(reply.reply->error().code).retryable) {
    delayed_send(this, retry_after, retry_delivery{reply.index});
    return;
  }
  --open_;
  send_more();
}

}  // namespace tracseq::runtime
