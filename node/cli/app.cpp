#include "node/cli/app.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "node/cli/help.hpp"
#include "node/data_directory.hpp"
#include "node/http/openapi.hpp"

namespace tracseq::cli {
namespace {

std::optional<std::string> environment(std::string const& name) {
  auto const* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

/// A variable that looks like a setting of one of our sections and is none: mistyped. Others that begin with
/// TRACSEQ_ are somebody else's business.
std::optional<error> mistyped_variable() {
  std::vector<std::string> known;
  std::vector<std::string> sections;
  for (auto const& one : setting_table()) {
    known.push_back(variable_of(one));
    auto section = variable_of(one);
    section.resize(std::string_view("TRACSEQ_").size() + one.name.find('.') + 1);
    sections.push_back(std::move(section));
  }
  for (char** one = environ; one != nullptr && *one != nullptr; ++one) {
    std::string_view const line = *one;
    auto const name = line.substr(0, line.find('='));
    if (std::ranges::find(known, name) != known.end() ||
        std::ranges::none_of(sections, [&](auto const& section) { return name.starts_with(section); }))
      continue;
    auto words = "There is no setting " + std::string(name) + " (in the environment).";
    if (auto const near = nearest_word(name, known); !near.empty()) words += " Did you mean \"" + near + "\"?";
    return error{errc::invalid_argument, std::move(words), {}};
  }
  return std::nullopt;
}

void add_global_options(CLI::App& app, context& shared) {
  app.add_flag("--json", shared.style.json, "Answer as JSON");
  app.add_flag("--plain", shared.style.plain, "Tables without header, tab-separated");
  app.add_flag("-y,--yes", shared.style.yes, "Answer every question with yes");
  app.add_flag("--no-input", shared.style.no_input, "Never ask");
  app.add_option("--url", shared.url, "The node to talk to (TRACSEQ_URL)");
  app.add_option("--token-file", shared.token_file,
                 "File with the operator's token (TRACSEQ_TOKEN_FILE); else that of the data directory");
  app.add_option("--ca", shared.ca_file,
                 "File with the authority that vouches for the node's certificate (TRACSEQ_CA); else those of the system");
  app.add_option("--config", shared.config_file, "Configuration file (TRACSEQ_CONFIG)");
  for (auto const& one : setting_table()) {
    bool const common = !one.flag.empty();
    auto names = flag_of(one);
    if (common) names = "--" + std::string(one.flag) + "," + names;
    auto const store = [&shared, name = std::string(one.name)](std::string const& text) {
      shared.setting_flags[name] = text;
    };
    auto const doc = std::string(one.doc.substr(0, one.doc.find(". ")));
    CLI::Option* option = nullptr;
    if (one.type == setting_type::boolean)
      option = app.add_flag_function(
          names, [store](std::int64_t count) { store(count > 0 ? "true" : "false"); }, doc);
    else
      option = app.add_option_function<std::string>(names, store, doc);
    // The rest of the settings would drown the help: `config default` lists them.
    option->group(common ? "Node" : "");
  }
}

/// Every command below `app`, for suggestions.
std::vector<std::string> names_below(CLI::App const& app) {
  std::vector<std::string> names;
  for (auto const* one : app.get_subcommands([](CLI::App const*) { return true; }))
    if (!one->get_name().empty()) names.push_back(one->get_name());
  return names;
}

std::vector<std::string> options_of(CLI::App const& app) {
  std::vector<std::string> names;
  for (auto const* at = &app; at; at = at->get_parent())
    for (auto const* option : at->get_options())
      for (auto const& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

CLI::App const& deepest_parsed(CLI::App const& app) {
  auto const parsed = app.get_subcommands();
  return parsed.empty() ? app : deepest_parsed(*parsed.back());
}

/// The first word behind `at`'s own name that should have been one of its commands; empty if there is none.
std::string unknown_command(CLI::App const& at, int argc, char const* const* argv) {
  if (names_below(at).empty()) return {};
  bool behind = at.get_parent() == nullptr;
  for (int i = 1; i < argc; ++i) {
    std::string const word = argv[i];
    if (!behind)
      behind = word == at.get_name();
    else if (!word.starts_with("-"))
      return word;
  }
  return {};
}

int usage_error(CLI::App const& app, CLI::ParseError const& wrong, int argc, char const* const* argv) {
  auto const& at = deepest_parsed(app);
  // A word that is no command comes out as "a subcommand is required": name it.
  auto const commands = names_below(at);
  if (auto const typed = unknown_command(at, argc, argv); !typed.empty()) {
    say("tracseq: there is no command \"" + typed + "\"" +
        (at.get_parent() ? " of " + path_of(at) : std::string()));
    if (auto const near = nearest_word(typed, commands); !near.empty())
      say("Did you mean \"" + near + "\"?");
  } else {
    say("tracseq: " + std::string(wrong.what()));
    for (int i = 1; i < argc; ++i) {
      std::string option = argv[i];
      option = option.substr(0, option.find('='));
      if (!option.starts_with("--") || std::string(wrong.what()).find(option) == std::string::npos) continue;
      auto const near = nearest_word(option, options_of(at));
      if (!near.empty() && near != option) say("Did you mean \"" + near + "\"?");
      break;
    }
  }
  say(usage_of(at));
  say("See: " + path_of(at) + " --help");
  return 2;
}

}  // namespace

result<tracseq::settings> context::load_settings() const {
  tracseq::settings::sources from;
  from.file = config_file;
  from.environment = &environment;
  from.flags = setting_flags;
  auto loaded = tracseq::settings::load(from);
  if (auto wrong = mistyped_variable(); wrong && loaded) loaded = tl::unexpected(*std::move(wrong));
  wrong_settings = !loaded.has_value();
  return loaded;
}

result<std::unique_ptr<cli::client>> context::connect(long timeout_s) const {
  auto const loaded = load_settings();
  if (!loaded) return tl::unexpected(loaded.error());
  client_options options;
  options.timeout_s = timeout_s;
  options.url = !url.empty() ? url
                             : environment("TRACSEQ_URL").value_or(
                                   (loaded->text("http.tls_certificate").empty() ? "http://127.0.0.1:" : "https://localhost:") +
                                   std::to_string(loaded->integer("http.port")));
  options.ca_file = !ca_file.empty() ? ca_file : environment("TRACSEQ_CA").value_or("");
  auto file = !token_file.empty() ? token_file : environment("TRACSEQ_TOKEN_FILE").value_or("");
  if (file.empty()) file = tracseq::token_file(loaded->text("data.directory"));
  auto token = read_token(file);
  if (!token) return tl::unexpected(token.error());
  options.token = *std::move(token);
  return std::make_unique<cli::client>(std::move(options));
}

std::function<std::string(std::string const&)> reads_as(std::string form) {
  return [form = std::move(form)](std::string const& text) {
    auto const equals = text.find('=');
    bool const good = equals != text.npos && equals > 0;
    return good ? std::string() : "\"" + text + "\" has to read " + form;
  };
}

std::string log_address_of(tracseq::settings const& from) {
  auto const& address = from.text("log.address");
  return address.empty() ? log_directory(from.text("data.directory")) : address;
}

result<std::string> read_input(std::string const& path, std::uint64_t bytes_max) {
  std::ifstream file;
  if (path != "-") {
    std::error_code ec;
    if (std::filesystem::is_directory(path, ec))
      return fail(errc::invalid_argument, path + " is a directory, not a file");
    auto const bytes = std::filesystem::file_size(path, ec);
    if (!ec && bytes > bytes_max)
      return fail(errc::too_large, path + " is " + std::to_string(bytes >> 20) +
                                       " MiB long; at most " + std::to_string(bytes_max >> 20) +
                                       " MiB are taken");
    file.open(path, std::ios::binary);
    if (!file) return fail(errc::not_found, "cannot read " + path);
  }
  std::istream& in = path == "-" ? std::cin : file;
  std::string bytes;
  std::vector<char> part(1 << 16);
  while (in.read(part.data(), static_cast<std::streamsize>(part.size())) || in.gcount() > 0) {
    bytes.append(part.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > bytes_max)
      return fail(errc::too_large,
                  "the input is longer than the " + std::to_string(bytes_max >> 20) + " MiB that are taken");
  }
  return bytes;
}

void add_all_commands(CLI::App& app, context& shared) {
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "Explain");
  add_global_options(app, shared);
  add_serve_command(app, shared);
  add_import_command(app, shared);
  add_look_commands(app, shared);
  add_route_commands(app, shared);
  add_cluster_command(app, shared);
  add_audit_commands(app, shared);
  add_log_commands(app, shared);
  add_backup_commands(app, shared);
  add_config_commands(app, shared);
  add_completion_command(app, shared);
  auto* document = app.add_subcommand("openapi", "Print the API's OpenAPI document; no node is needed");
  shared.examples[document] = {"tracseq openapi > openapi.json"};
  document->callback([&shared] {
    shared.action = [] {
      print(http::openapi_json(program_version) + "\n");
      return 0;
    };
  });
  auto* version = app.add_subcommand("version", "Say the version");
  shared.examples[version] = {"tracseq version"};
  version->callback([&shared] {
    shared.action = [&shared] {
      print(shared.style.json ? R"({"version":")" + std::string(program_version) + "\"}\n"
                              : "tracseq " + std::string(program_version) + "\n");
      return 0;
    };
  });
}

int run(int argc, char const* const* argv) {
  CLI::App app(
      "TracSeq: a sequencing laboratory's samples, storage and runs, with their whole history.\n\n"
      "  tracseq serve                                   start a node\n"
      "  tracseq import samples.xlsx                     show what a sheet would import\n"
      "  tracseq sample register --name \"Patient 12\"     register a sample\n"
      "  tracseq sample place TS-2026-000042-X --unit \"Box 7\"\n"
      "  tracseq history TS-2026-000042-X                what happened to it\n"
      "  tracseq audit verify                            prove that nothing was changed\n",
      "tracseq");
  context shared;
  add_all_commands(app, shared);
  try {
    app.parse(argc, argv);
  } catch (CLI::CallForHelp const& help) {
    print(help_of(deepest_parsed(app), shared));
    return 0;
  } catch (CLI::CallForAllHelp const&) {
    print(app.help("", CLI::AppFormatMode::All));
    return 0;
  } catch (CLI::ParseError const& wrong) {
    return usage_error(app, wrong, argc, argv);
  }
  if (!shared.action) {
    print(help_of(deepest_parsed(app), shared));
    return 2;
  }
  auto const code = shared.action();
  return shared.wrong_settings ? 2 : code;
}

}  // namespace tracseq::cli
