#include "projections/runs.hpp"

#include <algorithm>

#include "projections/paging.hpp"
#include "projections/rows.hpp"

namespace tracseq {
namespace {

namespace facts = sequencing_run;

struct changes {
  run_row& row;
  accepted_event const& event;

  void operator()(facts::planned const& e) const {
    row.name = e.name;
    row.instrument = e.instrument;
    row.instrument_model = e.instrument_model;
    row.flow_cell = e.flow_cell;
    row.lanes = e.lanes;
    row.read_structure = e.read_structure;
    row.project = e.project;
    row.created_at = event.recorded_at();
    row.created_by = event.in.commit.who.name;
  }
  void operator()(facts::sample_assigned const& e) const {
    take_off(e.lane, e.sample_id);
    auto const behind = std::find_if(row.lane_samples.begin(), row.lane_samples.end(),
                                     [&](lane_sample const& one) { return one.lane > e.lane; });
    row.lane_samples.insert(behind, {e.lane, e.sample_id, e.sample_label, e.index_i7, e.index_i5,
                                e.override_reason});
    row.stage = run_state::draft;
  }
  void operator()(facts::sample_removed const& e) const {
    take_off(e.lane, e.sample_id);
    row.stage = run_state::draft;
  }
  void operator()(facts::flow_cell_loaded const& e) const { row.flow_cell = e.flow_cell; }
  void operator()(facts::validated const& e) const {
    row.stage = run_state::validated;
    row.warnings = e.warnings;
  }
  void operator()(facts::queued const&) const { row.stage = run_state::queued; }
  void operator()(facts::started const&) const {
    row.stage = run_state::running;
    row.started_at = event.occurred_at();
  }
  void operator()(facts::completed const& e) const {
    end(run_state::completed, {});
    row.yield_gbases = e.yield_gbases;
    row.q30_percent = e.q30_percent;
  }
  void operator()(facts::failed const& e) const { end(run_state::failed, e.reason); }
  void operator()(facts::aborted const& e) const { end(run_state::aborted, e.reason); }
  void operator()(facts::held const& e) const {
    row.state = run_state::on_hold;
    row.state_reason = e.reason;
  }
  void operator()(facts::hold_ended const&) const { row.state_reason.clear(); }

 private:
  void take_off(std::uint16_t lane, uuid const& sample) const {
    std::erase_if(row.lane_samples, [&](lane_sample const& one) {
      return one.lane == lane && one.sample_id == sample;
    });
  }
  void end(run_state state, std::string reason) const {
    row.stage = state;
    row.state_reason = std::move(reason);
    row.ended_at = event.occurred_at();
  }
};

std::string scope_of(run_list_request const& request) {
  key scope('r');
  scope.u8(request.state ? static_cast<std::uint8_t>(*request.state) : 0xff);
  scope.u8(request.descending).u8(request.project.has_value()).tail(request.project.value_or(""));
  return scope.bytes();
}

uuid id_at_end(std::string_view index_key) {
  key_reader reader(index_key);
  reader.skip(index_key.size() - 17);
  return reader.id();
}

}  // namespace

void index_of(run_row const& row, index_keys& keys) {
  auto const state = static_cast<std::uint8_t>(row.state);
  keys.add(key('C').time(row.created_at).id(row.id));
  keys.add(key('S').u8(state).time(row.created_at).id(row.id));
  std::vector<uuid> seen;  // a sample may lie on several lanes
  for (auto const& on : row.lane_samples) {
    if (std::find(seen.begin(), seen.end(), on.sample_id) != seen.end()) continue;
    seen.push_back(on.sample_id);
    keys.add(key('L').id(on.sample_id).id(row.id));
  }
  keys.count(key('#').u8(state));
}

void runs_projection::apply(accepted_event const& event, table& rows) const {
  visit_as<facts::event>(event.event, [&](auto const& one) {
    using kind = std::decay_t<decltype(one)>;
    auto const id = uuid_of_stream(event.stream());
    key const at = key('R').id(id);
    auto& row = std::is_same_v<kind, facts::planned>
                    ? edit_row<run_row>(rows, at, event.version() == 1)
                    : existing_row<run_row>(rows, at, event.stream());
    row.id = id;
    bool const was_held = row.state == run_state::on_hold;
    changes{row, event}(one);
    bool const ended = row.stage == run_state::completed || row.stage == run_state::failed ||
                       row.stage == run_state::aborted;
    bool const held = !ended && (std::is_same_v<kind, facts::held> ||
                                 (was_held && !std::is_same_v<kind, facts::hold_ended>));
    row.state = held ? run_state::on_hold : row.stage;
    row.version = event.version();
    row.updated_at = event.recorded_at();
  });
}

std::optional<run_row> runs_query::get(uuid const& id) const {
  return read_row<run_row>(view_.table("runs"), key('R').id(id));
}

result<page<run_row>> runs_query::list(run_list_request const& request) const {
  auto const& rows = view_.table("runs");
  auto const prefix =
      request.state ? key('S').u8(static_cast<std::uint8_t>(*request.state)) : key('C');
  return page_of<run_row>(
      rows,
      {scope_of(request), prefix.bytes(),
       request.descending ? direction::backward : direction::forward, request.cursor, request.limit},
      [&](std::string_view at, std::string_view) {
        auto row = read_row<run_row>(rows, key('R').id(id_at_end(at)));
        if (row && request.project && row->project != *request.project) row.reset();
        return row;
      });
}

std::vector<run_row> runs_query::of_sample(uuid const& sample_id) const {
  auto const& rows = view_.table("runs");
  std::vector<run_row> found;
  for (auto at = rows.scan_prefix(key('L').id(sample_id)); at->valid(); at->next())
    if (auto row = read_row<run_row>(rows, key('R').id(id_at_end(at->key()))))
      found.push_back(*std::move(row));
  std::sort(found.begin(), found.end(),
            [](run_row const& a, run_row const& b) { return a.created_at < b.created_at; });
  return found;
}

std::map<std::string, std::uint64_t> runs_query::counts_by_state() const {
  std::map<std::string, std::uint64_t> counts;
  for (auto at = view_.table("runs").scan_prefix(key('#')); at->valid(); at->next())
    counts[boost::describe::enum_to_string(static_cast<run_state>(at->key().back()), "unknown")] =
        static_cast<std::uint64_t>(decode_count(at->value()));
  return counts;
}

}  // namespace tracseq
