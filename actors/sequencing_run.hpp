#pragma once
// The sequencing run: samples on the lanes of a flow cell.
//
//   draft → validated → queued → running → completed | failed | aborted;   any live state ⇄ on hold
//   a change of the samples makes a validated run a draft again

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/sequencing_run.hpp"

namespace tracseq::commands::sequencing_run {

struct plan {
  static constexpr std::string_view name = "run.plan";
  std::string run_name;  ///< its `name`; 1 to 255 characters
  std::string instrument;  ///< its name in the lab; may be empty
  std::string instrument_model;  ///< "Illumina MiSeq", …
  std::string flow_cell;  ///< may be empty
  std::uint16_t lanes = 0;  ///< 0 = the model's, where it has one choice
  std::string read_structure;
  std::string project;
  friend bool operator==(plan const&, plan const&) = default;
};
BOOST_DESCRIBE_STRUCT(plan, (),
                      (run_name, instrument, instrument_model, flow_cell, lanes, read_structure, project))

struct assign_sample {
  static constexpr std::string_view name = "run.assign_sample";
  std::uint16_t lane = 1;
  uuid sample_id;
  std::string sample_label;  ///< as read
  std::string sample_state;  ///< the state's word, as read: "accepted", "in_storage", …
  std::string index_i7;  ///< as the kit lists it; empty = without an index
  std::string index_i5;  ///< forward, as the kit lists it
  std::string override_reason;  ///< lets a sample pass that is not accepted
  friend bool operator==(assign_sample const&, assign_sample const&) = default;
};
BOOST_DESCRIBE_STRUCT(assign_sample, (),
                      (lane, sample_id, sample_label, sample_state, index_i7, index_i5, override_reason))

struct remove_sample {
  static constexpr std::string_view name = "run.remove_sample";
  std::uint16_t lane = 1;
  uuid sample_id;
  friend bool operator==(remove_sample const&, remove_sample const&) = default;
};
BOOST_DESCRIBE_STRUCT(remove_sample, (), (lane, sample_id))

struct load_flow_cell {
  static constexpr std::string_view name = "run.load_flow_cell";
  static constexpr std::string_view summary = "Note the flow cell of a run";
  static constexpr auto field_notes = std::to_array<note>({
      {.field = "flow_cell", .doc = "The label on the flow cell.", .required = true, .length_min = 1, .length_max = 100},
  });
  std::string flow_cell;
  friend bool operator==(load_flow_cell const&, load_flow_cell const&) = default;
};
BOOST_DESCRIBE_STRUCT(load_flow_cell, (), (flow_cell))

struct validate {
  static constexpr std::string_view name = "run.validate";
  static constexpr std::string_view summary = "Check a run before it is queued";
  static constexpr auto field_notes = std::to_array<note>({
      {.field = "override_reason", .doc = "Why samples without an index may share a lane.", .length_max = 2000},
  });
  std::string override_reason;
  friend bool operator==(validate const&, validate const&) = default;
};
BOOST_DESCRIBE_STRUCT(validate, (), (override_reason))

struct queue {
  static constexpr std::string_view name = "run.queue";
  static constexpr std::string_view summary = "Queue a run";
  friend bool operator==(queue const&, queue const&) = default;
};
BOOST_DESCRIBE_STRUCT(queue, (), ())

struct start {
  static constexpr std::string_view name = "run.start";
  static constexpr std::string_view summary = "Start a run";
  friend bool operator==(start const&, start const&) = default;
};
BOOST_DESCRIBE_STRUCT(start, (), ())

struct complete {
  static constexpr std::string_view name = "run.complete";
  static constexpr std::string_view summary = "Complete a run";
  static constexpr auto field_notes = std::to_array<note>({
      {.field = "yield_gbases", .doc = "What came out, in 10⁹ bases.", .min = 0, .max = 1e6},
      {.field = "q30_percent", .doc = "Bases of quality 30 and above, in percent.", .min = 0, .max = 100},
  });
  std::optional<double> yield_gbases;
  std::optional<double> q30_percent;
  friend bool operator==(complete const&, complete const&) = default;
};
BOOST_DESCRIBE_STRUCT(complete, (), (yield_gbases, q30_percent))

struct fail_run {
  static constexpr std::string_view name = "run.fail";
  static constexpr std::string_view summary = "Note that a run failed";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  std::string reason;
  friend bool operator==(fail_run const&, fail_run const&) = default;
};
BOOST_DESCRIBE_STRUCT(fail_run, (), (reason))

struct abort_run {
  static constexpr std::string_view name = "run.abort";
  static constexpr std::string_view summary = "Abort a run";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  std::string reason;
  friend bool operator==(abort_run const&, abort_run const&) = default;
};
BOOST_DESCRIBE_STRUCT(abort_run, (), (reason))

struct hold {
  static constexpr std::string_view name = "run.hold";
  static constexpr std::string_view summary = "Put a run on hold";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  std::string reason;
  friend bool operator==(hold const&, hold const&) = default;
};
BOOST_DESCRIBE_STRUCT(hold, (), (reason))

struct end_hold {
  static constexpr std::string_view name = "run.end_hold";
  static constexpr std::string_view summary = "End the hold of a run";
  friend bool operator==(end_hold const&, end_hold const&) = default;
};
BOOST_DESCRIBE_STRUCT(end_hold, (), ())

using command = std::variant<plan, assign_sample, remove_sample, load_flow_cell, validate, queue,
                             start, complete, fail_run, abort_run, hold, end_hold>;

}  // namespace tracseq::commands::sequencing_run

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(run_stage, none, draft, validated, queued, running, completed, failed,
                        aborted)

struct lane_sample {
  std::string label;
  std::string index_i7;
  std::string index_i5;
  std::string override_reason;
  friend bool operator==(lane_sample const&, lane_sample const&) = default;
};
BOOST_DESCRIBE_STRUCT(lane_sample, (), (label, index_i7, index_i5, override_reason))

struct sequencing_run_state {
  run_stage stage = run_stage::none;
  bool held = false;
  std::string hold_reason;
  std::string end_reason;  ///< of a failure or an abort
  std::string name;
  std::string instrument_model;
  std::string flow_cell;
  std::uint16_t lanes = 1;
  std::map<std::uint16_t, std::map<uuid, lane_sample>> samples;  ///< by lane
  friend bool operator==(sequencing_run_state const&, sequencing_run_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(sequencing_run_state, (),
                      (stage, held, hold_reason, end_reason, name, instrument_model, flow_cell, lanes,
                       samples))

/// The state's word: draft, validated, queued, running, completed, failed, aborted, on_hold.
[[nodiscard]] std::string_view state_word(sequencing_run_state const& state) noexcept;

/// A decider; see actors/decider.hpp.
struct sequencing_run {
  static constexpr std::string_view kind = tracseq::sequencing_run::kind;
  using state = sequencing_run_state;
  using command = commands::sequencing_run::command;
  using event = tracseq::sequencing_run::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static state evolve(state now, event const& happened);
};

}  // namespace tracseq::aggregates
