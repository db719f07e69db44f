// Process managers of a partition: which are open, and which of them only wait.

#include "actors/runtime/shard.hpp"
#include "events/fault_point.hpp"
#include "events/registry.hpp"

namespace tracseq::runtime {
namespace {

constexpr int woken_at_once_max = 64;  // in a tick: after a restart all that is open waits to go on
constexpr std::int64_t look_again_us = 200'000;

}  // namespace

void shard::mark_ended(live& one, bool ended) {
  if (one.ended == ended) return;
  one.ended = ended;
  if (ended)
    around_->count.open_processes.fetch_sub(1, std::memory_order_relaxed);
  else
    around_->count.open_processes.fetch_add(1, std::memory_order_relaxed);
}

bool shard::ends_process(encoded_event const& last) {
  auto const decoded = decode_event(last);
  return decoded && facts_of(*decoded).ends_process;
}

void shard::on_waits(process_waits const& told) {
  auto const found = entities_.find(told.stream);
  // Told before a commit that was accepted meanwhile: what follows from that will be told, too.
  if (found == entities_.end() || found->second.ended ||
      (found->second.version != 0 && found->second.version != told.version))
    return;
  found->second.idle = told.idle;
  wait_until(told.stream, told.until);
}

void shard::wait_until(std::string const& stream, instant until) {
  stop_waiting(stream);
  waits_.emplace(stream, until);
  waits_by_time_.emplace(until, stream);
}

bool shard::stop_waiting(std::string const& stream) {
  auto const found = waits_.find(stream);
  if (found == waits_.end()) return false;
  waits_by_time_.erase({found->second, stream});
  waits_.erase(found);
  return true;
}

void shard::wake_due() {
  if (fault_point<"shard.wakes_later">()) return;
  auto const time = around_->wall_now();
  for (int woken = 0; woken < woken_at_once_max && !waits_by_time_.empty(); ++woken) {
    auto const [until, stream] = *waits_by_time_.begin();
    if (until > time && !fault_point<"shard.wakes_early">()) return;
    auto const found = entities_.find(stream);
    if (found == entities_.end()) {
      // Where a receiver hangs, what is under way fills the room; the others sleep on.
      if (auto const spare = passivate_idle()) send_exit(spare, caf::exit_reason::user_shutdown);
      if (entities_.size() >= room()) return;
      static_cast<void>(entity_for(stream));  // resumes it
      continue;
    }
    stop_waiting(stream);
    auto& one = found->second;
    // What is being decided on it may be refused, and then nobody would ask what is due.
    if (one.busy > 0) {
      wait_until(stream, instant{time.us + look_again_us});
      continue;
    }
    one.idle = false;
    send(one.actor, resume_process{});
  }
}

}  // namespace tracseq::runtime
