#include <algorithm>

#include "tests/sim/verdict.hpp"

namespace tracseq::sim {
namespace {

using moment = history::moment;

/// Whether the state refuses what was asked: the rules of the laboratory, written down a second time.
bool forbids(operation const& one, moment const& at) {
  auto const& tube = at.now.sample;
  bool const new_place = one.to && (!tube.at || tube.at->unit_id != one.to->unit_id || tube.at->slot != one.to->slot);
  switch (one.does) {
    case deed::register_tube: return !at.now.names.empty();
    case deed::receive: return !tube.stands_at("registered");
    case deed::accept: return !tube.stands_at("received");
    case deed::archive: return !tube.stands_at("accepted");
    case deed::hold: return tube.held || tube.is_final();
    case deed::end_hold: return !tube.held;
    case deed::correct: return tube.is_final();  // without a reason
    // Only what the request says of itself; the steps of the move are judged where they are refused.
    case deed::move: return one.to ? tube.at && !new_place : !tube.at;
    case deed::start_maintenance: return at.now.in_maintenance;
    case deed::end_maintenance: return !at.now.in_maintenance;
    case deed::send_again: return at.now.delivery == "delivery_delivered";
    case deed::resume: return !at.now.parked;
    case deed::discard:
    case deed::add_unit:
    case deed::rename:
    case deed::queue:
    case deed::reuse_key:
    case deed::read: return false;
  }
  return false;
}

std::uint64_t seen(operation const& one, std::string const& stream) {
  auto const found = one.seen.versions.find(stream);
  return found == one.seen.versions.end() ? 0 : found->second;
}

/// What a node refused by its rows may be behind the log, but not behind what its client demanded to be shown.
bool may_not_know(operation const& one) {
  return !one.demands || seen(one, one.about) == 0 ||
         (one.to && seen(one, stream_name(storage_unit::kind, one.to->unit_id)) == 0);
}

bool is_reason(operation const& one, error const& why, std::vector<moment> const& met) {
  auto const any = [&](auto const& fits) { return std::any_of(met.begin(), met.end(), fits); };
  switch (why.code) {
    case errc::key_reused: return one.does == deed::reuse_key;
    case errc::not_found:
      return one.not_shown ? may_not_know(one) : any([](moment const& at) { return at.version == 0; });
    case errc::version_mismatch:
      return one.expected && any([&](moment const& at) { return at.version != *one.expected; });
    case errc::conflict: return any([&](moment const& at) { return forbids(one, at); });
    case errc::invalid_argument:
      return one.does == deed::correct && any([&](moment const& at) { return forbids(one, at); });
    default: return false;
  }
}

/// What rows may have shown that are no older than what its client demanded to be shown.
std::vector<moment> met_in_rows(operation const& one, history const& truth) {
  auto met = truth.within(one.about, INT64_MIN, one.answered_us);
  auto const least = one.demands ? seen(one, one.about) : 0;
  std::erase_if(met, [&](moment const& at) { return at.version < least; });
  return met;
}

std::string told(error const& why) { return std::string(describe(why.code).name) + ", " + why.detail; }

/// Whether it was decided by what was no longer so.
bool check_refusal(world& in, operation const& one, history const& truth) {
  auto const& why = one.answer->error();
  if (one.does == deed::reuse_key) {
    if (why.code != errc::key_reused) in.broken("I8: \"", one.what, "\" was refused otherwise: ", told(why));
    return false;
  }
  bool const right = is_reason(one, why, truth.within(one.about, one.invoked_us, one.answered_us));
  // A move is made of rows, wherever it is asked for; all else its owner decides, who is asked for the present.
  bool const behind = !right && one.does == deed::move && is_reason(one, why, met_in_rows(one, truth));
  if (!right && !behind) in.broken("I8: \"", one.what, "\" was refused without a reason: ", told(why));
  // It was repeated at a node whose rows did not show the first attempt.
  if (behind && !one.demands && one.unanswered) return behind;
  auto acts = truth.by_command(one.key);
  auto const beside = truth.by_command(derive_uuid(one.key, "barcode"));
  acts.insert(acts.end(), beside.begin(), beside.end());
  for (auto const index : acts)
    // An attempt that lay somewhere, in a node that stood still, may act behind the refusal of the next one.
    if (auto const& made = truth.entries()[index]; !made.torn && !is_process_kind(stream_kind(made.commit.stream)) &&
                                                   !(one.unanswered && made.at_us > one.answered_us))
      in.broken("I8: \"", one.what, "\" was refused (", told(why), "), and acted on ", made.commit.stream, " at ",
                made.partition, "-", made.offset);
  return behind;
}

/// I8: not behind what its client had been told. I6: what the history says of that version.
void check_read(world& in, operation const& one, history const& truth) {
  auto const least = seen(one, one.about);
  if (!*one.answer) {
    if (one.answer->error().code != errc::not_found || least > 0)
      in.broken("I8: \"", one.what, "\" was told ", told(one.answer->error()), " behind version ", least);
    return;
  }
  auto const& row = one.showed.row;
  if (row.version < least) in.broken("I8: \"", one.what, "\" showed version ", row.version, " behind version ", least);
  auto const then = truth.at_version(one.about, row.version);
  if (!then || then->at_us > one.answered_us)
    return in.broken("I8: \"", one.what, "\" showed version ", row.version, ", which was not there");
  auto const& tube = then->now.sample;
  bool const same_place = row.place.has_value() == tube.at.has_value() &&
                          (!tube.at || (row.place->unit_id == tube.at->unit_id && row.place->slot == tube.at->slot));
  if (row.details.name != tube.name || row.details.barcode != tube.barcode || row.on_hold != tube.held ||
      boost::describe::enum_to_string(row.stage, "") != tube.stage || !same_place)
    in.broken("I6: \"", one.what, "\" showed version ", row.version, " otherwise than the history");
}

}  // namespace

judged check_refusals(world& in, clients const& people, history const& truth) {
  judged all;
  all.refusals = truth.kept_refusals();
  for (auto const& one : people.asked()) {
    if (!one->answer) continue;
    if (one->does == deed::read) {
      ++all.reads;
      check_read(in, *one, truth);
    } else if (!*one->answer) {
      ++all.refusals;
      all.behind += check_refusal(in, *one, truth);
    }
  }
  return all;
}

}  // namespace tracseq::sim
