#pragma once
// What goes to a person: data to stdout, talk to stderr, progress only where somebody looks.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "events/result.hpp"

namespace tracseq::cli {

struct output_style {
  bool json = false;
  bool plain = false;      ///< tab-separated, without a header
  bool yes = false;        ///< no questions
  bool no_input = false;   ///< a question is an error
  [[nodiscard]] bool color() const;  ///< of stdout: a terminal, and NO_COLOR is not set
};

void print(std::string_view text);  ///< to stdout
void say(std::string_view text);    ///< to stderr, a line
/// The error with its fields, to stderr; as JSON where `style.json`. Gives the exit code.
int complain(error const& why, output_style const& style);

/// True where the person agreed: `--yes`, or y on a terminal.
[[nodiscard]] bool confirm(std::string_view question, output_style const& style);

/// A bar on a terminal, nothing elsewhere.
class progress_bar {
 public:
  explicit progress_bar(std::string label);
  ~progress_bar();
  void show(std::uint64_t done, std::uint64_t total);
  void end();

 private:
  std::string label_;
  bool on_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

[[nodiscard]] std::string with_thousands(std::uint64_t number);  ///< "10,000"
/// Columns that `text` takes on a terminal, counting code points.
[[nodiscard]] std::size_t width_of(std::string_view text);
[[nodiscard]] int terminal_columns();  ///< 100 where it is not known

}  // namespace tracseq::cli
