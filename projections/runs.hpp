#pragma once
// Sequencing runs with their lanes.
//
//   R id                run_row
//   C created id        by creation        S state created id
//   L sample run        runs a sample is on (or was, when it was sequenced)
//   # …                 counts by state

#include <map>

#include "events/nullable.hpp"
#include "projections/projection.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

BOOST_DEFINE_ENUM_CLASS(run_state, draft, validated, queued, running, on_hold, completed, failed,
                        aborted)

struct lane_sample {
  std::uint16_t lane = 1;
  uuid sample_id;
  std::string sample_label;
  std::string index_i7;
  std::string index_i5;
  std::string override_reason;
  friend bool operator==(lane_sample const&, lane_sample const&) = default;
};
BOOST_DESCRIBE_STRUCT(lane_sample, (),
                      (lane, sample_id, sample_label, index_i7, index_i5, override_reason))

/// What of a row everybody is shown as it stands.
struct shown_run {
  uuid id;
  std::string name;
  std::string instrument;
  std::string instrument_model;
  std::string flow_cell;
  std::uint16_t lanes = 1;
  std::string read_structure;
  std::string project;
  run_state state = run_state::draft;  ///< the word a page shows
  std::string state_reason;            ///< why on hold, failed or aborted
  std::vector<std::string> warnings;   ///< let pass at validation
  std::vector<lane_sample> lane_samples;  ///< in order of lane, then as they were put on
  nullable<double> yield_gbases;
  nullable<double> q30_percent;
  nullable<instant> started_at;
  nullable<instant> ended_at;
  instant created_at;
  instant updated_at;
  std::string created_by;
  std::uint64_t version = 0;
  friend bool operator==(shown_run const&, shown_run const&) = default;
};
BOOST_DESCRIBE_STRUCT(shown_run, (),
                      (id, name, instrument, instrument_model, flow_cell, lanes, read_structure,
                       project, state, state_reason, warnings, lane_samples, yield_gbases, q30_percent,
                       started_at, ended_at, created_at, updated_at, created_by, version))

struct run_row : shown_run {
  run_state stage = run_state::draft;  ///< beneath a hold
  friend bool operator==(run_row const&, run_row const&) = default;
};
BOOST_DESCRIBE_STRUCT(run_row, (shown_run), (stage))

struct run_list_request {
  std::optional<run_state> state;
  std::optional<std::string> project;
  bool descending = true;  ///< by creation
  std::string cursor;
  std::uint32_t limit = 50;
};

class runs_query {
 public:
  explicit runs_query(read_view const& view) : view_(view) {}
  [[nodiscard]] std::optional<run_row> get(uuid const& id) const;
  [[nodiscard]] result<page<run_row>> list(run_list_request const& request) const;
  /// Runs a sample is on, oldest first.
  [[nodiscard]] std::vector<run_row> of_sample(uuid const& sample_id) const;
  [[nodiscard]] std::map<std::string, std::uint64_t> counts_by_state() const;

 private:
  read_view const& view_;
};

class runs_projection final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "runs"; }
  [[nodiscard]] std::uint32_t version() const override { return 2; }
  void apply(accepted_event const& event, table& rows) const override;
};

}  // namespace tracseq
