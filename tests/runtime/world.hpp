#pragma once
// A node without HTTP: a real embedded log in a directory of its own, real projections, the engine.

#include <doctest/doctest.h>

#include <filesystem>
#include <future>

#include <unistd.h>

#include "actors/command_codec.hpp"
#include "actors/runtime/engine.hpp"
#include "events/event_log.hpp"
#include "node/data_directory.hpp"
#include "node/follower.hpp"
#include "node/repair.hpp"
#include "node/stream_store.hpp"

namespace tracseq::testing {

/// Whether it comes to hold.
template <class Holds>
bool soon(Holds const& holds) {
  for (int i = 0; i < 20'000; ++i) {
    if (holds()) return true;
    ::usleep(1000);
  }
  return false;
}

class world {
 public:
  world() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tracseq-world-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    directory_ = pattern;
    start();
  }
  ~world() {
    stop();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  world(world const&) = delete;
  world& operator=(world const&) = delete;

  void start() {
    auto opened = open_log(log_directory(directory_), log_how);
    REQUIRE(opened);
    log = *std::move(opened);
    auto rows = store::open(store_directory(directory_), {});
    REQUIRE(rows);
    auto ran = runner::open(*std::move(rows), all_projections(), {});
    REQUIRE(ran);
    models = *std::move(ran);
    models->before_applied([this](folded_batch const& batch) -> result<void> {
      remember_claims(*models, batch);
      return {};
    });
    auto const repaired = repair_from_journal(*log, *models, repair_policy::append);
    REQUIRE(repaired);
    repair_words = *repaired;
    REQUIRE(models->catch_up(*log));
    streams = std::make_unique<stream_store>(*models);
    streams->set_positions(models->positions());
    commands = std::make_unique<engine>(*log, *streams, options);
    if (perform) commands->on_effect(perform);
    if (elsewhere) commands->on_elsewhere(elsewhere);
    reader = std::make_unique<follower>(*log, *models, *streams);
    std::vector<partition_head> heads;
    for (auto const& at : streams->positions()) heads.push_back({at.chain, at.recorded_at});
    commands->stand_by(heads);
    REQUIRE(reader->start(commands.get()));
    for (partition_id p = 0; p < log->partitions(); ++p) commands->take(p);
    for (int i = 0; i < 5000 && !commands->ready(); ++i) ::usleep(1000);
    REQUIRE(commands->ready());
  }

  /// Ends as kill -9 would for the log: nothing is told, nothing is flushed beyond what was.
  void stop() {
    if (reader) reader->stop();
    commands.reset();
    reader.reset();
    streams.reset();
    models.reset();
    log.reset();
  }
  void restart() {
    stop();
    start();
  }

  template <class Command>
  static command_request request(std::string stream, Command const& command,
                                 uuid const& id = new_uuid()) {
    command_request made;
    made.command = make_command(std::move(stream), command);
    made.command_id = id;
    made.who = {"tester", "Test Person", "lab_technician"};
    return made;
  }
  std::future<result<command_reply>> submit(std::vector<command_request> group) {
    auto promise = std::make_shared<std::promise<result<command_reply>>>();
    auto future = promise->get_future();
    commands->submit(std::move(group), [promise](result<command_reply> reply) {
      promise->set_value(std::move(reply));
    });
    return future;
  }
  result<command_reply> run(std::vector<command_request> group) {
    auto future = submit(std::move(group));
    REQUIRE(future.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    return future.get();
  }
  template <class Command>
  result<command_reply> run(std::string stream, Command const& command,
                            uuid const& id = new_uuid()) {
    return run({request(std::move(stream), command, id)});
  }
  /// Waits until the projections show everything that was read back.
  void settle() {
    for (int i = 0; i < 10'000; ++i) {
      if (reader->current()) return;
      ::usleep(500);
    }
    FAIL("the projections did not catch up");
  }

  log_options log_how;  ///< from the next start on
  engine_options options;
  effect_performer perform;    ///< from the next start on
  forward_commands elsewhere;  ///< the same: as one node of several
  std::unique_ptr<event_log> log;
  std::unique_ptr<runner> models;
  std::unique_ptr<stream_store> streams;
  std::unique_ptr<engine> commands;
  std::unique_ptr<follower> reader;
  std::string repair_words;
  [[nodiscard]] std::string const& directory() const { return directory_; }

 private:
  std::string directory_;
};

}  // namespace tracseq::testing
