// cluster status: for people, for monitoring, and again each second.
#include <algorithm>
#include <csignal>

#include <CLI/CLI.hpp>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "events/instant.hpp"
#include "node/cli/app.hpp"
#include "node/cli/cluster_text.hpp"
#include "node/cli/table.hpp"

namespace tracseq::cli {
namespace {

using http::json_value;

constexpr int watch_every_ms = 1'000;
/// Longer than a node takes to answer, and short enough to be told in time.
constexpr long answer_within_s = 5;

struct cluster_wish {
  bool check = false;
  bool watch = false;
};

client_request const question{"GET", "/api/v1/cluster", {}, {}, {}};

volatile std::sig_atomic_t interrupted = 0;

int rows_of_terminal() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 4 ? size.ws_row : 0;
}

/// What the terminal has no room for is counted, so that what stands on top stays in sight.
std::string fitting(std::string const& text, int rows) {
  auto const lines = std::count(text.begin(), text.end(), '\n');
  if (rows == 0 || lines < rows) return text;
  std::size_t end = 0;
  for (int i = 0; i + 2 < rows; ++i) end = text.find('\n', end) + 1;
  return text.substr(0, end) + "… and " + with_thousands(static_cast<std::uint64_t>(lines - (rows - 2))) +
         " more lines\n";
}

/// Over what stands there, without a flicker.
void repaint(std::string const& text) {
  std::string out = "\x1b[H";
  for (auto const c : text) {
    if (c == '\n') out += "\x1b[K";
    out.push_back(c);
  }
  print(out + "\x1b[J");
  std::fflush(stdout);
}

std::string text_of(json_value const& view, output_style const& style) {
  return style.json ? answer_text(view, style) : cluster_text(view, style);
}

/// 0 where all is well; else the code, and the words to stderr.
int judge(json_value const& view, output_style const& style) {
  std::string words;
  for (auto const& one : wrong_in(view)) words.append(words.empty() ? "" : "; ").append(one);
  return words.empty() ? 0 : complain({errc::unavailable, words, {}}, style);
}

int show(client& node, cluster_wish const& wish, output_style const& style) {
  auto const answer = node.ask(question);
  if (!answer) return complain(answer.error(), style);
  print(text_of(*answer, style));
  return wish.check ? judge(*answer, style) : 0;
}

/// Until Ctrl-C. A node that does not answer is told like anything else: somebody watches for its return.
int watch(client& node, cluster_wish const& wish, output_style const& style) {
  bool const on_screen = isatty(STDOUT_FILENO) != 0 && !style.json && !style.plain;
  struct sigaction stop {};
  stop.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &stop, nullptr);
  sigaction(SIGTERM, &stop, nullptr);
  if (on_screen) print("\x1b[2J");
  while (true) {
    auto const answer = node.ask(question);
    if (on_screen) {
      auto const time = to_rfc3339(now()).substr(11, 8);
      repaint(fitting(time + " UTC; again each second until Ctrl-C\n\n" +
                          (answer ? text_of(*answer, style) : answer.error().detail + "\n"),
                      rows_of_terminal()));
    } else if (answer) {
      print(text_of(*answer, style) + (style.json || style.plain ? "" : "\n"));
      std::fflush(stdout);
    } else {
      complain(answer.error(), style);
    }
    // Unlike a sleep, this ends with the signal.
    if (interrupted == 0) ::poll(nullptr, 0, watch_every_ms);
    if (interrupted == 0) continue;
    if (!wish.check) return 0;
    return answer ? judge(*answer, style) : describe(answer.error().code).exit_code;
  }
}

}  // namespace

void add_cluster_command(CLI::App& app, context& shared) {
  auto* command = app.get_subcommand("cluster")->get_subcommand("status");
  auto const wish = std::make_shared<cluster_wish>();
  command->add_flag("--check", wish->check,
                    "End with 6 where a node is not reached or not ready, a partition is not served, clocks differ by "
                    "more than 5 s, the group of nodes has trouble, or a stranger was refused lately");
  command->add_flag("--watch", wish->watch, "Again each second, until Ctrl-C");
  shared.examples[command] = {"tracseq cluster status", "tracseq cluster status --watch",
                              "tracseq cluster status --check --plain"};
  command->callback([&shared, wish] {
    shared.action = [&shared, wish] {
      auto node = shared.connect(answer_within_s);
      if (!node) return complain(node.error(), shared.style);
      return wish->watch ? watch(**node, *wish, shared.style) : show(**node, *wish, shared.style);
    };
  });
}

}  // namespace tracseq::cli
