#include "node/key_store.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/resource.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace tracseq;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t record_bytes = 128;

struct folder {
  folder() {
    char name[] = "/tmp/tracseq-keys-XXXXXX";
    path = std::string(::mkdtemp(name)) + "/keys";
  }
  ~folder() { fs::remove_all(fs::path(path).parent_path()); }
  [[nodiscard]] std::string records() const { return path + "/subjects"; }
  std::string path;
};

std::unique_ptr<key_store> open(folder const& at) {
  auto opened = key_store::open(at.path);
  REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().detail));
  return *std::move(opened);
}

sealed_text seal(key_store& keys, std::string const& text) {
  auto const made = keys.seal(std::span(&text, 1));
  REQUIRE(made);
  return made->front();
}

std::string read(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(std::string const& path, std::string const& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace

TEST_CASE("the same person has the same key, also after a start") {
  folder const at;
  std::vector<std::string> const names{"Anna", "Bo", "Anna"};
  auto keys = open(at);
  auto const sealed = keys->seal(names);
  REQUIRE(sealed);
  CHECK((*sealed)[0] == (*sealed)[2]);
  CHECK((*sealed)[0].key_id != (*sealed)[1].key_id);
  CHECK((*sealed)[0].box.find("Anna") == std::string::npos);
  CHECK(fs::file_size(at.records()) == 2 * record_bytes);
  keys = open(at);
  CHECK(seal(*keys, "Anna") == (*sealed)[0]);
  CHECK(keys->unseal((*sealed)[1]).text == "Bo");
  CHECK(keys->size() == 2);
}

TEST_CASE("an erased key is nowhere, and stays erased") {
  folder const at;
  auto keys = open(at);
  auto const anna = seal(*keys, "Anna");
  auto const bo = seal(*keys, "Bo");
  REQUIRE(keys->erase(anna));
  CHECK(keys->erase(anna));
  CHECK(keys->unseal(anna).state == personal_text::erased);
  CHECK(read(at.records()).substr(24, record_bytes - 24) == std::string(record_bytes - 24, '\0'));
  auto const again = seal(*keys, "Anna");
  CHECK(again.key_id != anna.key_id);
  keys = open(at);
  CHECK(keys->unseal(anna).state == personal_text::erased);
  CHECK(keys->unseal(again).text == "Anna");
  CHECK(keys->unseal(bo).text == "Bo");
  CHECK(keys->erase({new_uuid(), bo.box}).error().code == errc::not_found);
}

TEST_CASE("a torn record is dropped, a damaged one costs its own donor only") {
  folder const at;
  auto const anna = seal(*open(at), "Anna");
  auto const bo = seal(*open(at), "Bo");
  auto const whole = read(at.records());
  write(at.records(), whole + whole.substr(0, 77));
  CHECK(open(at)->damaged() == 0);
  CHECK(fs::file_size(at.records()) == whole.size());
  auto changed = whole;
  changed[90] = static_cast<char>(changed[90] ^ 1);
  write(at.records(), changed);
  auto keys = open(at);
  CHECK(keys->damaged() == 1);
  CHECK(keys->unseal(anna).state == personal_text::unreadable);
  CHECK(keys->unseal(bo).text == "Bo");
}

TEST_CASE("a box is bound to its key, and a record to its person") {
  folder const at;
  auto keys = open(at);
  auto const anna = seal(*keys, "Anna");
  auto const bo = seal(*keys, "Bo");
  CHECK(keys->unseal({bo.key_id, anna.box}).state == personal_text::unreadable);
  CHECK(keys->unseal({anna.key_id, "short"}).state == personal_text::unreadable);
  auto records = read(at.records());
  std::swap_ranges(records.begin() + 8, records.begin() + 24, records.begin() + record_bytes + 8);
  write(at.records(), records);
  CHECK(open(at)->damaged() == 2);
}

TEST_CASE("keys without their secret are refused, a folder without keys is none") {
  folder const at;
  auto const none = key_store::open_read_only(at.path);
  REQUIRE(none);
  CHECK(*none == nullptr);
  auto const anna = seal(*open(at), "Anna");
  auto const shown = key_store::open_read_only(at.path);
  REQUIRE(shown);
  CHECK((*shown)->unseal(anna).text == "Anna");
  fs::remove(at.path + "/secret");
  auto const refused = key_store::open(at.path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("secret is missing") != std::string::npos);
}

TEST_CASE("a disk that fails is told in words, with the file and what follows from it") {
  folder const at;
  seal(*open(at), "Anna");
  auto const secret = read(at.path + "/secret");
  write(at.path + "/secret", secret.substr(0, 7));
  auto const cut = key_store::open(at.path);
  REQUIRE_FALSE(cut);
  CHECK(cut.error().code == errc::corrupt);
  CHECK(cut.error().detail.find("secret is cut off") != std::string::npos);
  write(at.path + "/secret", secret);
  auto const records = read(at.records());
  fs::remove(at.records());
  fs::create_directory(at.records());
  auto const refused = key_store::open(at.path);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail ==
        "cannot open " + at.records() + ": Is a directory. Donors cannot be sealed without it.");
  fs::remove(at.records());
  // A write that is cut off leaves the store as it was: the limit is the disk's end.
  write(at.records(), records);
  auto keys = open(at);
  struct rlimit before {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  struct rlimit const full{records.size() + 77, before.rlim_max};
  auto const ignored = std::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  std::string const bo = "Bo";
  auto const torn = keys->seal(std::span(&bo, 1));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  std::signal(SIGXFSZ, ignored);
  REQUIRE_FALSE(torn);
  CHECK(torn.error().detail.find(at.records()) != std::string::npos);
  CHECK(read(at.records()) == records);
  CHECK(keys->unseal(seal(*keys, "Bo")).text == "Bo");
}

TEST_CASE("one sync for the keys of many, and files for the node alone") {
  folder const at;
  std::vector<std::string> names;
  for (int i = 0; i < 5'000; ++i) names.push_back("Person " + std::to_string(i));
  auto const sealed = open(at)->seal(names);
  REQUIRE(sealed);
  CHECK(open(at)->unseal(sealed->back()).text == "Person 4999");
  auto const others = fs::perms::group_all | fs::perms::others_all;
  for (auto const& path : {at.path, at.records(), at.path + "/secret"})
    CHECK((fs::status(path).permissions() & others) == fs::perms::none);
}
