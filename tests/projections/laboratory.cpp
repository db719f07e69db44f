#include "tests/projections/laboratory.hpp"

#include <stdexcept>

namespace tracseq::test {

instant at_second(std::int64_t seconds) {
  constexpr std::int64_t day_us = 1'792'000'000LL * 1'000'000;
  return {day_us + seconds * 1'000'000};
}

uuid numbered_id(std::uint64_t number) {
  std::array<std::uint8_t, 10> rest{};
  for (int i = 0; i < 8; ++i) rest[9 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return make_uuid_v7(1'792'000'000'000u + number, rest);
}

laboratory::laboratory(event_log& log) : log_(log) {
  for (partition_id p = 0; p < log.partitions(); ++p) {
    chains_.push_back(chain_genesis(p, log.partitions()));
    claim(p);
  }
}

void laboratory::claim(partition_id partition) {
  tracseq::claim made;
  made.number = chains_[partition].c + 1;
  made.recorded_at = now();
  made.node = "node-1";
  made.boot_id = next_id();
  made.command_address = "local";
  auto record = encode_record(made);
  (void)chain_fold(chains_[partition], record);
  append_raw(partition, std::move(record));
}

void laboratory::append_raw(partition_id partition, std::string record) {
  if (!log_.append(partition, {std::move(record)})) throw std::runtime_error("append failed");
}

void laboratory::write(std::string const& stream, std::vector<any_event> const& events) {
  write(stream, events, {});
}

void laboratory::write(std::string const& stream, std::vector<any_event> const& events,
                       options const& more) {
  std::vector<encoded_event> encoded;
  for (auto const& event : events) encoded.push_back(encode_event(event));
  write_encoded(stream, encoded, more);
}

void laboratory::write_encoded(std::string const& stream, std::vector<encoded_event> const& events,
                               options const& more) {
  auto const partition = partition_of(stream, log_.partitions());
  auto& chain = chains_[partition];
  ++second_;
  commit made;
  made.claim = chain.c;
  made.prev = chain.h;
  made.stream = stream;
  made.base_version = versions_[stream];
  made.flags = more.flags;
  made.command_id = more.command_id.is_nil() ? next_id() : more.command_id;
  made.request[0] = 7;
  made.recorded_at = now();
  made.occurred_at = more.occurred_at;
  made.who = {"operator", "Olga Operator", "lab_administrator"};
  made.node = "node-1";
  made.reason = more.reason;
  made.correlation_id = made.command_id;
  made.events = events;
  versions_[stream] += events.size();
  auto record = encode_record(made);
  if (chain_fold(chain, record) != verdict::commit) throw std::runtime_error("not accepted");
  append_raw(partition, std::move(record));
}

uuid laboratory::register_sample(std::string const& name, std::string const& barcode,
                                 std::string const& project, std::optional<uuid> import_id) {
  auto const id = next_id();
  auto const stream = stream_name(sample::kind, id);
  names_[id] = name;
  if (!barcode.empty())
    write(stream_name(barcode::kind, barcode), {barcode::assigned{stream, name, {}, false}});
  sample::registered made;
  made.details.name = name;
  made.details.barcode = barcode;
  made.details.project = project;
  made.details.type = sample::sample_type::DNA;
  made.details.volume_ul = 50.5;
  made.details.custom["plate"] = "7";
  made.import_id = import_id;
  write(stream, {made});
  return id;
}

uuid laboratory::add_unit(storage_unit::unit_kind kind, std::string const& name,
                          std::optional<uuid> parent, std::string const& slot,
                          storage_unit::layout layout) {
  auto const id = next_id();
  auto const stream = stream_name(storage_unit::kind, id);
  names_[id] = name;
  storage_unit::added made;
  made.unit = kind;
  made.name = name;
  made.layout = layout;
  write(stream, {made});
  if (parent) {
    storage_unit::placed placed;
    placed.unit_id = *parent;
    placed.slot = slot;
    placed.unit_label = names_[*parent];
    write(stream, {placed});
    write(stream_name(storage_unit::kind, *parent),
          {storage_unit::slot_filled{slot, stream, name, {}}});
  }
  return id;
}

void laboratory::receive_and_accept(uuid const& sample) {
  auto const stream = stream_name(sample::kind, sample);
  write(stream, {sample::received{"frozen", -78.5}});
  write(stream, {sample::accepted{}});
}

void laboratory::place(uuid const& sample, uuid const& unit, std::string const& slot) {
  auto const move_id = next_id();
  auto const process = stream_name(move::kind, move_id);
  auto const thing = stream_name(sample::kind, sample);
  auto const target = stream_name(storage_unit::kind, unit);
  auto const from = places_.find(sample);
  move::requested asked;
  asked.thing = thing;
  asked.thing_label = names_[sample];
  asked.thing_kind = "tube";
  asked.to = tracseq::place{unit, slot, names_[unit]};
  sample::placed placed{move_id, unit, slot, names_[unit], std::nullopt, {}, {}};
  if (from != places_.end()) {
    asked.from = tracseq::place{from->second.first, from->second.second, names_[from->second.first]};
    placed.from_unit_id = from->second.first;
    placed.from_slot = from->second.second;
    placed.from_unit_label = names_[from->second.first];
  }
  write(process, {asked});
  write(target, {storage_unit::slot_reserved{slot, thing, names_[sample], move_id}});
  write(process, {move::slot_reserved{slot}});
  write(thing, {placed});
  write(process, {move::thing_moved{}});
  if (from != places_.end()) {
    write(stream_name(storage_unit::kind, from->second.first),
          {storage_unit::slot_vacated{from->second.second, thing, names_[sample],
                                      names_[unit] + " " + slot, move_id}});
    write(process, {move::old_slot_vacated{}});
  }
  write(target, {storage_unit::slot_filled{slot, thing, names_[sample], move_id}});
  write(process, {move::completed{}});
  places_[sample] = {unit, slot};
}

void laboratory::take_out(uuid const& sample, std::string const& purpose) {
  auto const [unit, slot] = places_.at(sample);
  auto const thing = stream_name(sample::kind, sample);
  auto const move_id = next_id();
  write(thing, {sample::taken_out{move_id, unit, slot, names_[unit], purpose, std::nullopt}});
  write(stream_name(storage_unit::kind, unit),
        {storage_unit::slot_vacated{slot, thing, names_[sample], "checked out", move_id}});
  places_.erase(sample);
}

}  // namespace tracseq::test
