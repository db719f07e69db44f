#pragma once
// What writes take that are more than a verb (node/http/resource.hpp): one struct for each, its notes beside
// it. Include this from .cpp files only.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/notification.hpp"
#include "events/sample.hpp"
#include "events/storage_unit.hpp"
#include "node/http/route.hpp"

namespace tracseq::http {

struct plain_write : write_options {};
BOOST_DESCRIBE_STRUCT(plain_write, (write_options), ())

// ---- samples -----------------------------------------------------------------------------------

struct register_sample : write_options {
  std::string name;
  std::string barcode;
  std::string project;
  std::string submission;
  std::optional<sample::sample_type> type;
  std::optional<std::uint32_t> taxon_id;
  std::string organism;
  std::optional<std::string> donor;
  std::optional<instant> collected_at;
  std::string collected_where;
  std::string collected_by;
  std::optional<double> concentration_ng_per_ul;
  std::optional<double> volume_ul;
  std::optional<double> amount_ng;
  std::vector<std::string> requires_temperature;
  std::string notes;
  std::map<std::string, std::string> custom;
};
BOOST_DESCRIBE_STRUCT(register_sample, (write_options),
                      (name, barcode, project, submission, type, taxon_id, organism, donor,
                       collected_at, collected_where, collected_by, concentration_ng_per_ul, volume_ul,
                       amount_ng, requires_temperature, notes, custom))
template <>
inline constexpr auto notes<register_sample> = std::to_array<note>({
    {.field = "", .doc = "A sample to be registered."},
    {.field = "name", .doc = "What people call it.", .required = true, .length_min = 1, .length_max = 255, .example = "Patient 12 blood"},
    {.field = "barcode", .doc = "The label on the tube; left out, TracSeq makes one.", .length_max = 100, .example = "TS-2026-000042-X"},
    {.field = "project", .length_max = 255},
    {.field = "submission", .length_max = 255},
    {.field = "organism", .length_max = 255, .example = "Homo sapiens"},
    {.field = "donor", .doc = "Who it comes from. Personal: sealed before it is stored.", .length_max = 255},
    {.field = "collected_where", .length_max = 255},
    {.field = "collected_by", .length_max = 255},
    {.field = "requires_temperature", .length_max = 6, .words = "LN2 -80 -20 4 RT 37"},
    {.field = "notes", .length_max = 10'000},
});

struct correct_sample : write_options {
  std::optional<std::optional<std::string>> name;
  std::optional<std::optional<std::string>> project;
  std::optional<std::optional<std::string>> submission;
  std::optional<sample::sample_type> type;
  std::optional<std::optional<std::uint32_t>> taxon_id;
  std::optional<std::optional<std::string>> organism;
  std::optional<std::optional<std::string>> donor;
  std::optional<std::optional<instant>> collected_at;
  std::optional<std::optional<std::string>> collected_where;
  std::optional<std::optional<std::string>> collected_by;
  std::optional<std::optional<double>> concentration_ng_per_ul;
  std::optional<std::optional<double>> volume_ul;
  std::optional<std::optional<double>> amount_ng;
  std::optional<std::vector<std::string>> requires_temperature;
  std::optional<std::optional<std::string>> notes;
  std::map<std::string, std::string> custom;
};
BOOST_DESCRIBE_STRUCT(correct_sample, (write_options),
                      (name, project, submission, type, taxon_id, organism, donor, collected_at,
                       collected_where, collected_by, concentration_ng_per_ul, volume_ul, amount_ng,
                       requires_temperature, notes, custom))
template <>
inline constexpr auto notes<correct_sample> = std::to_array<note>({
    {.field = "", .doc = "Fields to be put right. A field left out stays; null clears it."},
    {.field = "name", .doc = "What people call it.", .length_min = 1, .length_max = 255},
    {.field = "project", .length_max = 255},
    {.field = "submission", .length_max = 255},
    {.field = "organism", .length_max = 255},
    {.field = "donor", .doc = "Who it comes from. Personal: sealed before it is stored.", .length_max = 255},
    {.field = "collected_where", .length_max = 255},
    {.field = "collected_by", .length_max = 255},
    {.field = "requires_temperature", .length_max = 6, .words = "LN2 -80 -20 4 RT 37"},
    {.field = "custom", .doc = "Only the columns to change; an empty text takes one out."},
});

struct relabel_sample : write_options {
  std::string barcode;
};
BOOST_DESCRIBE_STRUCT(relabel_sample, (write_options), (barcode))
template <>
inline constexpr auto notes<relabel_sample> = std::to_array<note>({
    {.field = "barcode", .doc = "The new label; left out, TracSeq makes one. The old one keeps naming the sample.", .length_max = 100},
});

struct place_sample : write_options {
  std::string unit;
  std::string slot;
  std::string override_reason;
};
BOOST_DESCRIBE_STRUCT(place_sample, (write_options), (unit, slot, override_reason))
template <>
inline constexpr auto notes<place_sample> = std::to_array<note>({
    {.field = "unit", .doc = "Where to: id, label or exact name of a storage unit.", .required = true, .length_min = 1, .length_max = 255},
    {.field = "slot", .doc = "The place in it (A1, …); left out, the first free one.", .length_max = 20, .example = "A1"},
    {.field = "override_reason", .doc = "Why it may stand in a wrong temperature or another project's unit.", .length_max = 2000},
});

struct take_out_sample : write_options {
  std::string purpose;
  std::optional<instant> due_at;
};
BOOST_DESCRIBE_STRUCT(take_out_sample, (write_options), (purpose, due_at))
template <>
inline constexpr auto notes<take_out_sample> = std::to_array<note>({
    {.field = "purpose", .doc = "What it is taken out for.", .required = true, .length_min = 1, .length_max = 255, .example = "DNA extraction"},
    {.field = "due_at", .doc = "When it should be back."},
});

struct discard_sample : write_options {
  std::string how;
};
BOOST_DESCRIBE_STRUCT(discard_sample, (write_options), (how))
template <>
inline constexpr auto notes<discard_sample> = std::to_array<note>({
    reason_needed,
    {.field = "how", .doc = "How it is disposed of: autoclaved, returned, …", .length_max = 255},
});

// ---- storage -----------------------------------------------------------------------------------

struct unit_layout {
  std::uint16_t rows = 0;
  std::uint16_t columns = 0;
  std::uint32_t count = 0;
};
BOOST_DESCRIBE_STRUCT(unit_layout, (), (rows, columns, count))
template <>
inline constexpr auto notes<unit_layout> = std::to_array<note>({
    {.field = "", .doc = "A grid (rows and columns), numbered places (count), or all 0: without bounds."},
    {.field = "rows", .doc = "Rows of the grid: A, B, …", .min = 0, .max = 702},
    {.field = "columns", .doc = "Columns of the grid: 1, 2, …", .min = 0, .max = 1000},
    {.field = "count", .doc = "Numbered places, where there is no grid.", .min = 0, .max = 100'000},
});

struct add_unit : write_options {
  storage_unit::unit_kind kind = storage_unit::unit_kind::box;
  std::string name;
  std::string barcode;
  std::optional<unit_layout> layout;
  std::string temperature;
  std::string project;
  std::string parent;
  std::string slot;
};
BOOST_DESCRIBE_STRUCT(add_unit, (write_options),
                      (kind, name, barcode, layout, temperature, project, parent, slot))
template <>
inline constexpr auto notes<add_unit> = std::to_array<note>({
    {.field = "", .doc = "A storage unit to be added."},
    {.field = "kind", .doc = "What it is; units stand only in units of an earlier kind.", .required = true},
    {.field = "name", .doc = "What people call it.", .required = true, .length_min = 1, .length_max = 255, .example = "Box 7"},
    {.field = "barcode", .doc = "The label on it; may be left out.", .length_max = 100},
    {.field = "layout", .doc = "Its places; left out, those usual for its kind."},
    {.field = "temperature", .doc = "Its class; left out, that of the units around it.", .words = "LN2 -80 -20 4 RT 37"},
    {.field = "project", .doc = "Keeps it for one project.", .length_max = 255},
    {.field = "parent", .doc = "Where it stands: id, label or exact name of a storage unit.", .length_max = 255},
    {.field = "slot", .doc = "The place in the parent; left out, the first free one.", .length_max = 20},
});

struct move_unit : write_options {
  std::string unit;
  std::string slot;
  std::string override_reason;
};
BOOST_DESCRIBE_STRUCT(move_unit, (write_options), (unit, slot, override_reason))
template <>
inline constexpr auto notes<move_unit> = std::to_array<note>({
    {.field = "unit", .doc = "Where to: id, label or exact name; left out, out of any other unit.", .length_max = 255},
    {.field = "slot", .doc = "The place in it; left out, the first free one.", .length_max = 20},
    {.field = "override_reason", .doc = "Why it may stand where a rule would not have it.", .length_max = 2000},
});

struct rename_unit : write_options {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(rename_unit, (write_options), (name))
template <>
inline constexpr auto notes<rename_unit> = std::to_array<note>({
    {.field = "name", .doc = "The new name.", .required = true, .length_min = 1, .length_max = 255},
});

// ---- runs --------------------------------------------------------------------------------------

struct plan_run : write_options {
  std::string name;
  std::string instrument;
  std::string instrument_model;
  std::optional<std::uint16_t> lanes;
  std::string flow_cell;
  std::string read_structure;
  std::string project;
};
BOOST_DESCRIBE_STRUCT(plan_run, (write_options),
                      (name, instrument, instrument_model, lanes, flow_cell, read_structure, project))
template <>
inline constexpr auto notes<plan_run> = std::to_array<note>({
    {.field = "", .doc = "A sequencing run to be planned."},
    {.field = "name", .doc = "What people call it.", .required = true, .length_min = 1, .length_max = 255, .example = "2026-11-24 MiSeq"},
    {.field = "instrument", .doc = "The instrument's name in the lab.", .length_max = 255},
    {.field = "instrument_model", .doc = "Its model.", .required = true, .length_min = 1, .length_max = 255, .example = "Illumina MiSeq"},
    {.field = "lanes", .doc = "Lanes of the flow cell; left out, those of the model.", .min = 1, .max = 64},
    {.field = "flow_cell", .length_max = 100},
    {.field = "read_structure", .length_max = 100, .example = "151T8B8B151T"},
    {.field = "project", .length_max = 255},
});

struct assign_to_lane : write_options {
  std::string sample;
  std::uint16_t lane = 1;
  std::string index_i7;
  std::string index_i5;
  std::string override_reason;
};
BOOST_DESCRIBE_STRUCT(assign_to_lane, (write_options),
                      (sample, lane, index_i7, index_i5, override_reason))
template <>
inline constexpr auto notes<assign_to_lane> = std::to_array<note>({
    {.field = "sample", .doc = "Id or label of the sample.", .required = true, .length_min = 1, .length_max = 100},
    {.field = "lane", .doc = "The lane, from 1.", .required = true, .min = 1, .max = 64},
    {.field = "index_i7", .doc = "The i7 index as the kit lists it.", .length_max = 100, .example = "ATTACTCG"},
    {.field = "index_i5", .doc = "The i5 index, forward, as the kit lists it.", .length_max = 100},
    {.field = "override_reason", .doc = "Why a sample that is not accepted goes on all the same.", .length_max = 2000},
});

struct remove_from_lane : write_options {
  std::string sample;
  std::uint16_t lane = 1;
};
BOOST_DESCRIBE_STRUCT(remove_from_lane, (write_options), (sample, lane))
template <>
inline constexpr auto notes<remove_from_lane> = std::to_array<note>({
    {.field = "sample", .doc = "Id or label of the sample.", .required = true, .length_min = 1, .length_max = 100},
    {.field = "lane", .doc = "The lane, from 1.", .required = true, .min = 1, .max = 64},
});

// ---- labels, imports ---------------------------------------------------------------------------

struct reserve_labels : write_options {
  std::uint32_t count = 1;
  std::string purpose;
};
BOOST_DESCRIBE_STRUCT(reserve_labels, (write_options), (count, purpose))
template <>
inline constexpr auto notes<reserve_labels> = std::to_array<note>({
    {.field = "count", .doc = "How many blank labels.", .required = true, .min = 1, .max = 1000},
    {.field = "purpose", .doc = "What they are for.", .length_max = 255, .example = "blank labels for the extraction lab"},
});

struct start_import : write_options {
  std::string preview_id;
  std::string sha256;
  bool force = false;
};
BOOST_DESCRIBE_STRUCT(start_import, (write_options), (preview_id, sha256, force))
template <>
inline constexpr auto notes<start_import> = std::to_array<note>({
    {.field = "", .doc = "Makes an import of what a preview showed."},
    {.field = "preview_id", .doc = "Of the preview; it is kept for an hour.", .required = true, .length_min = 1, .length_max = 100},
    {.field = "sha256", .doc = "The file's digest, as the preview gave it.", .required = true, .length_min = 64, .length_max = 64},
    {.field = "force", .doc = "Import the same file once more."},
});

// ---- notifications -----------------------------------------------------------------------------

struct rule_terms : write_options {
  std::string name;
  std::vector<std::string> event_types;
  std::string project;
  notification_rule::channel channel = notification_rule::channel::inbox;
  std::string recipient;
  std::string url;
  std::optional<notification_rule::urgency> urgency;
};
BOOST_DESCRIBE_STRUCT(rule_terms, (write_options),
                      (name, event_types, project, channel, recipient, url, urgency))
template <>
inline constexpr auto notes<rule_terms> = std::to_array<note>({
    {.field = "", .doc = "Which events are told to whom."},
    {.field = "name", .doc = "What people call the rule.", .required = true, .length_min = 1, .length_max = 255},
    {.field = "event_types", .doc = "Names of events, as /event-types lists them.", .required = true, .length_min = 1, .length_max = 100},
    {.field = "project", .doc = "Only things of this project; left out, of any.", .length_max = 255},
    {.field = "channel", .doc = "Where the message goes.", .required = true},
    {.field = "recipient", .doc = "Inbox: for whom; left out, for you.", .length_max = 255},
    {.field = "url", .doc = "Webhook: the http(s) address that is called.", .length_max = 2000, .example = "https://example.org/hook"},
    {.field = "urgency", .doc = "How pressing it is; left out, normal."},
});

}  // namespace tracseq::http
