#pragma once
// The row of a sample, and how each event changes it. A new member of `shown_sample` is in every answer of
// the API, in its OpenAPI document, in `--json` and in the page's types; nothing else has to name it. What it
// means is said in `field_notes` (events/note.hpp) of the struct, where node/http/common_doc.cpp does not.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/note.hpp"
#include "events/nullable.hpp"
#include "events/sample.hpp"
#include "projections/projection.hpp"

namespace tracseq {

/// Raise it by one whenever rows come out differently: a new member, another rule. The rows are then
/// computed anew from the log.
inline constexpr std::uint32_t sample_rows_version = 2;

/// The one word for where a sample stands in its life.
BOOST_DEFINE_ENUM_CLASS(sample_state, registered, received, accepted, in_storage, on_hold, rejected,
                        discarded, archived)

/// Where a tube stands.
struct sample_place {
  uuid unit_id;
  std::string slot;
  std::string unit_label;  ///< the unit's name when it was put there
  instant since;
  friend bool operator==(sample_place const&, sample_place const&) = default;
};
BOOST_DESCRIBE_STRUCT(sample_place, (), (unit_id, slot, unit_label, since))

/// A tube that was taken out of storage and is not back.
struct sample_check_out {
  uuid from_unit_id;
  std::string from_slot;
  std::string from_unit_label;
  std::string purpose;
  std::string by;  ///< name of the person
  instant since;
  std::optional<instant> due_at;
  friend bool operator==(sample_check_out const&, sample_check_out const&) = default;
};
BOOST_DESCRIBE_STRUCT(sample_check_out, (),
                      (from_unit_id, from_slot, from_unit_label, purpose, by, since, due_at))

/// What of a row everybody is shown as it stands.
struct shown_sample {
  uuid id;
  sample_state state = sample_state::registered;
  std::string state_reason;  ///< why on hold, rejected or discarded; else empty
  nullable<instant> received_at;
  std::string condition;  ///< on arrival
  nullable<uuid> import_id;
  instant created_at;  ///< recorded, not occurred: the order of the log
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;  ///< of its stream; the ETag
  friend bool operator==(shown_sample const&, shown_sample const&) = default;
};
BOOST_DESCRIBE_STRUCT(shown_sample, (),
                      (id, state, state_reason, received_at, condition, import_id, created_at,
                       updated_at, created_by, version))

struct sample_row : shown_sample {
  sample::details details;
  std::vector<std::string> old_barcodes;  ///< they still name it
  sample_state stage = sample_state::registered;  ///< beneath hold and storage
  std::optional<sample_place> place;
  std::optional<sample_check_out> checked_out;
  std::optional<double> arrival_temperature_celsius;
  std::string disposal;  ///< how it was discarded
  bool on_hold = false;
  sample_state stage_before = sample_state::registered;  ///< a final state; for a reinstatement
  std::string hold_reason;
  friend bool operator==(sample_row const&, sample_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(sample_row, (shown_sample),
                      (details, old_barcodes, stage, place, checked_out, arrival_temperature_celsius,
                       disposal, on_hold, stage_before, hold_reason))

/// Changes a row by one event. State, version and the time of the change follow for all (samples.cpp).
struct sample_changes {
  sample_row& row;
  accepted_event const& event;

  void operator()(sample::registered const& e) const {
    row.details = e.details;
    row.import_id = e.import_id;
    row.created_at = event.recorded_at();
    row.created_by = event.in.commit.who.name;
  }
  void operator()(sample::received const& e) const {
    row.stage = sample_state::received;
    row.received_at = event.occurred_at();
    row.condition = e.condition;
    row.arrival_temperature_celsius = e.temperature_celsius;
  }
  void operator()(sample::accepted const&) const { row.stage = sample_state::accepted; }
  void operator()(sample::rejected const& e) const { end(sample_state::rejected, e.reason); }
  void operator()(sample::corrected const& e) const { row.details = e.details; }
  void operator()(sample::relabelled const& e) const {
    std::erase(row.old_barcodes, e.new_barcode);
    if (!e.old_barcode.empty()) row.old_barcodes.push_back(e.old_barcode);
    row.details.barcode = e.new_barcode;
  }
  void operator()(sample::placed const& e) const {
    row.place = sample_place{e.unit_id, e.slot, e.unit_label, event.occurred_at()};
    row.checked_out.reset();
  }
  void operator()(sample::taken_out const& e) const {
    row.place.reset();
    row.checked_out = sample_check_out{e.from_unit_id,  e.from_slot,
                                       e.from_unit_label, e.purpose,
                                       event.in.commit.who.name, event.occurred_at(), e.due_at};
  }
  void operator()(sample::held const& e) const {
    row.on_hold = true;
    row.hold_reason = e.reason;
  }
  void operator()(sample::hold_ended const&) const {
    row.on_hold = false;
    row.hold_reason.clear();
  }
  void operator()(sample::discarded const& e) const {
    end(sample_state::discarded, e.reason);
    row.disposal = e.how;
    row.place.reset();
    row.checked_out.reset();
  }
  void operator()(sample::archived const&) const { end(sample_state::archived, {}); }
  void operator()(sample::reinstated const&) const {
    row.stage = row.stage_before;
    row.state_reason.clear();
    row.disposal.clear();
  }
  void operator()(sample::donor_erased const&) const {}
  void operator()(sample::step_refused const&) const {}

 private:
  void end(sample_state stage, std::string reason) const {
    row.stage_before = row.stage;
    row.stage = stage;
    row.on_hold = false;
    row.hold_reason.clear();
    row.state_reason = std::move(reason);
  }
};

}  // namespace tracseq
