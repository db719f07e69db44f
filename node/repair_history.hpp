#pragma once
// What `tracseq log repair` does: holds the whole log against a node's journal, and puts back what the log has
// lost. Where the log went on behind the loss, the history is written into another one.

#include "events/event_log.hpp"
#include "events/result.hpp"
#include "node/offline.hpp"
#include "projections/runner.hpp"

namespace tracseq {

/// Appends to `log` what the node of `models` has shown and the log lacks, byte for byte. `conflict` where something
/// else lies behind what is left, and `corrupt` where the journal does not hold all of what is missing: then nothing
/// is appended, in any partition.
[[nodiscard]] result<offline::transfer_report> repair_in_place(event_log& log, runner& models,
                                                               offline::report_progress const& progress);

/// Writes what is left of `log` and belongs to the history, and what it lost, into `into`, which is empty, or was
/// begun by the same. `conflict` where `into` holds another history.
[[nodiscard]] result<offline::transfer_report> repair_into(event_log& log, runner& models, event_log& into,
                                                           offline::report_progress const& progress);

}  // namespace tracseq
