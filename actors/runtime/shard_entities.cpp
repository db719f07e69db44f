// The live entities of a partition: which there are, and which may go.

#include "actors/runtime/entity.hpp"
#include "actors/runtime/shard.hpp"
#include "events/fault_point.hpp"

namespace tracseq::runtime {

shard::live& shard::entity_for(std::string const& stream) {
  if (auto const found = entities_.find(stream); found != entities_.end()) {
    lru_.splice(lru_.end(), lru_, found->second.place_in_lru);
    return found->second;
  }
  live fresh;
  fresh.actor = passivate_idle();
  if (fresh.actor)
    send(fresh.actor, host_stream{stream});
  else
    fresh.actor = spawn<entity>(stream, caf::actor_cast<caf::actor>(this), around_);
  fresh.process = is_process_kind(stream_kind(stream));
  fresh.place_in_lru = lru_.insert(lru_.end(), stream);
  if (fresh.process && stop_waiting(stream)) {
    fresh.ended = false;
    send(fresh.actor, resume_process{});
  }
  return entities_.emplace(stream, std::move(fresh)).first->second;
}

// An entity may go when nothing of it is in flight and the projections show all it did: then the next
// activation finds it whole. Its actor is used again where it can be: to end one and to spawn another
// wakes CAF's clock each time, which cost a sixth of a registration.
caf::actor shard::passivate_idle() {
  caf::actor reusable;
  auto const limit = fault_point<"shard.no_room">() ? 1 : room();
  auto const applied = gauge_.applied.load(std::memory_order_acquire);
  constexpr int looked_at_max = 8;
  auto candidate = lru_.begin();
  for (int i = 0; i < looked_at_max && entities_.size() >= limit && candidate != lru_.end(); ++i) {
    auto const found = entities_.find(*candidate);
    auto& one = found->second;
    ++candidate;
    if (one.busy > 0 || one.last_offset > applied || (one.process && !one.ended && !one.idle)) {
      lru_.splice(lru_.end(), lru_, one.place_in_lru);  // or it would hide the idle ones behind it
      continue;
    }
    if (!reusable && !one.process)
      reusable = std::move(one.actor);
    else
      send_exit(one.actor, caf::exit_reason::user_shutdown);
    lru_.erase(one.place_in_lru);
    entities_.erase(found);
  }
  return reusable;
}

}  // namespace tracseq::runtime
