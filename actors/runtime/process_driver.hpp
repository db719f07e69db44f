#pragma once
// Runs a process manager's steps: asks what is due after every accepted event, sends the commands,
// repeats what failed in passing, and hands the outcome back as a command. Part of its entity actor.
// What is due later is left to the shard, which wakes the process then: it may wait for days.

#include <map>
#include <string>
#include <vector>

#include "actors/hosting.hpp"
#include "actors/runtime/messages.hpp"

namespace tracseq::runtime {

class process_driver {
 public:
  process_driver(caf::event_based_actor& self, caf::actor shard, std::string stream,
                 std::shared_ptr<surroundings> around, stored_stream::origin_facts origin);

  /// In whose name the steps are done: the first command's.
  void set_origin(command_request const& first);

  /// Starts every due step that is not running, and tells the shard where the process waits. Only called when
  /// all the entity's events are accepted.
  void run(hosted_entity const& process);
  void on_step_reply(hosted_entity const& process, step_replied const& reply);
  void on_outcome_reply(hosted_entity const& process, outcome_replied const& reply);
  void on_effect(hosted_entity const& process, effect_performed const& done);
  void on_retry(retry_commands const& retry);
  void on_retry_outcome(hosted_entity const& process, retry_outcome const& retry);

 private:
  struct running {
    tracseq::step step;
    step_outcome outcome;
    std::size_t open = 0;         ///< commands whose outcome is not known yet
    std::uint64_t version = 0;    ///< of the process when the step began
    std::uint32_t failures = 0;   ///< transient, in a row
  };

  void start(tracseq::step due, std::uint64_t version);
  void send_commands(running& one, std::size_t first, std::size_t count);
  void finish(hosted_entity const& process, running& one);
  [[nodiscard]] command_request request_for(outgoing_command command, std::string_view id_name) const;
  [[nodiscard]] std::chrono::milliseconds back_off(running& one);

  caf::event_based_actor& self_;
  caf::actor const shard_;
  std::string const stream_;
  uuid process_id_;
  std::shared_ptr<surroundings> around_;
  stored_stream::origin_facts origin_;
  std::map<std::string, running, std::less<>> running_;
};

}  // namespace tracseq::runtime
