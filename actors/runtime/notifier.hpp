#pragma once
// The notification actor: hears accepted events in order, asks the policy whom to tell, and queues the
// deliveries as commands. It says when a batch is done, so that its feed can note how far it is; after a
// crash the feed repeats, and the derived ids make the repeat harmless.

#include "actors/notification_policy.hpp"
#include "actors/runtime/messages.hpp"

namespace tracseq::runtime {

struct set_rules { std::shared_ptr<notification_rules> rules; };
struct tell_events { std::shared_ptr<std::vector<notice>> events; std::function<void()> done; };
struct delivery_queued { std::size_t index; std::shared_ptr<result<command_reply>> reply; };
struct retry_delivery { std::size_t index; };

class notifier final : public caf::event_based_actor {
 public:
  notifier(caf::actor_config& config, std::shared_ptr<surroundings> around,
           std::function<entity_facts(std::string const&)> look_up);
  caf::behavior make_behavior() override;
  char const* name() const override { return "notifier"; }

 private:
  void on_events(tell_events const& batch);
  void send_more();
  void submit(std::size_t index);
  void on_reply(delivery_queued const& reply);

  std::shared_ptr<surroundings> const around_;
  std::function<entity_facts(std::string const&)> const look_up_;
  std::shared_ptr<notification_rules> rules_ = std::make_shared<notification_rules>();

  // The batch in progress; the feed sends the next one when this is done.
  std::vector<outgoing_command> commands_;
  std::size_t sent_ = 0;
  std::size_t open_ = 0;
  std::function<void()> done_;
};

}  // namespace tracseq::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::set_rules)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::tell_events)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::delivery_queued)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tracseq::runtime::retry_delivery)
