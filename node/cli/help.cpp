#include "node/cli/help.hpp"

#include <CLI/CLI.hpp>

#include "node/cli/app.hpp"

namespace tracseq::cli {
namespace {

constexpr std::size_t group_examples_max = 4;

std::vector<std::string> examples_of(CLI::App const& command, context const& shared) {
  if (auto const own = shared.examples.find(&command); own != shared.examples.end()) return own->second;
  std::vector<std::string> out;
  for (auto const* below : command.get_subcommands([](CLI::App const*) { return true; })) {
    auto const some = examples_of(*below, shared);
    if (!some.empty() && out.size() < group_examples_max) out.push_back(some.front());
  }
  return out;
}

/// As CLI11 writes it, from its usage on: what stands before that is said in our own order.
std::string from_usage_on(CLI::App const& command) {
  auto const path = path_of(command);
  auto const above = path.rfind(' ');
  auto const text = command.help(above == path.npos ? std::string() : path.substr(0, above));
  return text.substr(std::min(text.size(), text.find("Usage:")));
}

}  // namespace

std::string path_of(CLI::App const& command) {
  auto path = command.get_name();
  for (auto const* up = command.get_parent(); up; up = up->get_parent()) path = up->get_name() + " " + path;
  return path;
}

std::string usage_of(CLI::App const& command) {
  auto const text = from_usage_on(command);
  return text.substr(0, text.find('\n'));
}

std::string help_of(CLI::App const& command, context const& shared) {
  if (!command.get_parent()) return command.help();
  std::string out = command.get_description() + "\n\n";
  for (auto const& example : examples_of(command, shared)) out.append("  ").append(example).append("\n");
  return out + "\n" + from_usage_on(command) + "\nEvery command also takes --json, --plain, --url and --data: see tracseq --help\n";
}

}  // namespace tracseq::cli
