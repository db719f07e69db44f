#include "node/http/relocate.hpp"

#include "actors/command_codec.hpp"
#include "actors/discard.hpp"
#include "actors/move.hpp"
#include "node/http/api.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/router.hpp"
#include "node/http/watch.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"

namespace tracseq::http {
namespace {

using refused = std::function<void(call_ptr, error const&)>;

/// The class that counts for things in `unit`: its own, or that of the innermost unit around it.
storage_unit::temperature_class temperature_in(storage_query const& units, uuid const& unit) {
  auto const path = units.path(unit);
  for (auto step = path.rbegin(); step != path.rend(); ++step) {
    auto const row = units.get(step->unit_id);
    if (row && row->temperature != storage_unit::temperature_class::unspecified)
      return row->temperature;
  }
  return storage_unit::temperature_class::unspecified;
}

result<void> describe_sample(read_view const& view, uuid const& id, commands::move::request& asked,
                             std::uint64_t& version) {
  auto const row = samples_query(view).get(id);
  if (!row) return tl::unexpected(no_such(sample::kind, to_string(id)));
  asked.thing_label = row->details.name;
  asked.thing_kind = "tube";
  asked.thing_project = row->details.project;
  asked.requires_temperature = row->details.requires_temperature;
  if (row->place) asked.from = place{row->place->unit_id, row->place->slot, row->place->unit_label};
  version = row->version;
  return {};
}

result<void> describe_unit(read_view const& view, uuid const& id, commands::move::request& asked,
                           std::uint64_t& version) {
  storage_query const units(view);
  auto const row = units.get(id);
  if (!row) return tl::unexpected(no_such(storage_unit::kind, to_string(id)));
  asked.thing_label = row->name;
  asked.thing_kind = boost::describe::enum_to_string(row->kind, "");
  asked.thing_project = row->project;
  if (row->parent_id) {
    auto const parent = units.get(*row->parent_id);
    asked.from = place{*row->parent_id, row->slot, parent ? parent->name : std::string()};
  }
  version = row->version;
  return {};
}

void wait_for_end(call_ptr c, relocation_kind kind, uuid id, command_reply reply, on_reply then,
                  refused failed) {
  auto const look = [c, kind, id] {
    auto const view = c->at->view();
    return relocations_query(*view).get(kind, id);
  };
  auto seen = [look] {
    try {
      auto const row = look();
      return row && (row->ended || row->state == relocation_state::parked ||
                     row->state == relocation_state::refused);
    } catch (query_failure const&) {
      return false;
    }
  };
  c->api->processes().until(
      std::move(seen), c->at->process_wait,
      [c, look, reply = std::move(reply), then = std::move(then), failed = std::move(failed)](bool) {
        guarded(c, [&](call_ptr const& one) {
          auto const row = look();
          if (row && row->state == relocation_state::completed) return then(one, reply);
          if (row && row->state == relocation_state::refused)
            return failed(one, {errc_named(row->code), row->why, {}});
          if (row && row->state == relocation_state::parked)
            return failed(one, {errc::conflict, "This needs an operator: " + row->why, {}});
          failed(one, {errc::timed_out, "It is under way and takes longer than usual.", {}});
        });
      });
}

/// `If-Match` against what shall be moved; refuses and gives false. Asked only when the key is new: a
/// repeat finds the version that its first made.
bool matches(call& c, std::string const& stream) {
  auto const view = c.at->view();
  auto const id = parse_uuid(stream_key(stream)).value_or(uuid{});
  if (stream_kind(stream) == sample::kind) {
    auto const row = samples_query(*view).get(id);
    return !row || matches_version(c, row->version);
  }
  auto const row = storage_query(*view).get(id);
  return !row || matches_version(c, row->version);
}

/// A repeat after a slow first answer finds the process by its stream.
uuid process_id_of(command_reply const& reply) {
  return parse_uuid(stream_key(reply.stream)).value_or(uuid{});
}

refused slow_is_accepted(relocation_kind kind) {
  return [kind](call_ptr const& c, error const& why) {
    if (why.code != errc::timed_out) return refuse(*c, why);
    auto const word = std::string(boost::describe::enum_to_string(kind, ""));
    answer_facts facts;
    facts.status = 202;
    facts.location = std::string(api_base) + "/processes?state=open";
    answer(*c, to_json(under_way{"under way", word}), facts);
  };
}

}  // namespace

void relocate(call_ptr c, write_options const& why, relocation_wish const& wish, on_reply then,
              refused failed) {
  auto const view = c->at->view();
  commands::move::request asked;
  asked.move_id = picked_process_id(*c, tracseq::move::kind);
  asked.thing = wish.thing;
  auto const id = parse_uuid(stream_key(wish.thing)).value_or(uuid{});
  std::uint64_t version = 0;
  auto const described = stream_kind(wish.thing) == sample::kind
                             ? describe_sample(*view, id, asked, version)
                             : describe_unit(*view, id, asked, version);
  if (!described) return failed(std::move(c), described.error());
  if (wish.to) {
    storage_query const units(*view);
    auto const unit = units.get(*wish.to);
    if (!unit) return failed(std::move(c), no_such(storage_unit::kind, to_string(*wish.to)));
    asked.to = place{*wish.to, wish.slot, unit->name};
    asked.to_temperature = temperature_in(units, *wish.to);
  }
  asked.purpose = wish.purpose;
  asked.due_at = wish.due_at;
  asked.override_reason = wish.override_reason;
  std::vector<command_request> group;
  group.push_back(make_request(*c, why, make_command(stream_name(tracseq::move::kind, asked.move_id), asked)));
  submit(
      std::move(c), std::move(group),
      [then = std::move(then), failed](call_ptr asker, command_reply const& reply) {
        auto const process = process_id_of(reply);
        wait_for_end(std::move(asker), relocation_kind::move, process, reply, then, failed);
      },
      failed);
}

void relocate(call_ptr c, write_options const& why, relocation_wish const& wish, on_reply then) {
  auto begin = [why, wish, then](call_ptr asker) {
    if (!matches(*asker, wish.thing)) return;
    relocate(std::move(asker), why, wish, then, slow_is_accepted(relocation_kind::move));
  };
  once(std::move(c), std::move(begin), [then](call_ptr asker, command_reply const& reply) {
    wait_for_end(std::move(asker), relocation_kind::move, process_id_of(reply), reply, then,
                 slow_is_accepted(relocation_kind::move));
  });
}

void discard(call_ptr c, write_options const& why, uuid const& sample_id, std::string how,
             on_reply then) {
  auto const failed = slow_is_accepted(relocation_kind::discard);
  auto const wait = [then, failed](call_ptr asker, command_reply const& reply) {
    wait_for_end(std::move(asker), relocation_kind::discard, process_id_of(reply), reply, then, failed);
  };
  auto begin = [why, sample_id, how = std::move(how), wait](call_ptr asker) {
    if (!matches(*asker, stream_name(sample::kind, sample_id))) return;
    auto const view = asker->at->view();
    auto const row = samples_query(*view).get(sample_id);
    if (!row) return refuse(*asker, no_such(sample::kind, to_string(sample_id)));
    auto const discard_id = picked_process_id(*asker, tracseq::discard::kind);
    commands::discard::request const asked{discard_id, sample_id, row->details.name,
                                           why.reason.value_or(""), how};
    std::vector<command_request> group;
    group.push_back(
        make_request(*asker, why, make_command(stream_name(tracseq::discard::kind, asked.discard_id), asked)));
    submit(std::move(asker), std::move(group), wait);
  };
  once(std::move(c), std::move(begin), wait);
}

}  // namespace tracseq::http
