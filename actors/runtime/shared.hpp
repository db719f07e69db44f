#pragma once
// What the engine, its shards and its entities share. Internal to actors/runtime.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/engine.hpp"

namespace tracseq::runtime {

using steady = std::chrono::steady_clock;

/// What one command of a group came to.
struct decided {
  std::uint64_t base_version = 0;
  std::vector<encoded_event> events;
};

/// A group of commands on its way through shard and entities. Whoever holds the message that carries it owns it.
/// But for a shard that gives up: it answers `waiting` and copies `requests`, while an entity that was told to end may
/// still write what it decided. Neither touches what the other does.
struct command_group {
  explicit command_group(steady::time_point at) : since(at) {}

  std::vector<command_request> requests;
  std::vector<command_callback> waiting;  ///< the submitter, and repeats that came meanwhile
  std::vector<decided> decisions;         ///< one for each request decided so far
  std::optional<error> refusal;
  /// Another node asked, knowing of this claim, and knows better where else to ask.
  std::optional<std::uint64_t> under_claim;
  steady::time_point since;  ///< when this node took it in
  std::optional<steady::time_point> until;  ///< nobody waits for the answer any more: then it is not begun

  [[nodiscard]] command_request const& last() const { return requests.back(); }
};
using group_ptr = std::shared_ptr<command_group>;

/// Counters that any thread reads.
struct counters {
  std::atomic<std::uint64_t> live_entities{0};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> repeated{0};
  std::atomic<std::uint64_t> shed{0};
  std::atomic<std::uint64_t> skipped{0};
  std::atomic<std::uint64_t> open_partitions{0};
  std::atomic<std::uint64_t> open_processes{0};
  std::atomic<std::uint64_t> claims_unconfirmed{0};  ///< since one was
};

/// Of one partition, read by the threads that submit and follow.
struct partition_gauge {
  std::atomic<std::uint64_t> in_flight{0};
  std::atomic<std::uint64_t> applied{0};  ///< next offset that the projections have not seen
  std::atomic<bool> wants_applied{false};  ///< the shard waits to be told
  std::atomic<shard_phase> phase{shard_phase::closed};
};

/// That an actor ended by an exception: what was its is served by nobody from then on.
class failure_note {
 public:
  void write(std::string words) {
    std::lock_guard const guard(mutex_);
    if (words_.empty()) words_ = std::move(words);
  }
  [[nodiscard]] std::string words() const {
    std::lock_guard const guard(mutex_);
    return words_;
  }

 private:
  mutable std::mutex mutex_;
  std::string words_;
};

/// The world outside the actors, as they see it.
struct surroundings {
  event_log& log;
  stream_source& source;
  engine_options options;
  partition_id partitions;
  counters count;
  failure_note broken;
  std::vector<partition_gauge> gauges;
  std::function<void(std::vector<command_request>, command_callback)> submit;
  effect_performer perform;
  forward_commands elsewhere;  ///< empty in a node that is alone
  /// Why a partition may not be claimed just now; empty if it may. Any thread, and at once.
  std::function<std::string(partition_id)> why_no_claim = [](partition_id) { return std::string(); };
  /// Has a shard told, by `log_ends`, where its log ends. Any thread, and at once. Empty where no other writes there.
  std::function<void(partition_id, std::uint64_t question)> ask_end;
  /// The clocks. A simulation puts its own here before it spawns a shard; timers are CAF's.
  std::function<steady::time_point()> steady_now = [] { return steady::now(); };
  std::function<instant()> wall_now = [] { return tracseq::now(); };

  surroundings(event_log& log_, stream_source& source_, engine_options options_)
      : log(log_),
        source(source_),
        options(std::move(options_)),
        partitions(log_.partitions()),
        gauges(log_.partitions()) {}
};

}  // namespace tracseq::runtime
