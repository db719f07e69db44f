// Figures of the read models over a synthetic history in an embedded log; printed, not judged. Run by
//   TRACSEQ_FIGURE_EVENTS=1000000 test_projections -ts=figures --no-skip
// TRACSEQ_FIGURE_LOG names a directory whose log is kept and used again.

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "projections/replay.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"
#include "projections/verify.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

std::uint64_t wanted_events() {
  auto const* text = std::getenv("TRACSEQ_FIGURE_EVENTS");
  return text ? std::strtoull(text, nullptr, 10) : 200'000;
}

/// Hands records on in portions, and waits while the log's queue is full.
class patient_log final : public event_log {
 public:
  explicit patient_log(event_log& to) : to_(to), held_(to.partitions()) {}
  [[nodiscard]] partition_id partitions() const override { return to_.partitions(); }
  [[nodiscard]] std::string description() const override { return to_.description(); }
  [[nodiscard]] std::vector<std::string> warnings() const override { return {}; }
  [[nodiscard]] result<void> append(partition_id p, std::vector<std::string> records) override {
    for (auto& record : records) held_[p].push_back(std::move(record));
    return held_[p].size() < 200 ? result<void>() : flush(p);
  }
  result<void> flush(partition_id p) {
    auto records = std::exchange(held_[p], {});
    for (;;) {
      auto done = to_.append(p, records);
      if (done || done.error().code != errc::overloaded) return done;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  void on_failure(failure_handler) override {}
  [[nodiscard]] result<std::vector<std::uint64_t>> ends() override { return to_.ends(); }
  [[nodiscard]] result<std::vector<std::uint64_t>> begins() override { return to_.begins(); }
  [[nodiscard]] result<std::unique_ptr<log_reader>> read(
      std::span<log_position const> from, reading how = reading::at_once) override {
    return to_.read(from, how);
  }

 private:
  event_log& to_;
  std::vector<std::vector<std::string>> held_;
};

/// Samples come in batches, are received, accepted and put into boxes; now and then one moves.
void write_history(event_log& log, std::uint64_t events) {
  patient_log patient(log);
  laboratory lab(patient);
  std::mt19937_64 dice(1);
  std::vector<uuid> placed;
  uuid box;
  std::uint32_t free_slot = 81;
  std::uint64_t samples = 0;
  auto const place = [&](uuid const& id) {
    if (free_slot == 81) {
      box = lab.add_unit(storage_unit::unit_kind::box, "Box " + std::to_string(samples / 81));
      free_slot = 0;
    }
    lab.place(id, box, std::string(1, static_cast<char>('A' + free_slot / 9)) +
                           std::to_string(1 + free_slot % 9));
    ++free_slot;
  };
  auto const written = [&] { return static_cast<std::uint64_t>((lab.now().us - at_second(0).us) / 1'000'000); };
  while (written() < events) {
    std::vector<uuid> batch;
    for (int i = 0; i < 200; ++i, ++samples) {
      auto const number = std::to_string(1'000'000 + samples);
      batch.push_back(lab.register_sample("Sample " + number, "TS-2026-" + number + "-X",
                                          "PRJ" + std::to_string(samples / 5'000)));
    }
    for (auto const& id : batch) lab.receive_and_accept(id);
    for (auto const& id : batch) {
      place(id);
      placed.push_back(id);
    }
    for (int i = 0; i < 20; ++i) place(placed[dice() % placed.size()]);
  }
  for (partition_id p = 0; p < log.partitions(); ++p) REQUIRE(patient.flush(p));
}

struct stopwatch {
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
  double cpu_since = cpu();
  static double cpu() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  }
  void tell(char const* what, double count) const {
    auto const wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
    auto const busy = cpu() - cpu_since;
    std::printf("%-28s %10.0f in %7.3f s = %10.0f per s; %7.3f s of processor = %10.0f per s on two cores\n",
                what, count, wall, count / wall, busy, 2 * count / busy);
    std::fflush(stdout);
  }
};

double resident_mib() {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  in >> pages >> pages;
  return pages * 4096 / (1 << 20);
}

std::unique_ptr<event_log> history(scratch_directory const& scratch) {
  auto const* kept = std::getenv("TRACSEQ_FIGURE_LOG");
  std::string const where = kept ? kept : scratch.path("log");
  bool const there = std::filesystem::exists(where);
  auto log = open_log(where, {});
  REQUIRE_MESSAGE(log, log.error().detail);
  if (!there) {
    write_history(**log, wanted_events());
    log->reset();
    log = open_log(where, {});
    REQUIRE(log);
  }
  return *std::move(log);
}

}  // namespace

TEST_SUITE("figures" * doctest::skip()) {
  TEST_CASE("replay and verify") {
    scratch_directory const scratch;
    auto const log = history(scratch);
    for (int repeat = 0; repeat < 3; ++repeat) {
      {
        stopwatch const clock;
        auto const report = verify(*log, {});
        REQUIRE(report);
        CHECK(report->ok());
        clock.tell("verify, records", static_cast<double>(report->records));
      }
      {
        // The same bytes read, decoded and written, and nothing else.
        stopwatch const clock;
        auto reader = fold_reader::open(*log, genesis_positions(log->partitions()));
        REQUIRE(reader);
        std::ofstream out(scratch.path("raw"), std::ios::binary);
        double events = 0;
        auto const ends = *log->ends();
        while (offsets_of((*reader)->state().at()) != ends) {
          auto const batch = (*reader)->next(2u << 20, std::chrono::milliseconds(100));
          REQUIRE(batch);
          for (auto const& commit : batch->commits) {
            out << commit.record;
            events += static_cast<double>(commit.events.size());
          }
        }
        clock.tell("raw loop, events", events);
      }
      auto const into = scratch.path("replayed" + std::to_string(repeat));
      stopwatch const clock;
      auto const totals = replay(*log, into, {});
      REQUIRE_MESSAGE(totals, totals.error().detail);
      clock.tell("replay, events", static_cast<double>(totals->events));
      CHECK(totals->parked_commits == 0);
      std::printf("resident %.0f MiB, %.1f MiB of records\n", resident_mib(),
                  static_cast<double>(totals->bytes) / (1 << 20));
      std::filesystem::remove_all(into);
    }
  }

  TEST_CASE("follow, read and restart") {
    scratch_directory const scratch;
    auto const log = history(scratch);
    auto const where = scratch.path("store");
    {
      auto const models = open_models(where, all_projections(), log->partitions());
      stopwatch const clock;
      follow(*models, *log, 64u << 10);
      double records = 0;
      auto const ends = *log->ends();
      for (auto const end : ends) records += static_cast<double>(end);
      clock.tell("follow, records", records);
      std::printf("resident %.0f MiB, store %.0f MiB on disk\n", resident_mib(),
                  static_cast<double>(models->rows().measure().disk_bytes) / (1 << 20));
      auto const view = models->newest();
      std::vector<uuid> ids;
      sample_list_request request;
      request.limit = 500;
      for (int i = 0; i < 20; ++i) {
        auto const page = samples_query(*view).list(request);
        REQUIRE(page);
        for (auto const& row : page->rows) ids.push_back(row.id);
        request.cursor = page->next_cursor;
      }
      stopwatch const reads;
      for (int i = 0; i < 100'000; ++i)
        if (!samples_query(*models->newest()).get(ids[static_cast<std::size_t>(i * 7919) % ids.size()]))
          FAIL("a sample is missing");
      reads.tell("get one sample", 100'000);
    }
    stopwatch const clock;
    auto const models = open_models(where, all_projections(), log->partitions());
    auto const reader = fold_reader::open(*log, models->positions());
    REQUIRE(reader);
    clock.tell("open again", 1);
  }
}
