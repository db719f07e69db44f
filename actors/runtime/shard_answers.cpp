// Answers that write nothing: refusals, and commands that change nothing (docs/adr/0019-a-no-is-durable-too.md).

#include <algorithm>
#include <utility>

#include "actors/runtime/shard.hpp"

namespace tracseq::runtime {

void shard::answer_unwritten(group_ptr const& group, std::size_t decided) {
  auto const is_of = [&](std::string const& stream) {
    return std::any_of(group->requests.begin(), group->requests.begin() + static_cast<std::ptrdiff_t>(decided),
                       [&](command_request const& one) { return one.command.stream == stream; });
  };
  // A group is durable with its last record: of one that is torn off, the first part is taken back.
  auto const newest = std::find_if(in_flight_.rbegin(), in_flight_.rend(), [&](in_flight const& entry) {
    return entry.group && std::any_of(entry.group->requests.begin(), entry.group->requests.end(),
                                      [&](command_request const& one) { return is_of(one.command.stream); });
  });
  if (newest != in_flight_.rend()) return newest->unwritten.push_back(group);
  auto const behind = entities_.at(group->requests[decided - 1].command.stream).last_offset;
  confirm({group, behind == 0 ? 0 : behind - 1});
}

// Decided here, and durable. But an owner that was overtaken does not know it until it reads so: what another has
// written since may be why there is no reason any more, or the command itself, which was sent there before. Where the
// log ended when it was asked behind the decision, and is read to there, this node was its owner.
void shard::confirm(unwritten answer) {
  if (!forwards_ || !around_->ask_end) return finish_unwritten(answer);
  unasked_.push_back(std::move(answer));
  if (!asked_at_) ask_end();
}

void shard::ask_end() {
  asked_ = std::exchange(unasked_, {});
  asked_at_ = around_->steady_now();
  around_->ask_end(partition_, ++question_);
}

void shard::on_log_ends(std::uint64_t question, std::uint64_t end) {
  if (question != question_ || !asked_at_) return;
  end_ = end;
  tell_confirmed();
}

void shard::tell_confirmed() {
  if (!end_ || read_to_ < *end_) return;
  for (auto const& one : close_question()) finish_unwritten(one);
}

void shard::give_up_question() {
  for (auto const& one : close_question())
    finish(*one.group, fail(errc::outcome_unknown,
                            "the log did not tell in time where it ends, so nobody knows whether this is so. Repeat the "
                            "request with the same idempotency key: it will be done once."));
}

std::vector<shard::unwritten> shard::close_question() {
  auto waited = std::exchange(asked_, {});
  end_.reset();
  asked_at_.reset();
  if (!unasked_.empty()) ask_end();
  return waited;
}

void shard::forget_questions() {
  unasked_.clear();
  close_question();
}

void shard::finish_unwritten(unwritten const& answer) {
  auto& group = *answer.group;
  if (group.refusal) {
    around_->count.refused.fetch_add(1, std::memory_order_relaxed);
    return finish(group, tl::unexpected(*group.refusal));
  }
  finish(group, command_reply{group.last().command.stream, partition_, answer.offset,
                              group.decisions.back().base_version, {}, false});
}

}  // namespace tracseq::runtime
