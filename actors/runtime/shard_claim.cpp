// Whether this node may write to a partition's log at all: its claim, and what keeps it from one.

#include "actors/runtime/shard.hpp"
#include "events/fault_point.hpp"

namespace tracseq::runtime {

void shard::start_claim() {
  // What would be written there takes the place of what was lost, or lies where nobody reads it.
  if (barred_) return;
  // Of a silent log: it would wait in the client's queue, and be the first thing in whatever log comes back.
  auto why_not = around_->why_no_claim(partition_);
  if (fault_point<"shard.log_silent">()) why_not = "the log does not answer";
  if (!why_not.empty()) {
    // Where another node has it, that one is asked meanwhile, and this one is told to take it again.
    if (phase_ == phase::away) return;
    phase_since_ = around_->steady_now();
    closed_why_ = not_open(why_not);
    return;
  }
  enter(phase::claiming);
  claim record;
  record.number = followed_.c + 1;
  record.recorded_at = std::max(last_recorded_, around_->wall_now());
  record.node = around_->options.node;
  record.boot_id = around_->options.boot_id;
  record.command_address = around_->options.command_address;
  if (fault_point<"shard.claim_lost">()) return;
  if (fault_point<"shard.claim_doubled">()) (void)around_->log.append(partition_, {encode_record(record)});
  if (auto appended = around_->log.append(partition_, {encode_record(record)}); !appended)
    close(phase::closed, appended.error());
}

void shard::on_claimed(read_back const& record) {
  bool const own = record.claimed_by == around_->options.boot_id;
  newest_is_own_ = own;
  // Before it is open, a node that is alone may read the claim of one that died behind it, late: the next one
  // is ours. In a cluster two may claim at once, and the first one has it.
  if (!own && phase_ == phase::claiming && !forwards_)
    return close(phase::closed, not_open("another TracSeq node claimed this partition at the same time"));
  if (!own) {
    wanted_ = false;
    return close(phase::away, not_open("another TracSeq node has taken this partition over; ask that one"));
  }
  // A claim that was given up before it was read back holds all the same: others send everything here.
  bool const late = phase_ == phase::away && wanted_ && !barred_;
  if (phase_ != phase::claiming && !late) return;
  around_->count.claims_unconfirmed.store(0, std::memory_order_relaxed);
  head_ = record.state;
  open_at_ = record.offset + 1;
  enter(phase::catching_up);
  gauge_.wants_applied = true;
  try_open();
}

void shard::bar(error const& why) {
  barred_ = not_open(why.detail);
  close(phase::closed, why);
  closed_why_ = *barred_;
  auto waiting = std::move(waiting_);
  waiting_.clear();
  for (auto const& group : waiting) finish(*group, tl::unexpected(closed_why_));
}

}  // namespace tracseq::runtime
