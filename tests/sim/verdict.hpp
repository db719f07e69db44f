#pragma once
// What has to hold when it is over.

#include "tests/sim/clients.hpp"
#include "tests/sim/cluster.hpp"
#include "tests/sim/history.hpp"

namespace tracseq::sim {

/// Clients' answers against the history: I1, I4, I7, and keys that were used twice.
void check_answers(world& in, clients const& people, history const& truth);
/// The nodes against each other, against a fresh fold, and against the history: I6.
void check_nodes(world& in, cluster& nodes, clients const& people, history const& truth);

}  // namespace tracseq::sim
