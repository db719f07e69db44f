#pragma once
// What everything in a simulation shares: its time, its chance, what happens next, and the story so far.
//
// Time stands still while something happens. It goes on by a few microseconds for each message that an actor
// handles, and jumps to what comes next when nobody has anything to do.

#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/hash.hpp"
#include "tests/sim/chance.hpp"

namespace tracseq::sim {

inline constexpr std::int64_t ms = 1'000;
inline constexpr std::int64_t second = 1'000 * ms;

/// How bad a seed's world is. Each seed draws which faults there are and how often: one with everything at once
/// finds less than many with a few.
struct odds {
  // Of a batch on its way to the log.
  double append_refused = 0;    ///< the queue is full, the disk is full, the broker refuses
  double append_lost = 0;       ///< nobody hears of it again
  double append_lost_told = 0;  ///< lost, and the sender is told
  double append_told = 0;       ///< the sender is told it was lost, and it was not
  double append_doubled = 0;
  double append_torn = 0;       ///< only its first records arrive
  double append_overtakes = 0;  ///< it does not wait for those before it
  double append_late_us = 2 * ms;
  double slow_append = 0;       ///< of a batch that takes seconds
  double dies_on_wire = 0.5;    ///< of what was under way when its sender died
  double late_zombie = 0.3;     ///< of what was under way then, and arrives after others have gone on
  // Between nodes and clients.
  double message_lost = 0;
  double message_doubled = 0;
  double message_late_us = 1 * ms;
  // Of a node, each per second.
  double crashes = 0;
  double polite_stops = 0;
  double pauses = 0;
  double clock_steps = 0;
  double clock_step_us = 0;     ///< at most
  double disk_faults = 0;
  double log_cuts = 0;          ///< it neither reads nor writes the log
  double net_cuts = 0;          ///< from the other nodes
  double takeovers = 0;         ///< of some partition
  double rollback = 0;          ///< of a store, at a crash: unsynced batches are lost
  bool takes_all = false;       ///< who starts takes every partition
  // Of the receivers of webhooks.
  double effect_fails = 0;

  [[nodiscard]] static odds draw(chance& dice);
};

class world {
 public:
  world(std::uint64_t seed, bool story);
  ~world();
  world(world const&) = delete;
  world& operator=(world const&) = delete;

  chance dice;
  odds bad;
  bool faults = true;       ///< false: from now on nothing goes wrong any more
  bool story = false;       ///< told as it happens
  std::int64_t now_us = 0;

  /// Something that happens `us` later. At the same moment: in the order of asking.
  void after(std::int64_t us, std::function<void()> what) {
    timeline_.emplace(std::pair(now_us + us, ++asked_), std::move(what));
  }
  /// When the next thing happens; far in the future if nothing does.
  [[nodiscard]] std::int64_t next_at() const {
    return timeline_.empty() ? INT64_MAX : timeline_.begin()->first.first;
  }
  void run_due() {
    while (!timeline_.empty() && timeline_.begin()->first.first <= now_us) {
      auto const what = std::move(timeline_.begin()->second);
      timeline_.erase(timeline_.begin());
      what();
    }
  }
  void forget_everything() { timeline_.clear(); }

  /// With the probability, while faults are on.
  [[nodiscard]] bool goes_wrong(double probability) { return faults && dice.happens(probability); }

  /// A line of the story.
  template <class... Parts>
  void say(Parts const&... parts) {
    if (!story) return;
    std::ostringstream line;
    (line << ... << parts);
    print(line.str());
  }
  /// What the trace's hash holds; bytes that two runs of a seed must agree on.
  void trace(std::string_view bytes);
  void trace(std::int64_t number) {
    trace(std::string_view(reinterpret_cast<char const*>(&number), sizeof number));
  }
  [[nodiscard]] hash256 trace_hash();

  /// A promise was broken. The first few are kept.
  template <class... Parts>
  void broken(Parts const&... parts) {
    std::ostringstream line;
    (line << ... << parts);
    if (violations.size() < 10) violations.push_back(line.str());
    say("BROKEN: ", violations.back());
  }
  std::vector<std::string> violations;

  // Places in product code that misbehave (events/fault_point.hpp).
  [[nodiscard]] bool place_fires(std::size_t place);
  bool quiet_places = false;  ///< a process that is being killed: nothing more goes wrong in it

 private:
  void print(std::string const& line) const;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> timeline_;
  std::uint64_t asked_ = 0;
  std::string pending_;
  hash256 hash_{};
  std::vector<double> place_odds_;
};

/// Over all seeds of this process.
struct place_count {
  std::string name;
  std::uint64_t reached = 0;
  std::uint64_t fired = 0;
};
[[nodiscard]] std::vector<place_count>& places();

}  // namespace tracseq::sim
