#pragma once
// The command line. Each command adds itself to the tree (CLI11) with what it does; `run` parses, does
// it, and gives the exit code of ecosystem's table: 0 ok, 1 failed, 2 usage, 3 conflict, 4 not found,
// 5 denied, 6 unavailable.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "events/result.hpp"
#include "node/cli/client.hpp"
#include "node/cli/terminal.hpp"
#include "node/settings.hpp"

namespace CLI {
class App;
}

namespace tracseq::cli {

/// What all commands share.
struct context {
  output_style style;
  std::string url;
  std::string token_file;
  std::string ca_file;
  std::string config_file;
  std::map<std::string, std::string, std::less<>> setting_flags;  ///< by setting name, as typed
  std::function<int()> action;  ///< set by the command that was named
  /// What a person types, by command; `--help` begins with it.
  std::map<CLI::App const*, std::vector<std::string>> examples;
  mutable bool wrong_settings = false;  ///< found while loading: wrong usage, whatever the command says

  [[nodiscard]] result<tracseq::settings> load_settings() const;
  /// A client of the node that is meant, with the operator's token.
  [[nodiscard]] result<std::unique_ptr<cli::client>> connect(long timeout_s = client_options{}.timeout_s) const;
};

[[nodiscard]] int run(int argc, char const* const* argv);

/// The whole tree; for completion and tests.
void add_all_commands(CLI::App& app, context& shared);

// One function for each group of commands.
void add_route_commands(CLI::App& app, context& shared);
void add_cluster_command(CLI::App& app, context& shared);   ///< `cluster status`, behind the route commands
void add_serve_command(CLI::App& app, context& shared);
void add_import_command(CLI::App& app, context& shared);
void add_look_commands(CLI::App& app, context& shared);     ///< history, search
void add_audit_commands(CLI::App& app, context& shared);    ///< audit, replay
void add_log_commands(CLI::App& app, context& shared);      ///< log info, copy, export, repair
void add_backup_commands(CLI::App& app, context& shared);   ///< backup, restore
void add_config_commands(CLI::App& app, context& shared);
void add_completion_command(CLI::App& app, context& shared);

/// Judges the text of an option that has to read NAME=VALUE (`form` says it in words).
[[nodiscard]] std::function<std::string(std::string const&)> reads_as(std::string form);

/// The address of the log that the settings mean.
[[nodiscard]] std::string log_address_of(tracseq::settings const& from);

/// The file's bytes, or standard input for "-"; an error in words, also above `bytes_max`.
[[nodiscard]] result<std::string> read_input(std::string const& path, std::uint64_t bytes_max);

}  // namespace tracseq::cli
