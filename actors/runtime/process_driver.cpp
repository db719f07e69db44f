#include "actors/runtime/process_driver.hpp"

#include <algorithm>
#include <cstring>

#include "events/fault_point.hpp"
#include "events/hash.hpp"

namespace tracseq::runtime {
namespace {

constexpr auto back_off_first = std::chrono::milliseconds(20);
constexpr auto back_off_max = std::chrono::milliseconds(5'000);

fingerprint fingerprint_of(outgoing_command const& command) {
  auto const digest = sha256(command.name, command.payload);
  fingerprint print;
  std::memcpy(print.data(), digest.data(), print.size());
  return print;
}

}  // namespace

process_driver::process_driver(caf::event_based_actor& self, caf::actor shard, std::string stream,
                               std::shared_ptr<surroundings> around, stored_stream::origin_facts origin)
    : self_(self),
      shard_(std::move(shard)),
      stream_(std::move(stream)),
      around_(std::move(around)),
      origin_(std::move(origin)) {
  auto const key = stream_key(stream_);
  process_id_ = parse_uuid(key).value_or(derive_uuid({}, stream_));
}

void process_driver::set_origin(command_request const& first) {
  origin_ = {first.who, first.reason, first.occurred_at, first.correlation_id, first.traceparent};
}

void process_driver::run(hosted_entity const& process) {
  auto const time = around_->wall_now();
  instant next = last_instant;
  for (auto& due : process.due()) {
    if (running_.contains(due.name)) continue;
    if (due.not_before && *due.not_before > time)
      next = std::min(next, *due.not_before);
    else
      start(std::move(due), process.version());
  }
  if (running_.empty() || next != last_instant)
    self_.send(shard_, process_waits{stream_, process.version(), next, running_.empty()});
}

void process_driver::start(tracseq::step due, std::uint64_t version) {
  auto const name = due.name;
  auto& one = running_[name];
  one.step = std::move(due);
  one.version = version;
  one.outcome.step = name;
  one.outcome.commands.resize(one.step.commands.size());
  for (std::size_t i = 0; i < one.outcome.commands.size(); ++i)
    one.outcome.commands[i].index = static_cast<std::uint32_t>(i);
  one.open = one.step.commands.size() + (one.step.outside ? 1 : 0);
  if (one.step.outside) {
    auto const self = caf::actor_cast<caf::actor>(&self_);
    around_->perform(*one.step.outside, [self, name](effect_outcome outcome) {
      caf::anon_send(self, effect_performed{name, std::move(outcome)});
    });
  }
  auto const& commands = one.step.commands;
  for (std::size_t first = 0; first < commands.size();) {
    std::size_t count = 1;
    while (commands[first].group != 0 && first + count < commands.size() &&
           commands[first + count].group == commands[first].group)
      ++count;
    send_commands(one, first, count);
    first += count;
  }
}

void process_driver::send_commands(running& one, std::size_t first, std::size_t count) {
  std::vector<command_request> group;
  group.reserve(count);
  for (std::size_t i = first; i < first + count; ++i)
    group.push_back(
        request_for(one.step.commands[i], one.step.name + "/" + std::to_string(i)));
  auto const self = caf::actor_cast<caf::actor>(&self_);
  if (fault_point<"driver.step_doubled">()) around_->submit(group, [](auto const&) {});
  around_->submit(std::move(group), [self, name = one.step.name, first, count](auto reply) {
    caf::anon_send(self, step_replied{name, first, count,
                                      std::make_shared<result<command_reply>>(std::move(reply))});
  });
}

command_request process_driver::request_for(outgoing_command command,
                                            std::string_view id_name) const {
  command_request request;
  request.request = fingerprint_of(command);
  request.command = std::move(command);
  request.command_id = derive_uuid(process_id_, id_name);
  request.who = origin_.who;
  request.reason = origin_.reason;
  request.occurred_at = origin_.occurred_at;
  request.correlation_id = origin_.correlation_id.is_nil() ? process_id_ : origin_.correlation_id;
  request.causation_id = process_id_;
  request.traceparent = origin_.traceparent;
  return request;
}

void process_driver::on_step_reply(hosted_entity const& process, step_replied const& reply) {
  auto const found = running_.find(reply.step);
  if (found == running_.end()) return;
  auto& one = found->second;
  bool const unheard = fault_point<"driver.answer_lost">();
  if (unheard || (!*reply.reply && describe(reply.reply->error().code).retryable)) {
    self_.delayed_send(&self_, back_off(one), retry_commands{reply.step, reply.first, reply.count});
    return;
  }
  one.failures = 0;
  for (std::size_t i = reply.first; i < reply.first + reply.count; ++i) {
    auto& outcome = one.outcome.commands[i];
    outcome.ok = reply.reply->has_value();
    if (!outcome.ok) {
      outcome.code = describe(reply.reply->error().code).name;
      outcome.detail = reply.reply->error().detail;
    }
  }
  if (*reply.reply) one.outcome.commands[reply.first + reply.count - 1].events = (*reply.reply)->events;
  one.open -= reply.count;
  if (one.open == 0) finish(process, one);
}

void process_driver::on_effect(hosted_entity const& process, effect_performed const& done) {
  auto const found = running_.find(done.step);
  if (found == running_.end()) return;
  auto& one = found->second;
  one.outcome.outside = done.outcome;
  if (--one.open == 0) finish(process, one);
}

// The outcome's id carries the version the step began at, so that a step that is done again after it
// was parked and resumed is not taken for a repeat of the first time.
void process_driver::finish(hosted_entity const& process, running& one) {
  auto request =
      request_for(process.on_outcome(stream_, one.outcome),
                  one.step.name + "/outcome@" + std::to_string(one.version));
  auto const self = caf::actor_cast<caf::actor>(&self_);
  std::vector<command_request> group;
  group.push_back(std::move(request));
  around_->submit(std::move(group), [self, name = one.step.name](auto reply) {
    caf::anon_send(self, outcome_replied{name, std::make_shared<result<command_reply>>(
                                                   std::move(reply))});
  });
}

void process_driver::on_outcome_reply(hosted_entity const& process, outcome_replied const& reply) {
  auto const found = running_.find(reply.step);
  if (found == running_.end()) return;
  bool const unheard = fault_point<"driver.outcome_lost">();
  if (unheard || (!*reply.reply && describe(reply.reply->error().code).retryable)) {
    self_.delayed_send(&self_, back_off(found->second), retry_outcome{reply.step});
    return;
  }
  running_.erase(found);
  // A refusal here is a defect of the decider; asking again at once would only spin.
  if (*reply.reply && (*reply.reply)->version == process.version()) run(process);
}

void process_driver::on_retry(retry_commands const& retry) {
  auto const found = running_.find(retry.step);
  if (found != running_.end()) send_commands(found->second, retry.first, retry.count);
}

void process_driver::on_retry_outcome(hosted_entity const& process, retry_outcome const& retry) {
  auto const found = running_.find(retry.step);
  if (found != running_.end()) finish(process, found->second);
}

std::chrono::milliseconds process_driver::back_off(running& one) {
  if (fault_point<"driver.waits_long">()) return back_off_max;
  auto const doubled = back_off_first * (1u << std::min<std::uint32_t>(one.failures++, 8));
  return std::min<std::chrono::milliseconds>(doubled, back_off_max);
}

}  // namespace tracseq::runtime
