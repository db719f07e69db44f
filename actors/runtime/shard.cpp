#include "actors/runtime/shard.hpp"

#include <algorithm>

#include "actors/runtime/entity.hpp"
#include "events/fault_point.hpp"
#include "events/registry.hpp"

namespace tracseq::runtime {
namespace {

constexpr auto tick_period = std::chrono::milliseconds(200);
constexpr auto claim_retry = std::chrono::milliseconds(500);

/// What a command came to, for who asked: a commit may be there to keep a refusal.
result<command_reply> told_of(first_answer const& first, bool repeated, instant recorded_at = {}) {
  if (auto refused = refusal_in(first.events)) return tl::unexpected(*std::move(refused));
  return command_reply{first.stream, first.partition, first.offset, first.version, first.events, repeated, recorded_at};
}

}  // namespace

shard::shard(caf::actor_config& config, partition_id partition,
             std::shared_ptr<surroundings> around)
    : caf::event_based_actor(config),
      partition_(partition),
      around_(std::move(around)),
      gauge_(around_->gauges[partition]),
      closed_why_(not_open("TracSeq is starting")) {}

caf::behavior shard::make_behavior() {
  set_exception_handler(broken_by_exception(around_, "partition " + std::to_string(partition_)));
  delayed_send(this, tick_period, tick{});
  set_exit_handler([this](caf::exit_msg const& exit) {
    forwards_ = false;
    close(phase::away, not_open("TracSeq is stopping; repeat the request"));
    quit(exit.reason);
  });
  return {
      [this](submit_group const& m) { on_submit(m.group); },
      [this](command_decided const& m) { on_decided(m.group, m.index); },
      [this](process_waits const& m) { on_waits(m); },
      [this](records_read const& m) { on_read(*m.records); },
      [this](projections_applied const&) {
        if (!fault_point<"shard.applied_unheard">()) try_open();
      },
      [this](append_failed const& m) { close(phase::closed, *m.why); },
      [this](log_ends const& m) { on_log_ends(m.question, m.end); },
      [this](stand_by const& m) {
        followed_ = m.at.chain;
        last_recorded_ = std::max(last_recorded_, m.at.recorded_at);
        forwards_ = static_cast<bool>(around_->elsewhere);
        if (forwards_) close(phase::away, not_open("this node does not own the partition"));
      },
      [this](take_partition const&) {
        wanted_ = true;
        if (phase_ == phase::away || phase_ == phase::closed) start_claim();
      },
      [this](bar_shard const& m) { bar(*m.why); },
      [this](drain_shard const&) {
        wanted_ = false;  // whatever fails from here on, nothing is claimed again
        enter(phase::draining);
      },
      [this](tick const&) {
        on_tick();
        delayed_send(this, tick_period, tick{});
      },
  };
}

// --- Commands ---------------------------------------------------------------------------------

void shard::on_submit(group_ptr group) {
  if (group->until && around_->steady_now() >= *group->until)
    return finish(*group, fail(errc::timed_out, "it was not begun in time"));
  if (barred_ && phase_ != phase::draining) return finish(*group, tl::unexpected(*barred_));
  switch (phase_) {
    case phase::open:
      if (taking_back_ || fault_point<"shard.command_waits">()) return waiting_.push_back(std::move(group));
      if (answer_repeat(group)) return;
      if (group->under_claim && *group->under_claim != head_.c)
        return finish(*group, fail(errc::not_owner, "it was sent here for another claim of the partition"));
      begin(std::move(group));
      return;
    case phase::closed:
    case phase::claiming:
    case phase::catching_up:
      waiting_.push_back(std::move(group));
      return;
    case phase::away:
      hand_over(group);
      return;
    case phase::draining:
      // Another node sends it on, to whoever owns the partition by now; of its own clients nobody is left.
      finish(*group, fail(group->under_claim ? errc::not_owner : errc::unavailable,
                          "TracSeq is stopping; repeat the request"));
      return;
  }
}

bool shard::answer_repeat(group_ptr const& group) {
  auto const& request = group->last();
  auto const key_reused = [&](fingerprint const& known) {
    if (known == request.request) return false;
    finish(*group, fail(errc::key_reused,
                        "this idempotency key was used before with another request; send a new key"));
    return true;
  };
  if (auto const found = by_command_.find(request.command_id); found != by_command_.end()) {
    if (key_reused(found->second->last().request)) return true;
    for (auto& callback : group->waiting) found->second->waiting.push_back(std::move(callback));
    // Who asked here is not told where else to ask.
    if (!group->under_claim) found->second->under_claim.reset();
    gauge_.in_flight.fetch_sub(1, std::memory_order_relaxed);
    return true;
  }
  std::shared_ptr<first_answer const> first;
  if (auto const found = recent_.find(request.command_id); found != recent_.end()) {
    first = found->second;
  } else {
    auto stored = around_->source.find_command(request.command_id);
    if (fault_point<"shard.command_ids_unread">()) stored = fail(errc::io_failure, "the store cannot be read");
    if (!stored) {
      finish(*group, tl::unexpected(stored.error()));
      return true;
    }
    if (*stored) first = std::make_shared<first_answer>(**std::move(stored));
  }
  if (!first) return false;
  if (key_reused(first->request)) return true;
  around_->count.repeated.fetch_add(1, std::memory_order_relaxed);
  finish(*group, told_of(*first, true));
  return true;
}

void shard::begin(group_ptr group) {
  by_command_.emplace(group->last().command_id, group);
  send_to_entity(group, 0);
}

void shard::send_to_entity(group_ptr const& group, std::size_t index) {
  auto& target = entity_for(group->requests[index].command.stream);
  ++target.busy;
  send(target.actor, decide_command{group, index});
}

void shard::on_decided(group_ptr group, std::size_t index) {
  // The partition may have been closed meanwhile; the group was answered then.
  auto const current = by_command_.find(group->last().command_id);
  if (current == by_command_.end() || current->second != group) return;
  if (group->refusal) {
    refuse(group, index);
    if (group != taking_back_) return;
    // What is torn stays torn until it is known that it need not be undone.
    if (describe(group->refusal->code).retryable) return close(phase::closed, *group->refusal);
    return serve();
  }
  if (index + 1 < group->requests.size()) return send_to_entity(group, index + 1);
  commit_group(group);
  if (group == taking_back_) serve();
}

void shard::refuse(group_ptr const& group, std::size_t failed_at) {
  for (std::size_t i = 0; i <= failed_at; ++i) {
    auto& one = entities_.at(group->requests[i].command.stream);
    --one.busy;
    if (i < failed_at) send(one.actor, settle_group{group, false});
  }
  answer_unwritten(group, failed_at + 1);
}

void shard::commit_group(group_ptr const& group) {
  bool const grouped = group->requests.size() > 1;
  last_recorded_ = std::max(last_recorded_, around_->wall_now());
  std::vector<std::string> records;
  std::vector<in_flight> entries;
  auto const size = group->requests.size();
  std::size_t last_with_events = size;
  for (std::size_t i = 0; i < size; ++i)
    if (!group->decisions[i].events.empty()) last_with_events = i;
  for (std::size_t i = 0; i < size; ++i) {
    auto const& request = group->requests[i];
    auto& target = entities_.at(request.command.stream);
    if (grouped) send(target.actor, settle_group{group, true});
    if (group->decisions[i].events.empty()) {
      --target.busy;
      continue;
    }
    commit record;
    record.claim = head_.c;
    record.prev = head_.h;
    record.stream = request.command.stream;
    record.base_version = group->decisions[i].base_version;
    record.flags = i < last_with_events ? commit_flag::continued : commit_flag::none;
    record.command_id = request.command_id;
    record.request = request.request;
    record.recorded_at = last_recorded_;
    record.occurred_at = request.occurred_at;
    record.who = request.who;
    record.node = around_->options.node;
    record.reason = request.reason;
    record.correlation_id = request.correlation_id;
    record.causation_id = request.causation_id;
    record.traceparent = request.traceparent;
    record.events = group->decisions[i].events;
    auto bytes = encode_record(record);
    chain_fold(head_, bytes);
    in_flight entry;
    entry.h = head_.h;
    entry.stream = record.stream;
    entry.version = record.version();
    if (target.process) entry.ends_process = ends_process(record.events.back());
    entry.recorded_at = record.recorded_at;
    entry.since = around_->steady_now();
    if (i == last_with_events) entry.group = group;
    entries.push_back(std::move(entry));
    records.push_back(std::move(bytes));
  }
  if (records.empty()) return answer_unwritten(group, size);
  for (auto& entry : entries) in_flight_.push_back(std::move(entry));
  if (fault_point<"shard.append_overloaded">()) return close(phase::closed, {errc::overloaded, "the queue is full", {}});
  if (fault_point<"shard.append_full">()) return close(phase::closed, {errc::storage_full, "the disk is full", {}});
  if (auto appended = around_->log.append(partition_, std::move(records)); !appended) {
    // No log will ever take it: told to repeat it, a client would close the partition again and again.
    if (appended.error().code == errc::too_large) finish(*group, tl::unexpected(appended.error()));
    close(phase::closed, appended.error());
  }
  if (fault_point<"shard.append_unconfirmed">()) close(phase::closed, {errc::io_failure, "not confirmed", {}});
}

void shard::finish(command_group& group, result<command_reply> const& reply) {
  if (auto const found = by_command_.find(group.last().command_id);
      found != by_command_.end() && found->second.get() == &group)
    by_command_.erase(found);
  gauge_.in_flight.fetch_sub(1, std::memory_order_relaxed);
  // Who joined it later asked for it once more.
  auto again = reply;
  if (again) again->repeated = true;
  for (std::size_t i = 0; i < group.waiting.size(); ++i) group.waiting[i](i == 0 ? reply : again);
}

// --- The log ------------------------------------------------------------------------------------

void shard::on_read(std::vector<read_back> const& records) {
  for (auto const& record : records) {
    read_to_ = record.offset + 1;
    if (!accepted(record.judged)) {
      around_->count.skipped.fetch_add(1, std::memory_order_relaxed);
      continue;
    }
    followed_ = record.state;
    last_recorded_ = std::max(last_recorded_, record.recorded_at);
    if (record.judged == verdict::claim)
      on_claimed(record);
    else
      on_own_commit(record);
  }
  tell_confirmed();
  forget_applied();
}

void shard::on_own_commit(read_back const& record) {
  if (in_flight_.empty() || in_flight_.front().h != record.state.h) return;  // a stranger's
  auto entry = std::move(in_flight_.front());
  in_flight_.pop_front();
  auto& target = entities_.at(entry.stream);
  --target.busy;
  target.last_offset = record.offset + 1;
  target.version = entry.version;
  if (target.process) {
    mark_ended(target, entry.ends_process);
    target.idle = false;
    stop_waiting(entry.stream);
    send(target.actor, commit_accepted{entry.version});
  }
  for (auto const& one : entry.unwritten) confirm({one, record.offset});
  if (!entry.group) return;
  auto& group = *entry.group;
  auto const last = group.requests.size() - 1;
  auto answer = std::make_shared<first_answer>();
  answer->partition = partition_;
  answer->offset = record.offset;
  answer->stream = group.requests[last].command.stream;
  answer->version = group.decisions[last].base_version + group.decisions[last].events.size();
  answer->request = group.last().request;
  answer->events = std::move(group.decisions[last].events);
  recent_[group.last().command_id] = answer;
  recent_order_.emplace_back(record.offset, group.last().command_id);
  auto const told = told_of(*answer, false, entry.recorded_at);
  (told ? around_->count.accepted : around_->count.refused).fetch_add(1, std::memory_order_relaxed);
  finish(group, told);
}

void shard::forget_applied() {
  auto const applied = gauge_.applied.load(std::memory_order_acquire);
  while (!recent_order_.empty() && recent_order_.front().first < applied) {
    recent_.erase(recent_order_.front().second);
    recent_order_.pop_front();
  }
}

void shard::enter(phase next) {
  if (phase_ == next) return;
  if (phase_ == phase::open) around_->count.open_partitions.fetch_sub(1);
  if (next == phase::open) around_->count.open_partitions.fetch_add(1);
  phase_ = next;
  phase_since_ = around_->steady_now();
  gauge_.phase.store(next, std::memory_order_relaxed);
}

void shard::try_open() {
  if (phase_ != phase::catching_up) return;
  if (fault_point<"shard.opens_later">()) return;
  if (gauge_.applied.load(std::memory_order_acquire) < open_at_) return;
  // Without them it would be open with work left undone. The next tick asks again.
  auto torn = around_->source.torn_group(partition_);
  if (fault_point<"shard.torn_group_unread">()) torn = fail(errc::io_failure, "the store cannot be read");
  auto const processes = around_->source.open_processes(partition_);
  if (!torn || !processes) {
    closed_why_ = not_open("this partition cannot be opened: " + (torn ? processes.error() : torn.error()).detail);
    return;
  }
  gauge_.wants_applied = false;
  enter(phase::open);
  if (*torn) take_back(**torn);
  for (auto const& stream : *processes) {
    if (entities_.contains(stream)) continue;
    around_->count.open_processes.fetch_add(1, std::memory_order_relaxed);
    wait_until(stream, around_->wall_now());
  }
  if (!taking_back_) serve();
}

void shard::serve() {
  taking_back_ = nullptr;
  wake_due();
  auto waiting = std::move(waiting_);
  waiting_.clear();
  for (auto& group : waiting) on_submit(std::move(group));
}

// If the log ends with the first part of a group, its owner died between two records: the part that is
// there is undone, as if the group had been refused. Nothing is written before that: the next owner would no
// longer see that the group was torn.
void shard::take_back(commit const& torn) {
  auto const undo = host(stream_kind(torn.stream));
  if (!undo) return;
  for (auto const& event : torn.events) {
    auto command = undo->take_back(torn.stream, event);
    if (!command) continue;
    auto group = std::make_shared<command_group>(around_->steady_now());
    auto& request = group->requests.emplace_back();
    request.command = *std::move(command);
    // A command that is repeated may be cut off more than once.
    request.command_id = derive_uuid(torn.command_id, "take back " + std::to_string(torn.base_version));
    request.who = {"tracseq", "TracSeq", "service"};
    request.reason = "the registration it belonged to was cut off";
    request.causation_id = torn.command_id;
    gauge_.in_flight.fetch_add(1, std::memory_order_relaxed);
    taking_back_ = group;
    begin(group);
  }
}

void shard::close(phase next, error const& why) {
  if (phase_ == phase::away) {
    closed_why_ = why;
    return;
  }
  if (phase_ == phase::claiming && next == phase::closed)
    around_->count.claims_unconfirmed.fetch_add(1, std::memory_order_relaxed);
  // Of a partition that it could not claim it knows no more than before: whoever had it may serve it still.
  if (forwards_ && !newest_is_own_) next = phase::away;
  enter(next);
  closed_why_ = why;
  // Behind a stranger's claim nothing of ours will be accepted any more, so what was not read back by now has
  // not happened: whoever owns the partition may be asked for it once more.
  bool const moved = next == phase::away && forwards_;
  // Of what was in flight nobody knows: part of it may be in the log and not yet read back, also where the
  // next write found no room.
  bool const full = why.code == errc::storage_full;
  error const answer{full ? errc::storage_full : errc::outcome_unknown,
                     (full ? "the log has no room (" : "the log did not confirm in time (") + why.detail +
                         "). Repeat the request with the same idempotency key: it will be done once.",
                     {}};
  auto in_progress = std::move(by_command_);
  by_command_.clear();
  in_flight_.clear();
  forget_questions();
  taking_back_ = nullptr;
  for (auto const& [id, group] : in_progress) {
    if (moved)
      hand_over(group);
    else
      finish(*group, tl::unexpected(answer));
  }
  for (auto const& [stream, until] : waits_)
    if (!entities_.contains(stream)) around_->count.open_processes.fetch_sub(1, std::memory_order_relaxed);
  waits_.clear();
  waits_by_time_.clear();
  for (auto& [stream, one] : entities_) {
    mark_ended(one, true);
    send_exit(one.actor, caf::exit_reason::kill);
  }
  entities_.clear();
  lru_.clear();
  if (next == phase::away) {
    auto waiting = std::move(waiting_);
    waiting_.clear();
    for (auto const& group : waiting) hand_over(group);
  }
}

void shard::hand_over(group_ptr const& group) {
  if (!forwards_) return finish(*group, tl::unexpected(closed_why_));
  if (fault_point<"shard.hand_over_fails">()) return finish(*group, fail(errc::outcome_unknown, "nobody can tell"));
  if (group->under_claim) return finish(*group, fail(errc::not_owner, closed_why_.detail));
  // An entity may still be reading the requests: they are copied.
  around_->elsewhere(partition_, group->requests, [group](result<command_reply> const& reply) {
    auto again = reply;
    if (again) again->repeated = true;
    for (std::size_t i = 0; i < group->waiting.size(); ++i) group->waiting[i](i == 0 ? reply : again);
  });
  gauge_.in_flight.fetch_sub(1, std::memory_order_relaxed);
}

void shard::on_tick() {
  if (fault_point<"shard.tick_late">()) return;
  if (phase_ == phase::open && fault_point<"shard.gives_up">()) close(phase::closed, not_open("it gave up"));
  try_open();  // also where the word of the projections was missed, or the store could not be read
  auto const time = around_->steady_now();
  auto const deadline = around_->options.deadline;
  if (!in_flight_.empty() && time - in_flight_.front().since > deadline)
    close(phase::closed, {errc::timed_out, "no answer from the log within its deadline", {}});
  if (asked_at_ && time - *asked_at_ > deadline) give_up_question();
  if (phase_ == phase::claiming && time - phase_since_ > deadline)
    close(phase::closed, {errc::timed_out, "the claim was not read back", {}});
  if (phase_ == phase::closed && wanted_ && time - phase_since_ > claim_retry)
    start_claim();
  while (!waiting_.empty() && time - waiting_.front()->since > deadline) {
    auto const group = std::move(waiting_.front());
    waiting_.pop_front();
    finish(*group, tl::unexpected(closed_why_));
  }
  if (phase_ == phase::open && !taking_back_) wake_due();
  if (auto const spare = passivate_idle()) send_exit(spare, caf::exit_reason::user_shutdown);
}

}  // namespace tracseq::runtime
