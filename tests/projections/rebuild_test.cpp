#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "projections/rows.hpp"
#include "projections/samples.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

/// Counts events; version 2 counts in tens, version 3 breaks off the build when asked to.
class tally final : public projection {
 public:
  tally(std::uint32_t version, std::uint32_t reads_from) : version_(version), reads_from_(reads_from) {}
  [[nodiscard]] std::string_view name() const override { return "tally"; }
  [[nodiscard]] std::uint32_t version() const override { return version_; }
  [[nodiscard]] std::uint32_t reads_from_version() const override { return reads_from_; }
  void apply(accepted_event const&, table& rows) const override {
    rows.count("events", version_ == 1 ? 1 : 10);
  }

 private:
  std::uint32_t version_;
  std::uint32_t reads_from_;
};

/// As `tally`, but the store fails once, at the thirtieth event.
class stumbling final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return "tally"; }
  [[nodiscard]] std::uint32_t version() const override { return 2; }
  void apply(accepted_event const&, table& rows) const override {
    rows.count("events", 10);
    if (++events_ == 30) throw query_failure({errc::io_failure, "the disk is away", {}});
  }

 private:
  mutable std::atomic<int> events_ = 0;
};

projection_list with(std::shared_ptr<projection const> extra) {
  auto all = all_projections();
  all.push_back(std::move(extra));
  return all;
}

std::uint64_t events_in(runner& models) {
  return read_count(models.newest()->table("tally"), "events");
}

projection_status status_of(runner& models, std::string const& name) {
  for (auto const& one : models.status())
    if (one.name == name) return one;
  FAIL("no status of " << name);
  return {};
}

std::unique_ptr<runner> open_retrying(std::string const& directory, std::shared_ptr<projection const> extra,
                                      std::chrono::milliseconds pause) {
  auto rows = store::open(directory, {});
  REQUIRE_MESSAGE(rows, rows.error().detail);
  runner_options options;
  options.partitions = 4;
  options.rebuild_pause = pause;
  auto models = runner::open(*std::move(rows), with(std::move(extra)), options);
  REQUIRE_MESSAGE(models, models.error().detail);
  return *std::move(models);
}

/// Why the build of "tally" does not go on, once it says so.
std::string stands_still(runner& models) {
  while (status_of(models, "tally").stands_still.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return status_of(models, "tally").stands_still;
}

}  // namespace

TEST_CASE("a new version is built beside the old one and switched to") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 50; ++i) lab.register_sample("S" + std::to_string(i), "L" + std::to_string(i));
  {
    auto const models = open_models(scratch.path("a"), with(std::make_shared<tally>(1, 1)));
    follow(*models, log);
    CHECK(events_in(*models) == 100);
  }

  SUBCASE("queries read the old rows meanwhile, where they can") {
    auto const models = open_models(scratch.path("a"), with(std::make_shared<tally>(2, 1)));
    CHECK(status_of(*models, "tally").state == projection_state::building_beside);
    CHECK(status_of(*models, "tally").shown_version == 1);
    CHECK(events_in(*models) == 100);
    models->start_rebuilds(log);
    REQUIRE(models->wait_for_rebuilds());
    CHECK(status_of(*models, "tally").state == projection_state::live);
    CHECK(status_of(*models, "tally").shown_version == 2);
    CHECK(events_in(*models) == 1'000);
    CHECK(models->rows().find_table("tally@1") == nullptr);
    lab.register_sample("After", "");
    follow(*models, log);
    CHECK(events_in(*models) == 1'010);
  }
  SUBCASE("else they say that it is being built") {
    auto const models = open_models(scratch.path("a"), with(std::make_shared<tally>(2, 2)));
    CHECK(status_of(*models, "tally").state == projection_state::building);
    try {
      (void)events_in(*models);
      FAIL("the half-built rows were shown");
    } catch (query_failure const& caught) {
      CHECK(caught.why().code == errc::unavailable);
      CHECK(caught.why().detail ==
            "The rows of \"tally\" are being built from the log. Try again in a moment.");
    }
    CHECK(samples_query(*models->newest()).counts().total == 50);
    models->start_rebuilds(log);
    REQUIRE(models->wait_for_rebuilds());
    CHECK(events_in(*models) == 1'000);
  }
  SUBCASE("the old version is kept up where its code is still there") {
    auto all = with(std::make_shared<tally>(1, 1));
    all.push_back(std::make_shared<tally>(2, 2));
    auto const models = open_models(scratch.path("a"), all);
    lab.register_sample("Meanwhile", "");
    follow(*models, log);
    CHECK(events_in(*models) == 101);
    models->start_rebuilds(log);
    REQUIRE(models->wait_for_rebuilds());
    CHECK(events_in(*models) == 1'010);
    CHECK(models->rows().find_table("tally@1") == nullptr);
  }
}

TEST_CASE("a build while events come in loses and doubles none") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 3'000; ++i) lab.register_sample("S" + std::to_string(i), "");
  { follow(*open_models(scratch.path("a")), log); }

  auto const models = open_models(scratch.path("a"), with(std::make_shared<tally>(2, 2)));
  models->start_rebuilds(log);
  for (int i = 0; i < 200; ++i) {
    lab.register_sample("T" + std::to_string(i), "");
    if (i % 10 == 0) follow(*models, log, 500);
  }
  REQUIRE(models->wait_for_rebuilds());
  follow(*models, log);
  CHECK(events_in(*models) == 32'000);
}

TEST_CASE("a build that was broken off goes on where it was") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 4'000; ++i)
    lab.register_sample("S" + std::to_string(i), std::string(), std::string(200, 'p'));
  { follow(*open_models(scratch.path("a")), log); }
  for (int attempt = 0; attempt < 3; ++attempt) {
    // Ended at once: whatever part was built is in the store with its positions.
    auto const models = open_models(scratch.path("a"), with(std::make_shared<tally>(2, 2)));
    models->start_rebuilds(log);
    models->stop();
  }
  auto const models = open_models(scratch.path("a"), with(std::make_shared<tally>(2, 2)));
  models->start_rebuilds(log);
  REQUIRE(models->wait_for_rebuilds());
  CHECK(events_in(*models) == 40'000);
}

TEST_CASE("a build that fails says why, and goes on when it can") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 50; ++i) lab.register_sample("S" + std::to_string(i), "");
  { follow(*open_models(scratch.path("a")), log); }

  SUBCASE("after the log does not answer") {
    auto const models = open_retrying(scratch.path("a"), std::make_shared<tally>(2, 2), std::chrono::milliseconds(5));
    log.fail_reads(SIZE_MAX, {errc::io_failure, "the broker is away", {}});
    models->start_rebuilds(log);
    CHECK(stands_still(*models) == "the broker is away");
    log.fail_reads(0, {});
    REQUIRE(models->wait_for_rebuilds());
    CHECK(status_of(*models, "tally").stands_still == "");
    CHECK(events_in(*models) == 500);
  }
  SUBCASE("after the store fails in the middle of a batch, which is then applied once") {
    auto const models = open_retrying(scratch.path("a"), std::make_shared<stumbling>(), std::chrono::milliseconds(5));
    models->start_rebuilds(log);
    REQUIRE(models->wait_for_rebuilds());
    CHECK(events_in(*models) == 500);
  }
  SUBCASE("but not after damage") {
    auto const models = open_retrying(scratch.path("a"), std::make_shared<tally>(2, 2), std::chrono::milliseconds(5));
    log.fail_reads(SIZE_MAX, {errc::corrupt, "a record is damaged", {}});
    models->start_rebuilds(log);
    auto const built = models->wait_for_rebuilds();
    REQUIRE_FALSE(built);
    CHECK(built.error().code == errc::corrupt);
    CHECK(status_of(*models, "tally").stands_still == "a record is damaged");
    CHECK(models->rebuild_failure()->detail == "a record is damaged");
  }
  SUBCASE("and stopping does not wait for the next try") {
    auto const models = open_retrying(scratch.path("a"), std::make_shared<tally>(2, 2), std::chrono::hours(1));
    log.fail_reads(SIZE_MAX, {errc::io_failure, "the broker is away", {}});
    models->start_rebuilds(log);
    CHECK(stands_still(*models) == "the broker is away");
    models->stop();
  }
}

TEST_CASE("a projection that this build no longer has is dropped") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  lab.register_sample("S", "");
  { follow(*open_models(scratch.path("a"), with(std::make_shared<tally>(1, 1))), log); }
  auto const models = open_models(scratch.path("a"));
  CHECK(models->rows().find_table("tally@1") == nullptr);
  CHECK(models->rows().find_table("samples@" + std::to_string(sample_rows_version)) != nullptr);
}
