#include "tools/bench.d/lab_story.hpp"

#include <array>
#include <chrono>

#include "events/barcode_label.hpp"

namespace tracseq::bench {
namespace {

constexpr std::uint32_t label_block = 10'000;
constexpr storage_unit::layout box_layout{9, 9, 0};
constexpr storage_unit::layout rack_layout{0, 0, 40};
constexpr std::uint32_t places_of_box = 81;
constexpr std::uint32_t places_of_rack = 40;
constexpr std::array people{"Ada Berg", "Jonas Weiss", "Mei Tanaka", "Priya Nair", "Lucas Moreau"};

int year_of(instant at) {
  auto const day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(at.us)));
  return static_cast<int>(std::chrono::year_month_day(day).year());
}

std::string grid_slot(std::uint32_t index) {  // 0 → A1, 9 → B1
  return std::string(1, static_cast<char>('A' + index / box_layout.columns)) +
         std::to_string(index % box_layout.columns + 1);
}

std::string numbered(std::string_view prefix, std::uint32_t number) {
  auto const digits = std::to_string(number);
  return std::string(prefix) + std::string(7 - std::min<std::size_t>(7, digits.size()), '0') + digits;
}

sample::details details_of(std::uint32_t number, std::string label, instant at) {
  constexpr std::array types{sample::sample_type::DNA, sample::sample_type::RNA,
                             sample::sample_type::blood, sample::sample_type::saliva};
  sample::details d;
  d.name = numbered("S-", number);
  d.barcode = std::move(label);
  d.project = "PRJ-" + std::to_string(number / 5000 + 1);
  d.submission = "SUB-" + std::to_string(number / 96 + 1);
  d.type = types[number % types.size()];
  d.taxon_id = 9606;
  d.organism = "Homo sapiens";
  d.collected_at = instant{at.us - 3 * 86'400'000'000};
  d.collected_where = "Basel, Switzerland";
  d.concentration_ng_per_ul = 20.0 + number % 400 / 4.0;
  d.volume_ul = 50.0;
  d.requires_temperature = {"-80"};
  d.custom = {{"plate", "P" + std::to_string(number / 96 + 1)}, {"well", grid_slot(number % 81)}};
  return d;
}

}  // namespace

lab_story::lab_story(history_writer& to, instant begin, std::int64_t step_us)
    : to_(to), at_(begin), step_us_(step_us) {
  to_.claim_all(begin);
}

void lab_story::tick() {
  at_.us += step_us_;
  to_.set_moment(at_);
  to_.set_person(people[samples_ % people.size()]);
}

void lab_story::commit(std::string const& stream, std::uint64_t& version, any_event event,
                       commit_flag flag) {
  tick();
  to_.commit(stream, version, {std::move(event)}, flag);
  ++version;
}

std::string lab_story::next_label() {
  auto const year = year_of(at_);
  if (year != series_year_) {
    series_year_ = year;
    series_version_ = 0;
    next_number_ = block_end_ = 1;
  }
  if (next_number_ == block_end_) {
    commit(stream_name(barcode_series::kind, std::to_string(year)), series_version_,
           barcode_series::block_reserved{next_number_, label_block, "labels made at registration"});
    block_end_ = next_number_ + label_block;
  }
  return to_string(series_label{year, next_number_++});
}

lab_story::thing lab_story::register_sample() {
  ++samples_;
  auto const label = next_label();
  auto const barcode_stream = stream_name(barcode::kind, label);
  auto const id = to_.new_id_in(sample::kind, partition_of(barcode_stream, to_.partitions()));
  thing made{stream_name(sample::kind, id), label, 0, false, "tube"};
  auto details = details_of(samples_, label, at_);
  std::uint64_t barcode_version = 0;
  commit(barcode_stream, barcode_version, barcode::assigned{made.stream, details.name, uuid{}, false},
         commit_flag::continued);
  commit(made.stream, made.version, sample::registered{std::move(details), std::nullopt});
  return made;
}

uuid lab_story::registered_sample() {
  return *parse_uuid(stream_key(register_sample().stream));
}

uuid lab_story::stored_sample() {
  auto tube = register_sample();
  commit(tube.stream, tube.version, sample::received{"frozen", -72.5});
  commit(tube.stream, tube.version, sample::accepted{});
  auto const box = free_box();
  spot const first{box, grid_slot(units_[box].used++)};
  move(tube, nullptr, first);
  constexpr std::uint32_t moved_on = 4;  // every fourth sample
  if (samples_ % moved_on == 0) {
    auto const other = free_box();
    move(tube, &first, spot{other, grid_slot(units_[other].used++)});
  }
  return *parse_uuid(stream_key(tube.stream));
}

std::size_t lab_story::add_unit(storage_unit::unit_kind kind, std::string label,
                                storage_unit::layout layout) {
  auto const id = to_.new_id();
  units_.push_back({id, stream_name(storage_unit::kind, id), label, 0, 0});
  auto& made = units_.back();
  commit(made.stream, made.version,
         storage_unit::added{kind, std::move(label), "", layout,
                             storage_unit::temperature_class::minus_80, ""});
  return units_.size() - 1;
}

std::size_t lab_story::free_box() {
  if (boxes_ == 0 || units_[box_].used == places_of_box) add_box();
  return box_;
}

void lab_story::add_box() {
  if (racks_ == 0 || units_[rack_].used == places_of_rack)
    rack_ = add_unit(storage_unit::unit_kind::rack, numbered("Rack ", ++racks_), rack_layout);
  box_ = add_unit(storage_unit::unit_kind::box, numbered("Box ", ++boxes_), box_layout);
  thing box{units_[box_].stream, units_[box_].label, units_[box_].version, true, "box"};
  move(box, nullptr, spot{rack_, std::to_string(++units_[rack_].used)});
  units_[box_].version = box.version;
}

void lab_story::move(thing& what, spot const* from, spot const& to) {
  auto const id = to_.new_id();
  auto const process = stream_name(move::kind, id);
  auto& target = units_[to.unit];
  std::uint64_t version = 0;
  move::requested asked;
  asked.move_id = id;
  asked.thing = what.stream;
  asked.thing_label = what.label;
  asked.thing_kind = what.kind;
  asked.requires_temperature = {"-80"};
  if (from) asked.from = place{units_[from->unit].id, from->slot, units_[from->unit].label};
  asked.to = place{target.id, to.slot, target.label};
  commit(process, version, std::move(asked));
  commit(target.stream, target.version,
         storage_unit::slot_reserved{to.slot, what.stream, what.label, id, ""});
  commit(process, version, move::slot_reserved{to.slot});

  auto const put = [&](auto placed) {
    placed.move_id = id;
    placed.unit_id = target.id;
    placed.slot = to.slot;
    placed.unit_label = target.label;
    if (from) {
      placed.from_unit_id = units_[from->unit].id;
      placed.from_slot = from->slot;
      placed.from_unit_label = units_[from->unit].label;
    }
    commit(what.stream, what.version, std::move(placed));
  };
  if (what.is_unit)
    put(storage_unit::placed{});
  else
    put(sample::placed{});
  commit(process, version, move::thing_moved{});
  if (from) {
    auto& old = units_[from->unit];
    commit(old.stream, old.version,
           storage_unit::slot_vacated{from->slot, what.stream, what.label,
                                      target.label + " " + to.slot, id});
    commit(process, version, move::old_slot_vacated{});
  }
  commit(target.stream, target.version,
         storage_unit::slot_filled{to.slot, what.stream, what.label, id});
  commit(process, version, move::completed{});
}

}  // namespace tracseq::bench
