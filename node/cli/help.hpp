#pragma once
// What `--help` prints: what people type most, first; then what else there is.

#include <string>

namespace CLI {
class App;
}

namespace tracseq::cli {

struct context;

/// "tracseq sample register"
[[nodiscard]] std::string path_of(CLI::App const& command);
/// "Usage: tracseq sample hold [OPTIONS] id"
[[nodiscard]] std::string usage_of(CLI::App const& command);
/// The summary, examples, and the options with what every command takes.
[[nodiscard]] std::string help_of(CLI::App const& command, context const& shared);

}  // namespace tracseq::cli
