// Shell completion, made from the command tree.
#include <sstream>

#include <CLI/CLI.hpp>

#include "node/cli/app.hpp"

namespace tracseq::cli {
namespace {

/// Every command with what may follow it.
struct node_words {
  std::string path;  ///< "sample register"
  std::vector<std::pair<std::string, std::string>> commands;  ///< name, help
  std::vector<std::pair<std::string, std::string>> options;
};

std::string first_line(std::string text) {
  text = text.substr(0, text.find('\n'));
  for (auto& c : text)
    if (c == '\'' || c == '"' || c == '`' || c == '$' || c == ':' || c == '\\' || c == '[' || c == ']') c = ' ';
  return text;
}

void collect(CLI::App const& app, std::string const& path, std::vector<node_words>& out) {
  node_words here{path, {}, {}};
  for (auto const* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    for (auto const& name : option->get_lnames())
      here.options.emplace_back("--" + name, first_line(option->get_description()));
  }
  for (auto const* one : app.get_subcommands([](CLI::App const*) { return true; }))
    here.commands.emplace_back(one->get_name(), first_line(one->get_description()));
  out.push_back(std::move(here));
  for (auto const* one : app.get_subcommands([](CLI::App const*) { return true; }))
    collect(*one, path.empty() ? one->get_name() : path + " " + one->get_name(), out);
}

std::string bash_script(std::vector<node_words> const& all) {
  std::ostringstream out;
  out << "# bash completion for tracseq: source <(tracseq completion bash)\n_tracseq() {\n"
         "  local cur=${COMP_WORDS[COMP_CWORD]} path='' i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    [[ ${COMP_WORDS[i]} == -* ]] && continue\n"
         "    case \"${path:+$path }${COMP_WORDS[i]}\" in\n      ";
  bool first = true;
  for (auto const& one : all)
    if (!one.path.empty()) {
      out << (first ? "" : "|") << "'" << one.path << "'";
      first = false;
    }
  out << ") path=\"${path:+$path }${COMP_WORDS[i]}\" ;;\n    esac\n  done\n  local words=''\n  case \"$path\" in\n";
  for (auto const& one : all) {
    out << "    '" << one.path << "') words='";
    for (auto const& [name, help] : one.commands) out << name << " ";
    for (auto const& [name, help] : one.options) out << name << " ";
    out << "' ;;\n";
  }
  out << "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
         "  [[ ${#COMPREPLY[@]} -eq 0 && $cur != -* ]] && COMPREPLY=($(compgen -f -- \"$cur\"))\n"
         "}\ncomplete -o filenames -F _tracseq tracseq\n";
  return out.str();
}

std::string zsh_script(std::vector<node_words> const& all) {
  std::ostringstream out;
  out << "#compdef tracseq\n# zsh completion for tracseq: source <(tracseq completion zsh)\n_tracseq() {\n"
         "  local so_far='' word\n  local -a found\n"  // not "path": that is zsh's PATH
         "  for word in ${words[2,$((CURRENT-1))]}; do\n    [[ $word == -* ]] && continue\n"
         "    case \"${so_far:+$so_far }$word\" in\n      ";
  bool first = true;
  for (auto const& one : all)
    if (!one.path.empty()) {
      out << (first ? "" : "|") << "'" << one.path << "'";
      first = false;
    }
  out << ") so_far=\"${so_far:+$so_far }$word\" ;;\n    esac\n  done\n  case \"$so_far\" in\n";
  for (auto const& one : all) {
    out << "    '" << one.path << "') found=(";
    for (auto const& [name, help] : one.commands) out << "'" << name << ":" << help << "' ";
    for (auto const& [name, help] : one.options) out << "'" << name << ":" << help << "' ";
    out << ") ;;\n";
  }
  out << "  esac\n  _describe 'tracseq' found || _files\n}\ncompdef _tracseq tracseq\n";
  return out.str();
}

std::string fish_script(std::vector<node_words> const& all) {
  std::ostringstream out;
  out << "# fish completion for tracseq: tracseq completion fish | source\ncomplete -c tracseq -f\n"
         "function __tracseq_path\n  set -l words (commandline -opc)\n  set -e words[1]\n"
         // Through echo, for where nothing is joined `string join` says nothing at all, not an empty line.
         "  echo (string join ' ' (string match -v -- '-*' $words))\nend\n";
  for (auto const& one : all) {
    auto const when = " -n 'string match -qr \"^" + one.path + "( |\\$)\" -- (__tracseq_path)'";
    auto const only = " -n 'test (__tracseq_path) = \"" + one.path + "\"'";
    for (auto const& [name, help] : one.commands)
      out << "complete -c tracseq" << only << " -a '" << name << "' -d '" << help << "'\n";
    for (auto const& [name, help] : one.options)
      out << "complete -c tracseq" << when << " -l '" << name.substr(2) << "' -d '" << help << "'\n";
  }
  out << "complete -c tracseq -n 'string match -q \"import*\" -- (__tracseq_path)' -F\n";
  return out.str();
}

}  // namespace

void add_completion_command(CLI::App& app, context& shared) {
  auto const shell = std::make_shared<std::string>();
  auto* command = app.add_subcommand("completion", "Completion for a shell: bash, zsh or fish");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  shared.examples[command] = {
      "source <(tracseq completion bash)                      in ~/.bashrc",
      "source <(tracseq completion zsh)                       in ~/.zshrc, behind compinit",
      "tracseq completion fish >~/.config/fish/completions/tracseq.fish"};
  command->callback([&app, &shared, shell] {
    shared.action = [&app, shell] {
      std::vector<node_words> all;
      collect(app, "", all);
      print(*shell == "bash" ? bash_script(all) : *shell == "zsh" ? zsh_script(all) : fish_script(all));
      return 0;
    };
  });
}

}  // namespace tracseq::cli
