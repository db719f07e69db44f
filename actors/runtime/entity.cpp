#include "actors/runtime/entity.hpp"

#include "events/fault_point.hpp"

namespace tracseq::runtime {
namespace {

// Below this a fold from the beginning costs less than keeping a snapshot. Streams of the simulation are short.
constexpr std::uint64_t snapshot_events_min = is_simulation ? 6 : 64;
constexpr std::int64_t resume_retry_us = 5'000'000;

}  // namespace

entity::entity(caf::actor_config& config, std::string stream, caf::actor shard,
               std::shared_ptr<surroundings> around)
    : caf::event_based_actor(config),
      stream_(std::move(stream)),
      shard_(std::move(shard)),
      around_(std::move(around)) {
  around_->count.live_entities.fetch_add(1, std::memory_order_relaxed);
}

entity::~entity() { around_->count.live_entities.fetch_sub(1, std::memory_order_relaxed); }

caf::behavior entity::make_behavior() {
  set_exception_handler(broken_by_exception(around_, stream_));
  set_exit_handler([this](caf::exit_msg const&) {
    save_snapshot_if_worth();
    quit();
  });
  return {
      [this](host_stream const& m) { host_other(m.stream); },
      [this](decide_command const& m) { on_decide(m.group, m.index); },
      [this](settle_group const& m) {
        if (held_by_ == m.group) settle(m.keep);
      },
      [this](commit_accepted const& m) {
        if (driver_ && m.version == hosted_->version()) driver_->run(*hosted_);
      },
      [this](resume_process const&) { resume(); },
      [this](step_replied const& m) { driver_->on_step_reply(*hosted_, m); },
      [this](outcome_replied const& m) { driver_->on_outcome_reply(*hosted_, m); },
      [this](effect_performed const& m) { driver_->on_effect(*hosted_, m); },
      [this](retry_commands const& m) { driver_->on_retry(m); },
      [this](retry_outcome const& m) { driver_->on_retry_outcome(*hosted_, m); },
  };
}

// The shard gives another stream only to an idle entity that is no process: nothing of the old one is
// in flight, and no reply or timer of it can come.
void entity::host_other(std::string stream) {
  save_snapshot_if_worth();
  stream_ = std::move(stream);
  hosted_.reset();
  active_ = false;
  snapshot_version_ = 0;
  held_by_ = nullptr;
}

result<void> entity::activate() {
  if (active_) return {};
  hosted_ = host(stream_kind(stream_));
  if (!hosted_)
    return fail(errc::unsupported,
                "this TracSeq knows no streams of kind " + std::string(stream_kind(stream_)));
  auto stored = around_->source.load(stream_, true);
  if (fault_point<"entity.stream_unread">()) stored = fail(errc::io_failure, "the store cannot be read");
  if (!stored) return tl::unexpected(stored.error());
  auto restored = hosted_->restore(stored->snapshot_version, stored->snapshot, stored->tail);
  if (stored->snapshot_version > 0 && fault_point<"entity.snapshot_unread">()) restored = fail(errc::unsupported, "old");
  if (!restored && stored->snapshot_version > 0) {  // snapshots are only a shortcut
    stored = around_->source.load(stream_, false);
    if (!stored) return tl::unexpected(stored.error());
    restored = hosted_->restore(0, {}, stored->tail);
  }
  // In a cluster an upgraded node takes the partition, and decides; until then it is as if it had no owner.
  if (!restored && restored.error().code == errc::unsupported && around_->elsewhere)
    return fail(errc::not_owner, "the history of " + stream_ + " holds what only a newer TracSeq can read: " +
                                     restored.error().detail + "; repeat the request at a node that is upgraded");
  if (!restored)
    return fail(errc::corrupt,
                "the history of " + stream_ + " cannot be read: " + restored.error().detail);
  snapshot_version_ = stored->snapshot_version;
  if (hosted_->is_process())
    driver_ = std::make_unique<process_driver>(*this, shard_, stream_, around_, stored->origin);
  active_ = true;
  return {};
}

void entity::resume() {
  if (!activate())  // the store may be read again later
    return send(shard_, process_waits{stream_, 0,
                                      instant{around_->wall_now().us + resume_retry_us}, true});
  if (driver_) driver_->run(*hosted_);
}

void entity::on_decide(group_ptr group, std::size_t index) {
  if (held_by_ && held_by_ != group) {
    waiting_.emplace_back(std::move(group), index);
    return;
  }
  decide(*group, index);
  bool const more_to_come = group->requests.size() > 1 && !group->refusal;
  if (more_to_come) held_by_ = group;
  send(shard_, command_decided{std::move(group), index});
}

void entity::decide(command_group& group, std::size_t index) {
  auto const& request = group.requests[index];
  if (auto activated = activate(); !activated) {
    group.refusal = activated.error();
    return;
  }
  if (request.expected_version && *request.expected_version != hosted_->version()) {
    group.refusal = error{errc::version_mismatch,
                          "it has changed meanwhile: version " +
                              std::to_string(hosted_->version()) + " now, version " +
                              std::to_string(*request.expected_version) +
                              " was expected. Look at it again, then repeat the change.",
                          {}};
    return;
  }
  bool const grouped = group.requests.size() > 1;
  if (grouped && !held_by_) hosted_->mark();
  command_context context;
  context.at = around_->wall_now();
  context.command_id = request.command_id;
  context.who = request.who;
  context.reason = request.reason;
  auto const base = hosted_->version();
  auto events = hosted_->decide(request.command, std::move(context));
  // A process gives up on a refusal, and never hears of a late copy of its step that found things changed.
  if (!events && !grouped)
    if (auto kept = hosted_->keep_refusal(request.command, events.error())) events = std::vector{*std::move(kept)};
  if (!events) {
    group.refusal = events.error();
    return;
  }
  if (driver_ && base == 0) driver_->set_origin(request);
  group.decisions.push_back({base, *std::move(events)});
}

void entity::settle(bool keep) {
  held_by_ = nullptr;
  if (!keep) hosted_->go_back();
  while (!waiting_.empty() && !held_by_) {
    auto [group, index] = std::move(waiting_.front());
    waiting_.pop_front();
    on_decide(std::move(group), index);
  }
}

void entity::save_snapshot_if_worth() {
  if (!active_ || hosted_->is_process()) return;
  auto const worth = fault_point<"entity.snapshot_early">() ? 1 : snapshot_events_min;
  if (hosted_->version() < snapshot_version_ + worth) return;
  if (fault_point<"entity.snapshot_not_saved">()) return;
  around_->source.save_snapshot(stream_, hosted_->version(), hosted_->snapshot());
}

}  // namespace tracseq::runtime
