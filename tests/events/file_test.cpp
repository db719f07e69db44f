#include <stdlib.h>  // mkdtemp

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "events/file.hpp"

using namespace tracseq;
namespace fs = std::filesystem;

namespace {

struct scratch {
  scratch() {
    auto name = (fs::temp_directory_path() / "tracseq-file-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~scratch() { fs::remove_all(path); }
  fs::path path;
};

unsigned rights(fs::path const& path) {
  struct stat facts {};
  REQUIRE(::stat(path.c_str(), &facts) == 0);
  return facts.st_mode & 0777u;
}

}  // namespace

TEST_CASE("a small file is made whole, for its readers, and read back") {
  scratch const in;
  auto const path = in.path / "key";
  // What a crash left of an earlier try is no hindrance.
  REQUIRE(file::open(in.path / "key.new", file::mode::create_new)->write_at(0, "half a secret, longer"));
  REQUIRE(make_file(path, "secret\n", file::readers::owner));
  CHECK(*read_file(path) == "secret\n");
  CHECK(rights(path) == 0600);
  CHECK_FALSE(fs::exists(in.path / "key.new"));
  REQUIRE(make_file(in.path / "note", ""));
  CHECK(*read_file(in.path / "note") == "");
  CHECK((rights(in.path / "note") & 0007u) == 0);
}

TEST_CASE("what is there is not made again") {
  scratch const in;
  REQUIRE(make_file(in.path / "key", "first"));
  CHECK(make_file(in.path / "key", "second").error().code == errc::conflict);
  CHECK(*read_file(in.path / "key") == "first");
  // A key on a disk that is not there now.
  fs::create_symlink(in.path / "unmounted" / "key", in.path / "link");
  CHECK(make_file(in.path / "link", "second").error().code == errc::conflict);
  CHECK(fs::is_symlink(in.path / "link"));
}

TEST_CASE("a failure names the file and what is wrong") {
  scratch const in;
  auto const absent = in.path / "absent" / "key";
  CHECK(make_file(absent, "x").error().detail == "cannot open " + absent.string() + ".new: No such file or directory");
  CHECK(read_file(absent).error().detail == "cannot open " + absent.string() + ": No such file or directory");
}

TEST_CASE("two writers append, and neither overwrites the other") {
  scratch const in;
  auto const path = in.path / "lines";
  auto const one = file::open(path, file::mode::append, file::readers::everybody);
  auto const other = file::open(path, file::mode::append, file::readers::everybody);
  REQUIRE(one);
  REQUIRE(other);
  REQUIRE(one->append("1\n"));
  REQUIRE(other->append("2\n"));
  REQUIRE(one->append("3\n"));
  CHECK(*read_file(path) == "1\n2\n3\n");
  CHECK(*one->size() == 6);
}
