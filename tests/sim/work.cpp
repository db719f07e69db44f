#include "tests/sim/work.hpp"

#include <array>

#include "actors/barcode.hpp"
#include "actors/command_codec.hpp"
#include "actors/delivery.hpp"
#include "actors/discard.hpp"
#include "actors/move.hpp"
#include "actors/sample.hpp"
#include "actors/storage_unit.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"

namespace tracseq::sim {
namespace {

namespace do_sample = commands::sample;
namespace do_unit = commands::storage_unit;

command_group alone(command_request request) {
  std::vector<command_request> group;
  group.push_back(std::move(request));
  return group;
}

uuid key_of(std::string const& stream) { return parse_uuid(stream_key(stream)).value_or(uuid{}); }

/// A key beside a label: in its partition. Other labels have other keys, and so has each attempt.
uuid beside(std::string_view kind, uuid const& fresh, partition_id wanted, partition_id partitions) {
  for (int i = 0;; ++i)
    if (auto const id = derive_uuid(fresh, std::to_string(i)); partition_of(stream_name(kind, id), partitions) == wanted)
      return id;
}

}  // namespace

command_request request_for(operation const& of, outgoing_command command, std::string_view step) {
  command_request made;
  made.command = std::move(command);
  made.command_id = step.empty() ? of.key : derive_uuid(of.key, step);
  made.request = of.print;
  made.who = {"tester", "Test Person", "lab_technician"};
  made.correlation_id = of.key;
  return made;
}

command_group registration(operation const& of, std::string const& label, std::string const& name,
                           uuid const& fresh, partition_id partitions) {
  auto const label_stream = stream_name(barcode::kind, label);
  auto const stream = stream_name(
      sample::kind, beside(sample::kind, fresh, partition_of(label_stream, partitions), partitions));
  commands::barcode::assign assign;
  assign.label = label;
  assign.entity = stream;
  assign.entity_label = name;
  do_sample::register_sample made;
  made.details.name = name;
  made.details.barcode = label;
  made.details.type = sample::sample_type::DNA;
  std::vector<command_request> group;
  group.push_back(request_for(of, make_command(label_stream, assign), "barcode"));
  group.push_back(request_for(of, make_command(stream, made)));
  return group;
}

command_group movement(process& at, operation const& of, std::string const& thing, std::optional<uuid> const& to,
                       std::string const& slot) {
  auto const view = at.view();
  storage_query const units(*view);
  commands::move::request asked;
  // The same at each attempt, so that an attempt elsewhere meets the first one in its partition.
  asked.move_id = derive_uuid(of.key, "process");
  asked.thing = thing;
  if (stream_kind(thing) == sample::kind) {
    auto const row = samples_query(*view).get(key_of(thing));
    if (!row) return fail(errc::not_found, "there is no such sample");
    asked.thing_label = row->details.name;
    asked.thing_kind = "tube";
    if (row->place) asked.from = place{row->place->unit_id, row->place->slot, row->place->unit_label};
  } else {
    auto const row = units.get(key_of(thing));
    if (!row) return fail(errc::not_found, "there is no such unit");
    asked.thing_label = row->name;
    asked.thing_kind = boost::describe::enum_to_string(row->kind, "");
    if (row->parent_id) asked.from = place{*row->parent_id, row->slot, "parent"};
  }
  if (to) {
    auto const unit = units.get(*to);
    if (!unit) return fail(errc::not_found, "there is no such unit");
    asked.to = place{*to, slot, unit->name};
  } else {
    asked.purpose = "work";
  }
  return alone(request_for(of, make_command(stream_name(move::kind, asked.move_id), asked)));
}

command_group discarding(process& at, operation const& of, std::string const& tube) {
  auto const row = samples_query(*at.view()).get(key_of(tube));
  if (!row) return fail(errc::not_found, "there is no such sample");
  commands::discard::request const asked{derive_uuid(of.key, "process"), key_of(tube), row->details.name, "empty", ""};
  return alone(request_for(of, make_command(stream_name(discard::kind, asked.discard_id), asked)));
}

command_group resuming(operation const& of, std::string const& stopped) {
  if (stream_kind(stopped) == move::kind)
    return alone(request_for(of, make_command(stopped, commands::move::resume{})));
  return alone(request_for(of, make_command(stopped, commands::discard::resume{})));
}

// --- What clients think of ---------------------------------------------------------------------------

std::shared_ptr<operation> clients::register_tube(std::size_t who) {
  // Few labels, so that two want one.
  auto const label = "LAB-" + std::to_string(world_.dice.below(++labels_ + 2));
  auto const name = "S-" + std::to_string(labels_);
  auto const partitions = cluster_.log().partitions();
  auto made = wish(deed::register_tube, stream_name(barcode::kind, label), "register " + name + " as " + label,
                   [this, label, name, partitions](process&, operation& self) {
                     return registration(self, label, name, world_.dice.id(), partitions);
                   });
  made->then = [this, who](command_reply const& reply) {
    auto const& tube = reply.stream;
    tubes_.push_back(tube);
    if (world_.dice.happens(0.1)) return;
    auto& wanted = clients_[who].wanted;
    wanted.push_back(wish(deed::receive, tube, "receive " + tube, [tube](process&, operation& self) {
      return alone(request_for(self, make_command(tube, do_sample::receive{"frozen", std::nullopt})));
    }));
    wanted.push_back(wish(deed::accept, tube, "accept " + tube, [tube](process&, operation& self) {
      return alone(request_for(self, make_command(tube, do_sample::accept{})));
    }));
  };
  return made;
}

std::shared_ptr<operation> clients::add_unit(std::size_t) {
  bool const freezer = freezers_.empty() || world_.dice.happens(0.2);
  auto const id = world_.dice.id();
  do_unit::add add;
  add.unit = freezer ? storage_unit::unit_kind::freezer : storage_unit::unit_kind::box;
  add.unit_name = (freezer ? "Freezer " : "Box ") + to_string(id).substr(0, 4);
  add.layout = freezer ? storage_unit::layout{0, 0, 3} : storage_unit::layout{2, 2, 0};
  auto const stream = stream_name(storage_unit::kind, id);
  auto made = wish(deed::add_unit, stream, "add " + add.unit_name, [stream, add](process&, operation& self) {
    return alone(request_for(self, make_command(stream, add)));
  });
  made->then = [this, id, freezer](command_reply const&) { (freezer ? freezers_ : boxes_).push_back(id); };
  return made;
}

std::shared_ptr<operation> clients::move_thing() {
  auto& dice = world_.dice;
  static std::vector<std::string> const slots{"A1", "A2", "B1", "B2", ""};
  if (!freezers_.empty() && !boxes_.empty() && dice.happens(0.2)) {
    auto const box = stream_name(storage_unit::kind, dice.pick(boxes_));
    std::optional<uuid> to;
    if (dice.happens(0.8)) to = dice.pick(freezers_);
    auto made = wish(deed::move, box, "move " + box,
                     [box, to](process& at, operation& self) { return movement(at, self, box, to, ""); });
    if (to) made->to = place{*to, "", ""};
    return made;
  }
  auto const tube = dice.pick(tubes_);
  std::optional<uuid> to;
  if (!boxes_.empty() && dice.happens(0.8)) to = dice.pick(boxes_);
  auto const slot = dice.pick(slots);
  auto made = wish(deed::move, tube, "move " + tube + (to ? " to " + to_string(*to) + " " + slot : " out"),
                   [tube, to, slot](process& at, operation& self) { return movement(at, self, tube, to, slot); });
  if (to) made->to = place{*to, slot, ""};
  return made;
}

std::shared_ptr<operation> clients::discard_tube() {
  auto const tube = world_.dice.pick(tubes_);
  return wish(deed::discard, tube, "discard " + tube,
              [tube](process& at, operation& self) { return discarding(at, self, tube); });
}

std::shared_ptr<operation> clients::treat_tube() {
  auto const tube = world_.dice.pick(tubes_);
  auto const way = world_.dice.below(4);
  static constexpr std::array ways{deed::hold, deed::end_hold, deed::archive, deed::correct};
  bool const if_match = world_.dice.happens(0.3);
  return wish(ways[way], tube, "treat " + tube, [tube, way, if_match](process& at, operation& self) -> command_group {
    outgoing_command command;
    if (way == 0) command = make_command(tube, do_sample::hold{"to be looked at"});
    if (way == 1) command = make_command(tube, do_sample::end_hold{});
    if (way == 2) command = make_command(tube, do_sample::archive{});
    if (way == 3) {
      do_sample::correct correct;
      correct.patch.notes = to_string(self.key);
      command = make_command(tube, correct);
    }
    auto request = request_for(self, std::move(command));
    if (if_match && !self.expected) {  // a repeat is the same request
      auto const row = samples_query(*at.view()).get(key_of(tube));
      if (!row) return fail(errc::not_found, "there is no such sample");
      self.expected = row->version;
    }
    request.expected_version = self.expected;
    return alone(std::move(request));
  });
}

std::shared_ptr<operation> clients::treat_unit() {
  auto& dice = world_.dice;
  auto const unit = stream_name(storage_unit::kind, boxes_.empty() ? dice.pick(freezers_) : dice.pick(boxes_));
  auto const way = dice.below(3);
  static constexpr std::array ways{deed::rename, deed::start_maintenance, deed::end_maintenance};
  return wish(ways[way], unit, "treat " + unit, [unit, way](process&, operation& self) {
    outgoing_command command;
    if (way == 0) command = make_command(unit, do_unit::rename{"Unit " + to_string(self.key).substr(0, 6)});
    if (way == 1) command = make_command(unit, do_unit::start_maintenance{"ice"});
    if (way == 2) command = make_command(unit, do_unit::end_maintenance{});
    return alone(request_for(self, std::move(command)));
  });
}

std::shared_ptr<operation> clients::send_message() {
  if (!messages_.empty() && world_.dice.happens(0.2)) {
    auto const again = stream_name(delivery::kind, world_.dice.pick(messages_));
    return wish(deed::send_again, again, "send again " + again, [again](process&, operation& self) {
      return alone(request_for(self, make_command(again, commands::delivery::requeue{})));
    });
  }
  auto const id = world_.dice.id();
  auto const stream = stream_name(delivery::kind, id);
  auto made = wish(deed::queue, stream, "send message " + to_string(id), [id, stream](process&, operation& self) {
    commands::delivery::queue queue;
    queue.message_id = id;
    queue.channel = notification_rule::channel::webhook;
    queue.url = "https://example.org/hook";
    queue.subject = "news";
    return alone(request_for(self, make_command(stream, queue)));
  });
  made->then = [this, id](command_reply const&) { messages_.push_back(id); };
  return made;
}

// A key that was used before, for something else: what it asks for must not be done.
std::shared_ptr<operation> clients::reuse_key() {
  std::vector<std::shared_ptr<operation>> used;
  for (auto const& one : asked_)
    if (one->answer && *one->answer && !(*one->answer)->events.empty()) used.push_back(one);
  if (used.empty()) return add_unit(0);
  auto const earlier = world_.dice.pick(used);
  auto const stream = (*earlier->answer)->stream;
  auto const what = "reuse the key of: " + earlier->what;
  auto made = wish(deed::reuse_key, stream, what, [stream](process&, operation& self) {
    // Beside the first, as all that bears one key is.
    if (stream_kind(stream) == storage_unit::kind)
      return alone(request_for(self, make_command(stream, do_unit::rename{"renamed by a reused key"})));
    return alone(request_for(self, make_command(stream, do_sample::hold{"held by a reused key"})));
  });
  made->key = earlier->key;
  return made;
}

std::shared_ptr<operation> clients::read_tube() {
  auto const tube = world_.dice.pick(tubes_);
  return wish(deed::read, tube, "read " + tube, {});
}

}  // namespace tracseq::sim
