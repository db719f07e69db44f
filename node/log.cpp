#include "node/log.hpp"

#include <atomic>
#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "events/instant.hpp"
#include "node/http/json_value.hpp"
#include "node/plain_words.hpp"

namespace tracseq::log {
namespace {

struct state {
  std::shared_ptr<spdlog::logger> to = std::make_shared<spdlog::logger>(
      "tracseq", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  bool json = isatty(STDERR_FILENO) == 0;
  state() { to->set_pattern("%v"); }
};

state& current() {
  static state one;
  return one;
}

void write(spdlog::level::level_enum level, std::string_view word, std::string_view message, fields more) {
  auto& to = current();
  if (!to.to->should_log(level)) return;
  to.to->log(level, "{}", to.json ? json_line(word, message, more) : text_line(word, message, more));
  if (level >= spdlog::level::warn) to.to->flush();
}

}  // namespace

std::string text_line(std::string_view level, std::string_view message, fields more) {
  auto line = to_rfc3339(now()) + " " + std::string(level) + " " + plain_words(message);
  for (auto const& [name, value] : more) line.append("  ").append(name).append("=").append(plain_words(value));
  return line;
}

std::string json_line(std::string_view level, std::string_view message, fields more) {
  std::string line = R"({"at":)";
  http::append_json_string(line, to_rfc3339(now()));
  line.append(R"(,"level":)");
  http::append_json_string(line, level);
  line.append(R"(,"message":)");
  http::append_json_string(line, message);
  for (auto const& [name, value] : more) {
    line.push_back(',');
    http::append_json_string(line, name);
    line.push_back(':');
    http::append_json_string(line, value);
  }
  return line.append("}");
}

void start(options const& how) {
  auto& to = current();
  to.to->set_level(spdlog::level::from_str(how.level == "error" ? "err" : how.level));
  if (how.format != "auto") to.json = how.format == "json";
}

bool debug_enabled() noexcept { return current().to->should_log(spdlog::level::debug); }
void debug(std::string_view message, fields more) { write(spdlog::level::debug, "debug", message, more); }
void info(std::string_view message, fields more) { write(spdlog::level::info, "info", message, more); }
void warn(std::string_view message, fields more) { write(spdlog::level::warn, "warn", message, more); }
void error(std::string_view message, fields more) { write(spdlog::level::err, "error", message, more); }

}  // namespace tracseq::log
