#include <CLI/CLI.hpp>

#include "node/cli/app.hpp"
#include "node/cli/table.hpp"

namespace tracseq::cli {
namespace {

int show(context const& shared) {
  auto const loaded = shared.load_settings();
  if (!loaded) return complain(loaded.error(), shared.style);
  if (shared.style.json) {
    http::json_object all;
    for (auto const& one : setting_table())
      all.emplace_back(std::string(one.name),
                       http::json_value{http::json_object{
                           {"value", {loaded->shown(one)}}, {"source", {loaded->source(one.name)}}}});
    print(http::write_json_text(http::json_value{std::move(all)}, 2) + "\n");
    return 0;
  }
  std::vector<std::vector<std::string>> rows;
  for (auto const& one : setting_table())
    rows.push_back({std::string(one.name), loaded->shown(one), loaded->source(one.name)});
  print(table_text({"SETTING", "VALUE", "FROM"}, rows, shared.style));
  return 0;
}

int check(context const& shared) {
  auto const loaded = shared.load_settings();
  if (!loaded) return complain(loaded.error(), shared.style);
  print("The configuration is good.\n");
  return 0;
}

}  // namespace

void add_config_commands(CLI::App& app, context& shared) {
  auto* config = app.add_subcommand("config", "What is set, and by what");
  config->require_subcommand(1);
  auto* all = config->add_subcommand("show", "Every setting with its value and where that comes from");
  shared.examples[all] = {"tracseq config show", "tracseq config show --config /etc/tracseq/tracseq.toml --json"};
  all->callback([&shared] { shared.action = [&shared] { return show(shared); }; });
  auto* good = config->add_subcommand("check", "Say what is wrong with the configuration");
  shared.examples[good] = {"tracseq config check --config tracseq.toml"};
  good->callback([&shared] {
    shared.action = [&shared] { return check(shared); };
  });
  auto* standard = config->add_subcommand("default", "A configuration file with every setting, commented");
  shared.examples[standard] = {"tracseq config default >tracseq.toml"};
  standard->callback([&shared] {
    shared.action = [] {
      print(example_configuration());
      return 0;
    };
  });
}

}  // namespace tracseq::cli
