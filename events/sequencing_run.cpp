#include "events/sequencing_run.hpp"

#include "events/words.hpp"

namespace tracseq::sequencing_run {
namespace {

std::string index_words(std::string const& i7, std::string const& i5) {
  if (i7.empty() && i5.empty()) return "without an index";
  if (i5.empty()) return "index " + i7;
  return "index " + (i7.empty() ? "–" : i7) + "+" + i5;
}

}  // namespace

std::string planned::words() const {
  auto text = "Planned " + name + " on " + (instrument.empty() ? "" : instrument + ", ") +
              instrument_model + ", " + words::count(lanes, "lane");
  if (!flow_cell.empty()) text += ", flow cell " + flow_cell;
  if (!project.empty()) text += ", for project " + project;
  return text;
}

std::string sample_assigned::words() const {
  return sample_label + " put on lane " + std::to_string(lane) + ", " +
         index_words(index_i7, index_i5) + words::override_note(override_reason);
}

std::string sample_removed::words() const {
  return sample_label + " taken off lane " + std::to_string(lane);
}

std::string flow_cell_loaded::words() const { return "Flow cell " + flow_cell + " loaded"; }

std::string validated::words() const {
  if (warnings.empty()) return "Validated, nothing to remark";
  auto text = "Validated with " + words::count(warnings.size(), "warning") + ": ";
  for (auto const& warning : warnings) {
    if (&warning != warnings.data()) text += " ";
    text += warning;
  }
  return text;
}

std::string queued::words() const { return "Queued"; }

std::string started::words() const { return "Started"; }

std::string completed::words() const {
  std::string text = "Completed";
  if (yield_gbases) text += ", " + words::number(*yield_gbases) + " Gbases";
  if (q30_percent) text += ", " + words::number(*q30_percent) + " % ≥ Q30";
  return text;
}

std::string failed::words() const { return "Failed" + words::colon(reason); }

std::string aborted::words() const { return "Aborted" + words::colon(reason); }

std::string held::words() const { return "Put on hold" + words::colon(reason); }

std::string hold_ended::words() const { return "Hold ended"; }

}  // namespace tracseq::sequencing_run
