#include "tests/log/engines.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace tracseq::test {
namespace {

std::string tool() { return std::string(TRACSEQ_SOURCE_DIR) + "/tools/kafka"; }

/// Runs a command line; what it printed, both streams. Throws when it fails.
std::string shell(std::string const& line) {
  auto* pipe = ::popen((line + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + line);
  std::string words;
  std::array<char, 4096> part{};
  while (auto const n = std::fread(part.data(), 1, part.size(), pipe)) words.append(part.data(), n);
  if (::pclose(pipe) != 0) throw std::runtime_error(line + ": " + words);
  return words;
}

int free_port() {
  int const s = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ::bind(s, reinterpret_cast<sockaddr*>(&at), size);
  ::getsockname(s, reinterpret_cast<sockaddr*>(&at), &size);
  ::close(s);
  return ntohs(at.sin_port);
}

}  // namespace

bool in_time(std::function<bool()> const& holds) {
  using clock = std::chrono::steady_clock;
  auto const until = clock::now() + std::chrono::seconds(60);
  while (!holds()) {
    if (clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

scratch_directory::scratch_directory() {
  auto pattern = (std::filesystem::temp_directory_path() / "tracseq-log-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

own_broker::own_broker() : port_(std::to_string(free_port())) {
  host_ = "127.0.0.1:" + port_;
  start();
}

own_broker::~own_broker() {
  try {
    kill();
  } catch (std::exception const&) {
    // it may have been killed already
  }
}

void own_broker::run(std::string const& words) const {
  // The quick compiler alone: these brokers live for seconds, and it halves their start.
  shell("JAVA_TOOL_OPTIONS=-XX:TieredStopAtLevel=1 '" + tool() + "' " + words + " --dir '" + (directory_.path() / "kafka").string() +
        "' --port " + port_ + " --quiet");
}

void own_broker::kill() { run("kill"); }
void own_broker::stop() { run("stop"); }
void own_broker::start() { run("start --heap 384 --for " + std::to_string(::getpid())); }

std::string const& shared_broker() {
  static auto const* given = std::getenv("TRACSEQ_TEST_KAFKA");
  if (given != nullptr && *given != '\0') {
    constexpr std::string_view scheme = "kafka://";
    static std::string const host = std::string_view(given).starts_with(scheme) ? given + scheme.size() : given;
    return host;
  }
  static own_broker const broker;
  return broker.host();
}

std::string fresh_topic() {
  static std::atomic<int> count = 0;
  auto const now = std::chrono::system_clock::now().time_since_epoch() / std::chrono::microseconds(1);
  return "test-" + std::to_string(now) + "-" + std::to_string(++count);
}

}  // namespace tracseq::test
