#include "node/cluster/forwarder.hpp"

#include <algorithm>
#include <utility>

#include "events/fault_point.hpp"

namespace tracseq::cluster {
namespace {

std::size_t bytes_of(std::vector<command_request> const& group) {
  std::size_t sum = 0;
  for (auto const& request : group) sum += 256 + request.command.payload.size() + request.reason.size();
  return sum;
}

/// Whether it says of all tries what became of them, and not of the newest alone: who decides on a command has
/// looked for an earlier one of its id.
bool settles(errc refusal) {
  switch (refusal) {
    case errc::overloaded:
    case errc::unavailable:
    case errc::timed_out:
    case errc::io_failure:
    case errc::internal: return false;
    default: return true;
  }
}

}  // namespace

forwarder::forwarder(world around, uuid const& self, partition_id partitions, forward_options options)
    : world_(std::move(around)), self_(self), options_(options), routes_(partitions) {}

void forwarder::submit(partition_id partition, std::vector<command_request> group, command_callback done) {
  std::vector<outgoing> out;
  std::optional<error> refusal;
  {
    std::lock_guard const guard(mutex_);
    auto const bytes = bytes_of(group);
    if (stopped_) {
      refusal = error{errc::unavailable, "TracSeq is stopping; repeat the request", {}};
    } else if (waiting_.size() >= options_.waiting_max || bytes_ + bytes > options_.waiting_bytes_max) {
      ++stats_.shed;
      refusal = error{errc::overloaded, "too much work waits for other nodes; try again in a second", {}};
    } else {
      auto const id = next_id_++;
      auto& one = waiting_[id];
      one.partition = partition;
      one.group = std::move(group);
      one.done = std::move(done);
      one.since = one.not_before = world_.now();
      one.bytes = bytes;
      bytes_ += bytes;
      prepare(id, one, out);
    }
  }
  if (refusal) return done(tl::unexpected(*std::move(refusal)));
  send(std::move(out));
}

bool forwarder::prepare(std::uint64_t id, waiting& one, std::vector<outgoing>& out) {
  auto const& to = routes_[one.partition];
  if (to.claim == 0 || !one.asked.is_nil()) return false;
  if (to.boot_id != self_ && !connected_.contains(to.boot_id)) return false;
  auto const time = world_.now();
  // Who was asked under this claim and was not the owner yet, or was lost, gets a moment.
  if (time < one.not_before && to.claim <= one.asked_claim) return false;
  if (one.ever_sent) ++stats_.moved;
  one.asked = to.boot_id;
  one.asked_claim = to.claim;
  auto const left = options_.deadline - std::chrono::duration_cast<std::chrono::milliseconds>(time - one.since);
  out.push_back({id, to.boot_id, left, to.claim, one.group});
  return true;
}

void forwarder::collect(partition_id partition, std::vector<outgoing>& out) {
  for (auto& [id, one] : waiting_)
    if (one.partition == partition) prepare(id, one, out);
}

void forwarder::collect_all(std::vector<outgoing>& out) {
  for (auto& [id, one] : waiting_) prepare(id, one, out);
}

void forwarder::send(std::vector<outgoing> out) {
  for (auto& one : out) {
    if (one.to == self_) {
      auto answered = [this, id = one.id](result<command_reply> reply) { on_reply(id, std::move(reply)); };
      world_.here(std::move(one.group), std::move(answered), one.claim);
      continue;
    }
    bool sent_before = false;
    {
      std::lock_guard const guard(mutex_);
      auto const found = waiting_.find(one.id);
      if (found == waiting_.end()) continue;
      sent_before = std::exchange(found->second.ever_sent, true);
      ++stats_.sent;
    }
    bool const gone = fault_point<"forwarder.not_sent">();
    if (gone || !world_.send(one.to, encode_forward(one.id, one.within, one.claim, one.group)))
      not_sent(one.id, sent_before);
  }
}

void forwarder::not_sent(std::uint64_t id, bool sent_before) {
  std::lock_guard const guard(mutex_);
  auto const found = waiting_.find(id);
  if (found == waiting_.end()) return;
  --stats_.sent;
  found->second.asked = {};
  found->second.ever_sent = sent_before;
  found->second.not_before = world_.now() + options_.again;
}

void forwarder::on_answer(answered reply) {
  if (!fault_point<"forwarder.answer_lost">()) on_reply(reply.id, std::move(reply.reply));
}

void forwarder::on_reply(std::uint64_t id, result<command_reply> reply) {
  command_callback done;
  {
    std::lock_guard const guard(mutex_);
    auto const found = waiting_.find(id);
    if (found == waiting_.end()) return;  // too late, or of a try that was given up
    auto& one = found->second;
    if (!reply && reply.error().code == errc::not_owner) {
      // A new id: a second answer to the old try must not be taken for one of the next.
      one.asked = {};
      one.not_before = world_.now() + options_.again;
      auto again = waiting_.extract(found);
      again.key() = next_id_++;
      waiting_.insert(std::move(again));
      return;  // the route's next change, or the next tick, sends it
    }
    if (!reply && one.in_doubt && !settles(reply.error().code))
      reply = fail(errc::outcome_unknown, "an earlier try was not answered, and now: " + reply.error().detail +
                                              ". Repeat the request with the same idempotency key: it will be done once.");
    done = std::move(one.done);
    bytes_ -= one.bytes;
    waiting_.erase(found);
  }
  done(std::move(reply));
}

void forwarder::on_route(partition_id partition, route to) {
  std::vector<outgoing> out;
  {
    std::lock_guard const guard(mutex_);
    if (to.claim <= routes_[partition].claim) return;
    routes_[partition] = std::move(to);
    // Who was asked before will answer that it is not the owner, or never. What it got accepted, the new owner
    // has read.
    std::vector<std::uint64_t> ids;
    for (auto const& [id, one] : waiting_)
      if (one.partition == partition && !one.asked.is_nil() && one.asked != self_) ids.push_back(id);
    for (auto const id : ids) {
      auto again = waiting_.extract(id);
      again.mapped().asked = {};
      again.mapped().in_doubt = true;
      again.key() = next_id_++;
      waiting_.insert(std::move(again));
    }
    collect(partition, out);
  }
  send(std::move(out));
}

void forwarder::on_connected(uuid const& boot_id) {
  std::vector<outgoing> out;
  {
    std::lock_guard const guard(mutex_);
    connected_.insert(boot_id);
    for (auto& [id, one] : waiting_)
      if (routes_[one.partition].boot_id == boot_id) {
        one.not_before = world_.now();
        prepare(id, one, out);
      }
  }
  send(std::move(out));
}

void forwarder::on_lost(uuid const& boot_id) {
  std::lock_guard const guard(mutex_);
  connected_.erase(boot_id);
  std::vector<std::uint64_t> ids;
  for (auto const& [id, one] : waiting_)
    if (one.asked == boot_id) ids.push_back(id);
  for (auto const id : ids) {
    auto again = waiting_.extract(id);
    again.mapped().asked = {};
    again.mapped().in_doubt = true;
    again.mapped().not_before = world_.now() + options_.again;
    again.key() = next_id_++;
    waiting_.insert(std::move(again));
  }
}

error forwarder::too_late(waiting const& one) const {
  auto const& to = routes_[one.partition];
  std::string where = "partition " + std::to_string(one.partition);
  if (to.claim == 0)
    where += " is no node's yet";
  else if (may_be_done(one))
    return {errc::outcome_unknown,
            to.node + ", which owns " + where + ", did not answer in time. Repeat the request with the same "
                                                "idempotency key: it will be done once.",
            {}};
  else
    where += " is owned by " + to.node + ", which this node cannot reach";
  return {errc::unavailable, where + "; repeat the request", {}};
}

void forwarder::tick() {
  if (fault_point<"forwarder.tick_late">()) return;
  std::vector<std::pair<command_callback, error>> late;
  std::vector<outgoing> out;
  {
    std::lock_guard const guard(mutex_);
    auto const time = world_.now();
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      auto& one = at->second;
      auto const patience = may_be_done(one) ? options_.deadline : options_.unreachable;
      if (time - one.since < patience) {
        ++at;
        continue;
      }
      ++stats_.gave_up;
      late.emplace_back(std::move(one.done), too_late(one));
      bytes_ -= one.bytes;
      at = waiting_.erase(at);
    }
    collect_all(out);
  }
  for (auto& [done, why] : late) done(tl::unexpected(std::move(why)));
  send(std::move(out));
}

void forwarder::stop() {
  std::map<std::uint64_t, waiting> left;
  {
    std::lock_guard const guard(mutex_);
    stopped_ = true;
    left.swap(waiting_);
    bytes_ = 0;
  }
  for (auto& [id, one] : left)
    one.done(fail(may_be_done(one) ? errc::outcome_unknown : errc::unavailable,
                  "TracSeq is stopping; repeat the request with the same idempotency key"));
}

route forwarder::route_of(partition_id partition) const {
  std::lock_guard const guard(mutex_);
  return routes_[partition];
}

forward_stats forwarder::stats() const {
  std::lock_guard const guard(mutex_);
  auto now = stats_;
  now.waiting = waiting_.size();
  return now;
}

}  // namespace tracseq::cluster
