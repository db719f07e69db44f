#pragma once
// A sequencing run's facts. Streams `run/<uuid>`. Type ids 300–399.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"

namespace tracseq::sequencing_run {

inline constexpr std::string_view kind = "run";

struct planned {
  static constexpr event_type type{300, 1, "run_planned"};
  std::string name;
  std::string instrument;        ///< its name in the lab
  std::string instrument_model;  ///< ENA words: "Illumina MiSeq", "Illumina NovaSeq 6000", …
  std::string flow_cell;         ///< barcode; may be empty until it is loaded
  std::uint16_t lanes = 1;
  std::string read_structure;    ///< e.g. "151T8B8B151T"; may be empty
  std::string project;
  [[nodiscard]] std::string words() const;
  friend bool operator==(planned const&, planned const&) = default;
};
BOOST_DESCRIBE_STRUCT(planned, (),
                      (name, instrument, instrument_model, flow_cell, lanes, read_structure, project))

struct sample_assigned {
  static constexpr event_type type{301, 1, "sample_assigned_to_lane"};
  std::uint16_t lane = 1;
  uuid sample_id;
  std::string sample_label;
  std::string index_i7;  ///< as the kit lists it; empty = without an index
  std::string index_i5;  ///< forward, as the kit lists it
  std::string override_reason;  ///< why a sample that is not accepted was put on all the same
  [[nodiscard]] std::string words() const;
  friend bool operator==(sample_assigned const&, sample_assigned const&) = default;
};
BOOST_DESCRIBE_STRUCT(sample_assigned, (),
                      (lane, sample_id, sample_label, index_i7, index_i5, override_reason))

struct sample_removed {
  static constexpr event_type type{302, 1, "sample_removed_from_lane"};
  std::uint16_t lane = 1;
  uuid sample_id;
  std::string sample_label;
  [[nodiscard]] std::string words() const;
  friend bool operator==(sample_removed const&, sample_removed const&) = default;
};
BOOST_DESCRIBE_STRUCT(sample_removed, (), (lane, sample_id, sample_label))

struct flow_cell_loaded {
  static constexpr event_type type{303, 1, "flow_cell_loaded"};
  std::string flow_cell;
  [[nodiscard]] std::string words() const;
  friend bool operator==(flow_cell_loaded const&, flow_cell_loaded const&) = default;
};
BOOST_DESCRIBE_STRUCT(flow_cell_loaded, (), (flow_cell))

struct validated {
  static constexpr event_type type{304, 1, "run_validated"};
  std::vector<std::string> warnings;  ///< what was seen and let pass
  [[nodiscard]] std::string words() const;
  friend bool operator==(validated const&, validated const&) = default;
};
BOOST_DESCRIBE_STRUCT(validated, (), (warnings))

struct queued {
  static constexpr event_type type{305, 1, "run_queued"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(queued const&, queued const&) = default;
};
BOOST_DESCRIBE_STRUCT(queued, (), ())

struct started {
  static constexpr event_type type{306, 1, "run_started"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(started const&, started const&) = default;
};
BOOST_DESCRIBE_STRUCT(started, (), ())

struct completed {
  static constexpr event_type type{307, 1, "run_completed"};
  std::optional<double> yield_gbases;
  std::optional<double> q30_percent;
  [[nodiscard]] std::string words() const;
  friend bool operator==(completed const&, completed const&) = default;
};
BOOST_DESCRIBE_STRUCT(completed, (), (yield_gbases, q30_percent))

struct failed {
  static constexpr event_type type{308, 1, "run_failed"};
  std::string reason;
  [[nodiscard]] std::string words() const;
  friend bool operator==(failed const&, failed const&) = default;
};
BOOST_DESCRIBE_STRUCT(failed, (), (reason))

struct aborted {
  static constexpr event_type type{309, 1, "run_aborted"};
  std::string reason;
  [[nodiscard]] std::string words() const;
  friend bool operator==(aborted const&, aborted const&) = default;
};
BOOST_DESCRIBE_STRUCT(aborted, (), (reason))

struct held {
  static constexpr event_type type{310, 1, "run_held"};
  std::string reason;
  [[nodiscard]] std::string words() const;
  friend bool operator==(held const&, held const&) = default;
};
BOOST_DESCRIBE_STRUCT(held, (), (reason))

struct hold_ended {
  static constexpr event_type type{311, 1, "run_hold_ended"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(hold_ended const&, hold_ended const&) = default;
};
BOOST_DESCRIBE_STRUCT(hold_ended, (), ())

using event = std::variant<planned, sample_assigned, sample_removed, flow_cell_loaded, validated,
                           queued, started, completed, failed, aborted, held, hold_ended>;

}  // namespace tracseq::sequencing_run
