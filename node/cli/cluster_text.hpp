#pragma once
// The answer of GET /cluster as text for people.

#include <cstdint>
#include <string>
#include <vector>

#include "node/cli/terminal.hpp"
#include "node/http/json_value.hpp"

namespace tracseq::cli {

/// "0-3,7" of ascending numbers.
[[nodiscard]] std::string ranges_of(std::vector<std::uint64_t> const& numbers);

/// What somebody should look at, a sentence each; empty where all is well. Counted are nodes that are not
/// reached or not ready, partitions that nobody serves, clocks that differ by more than 5 s, and what the answering
/// node warns of others: addresses out of reach, strangers, the group. A node that left in good order is none of it,
/// nor is what a node warns of itself, which may stand for as long as it runs.
[[nodiscard]] std::vector<std::string> wrong_in(http::json_value const& view);

/// Nodes, partitions and warnings. Where `style.plain`, rows without header; the first cell says of what:
/// node, partition or warning.
[[nodiscard]] std::string cluster_text(http::json_value const& view, output_style const& style);

}  // namespace tracseq::cli
