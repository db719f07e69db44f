#pragma once
// What answers say: rows of the projections in the words of the HTTP contract. What is shown as it stands
// (shown_sample, …) is said beside the row, in projections/; here is what is named or computed otherwise.
// Include this from .cpp files only.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/http/schema.hpp"
#include "node/http/services.hpp"
#include "projections/imports.hpp"
#include "projections/inbox.hpp"
#include "projections/journal.hpp"
#include "projections/runs.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"

namespace tracseq::http {

struct place_view {
  uuid unit_id;
  std::string slot;
  std::string unit_label;
  std::string path;
};
BOOST_DESCRIBE_STRUCT(place_view, (), (unit_id, slot, unit_label, path))

struct check_out_view {
  std::string purpose;
  nullable<instant> due_at;
  std::string by;
  instant since;
  uuid from_unit_id;
  std::string from_slot;
  std::string from_unit_label;
};
BOOST_DESCRIBE_STRUCT(check_out_view, (),
                      (purpose, due_at, by, since, from_unit_id, from_slot, from_unit_label))

/// What was said of a sample.
struct sample_details_view {
  std::string name;
  std::string barcode;
  std::vector<std::string> aliases;
  std::string project;
  std::string submission;
  sample::sample_type type = sample::sample_type::other;
  nullable<std::uint32_t> taxon_id;
  std::string organism;
  std::optional<std::string> donor;
  std::optional<std::string> donor_state;  ///< "erased" or "sealed": why there is a donor and none is shown
  nullable<instant> collected_at;
  std::string collected_where;
  std::string collected_by;
  nullable<double> concentration_ng_per_ul;
  nullable<double> volume_ul;
  nullable<double> amount_ng;
  std::vector<std::string> requires_temperature;
  std::string notes;
  std::map<std::string, std::string> custom;
};
BOOST_DESCRIBE_STRUCT(sample_details_view, (),
                      (name, barcode, aliases, project, submission, type, taxon_id, organism, donor, donor_state,
                       collected_at, collected_where, collected_by, concentration_ng_per_ul, volume_ul,
                       amount_ng, requires_temperature, notes, custom))

struct sample_view : sample_details_view, shown_sample {
  nullable<place_view> place;
  nullable<check_out_view> checked_out;
  std::optional<instant> as_of;
};
BOOST_DESCRIBE_STRUCT(sample_view, (sample_details_view, shown_sample), (place, checked_out, as_of))

struct parent_view {
  uuid unit_id;
  std::string slot;
  std::string label;
};
BOOST_DESCRIBE_STRUCT(parent_view, (), (unit_id, slot, label))

struct path_view {
  uuid id;
  std::string label;
  storage_unit::unit_kind kind = storage_unit::unit_kind::box;
};
BOOST_DESCRIBE_STRUCT(path_view, (), (id, label, kind))

struct unit_view : shown_unit {
  std::string temperature;
  nullable<parent_view> parent;
  std::vector<path_view> path;
  nullable<std::uint32_t> capacity;
  std::uint32_t used = 0;
  nullable<double> fill_percent;
  std::uint64_t children_count = 0;
  std::optional<instant> as_of;
};
BOOST_DESCRIBE_STRUCT(unit_view, (shown_unit),
                      (temperature, parent, path, capacity, used, fill_percent, children_count, as_of))

struct occupant_view {
  std::string entity;
  std::string id;
  std::string kind;
  std::string label;
  std::string barcode;
  std::string project;
  std::string sample_state;
};
BOOST_DESCRIBE_STRUCT(occupant_view, (), (entity, id, kind, label, barcode, project, sample_state))

struct map_slot_view {
  std::string slot;
  slot_state state = slot_state::filled;
  occupant_view occupant;
};
BOOST_DESCRIBE_STRUCT(map_slot_view, (), (slot, state, occupant))

struct left_view {
  std::string slot;
  std::string occupant_label;
  std::string entity;
  std::string to;
  std::string by;
  instant at;
};
BOOST_DESCRIBE_STRUCT(left_view, (), (slot, occupant_label, entity, to, by, at))

struct map_view {
  unit_view unit;
  std::uint16_t rows = 0;
  std::uint16_t columns = 0;
  std::uint32_t count = 0;
  std::vector<map_slot_view> slots;
  std::vector<left_view> left;
  std::optional<instant> as_of;
};
BOOST_DESCRIBE_STRUCT(map_view, (), (unit, rows, columns, count, slots, left, as_of))

struct run_view : shown_run {
  std::optional<instant> as_of;
};
BOOST_DESCRIBE_STRUCT(run_view, (shown_run), (as_of))

struct person_view {
  std::string subject;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(person_view, (), (subject, name))

struct history_view {
  std::string event_id;
  std::string stream;
  std::uint64_t seq = 0;
  std::string type;
  std::string summary;
  instant occurred_at;
  instant recorded_at;
  person_view who;
  std::string reason;
  uuid command_id;
  raw_json data;
  raw_json changes;
};
BOOST_DESCRIBE_STRUCT(history_view, (),
                      (event_id, stream, seq, type, summary, occurred_at, recorded_at, who, reason,
                       command_id, data, changes))

struct import_view {
  uuid id;
  std::string file_name;
  std::string sha256;
  std::string file_kind;
  import_state state = import_state::listing;
  std::string progress;
  std::uint32_t rows = 0;
  std::uint32_t listed = 0;
  std::uint32_t reserved = 0;
  std::uint32_t registered = 0;
  std::string understood;
  std::string parked_why;
  std::vector<sheet_import::row_refusal> refusals;
  instant created_at;
  instant updated_at;
  std::string who;
  std::uint64_t version = 0;
};
BOOST_DESCRIBE_STRUCT(import_view, (),
                      (id, file_name, sha256, file_kind, state, progress, rows, listed, reserved,
                       registered, understood, parked_why, refusals, created_at, updated_at, who,
                       version))

/// A page of a list.
template <class Item>
struct list_of {
  std::vector<Item> items;
  nullable<std::string> next;
  std::optional<std::uint64_t> total;
  std::optional<instant> as_of;
};
#define TRACSEQ_LIST_OF(item) BOOST_DESCRIBE_STRUCT(list_of<item>, (), (items, next, total, as_of))
TRACSEQ_LIST_OF(sample_view)
TRACSEQ_LIST_OF(unit_view)
TRACSEQ_LIST_OF(run_view)
TRACSEQ_LIST_OF(history_view)
TRACSEQ_LIST_OF(import_view)

[[nodiscard]] sample_view view_of(sample_row row, read_view const& rows, services const& at);
[[nodiscard]] unit_view view_of(unit_row const& row, std::vector<path_step> const& path,
                                std::uint64_t children);
[[nodiscard]] unit_view view_of(unit_row const& row, read_view const& rows);
[[nodiscard]] run_view view_of(run_row const& row);
[[nodiscard]] history_view view_of(history_event const& event);
[[nodiscard]] import_view view_of(import_row const& row);

/// "-80" for minus_80; empty for unspecified.
[[nodiscard]] std::string temperature_word(storage_unit::temperature_class temperature);
[[nodiscard]] storage_unit::temperature_class temperature_of(std::string_view word) noexcept;
inline constexpr std::string_view temperature_words = "LN2 -80 -20 4 RT 37";

}  // namespace tracseq::http
