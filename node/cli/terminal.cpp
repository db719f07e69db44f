#include "node/cli/terminal.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "events/utf8.hpp"
#include "node/http/problem.hpp"

namespace tracseq::cli {

bool output_style::color() const {
  auto const* no_color = std::getenv("NO_COLOR");
  return !json && !plain && isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void say(std::string_view text) {
  std::fflush(stdout);  // what was said before stands before, also where both go to one file
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

int complain(error const& why, output_style const& style) {
  if (style.json) {
    say(http::problem_json(why, {}));
  } else {
    say("tracseq: " + why.detail);
    for (auto const& one : why.problems)
      if (one.detail != why.detail && why.detail.find(one.detail) == std::string::npos)
        say("  " + (one.pointer.empty() ? std::string() : one.pointer + ": ") + one.detail);
  }
  return describe(why.code).exit_code;
}

bool confirm(std::string_view question, output_style const& style) {
  if (style.yes) return true;
  if (style.no_input || !isatty(STDIN_FILENO)) return false;
  std::fprintf(stderr, "%.*s [y/N] ", static_cast<int>(question.size()), question.data());
  std::string line;
  std::getline(std::cin, line);
  return line == "y" || line == "Y" || line == "yes";
}

progress_bar::progress_bar(std::string label)
    : label_(std::move(label)), on_terminal_(isatty(STDERR_FILENO) != 0) {}

progress_bar::~progress_bar() { end(); }

void progress_bar::show(std::uint64_t done, std::uint64_t total) {
  if (!on_terminal_) return;
  auto const current = std::chrono::steady_clock::now();
  if (shown_ && done != total && current - last_ < std::chrono::milliseconds(100)) return;
  last_ = current;
  shown_ = true;
  std::string line = "\r" + label_ + " ";
  if (total > 0) {
    constexpr std::uint64_t cells = 30;
    auto const filled = std::min(cells, cells * done / total);
    line.append("[").append(filled, '#').append(cells - filled, '.').append("] ");
    line.append(with_thousands(done)).append(" of ").append(with_thousands(total));
  } else {
    line.append(with_thousands(done));
  }
  line.append("\x1b[K");
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void progress_bar::end() {
  if (std::exchange(shown_, false)) std::fputc('\n', stderr);
}

std::string with_thousands(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

std::size_t width_of(std::string_view text) {
  return characters(text);
}

int terminal_columns() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 100;
}

}  // namespace tracseq::cli
