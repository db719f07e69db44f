#include "tests/sim/history.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "actors/decider.hpp"
#include "events/storage_layout.hpp"

namespace tracseq::sim {
namespace {

std::string_view bytes_of(hash256 const& h) { return {reinterpret_cast<char const*>(h.data()), h.size()}; }

}  // namespace

history::history(world& in, broker const& log) : world_(in), log_(log), chains_(log.partitions()) {
  for (partition_id p = 0; p < chains_.size(); ++p)
    chains_[p].h = sha256("TracSeq log 1, partition " + std::to_string(p) + " of " +
                          std::to_string(chains_.size()));
}

void history::read() {
  for (; seen_ < log_.order().size(); ++seen_) {
    auto const& at = log_.order()[seen_];
    take(at, log_.records(at.partition)[at.offset]);
  }
}

// docs/formats.md, "The chain", written down a second time.
void history::take(broker::appended const& came, std::string_view record) {
  auto const [partition, offset, at_us] = came;
  auto& at = chains_[partition];
  if (offset != at.next++) world_.broken("I5: the log has a gap in partition ", partition);
  auto decoded = decode_record(record);
  auto const* const taken = decoded ? std::get_if<claim>(&*decoded) : nullptr;
  auto* const made = decoded ? std::get_if<commit>(&*decoded) : nullptr;
  bool const claims = taken != nullptr && taken->number == at.c + 1;
  bool const follows = made != nullptr && made->claim == at.c && made->prev == at.h;
  if (!claims && !follows) {
    ++skipped_;
    world_.say("  log ", partition, "-", offset, " skipped: ",
               taken != nullptr ? "claim " + std::to_string(taken->number) + " of " + taken->node
               : made != nullptr ? made->stream + " under claim " + std::to_string(made->claim) : "not a record");
    return;
  }
  at.h = sha256(std::string(bytes_of(at.h)) + std::string(record));
  if (claims) {
    ++at.c;
    world_.say("  log ", partition, "-", offset, " claim ", at.c, " of ", taken->node);
    // Its owner died between two records of a group, or lost the second.
    if (at.continued) entries_[*at.continued].torn = true;
    return;
  }
  if (made->recorded_at < at.recorded_at)
    world_.broken("I5: recorded_at goes back in partition ", partition, " at offset ", offset);
  at.recorded_at = std::max(at.recorded_at, made->recorded_at);
  if (at.continued && !entries_[*at.continued].torn &&
      derive_uuid(made->command_id, "barcode") != entries_[*at.continued].commit.command_id)
    world_.broken("I9: in partition ", partition, " at offset ", offset, " a group is not followed by its rest");
  at.continued.reset();
  if (made->flags == commit_flag::continued) at.continued = entries_.size();
  entries_.push_back({partition, offset, *std::move(made), false, at_us});
  apply(entries_.back());
}

void history::apply(entry const& made) {
  auto const& stream = made.commit.stream;
  auto const where = std::to_string(made.partition) + "-" + std::to_string(made.offset);
  if (partition_of(stream, log_.partitions()) != made.partition)
    world_.broken("I5: ", stream, " is written in the wrong partition at ", where);
  auto& version = versions_[stream];
  if (made.commit.base_version != version)
    world_.broken("I5: ", stream, " goes from version ", version, " to ", made.commit.base_version, " at ", where);
  version = made.commit.version();
  if (made.commit.events.empty()) world_.broken("I5: a commit without events at ", where);
  for (auto const index : by_command(made.commit.command_id))
    if (!entries_[index].torn)
      world_.broken("I2: command ", to_string(made.commit.command_id), " acts on ", entries_[index].commit.stream,
                    " at ", entries_[index].partition, "-", entries_[index].offset, " and on ", stream, " at ", where);
  by_command_.emplace(made.commit.command_id, entries_.size() - 1);
  for (auto const& encoded : made.commit.events) {
    auto const event = decode_event(encoded);
    if (!event) {
      world_.broken("an event of ", stream, " cannot be read: ", event.error().detail);
      continue;
    }
    if (world_.story)
      world_.say("  log ", where, " ", stream, " v", version, ": ", facts_of(*event).type.name, " ", json_of(*event),
                 made.commit.flags == commit_flag::continued ? " …" : "");
    if (auto const* one = std::get_if<sample::event>(&*event)) on_sample(stream, *one);
    if (auto const* one = std::get_if<storage_unit::event>(&*event)) on_unit(stream, *one);
    if (auto const* one = std::get_if<barcode::event>(&*event)) on_barcode(stream, *one);
    if (is_process_kind(stream_kind(stream))) on_process(stream, *event);
  }
  keep_moment(stream);
}

void history::on_process(std::string const& stream, any_event const& event) {
  auto& process = processes_[stream];
  process.since_us = world_.now_us;
  process.open = !facts_of(event).ends_process;
  std::string_view const name = facts_of(event).type.name;
  if (name.ends_with("_parked")) process.parked = true;
  if (name.ends_with("_resumed")) process.parked = false;
  if (name == "delivery_delivered") delivered_.insert(std::string(stream_key(stream)));
  if (stream_kind(stream) == delivery::kind) deliveries_[stream] = name;
  if (auto const* asked = event_if<move::requested>(event)) moves_.emplace(to_string(asked->move_id), *asked);
}

/// A thing goes to `to`, from where it is said to stand.
void history::stands(std::string const& stream, std::optional<place>& at, std::optional<uuid> const& from_unit,
                     std::string const& from_slot, std::optional<place> to) {
  bool const right = from_unit ? at && at->unit_id == *from_unit && at->slot == from_slot : !at;
  if (!right) world_.broken("I3: ", stream, " leaves a place where it does not stand");
  at = std::move(to);
}

void history::on_sample(std::string const& stream, sample::event const& event) {
  auto& now = samples_[stream];
  std::visit(overloaded{[&](sample::registered const& e) {
                          if (!now.name.empty()) world_.broken("I5: ", stream, " is registered twice");
                          now.name = e.details.name;
                          now.barcode = e.details.barcode;
                          now.stage = "registered";
                        },
                        [&](sample::received const&) { now.stage = "received"; },
                        [&](sample::accepted const&) { now.stage = "accepted"; },
                        [&](sample::held const&) { now.held = true; },
                        [&](sample::hold_ended const&) { now.held = false; },
                        [&](sample::archived const&) { now.stage_before = std::exchange(now.stage, "archived"); },
                        [&](sample::placed const& e) {
                          stands(stream, now.at, e.from_unit_id, e.from_slot, place{e.unit_id, e.slot, e.unit_label});
                        },
                        [&](sample::taken_out const& e) {
                          stands(stream, now.at, e.from_unit_id, e.from_slot, std::nullopt);
                        },
                        [&](sample::discarded const& e) {
                          if (e.from.has_value() != now.at.has_value())
                            world_.broken("I3: ", stream, " is discarded where it does not stand");
                          now.at.reset();
                          now.stage_before = std::exchange(now.stage, "discarded");
                        },
                        [&](sample::reinstated const&) { now.stage = now.stage_before; },
                        [&](sample::step_refused const& e) { on_refused_step(stream, e.process_id, e.step); },
                        [](auto const&) {}},
             event);
}

void history::on_unit(std::string const& stream, storage_unit::event const& event) {
  auto& slots = units_[stream];
  std::visit(
      overloaded{
          [&](storage_unit::added const& e) { room_[stream] = storage_unit::slot_count(e.layout); },
          [&](storage_unit::maintenance_started const&) { in_maintenance_.insert(stream); },
          [&](storage_unit::maintenance_ended const&) { in_maintenance_.erase(stream); },
          [&](storage_unit::step_refused const& e) { on_refused_step(stream, e.process_id, e.step); },
          [&](storage_unit::slot_reserved const& e) {
            if (auto const found = slots.find(e.slot); found != slots.end())
              world_.broken("I3: ", stream, " keeps ", e.slot, " for ", e.occupant, ", which holds ",
                            found->second.occupant);
            slots[e.slot] = {e.occupant, e.move_id, false};
          },
          [&](storage_unit::slot_released const& e) {
            auto const found = slots.find(e.slot);
            if (found == slots.end() || found->second.filled || found->second.move_id != e.move_id)
              world_.broken("I3: ", stream, " releases ", e.slot, ", which is not kept");
            slots.erase(e.slot);
          },
          [&](storage_unit::slot_filled const& e) {
            auto& held = slots[e.slot];
            if (held.filled || held.occupant != e.occupant || held.move_id != e.move_id)
              world_.broken("I3: ", stream, " fills ", e.slot, " with ", e.occupant, ", which was not kept for it");
            held = {e.occupant, e.move_id, true};
          },
          [&](storage_unit::slot_vacated const& e) {
            auto const found = slots.find(e.slot);
            if (found == slots.end() || found->second.occupant != e.occupant)
              world_.broken("I3: ", e.occupant, " leaves ", e.slot, " of ", stream, ", where it is not");
            slots.erase(e.slot);
          },
          [&](storage_unit::placed const& e) {
            stands(stream, unit_places_[stream], e.from_unit_id, e.from_slot, place{e.unit_id, e.slot, e.unit_label});
          },
          [&](storage_unit::taken_out const& e) {
            stands(stream, unit_places_[stream], e.from_unit_id, e.from_slot, std::nullopt);
          },
          [](auto const&) {}},
      event);
}

void history::on_barcode(std::string const& stream, barcode::event const& event) {
  std::visit(overloaded{[&](barcode::assigned const& e) {
                          auto& names = labels_[stream];
                          if (!names.empty()) world_.broken("I3: ", stream, " names ", names, " and ", e.entity);
                          names = e.entity;
                        },
                        [&](barcode::released const&) { labels_.erase(stream); }, [](auto const&) {}},
             event);
}

// I8, of the steps of a move or a discard: they were refused behind the version before, whoever was asked when.
void history::on_refused_step(std::string const& stream, uuid const& process, std::string const& step) {
  ++kept_refusals_;
  auto const asked = moves_.find(to_string(process));
  bool right = true;  // a kind of step that is not judged
  auto const elsewhere = [&](std::optional<place> const& at) {
    auto const& from = asked->second.from;
    return at.has_value() != from.has_value() || (at && (at->unit_id != from->unit_id || at->slot != from->slot));
  };
  if (stream_kind(stream) == sample::kind) {
    auto const& now = samples_[stream];
    if (step == "sample.discard") right = now.is_final() || now.held;
    bool const stays = now.stage == "archived" && now.at;
    if (step == "sample.place" && asked != moves_.end())
      right = (now.stage != "accepted" && !stays) || elsewhere(now.at) ||
              (now.at && now.at->unit_id == asked->second.to->unit_id);
    if (step == "sample.take_out" && asked != moves_.end()) right = !now.stands_at("accepted") || elsewhere(now.at);
  } else if (asked != moves_.end()) {
    auto const& slots = units_[stream];
    auto const& at = unit_places_[stream];
    if (step == "storage_unit.reserve_slot") {
      auto const& wanted = asked->second.to->slot;
      bool const taken = wanted.empty() ? slots.size() >= room_[stream] : slots.contains(wanted);
      right = taken || in_maintenance_.contains(stream);
    }
    if (step == "storage_unit.place")
      right = elsewhere(at) || (at && at->unit_id == asked->second.to->unit_id);
    if (step == "storage_unit.take_out") right = elsewhere(at);
  }
  if (!right)
    world_.broken("I8: ", stream, " refused ", step, " of ", to_string(process), " at version ", versions_[stream],
                  " without a reason");
}

void history::keep_moment(std::string const& stream) {
  moment made{versions_[stream], entries_.back().at_us, entries_.size() - 1, {}};
  if (auto const found = samples_.find(stream); found != samples_.end()) made.now.sample = found->second;
  if (auto const found = labels_.find(stream); found != labels_.end()) made.now.names = found->second;
  if (auto const found = processes_.find(stream); found != processes_.end()) made.now.parked = found->second.parked;
  if (auto const found = deliveries_.find(stream); found != deliveries_.end()) made.now.delivery = found->second;
  made.now.in_maintenance = in_maintenance_.contains(stream);
  moments_[stream].push_back(std::move(made));
}

std::vector<history::moment> history::within(std::string const& stream, std::int64_t from_us,
                                             std::int64_t until_us) const {
  std::vector<moment> all{{}};
  auto const add = [&](moment const& one) {
    if (one.at_us > until_us) return;
    if (one.at_us < from_us) all.clear();  // it ended what was before
    all.push_back(one);
  };
  if (auto const found = moments_.find(stream); found != moments_.end())
    std::for_each(found->second.begin(), found->second.end(), add);
  std::erase_if(all, [&](moment const& one) { return one.entry && entries_[*one.entry].torn; });
  return all;
}

std::optional<history::moment> history::at_version(std::string const& stream, std::uint64_t version) const {
  if (auto const found = moments_.find(stream); found != moments_.end())
    for (auto const& one : found->second)
      if (one.version == version) return one;
  return std::nullopt;
}

std::vector<std::size_t> history::by_command(uuid const& id) const {
  std::vector<std::size_t> found;
  for (auto [at, end] = by_command_.equal_range(id); at != end; ++at) found.push_back(at->second);
  return found;
}

void history::check_end() {
  // Both sides of a move agree when it is over.
  for (auto const& [unit, slots] : units_)
    for (auto const& [name, held] : slots) {
      if (!held.filled) {
        world_.broken("I9: ", unit, " still keeps ", name, " for ", held.occupant);
        continue;
      }
      auto const tube = samples_.find(held.occupant);
      auto const box = unit_places_.find(held.occupant);
      auto const at = tube != samples_.end() ? tube->second.at
                                             : (box != unit_places_.end() ? box->second : std::optional<place>());
      if (!at || stream_name(storage_unit::kind, at->unit_id) != unit || at->slot != name)
        world_.broken("I3: ", unit, " holds ", held.occupant, " in ", name, ", which stands elsewhere");
    }
  auto const holds = [&](std::string const& thing, place const& at) {
    auto const unit = units_.find(stream_name(storage_unit::kind, at.unit_id));
    if (unit == units_.end()) return false;
    auto const held = unit->second.find(at.slot);
    return held != unit->second.end() && held->second.filled && held->second.occupant == thing;
  };
  for (auto const& [stream, one] : samples_) {
    if (one.at && !holds(stream, *one.at)) world_.broken("I3: ", stream, " stands where nothing holds it");
    // A group is there whole or not at all.
    if (one.name.empty()) world_.broken("I9: ", stream, " was never registered");
    auto const label = labels_.find(stream_name(barcode::kind, one.barcode));
    if (label == labels_.end() || label->second != stream)
      world_.broken("I9: ", stream, " is registered without its label ", one.barcode);
  }
  for (auto const& [stream, at] : unit_places_)
    if (at && !holds(stream, *at)) world_.broken("I3: ", stream, " stands where nothing holds it");
  for (auto const& [label, names] : labels_)
    if (!samples_.contains(names)) world_.broken("I9: ", label, " names ", names, ", which was never registered");
  for (auto const& [stream, process] : processes_)
    if (process.open) world_.broken("liveness: ", stream, " is still open");
}

}  // namespace tracseq::sim
