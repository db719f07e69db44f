#pragma once
// Who is told of what: from the rules in force and an accepted event to the deliveries it asks for. Pure.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "actors/decider.hpp"
#include "events/registry.hpp"

namespace tracseq {

/// An accepted event, as rules look at it.
struct notice {
  std::string event_id;  ///< "partition-offset-index"
  std::string stream;
  any_event event;
  instant recorded_at;
  principal who;
  std::string cloud_event;  ///< the body a webhook gets; made only where a rule may want it
};

/// What people call a stream, and the project it belongs to.
struct entity_facts {
  std::string label;
  std::string project;
};

/// The rules in force, folded from their events.
class notification_rules {
 public:
  struct entry {
    notification_rule::terms terms;
    bool paused = false;
    instant since;  ///< events recorded before it are not told
  };

  void put(uuid const& id, entry rule) { rules_[id] = std::move(rule); }
  /// Takes in an event of a rule's stream.
  void learn(notice const& about);
  [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

  /// Whether any of them asks for `about`.
  [[nodiscard]] bool ask_for(notice const& about) const;
  /// The commands that queue deliveries for `about`. Their streams are derived from rule and event, so
  /// that an event told twice is delivered once. Deliveries themselves are never told.
  [[nodiscard]] std::vector<outgoing_command> deliveries_for(
      notice const& about,
      std::function<entity_facts(std::string const& stream)> const& look_up) const;

 private:
  std::map<uuid, entry> rules_;
};

}  // namespace tracseq
