#pragma once
// What has to hold when it is over.

#include "tests/sim/clients.hpp"
#include "tests/sim/cluster.hpp"
#include "tests/sim/history.hpp"

namespace tracseq::sim {

/// How much was judged.
struct judged {
  std::uint64_t refusals = 0;
  std::uint64_t behind = 0;  ///< of these: by rows that showed less than the log
  std::uint64_t reads = 0;
};
/// Who was refused did not act, and was refused for a reason that the log held before the answer, and not before what
/// the client demanded to be known; what was read was not behind what the reader had seen. I8, and I6.
[[nodiscard]] judged check_refusals(world& in, clients const& people, history const& truth);
/// Clients' answers against the history: I1, I4, I7, and keys that were used twice.
void check_answers(world& in, clients const& people, history const& truth);
/// The nodes against each other, against a fresh fold, and against the history: I6.
void check_nodes(world& in, cluster& nodes, clients const& people, history const& truth);

}  // namespace tracseq::sim
