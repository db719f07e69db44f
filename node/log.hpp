#pragma once
// The node's log: JSON lines (or text on a terminal) to stderr. Never a token, never a person's data:
// callers give ids, counts and sentences.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tracseq::log {

struct options {
  std::string level = "info";   ///< debug, info, warn, error
  std::string format = "auto";  ///< auto, json, text
};

using fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

void start(options const& how);
[[nodiscard]] bool debug_enabled() noexcept;
void debug(std::string_view message, fields more = {});
void info(std::string_view message, fields more = {});
void warn(std::string_view message, fields more = {});
void error(std::string_view message, fields more = {});

/// One line as it is written; for tests.
[[nodiscard]] std::string text_line(std::string_view level, std::string_view message, fields more);
[[nodiscard]] std::string json_line(std::string_view level, std::string_view message, fields more);

}  // namespace tracseq::log
