#include "tests/sim/verdict.hpp"

#include <algorithm>
#include <set>

#include "projections/barcodes.hpp"
#include "projections/command_ids.hpp"
#include "projections/journal.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"

namespace tracseq::sim {
namespace {

void check_answer(world& in, operation const& one, history const& truth) {
  auto const acts = truth.by_command(one.key);
  auto const& reply = **one.answer;
  // All else changes something, or is refused.
  bool const may_change_nothing = one.does == deed::send_again || one.does == deed::read;
  if (reply.events.empty() && acts.empty() && may_change_nothing) return;
  auto const found = std::find_if(acts.begin(), acts.end(), [&](auto const index) {
    auto const& made = truth.entries()[index];
    return made.partition == reply.partition && made.offset == reply.offset && made.commit.stream == reply.stream &&
           made.commit.version() == reply.version && made.commit.events == reply.events && !made.torn;
  });
  if (found == acts.end())
    in.broken("I1: \"", one.what, "\" was acknowledged at ", reply.partition, "-", reply.offset, " on ", reply.stream,
              ", and is not in the history");
}

/// A returned before B was called, so A comes before B.
void check_order(world& in, clients const& people) {
  struct span {
    std::uint64_t offset;
    operation const* of;
  };
  std::map<partition_id, std::vector<span>> by_partition;
  for (auto const& one : people.asked())
    if (one->answer && *one->answer && !(*one->answer)->events.empty())
      by_partition[(*one->answer)->partition].push_back({(*one->answer)->offset, one.get()});
  for (auto& [partition, spans] : by_partition) {
    std::sort(spans.begin(), spans.end(), [](auto const& a, auto const& b) { return a.offset < b.offset; });
    operation const* latest = nullptr;
    for (auto const& [offset, one] : spans) {
      if (latest != nullptr && one->answered_us < latest->invoked_us)
        in.broken("I7: \"", one->what, "\" was answered before \"", latest->what, "\" was asked, and comes after it");
      if (latest == nullptr || one->invoked_us > latest->invoked_us) latest = one;
    }
  }
}

/// Nobody but a client, a process that was asked for, or a taking back writes anything.
void check_origins(world& in, clients const& people, history const& truth) {
  std::set<uuid> known;
  for (auto const& one : people.asked()) {
    known.insert(one->key);
    known.insert(derive_uuid(one->key, "barcode"));
  }
  for (auto const& made : truth.entries()) {
    auto const& commit = made.commit;
    if (commit.causation_id.is_nil() && !known.contains(commit.command_id))
      in.broken("I4: nobody asked for what was done to ", commit.stream, " at ", made.partition, "-", made.offset);
    if (commit.causation_id.is_nil() || known.contains(commit.causation_id)) continue;
    auto const is = [&](std::string_view kind) {
      return truth.processes().contains(stream_name(kind, commit.causation_id));
    };
    if (!is("move") && !is("discard") && !is("delivery"))
      in.broken("I4: no process asked for what was done to ", commit.stream, " at ", made.partition, "-", made.offset);
  }
}

void compare_disks(world& in, std::string const& name, disk const& one, std::string const& other_name,
                   disk const& other) {
  for (auto const& [table, rows] : one.tables) {
    if (table == "snapshots") continue;  // each node's own
    auto const there = other.tables.find(table);
    if (there == other.tables.end() || there->second->rows != rows->rows)
      in.broken("I6: table ", table, " differs between ", name, " and ", other_name);
  }
}

void check_rows(world& in, process const& node, history const& truth) {
  auto const view = node.view();
  journal_query const journal(*view);
  for (auto const& [stream, version] : truth.versions())
    if (journal.version(stream) != version) in.broken("I6: ", node.name(), " shows ", stream, " in another version");
  samples_query const samples(*view);
  for (auto const& [stream, one] : truth.samples()) {
    auto const row = samples.get(parse_uuid(stream_key(stream)).value_or(uuid{}));
    bool const same = row && row->details.name == one.name && row->place.has_value() == one.at.has_value() &&
                      (!one.at || (row->place->unit_id == one.at->unit_id && row->place->slot == one.at->slot)) &&
                      (row->stage == tracseq::sample_state::discarded) == one.discarded();
    if (!same) in.broken("I6: ", node.name(), " shows ", stream, " otherwise than the history");
  }
  storage_query const units(*view);
  for (auto const& [stream, slots] : truth.units()) {
    auto const shown = units.slots(parse_uuid(stream_key(stream)).value_or(uuid{}));
    bool same = shown.size() == slots.size();
    for (auto const& one : shown) {
      auto const found = slots.find(one.slot.slot);
      same = same && found != slots.end() && found->second.occupant == one.slot.occupant &&
             found->second.filled == (one.slot.state == slot_state::filled);
    }
    if (!same) in.broken("I6: ", node.name(), " shows ", stream, " otherwise than the history");
  }
  barcodes_query const barcodes(*view);
  for (auto const& [label, names] : truth.labels())
    if (barcodes.resolve(stream_key(label)) != names)
      in.broken("I6: ", node.name(), " shows ", label, " otherwise than the history");
}

}  // namespace

void check_answers(world& in, clients const& people, history const& truth) {
  std::map<uuid, operation const*> first_of;
  for (auto const& one : people.asked()) {
    if (!one->answer) {
      in.broken("liveness: \"", one->what, "\" was never answered");
      continue;
    }
    if (auto const [first, fresh] = first_of.emplace(one->key, one.get()); !fresh) {
      if (*one->answer) in.broken("I2: \"", one->what, "\" was accepted");
      continue;
    }
    if (*one->answer) check_answer(in, *one, truth);
  }
  check_order(in, people);
  check_origins(in, people, truth);
}

void check_nodes(world& in, cluster& nodes, clients const& people, history const& truth) {
  auto const core = nodes.core();
  auto const& log = nodes.log();
  for (auto const* node : core) {
    auto const at = node->positions();
    for (partition_id p = 0; p < at.size(); ++p)
      if (at[p].chain.h != truth.head(p)) in.broken("I6: ", node->name(), "'s chain of partition ", p, " differs");
    if (node != core.front())
      compare_disks(in, core.front()->name(), nodes.disk_of(*core.front()), node->name(), nodes.disk_of(*node));
  }
  // All of it once more, from nothing, in one batch.
  auto const fresh = std::make_shared<disk>();
  auto models = runner::open(open_memory_store(in, fresh), all_projections(), {.partitions = log.partitions()});
  std::vector<log_entry> all;
  for (partition_id p = 0; p < log.partitions(); ++p)
    for (std::uint64_t offset = 0; offset < log.records(p).size(); ++offset)
      all.push_back({p, offset, log.records(p)[offset]});
  auto const applied = (*models)->apply(folder(genesis_positions(log.partitions())).fold(std::move(all)));
  if (!applied) in.broken("I6: the log cannot be folded afresh: ", applied.error().detail);
  compare_disks(in, "a fresh fold", *fresh, core.front()->name(), nodes.disk_of(*core.front()));
  check_rows(in, *core.front(), truth);
  if (!(*models)->healthy()) in.broken("I6: a projection cannot apply what was accepted");

  // Who asks again gets the first answer.
  auto const view = core.front()->view();
  for (auto const& one : people.asked()) {
    if (!one->answer || !*one->answer || (*one->answer)->events.empty()) continue;
    auto const row = command_ids_query(*view).find(one->key);
    if (!row || row->offset != (*one->answer)->offset)
      in.broken("I6: ", core.front()->name(), " does not know the key of \"", one->what, "\"");
  }
  for (auto const& message : truth.delivered())
    if (!nodes.performed(parse_uuid(message).value_or(uuid{})))
      in.broken("message ", message, " counts as delivered, and never was");
  for (auto const* node : core)
    if (auto const stats = node->stats(); stats.in_flight != 0)
      in.broken("liveness: ", node->name(), " still has ", stats.in_flight, " commands in flight");
}

}  // namespace tracseq::sim
