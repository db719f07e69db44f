#include <atomic>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <new>
#include <string_view>
#include <thread>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "node/address.hpp"
#include "node/assembly.hpp"
#include "node/cli/app.hpp"
#include "node/data_directory.hpp"
#include "node/log.hpp"

namespace tracseq::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

/// ui/dist in the source tree that the program was built in, or share/tracseq/ui of its prefix.
std::string find_ui() {
  std::error_code ec;
  auto const self = fs::read_symlink("/proc/self/exe", ec);
  if (ec) return {};
  auto at = self.parent_path();
  for (int i = 0; i < 4; ++i, at = at.parent_path()) {
    for (auto const* below : {"ui/dist", "share/tracseq/ui"})
      if (fs::is_regular_file(at / below / "index.html", ec)) return (at / below).string();
  }
  if (fs::is_regular_file("ui/dist/index.html", ec)) return fs::absolute("ui/dist", ec).string();
  return {};
}

node_options options_of(tracseq::settings const& from) {
  auto const size = [&](std::string_view name) { return static_cast<std::size_t>(from.integer(name)); };
  auto const seconds = [&](std::string_view name) { return milliseconds(from.integer(name) * 1000); };
  node_options out;
  out.data = from.text("data.directory");
  out.log_address = from.text("log.address");
  out.node = from.text("node.name");
  out.cluster.roles = from.text("node.roles");
  out.cluster.address = from.text("cluster.address");
  out.cluster.port = static_cast<std::uint16_t>(from.integer("cluster.port"));
  out.cluster.advertise = from.text("cluster.advertise");
  out.cluster.secret_file = from.text("cluster.secret_file");
  out.cluster.tls_certificate = from.text("cluster.tls_certificate");
  out.cluster.tls_key = from.text("cluster.tls_key");
  out.cluster.tls_ca = from.text("cluster.tls_ca");
  out.cluster.session_timeout = milliseconds(from.integer("cluster.session_timeout_ms"));
  out.cluster.suspect_after = milliseconds(from.integer("cluster.suspect_after_ms"));
  out.read_only = from.boolean("data.read_only");
  out.partitions = static_cast<std::uint16_t>(from.integer("log.partitions"));
  out.in_flight_max = size("engine.in_flight_max");
  out.live_entities_max = size("engine.live_entities_max");
  out.command_deadline = milliseconds(from.integer("engine.command_deadline_ms"));
  out.engine_threads = size("engine.threads");
  out.segment_bytes = static_cast<std::size_t>(from.integer("log.segment_mib")) << 20;
  out.require_replication = from.boolean("log.require_replication");
  out.start_behind_damage = from.boolean("log.start_behind_damage");
  out.webhooks_to_private_addresses = from.boolean("webhook.private_addresses");
  out.webhook_timeout = milliseconds(from.integer("webhook.timeout_ms"));
  out.checkpoints.node = out.node;
  out.checkpoints.file = checkpoints_file(out.data, from.text("checkpoint.file"));
  out.checkpoints.webhook = from.text("checkpoint.webhook");
  out.checkpoints.commits = size("checkpoint.commits");
  out.checkpoints.interval = seconds("checkpoint.interval_s");
  out.ui_directory = from.text("ui.directory").empty() ? find_ui() : from.text("ui.directory");
  out.body_bytes_max = size("http.body_bytes_max");
  out.upload_bytes_max = size("http.upload_bytes_max");
  out.http.address = from.text("http.address");
  out.http.port = static_cast<std::uint16_t>(from.integer("http.port"));
  out.http.threads = size("http.threads");
  out.http.tls_certificate = from.text("http.tls_certificate");
  out.http.tls_key = from.text("http.tls_key");
  out.http.connections_max = size("http.connections_max");
  out.http.head_bytes_max = size("http.head_bytes_max");
  out.http.stream_queue_bytes_max = size("http.stream_queue_bytes_max");
  out.http.head_timeout = seconds("http.head_timeout_s");
  out.http.idle_timeout = seconds("http.idle_timeout_s");
  out.http.write_timeout = seconds("http.write_timeout_s");
  out.http.body_bytes_per_s_min = size("http.body_bytes_per_s_min");
  return out;
}

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

/// Signals are waited for, not handled: every thread that is started later inherits the mask.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

/// -1 where none came within `patience`, which is less than a second.
int next_signal(sigset_t const& of, milliseconds patience) {
  timespec const pause{0, std::chrono::nanoseconds(patience).count()};
  return sigtimedwait(&of, nullptr, &pause);
}

/// Whoever goes on without what it could not have leaves something half done. Nothing is lost by ending: what was
/// answered is in the log. Takes no memory itself.
[[noreturn]] void end_without_memory() {
  constexpr std::string_view words =
      "{\"level\":\"error\",\"message\":\"there is no memory left, so the node ends; start it again\"}\n";
  [[maybe_unused]] auto const written = ::write(STDERR_FILENO, words.data(), words.size());
  ::_exit(describe(errc::overloaded).exit_code);
}

int serve(context const& shared) {
  std::set_new_handler(end_without_memory);
  auto const loaded = shared.load_settings();
  if (!loaded) return complain(loaded.error(), shared.style);
  log::start({loaded->text("logging.level"), loaded->text("logging.format")});
  auto const signals = block_signals();
  auto options = options_of(*loaded);
  auto const address = options.http.address;
  bool const tls = !options.http.tls_certificate.empty();
  if (!tls && !is_loopback(address))
    log::warn("this node speaks plain HTTP to other machines: whoever sees the network reads the token and all "
              "data. Set http.tls_certificate and http.tls_key, or put a proxy with TLS in front of it and listen on 127.0.0.1",
              {{"address", address}});
  std::atomic<bool> stopped_early{false};
  options.asked_to_stop = &stopped_early;
  auto started = [&] {
    std::jthread const listener([&](std::stop_token const& done) {
      while (!done.stop_requested() && !stopped_early)
        if (auto const signal = next_signal(signals, milliseconds(10)); signal == SIGINT || signal == SIGTERM)
          stopped_early = true;
    });
    return node::start(std::move(options), [](std::string const& words) { log::info(words); });
  }();
  if (stopped_early) {
    if (started) (*started)->stop(milliseconds(loaded->integer("node.drain_s") * 1000));
    log::info("stopped while it started");
    return 0;
  }
  if (!started) {
    log::error(started.error().detail);
    return describe(started.error().code).exit_code;
  }
  auto const host = address == "0.0.0.0" || address == "::" ? std::string("127.0.0.1") : address;
  auto const url = (tls ? "https://" : "http://") + host_and_port(host, (*started)->port());
  // The token opens the page once; it stays out of the log, which other people read. One that stands in no
  // file is said here, or nobody could know it.
  if (isatty(STDOUT_FILENO) || (*started)->token_is_of_this_run())
    print("TracSeq is at " + url + "/#token=" + (*started)->token() + "\n");
  else
    print("TracSeq is at " + url + "\n");
  std::fflush(stdout);
  log::info("serving", {{"url", url}, {"data", loaded->text("data.directory")}});

  int code = 0;
  while (true) {
    (*started)->say_changes();
    int const signal = next_signal(signals, milliseconds(250));
    if (signal == SIGINT || signal == SIGTERM) break;
    if (signal == SIGHUP) (*started)->reload();
    if (auto const why = (*started)->fatal(); !why.empty()) {
      log::error("the node cannot go on and stops", {{"why", why}});
      code = 6;
      break;
    }
  }
  log::info("stopping");
  (*started)->stop(milliseconds(loaded->integer("node.drain_s") * 1000));
  started->reset();
  log::info("stopped");
  return code;
}

}  // namespace

void add_serve_command(CLI::App& app, context& shared) {
  auto* command = app.add_subcommand("serve", "Run a node: log, projections, HTTP and the page");
  shared.examples[command] = {
      "tracseq serve                                  on port 8089, with the data in your home",
      "tracseq serve --data /srv/lab --port 80        elsewhere",
      "tracseq serve --log kafka://broker:9092/lab    with the history in Kafka",
      "tracseq serve --read-only --data COPY          show a replayed copy"};
  command->footer(
      "Every setting is a flag (http.port is --http-port), a variable (TRACSEQ_HTTP_PORT) and a line\n"
      "of the configuration file; `tracseq config default` explains them all.");
  command->callback([&shared] { shared.action = [&shared] { return serve(shared); }; });
}

}  // namespace tracseq::cli
