#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "projections/store.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<store> opened(std::string const& directory, bool read_only = false) {
  store_options options;
  options.read_only = read_only;
  auto made = store::open(directory, options);
  REQUIRE_MESSAGE(made, made.error().detail);
  return *std::move(made);
}

error refused(std::string const& directory, bool read_only = false, bool create = true) {
  store_options options;
  options.read_only = read_only;
  options.create = create;
  auto made = store::open(directory, options);
  REQUIRE_FALSE(made);
  return made.error();
}

std::vector<std::string> keys_of(table_view const& view, std::string_view from, std::string_view until,
                                 direction way) {
  std::vector<std::string> keys;
  for (auto at = view.scan(from, until, way); at->valid(); at->next()) keys.emplace_back(at->key());
  return keys;
}

}  // namespace

TEST_CASE("a store keeps tables, reads them at one moment and walks them both ways") {
  scratch_directory const scratch;
  auto rows = opened(scratch.path("store"));
  auto const table = *rows->create_table("things@1");
  auto const put = [&](std::string_view key, std::string_view value) {
    store_write const write{table, key, value};
    REQUIRE(rows->write({&write, 1}));
  };
  for (auto const* key : {"a", "b1", "b2", "c"}) put(key, "old");
  auto const snapshot = rows->take_snapshot();
  auto const then = snapshot->view(table);
  put("b2", "new");
  put("b3", "new");
  store_write const erase{table, "a", std::nullopt};
  REQUIRE(rows->write({&erase, 1}));

  auto const now = rows->newest(table);
  CHECK(now->get("b2") == "new");
  CHECK(then->get("b2") == "old");
  CHECK(then->get("b3") == std::nullopt);
  using keys = std::vector<std::string>;
  CHECK(keys_of(*now, "", "", direction::forward) == keys{"b1", "b2", "b3", "c"});
  CHECK(keys_of(*then, "", "", direction::backward) == keys{"c", "b2", "b1", "a"});
  CHECK(keys_of(*now, "b", "c", direction::backward) == keys{"b3", "b2", "b1"});
  CHECK(keys_of(*now, "b2", "b3", direction::forward) == keys{"b2"});
  CHECK(keys_of(*now, "x", "", direction::forward).empty());
  auto walk = now->scan_prefix("b");
  CHECK(walk->key() == "b1");

  // A table that is dropped can be read to the end by who has begun.
  REQUIRE(rows->drop_table("things@1"));
  CHECK(rows->find_table("things@1") == nullptr);
  walk->next();
  CHECK(walk->key() == "b2");
  CHECK(now->get("c") == "old");
}

TEST_CASE("a bulk write is taken in whole, over what is there") {
  scratch_directory const scratch;
  {
    auto rows = opened(scratch.path("store"));
    auto const table = *rows->create_table("things@1");
    store_write const before[]{{table, "a", "1"}, {table, "b", "1"}};
    REQUIRE(rows->write(before));
    store_write const many[]{{nullptr, "a", "2"}, {nullptr, "b", std::nullopt}, {nullptr, "c", "2"}};
    store_write const position[]{{nullptr, "at", "7"}};
    bulk_rows const bulk[]{{table, many}, {rows->meta(), position}};
    REQUIRE(rows->write_bulk(bulk));
    REQUIRE(rows->write_bulk(bulk));
    store_write const unsorted[]{{nullptr, "c", "3"}, {nullptr, "a", "3"}};
    bulk_rows const wrong[]{{table, unsorted}};
    CHECK_FALSE(rows->write_bulk(wrong));
  }
  auto const rows = opened(scratch.path("store"), true);
  auto const view = rows->newest(rows->find_table("things@1"));
  CHECK(keys_of(*view, "", "", direction::forward) == std::vector<std::string>{"a", "c"});
  CHECK(view->get("a") == "2");
  CHECK(rows->get(*rows->meta(), "at") == "7");
}

TEST_CASE("a second process is told that the store is in use") {
  scratch_directory const scratch;
  auto const rows = opened(scratch.path("store"));
  auto const why = refused(scratch.path("store"));
  CHECK(why.code == errc::conflict);
  CHECK(why.detail == "Opening the store in " + scratch.path("store") +
                          ": it is in use by another process. Stop that one first, or name another "
                          "directory.");
}

TEST_CASE("a store of a newer TracSeq, a foreign one and none are told apart") {
  scratch_directory const scratch;
  { (void)opened(scratch.path("store")); }
  std::ofstream(scratch.path("store") + "/FORMAT") << "TracSeq store 9\n";
  auto why = refused(scratch.path("store"));
  CHECK(why.code == errc::unsupported);
  CHECK(why.detail.find("was written by a newer TracSeq (format 9, this one reads up to 1)") !=
        std::string::npos);
  std::ofstream(scratch.path("store") + "/FORMAT") << "something\n";
  CHECK(refused(scratch.path("store")).detail.find("does not say which format") != std::string::npos);
  fs::remove(scratch.path("store") + "/FORMAT");
  CHECK(refused(scratch.path("store")).detail.find("TracSeq did not make") != std::string::npos);
  CHECK(refused(scratch.path("none"), true).code == errc::not_found);
  CHECK(refused(scratch.path("none"), false, false).detail ==
        "There is no store in " + scratch.path("none") + ".");
}

TEST_CASE("a damaged store says what to do") {
  scratch_directory const scratch;
  { (void)opened(scratch.path("store")); }
  for (auto const& file : fs::directory_iterator(scratch.path("store")))
    if (file.path().filename().string().starts_with("MANIFEST"))
      std::ofstream(file.path(), std::ios::trunc) << "not a manifest at all, but some other text";
  auto const why = refused(scratch.path("store"));
  CHECK(why.code == errc::corrupt);
  CHECK(why.detail.find("Remove the directory: it is built again from the log.") != std::string::npos);
}

TEST_CASE("a directory that cannot be written says so") {
  if (::geteuid() == 0) {
    // To root every directory is writable; a file in the way is not a directory for anybody.
    scratch_directory const scratch;
    std::ofstream(scratch.path("file")) << "x";
    auto const why = refused(scratch.path("file/store"));
    CHECK(why.code == errc::io_failure);
    CHECK(why.detail.find("cannot be made") != std::string::npos);
    return;
  }
  scratch_directory const scratch;
  fs::permissions(scratch.path(), fs::perms::owner_read | fs::perms::owner_exec);
  auto const why = refused(scratch.path("store"));
  CHECK(why.code == errc::io_failure);
  fs::permissions(scratch.path(), fs::perms::owner_all);
}

TEST_CASE("after kill -9 nothing that was applied is missing") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 200; ++i) lab.register_sample("S" + std::to_string(i), "L" + std::to_string(i));
  auto const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto* const models = open_models(scratch.path("a")).release();
    follow(*models, log, 2'000);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  auto const survived = open_models(scratch.path("a"));
  CHECK(survived->applied() == *log.ends());
  auto const fresh = open_models(scratch.path("b"));
  follow(*fresh, log);
  CHECK(difference(dump(survived->rows()), dump(fresh->rows())) == "");
}

TEST_CASE("a store of a log with other partitions is refused") {
  scratch_directory const scratch;
  { (void)open_models(scratch.path("a"), all_projections(), 4); }
  runner_options options;
  options.partitions = 3;
  auto const fewer = runner::open(opened(scratch.path("a")), all_projections(), options);
  REQUIRE_FALSE(fewer);
  CHECK(fewer.error().code == errc::conflict);
  CHECK(fewer.error().detail.find("belongs to a log with 4 partitions, but this one has 3") !=
        std::string::npos);
}

TEST_CASE("a read-only store serves what it holds") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  auto const id = lab.register_sample("S", "L");
  { follow(*open_models(scratch.path("a")), log); }
  auto const models = open_models(scratch.path("a"), all_projections(), 4, true);
  CHECK(models->newest()->table("samples").get("Rx") == std::nullopt);
  CHECK(models->applied() == *log.ends());
  CHECK(models->rows().read_only());
  (void)id;
}

TEST_CASE("entity snapshots are kept beside the rows") {
  scratch_directory const scratch;
  auto const models = open_models(scratch.path("a"));
  CHECK_FALSE(models->load_snapshot("import/x"));
  models->save_snapshot("import/x", 300, "state");
  auto const found = models->load_snapshot("import/x");
  REQUIRE(found);
  CHECK(found->version == 300);
  CHECK(found->state == "state");
}
