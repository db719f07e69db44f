#pragma once
// A log can forget: a tail cut by a crash of the machine, a broker's lost disk, an old copy put back.

#include <string>

#include "events/event_log.hpp"
#include "projections/runner.hpp"

namespace tracseq {

/// Compares the log with what was applied from it. Where an embedded log's end is missing, appends the
/// records again, byte for byte, from the node's journal; empty when nothing was missing, else what was
/// done, as a sentence. `corrupt` where that cannot be: the log holds another history.
[[nodiscard]] result<std::string> repair_from_journal(event_log& log, runner& models);

}  // namespace tracseq
