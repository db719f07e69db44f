#pragma once
// The actor that hosts one stream: activated by its first command from the local store, handling one
// command at a time, passivated by its shard when idle: it ends, or is given another stream.

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "actors/hosting.hpp"
#include "actors/runtime/messages.hpp"
#include "actors/runtime/process_driver.hpp"

namespace tracseq::runtime {

class entity final : public caf::event_based_actor {
 public:
  entity(caf::actor_config& config, std::string stream, caf::actor shard,
         std::shared_ptr<surroundings> around);
  ~entity() override;
  caf::behavior make_behavior() override;
  char const* name() const override { return "entity"; }

 private:
  void host_other(std::string stream);
  /// Goes on with a process that was not live, or that waited.
  void resume();
  void on_decide(group_ptr group, std::size_t index);
  void decide(command_group& group, std::size_t index);
  void settle(bool keep);
  [[nodiscard]] result<void> activate();
  void save_snapshot_if_worth();

  std::string stream_;
  caf::actor const shard_;
  std::shared_ptr<surroundings> const around_;
  std::unique_ptr<hosted_entity> hosted_;
  bool active_ = false;
  std::uint64_t snapshot_version_ = 0;

  // A group in progress holds the entity: others wait until it is settled.
  group_ptr held_by_;
  std::deque<std::pair<group_ptr, std::size_t>> waiting_;

  std::unique_ptr<process_driver> driver_;  ///< of process managers
};

}  // namespace tracseq::runtime
