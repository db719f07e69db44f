#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include <unistd.h>

#include "node/address.hpp"
#include "node/settings.hpp"

using namespace tracseq;

namespace {

struct temporary_file {
  explicit temporary_file(std::string const& text) {
    char name[] = "/tmp/tracseq-settings-XXXXXX";
    int const fd = mkstemp(name);
    path = name;
    std::ofstream(path) << text;
    close(fd);
  }
  ~temporary_file() { std::remove(path.c_str()); }
  std::string path;
};

settings::sources with_file(std::string const& path) {
  settings::sources from;
  from.file = path;
  return from;
}

std::string complaint(std::string const& toml) {
  temporary_file const file(toml);
  auto const loaded = settings::load(with_file(file.path));
  return loaded ? "" : loaded.error().detail;
}

}  // namespace

TEST_CASE("a variable that is set and empty counts as unset") {
  temporary_file const file("[http]\nport = 1111\n[node]\nname = \"from-file\"\n");
  auto from = with_file(file.path);
  from.environment = [](std::string const&) -> std::optional<std::string> { return ""; };
  auto const loaded = settings::load(from);
  REQUIRE_MESSAGE(loaded, (loaded ? "" : loaded.error().detail));
  CHECK_FALSE(loaded->boolean("log.start_behind_damage"));
  CHECK(loaded->source("log.start_behind_damage") == "default");
  CHECK(loaded->integer("http.port") == 1111);
  CHECK(loaded->text("node.name") == "from-file");
}

TEST_CASE("a flag goes before the environment, that before the file, that before the default") {
  temporary_file const file("[http]\nport = 1111\nthreads = 3\n[node]\nname = \"from-file\"\n");
  auto from = with_file(file.path);
  from.environment = [](std::string const& name) -> std::optional<std::string> {
    if (name == "TRACSEQ_HTTP_PORT") return "2222";
    if (name == "TRACSEQ_NODE_NAME") return "from-environment";
    return std::nullopt;
  };
  from.flags["http.port"] = "3333";
  auto const loaded = settings::load(from);
  REQUIRE(loaded);
  CHECK(loaded->integer("http.port") == 3333);
  CHECK(loaded->source("http.port") == "--port");
  CHECK(loaded->text("node.name") == "from-environment");
  CHECK(loaded->source("node.name") == "TRACSEQ_NODE_NAME");
  CHECK(loaded->integer("http.threads") == 3);
  CHECK(loaded->source("http.threads") == file.path + " line 3");
  CHECK(loaded->integer("engine.threads") == 2);
  CHECK(loaded->source("engine.threads") == "default");
}

TEST_CASE("TRACSEQ_DATA names the data directory") {
  settings::sources from;
  from.environment = [](std::string const& name) -> std::optional<std::string> {
    return name == "TRACSEQ_DATA" ? std::optional<std::string>("/somewhere") : std::nullopt;
  };
  CHECK(settings::load(from)->text("data.directory") == "/somewhere");
}

TEST_CASE("wrong values are said with their place") {
  CHECK(complaint("[http]\nprot = 1\n").find("line 2: there is no setting \"http.prot\". Did you mean \"http.port\"?") !=
        std::string::npos);
  CHECK(complaint("[http]\nport = 70000\n").find("http.port") != std::string::npos);
  CHECK(complaint("[http]\nport = 70000\n").find("70000 is not between 0 and 65535") != std::string::npos);
  CHECK(complaint("[http]\nport = \"80\"\n").find("must not stand in quotes") != std::string::npos);
  CHECK(complaint("[node]\nname = 5\n").find("has to stand in quotes") != std::string::npos);
  CHECK(complaint("[logging]\nlevel = \"loud\"\n").find("\"loud\" is not one of: debug info warn error") !=
        std::string::npos);
  CHECK(complaint("[http\n").find("line 1") != std::string::npos);
  CHECK(complaint("port = 1\n").find("there is no setting \"port\"") != std::string::npos);
  auto const missing = settings::load(with_file("/nowhere/tracseq.toml"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().detail == "The configuration file /nowhere/tracseq.toml is not there.");
}

TEST_CASE("all that is wrong is said at once") {
  auto const words = complaint("[http]\nport = 70000\nfoo = 1\n");
  CHECK(std::count(words.begin(), words.end(), '\n') == 1);
}

TEST_CASE("the table is sound") {
  std::set<std::string_view> names;
  std::set<std::string> flags;
  for (auto const& one : setting_table()) {
    CAPTURE(one.name);
    CHECK(names.insert(one.name).second);
    CHECK(flags.insert(flag_of(one)).second);
    if (!one.flag.empty()) CHECK(flags.insert("--" + std::string(one.flag)).second);
    CHECK(one.doc.size() > 10);
    CHECK(one.name.find('.') != one.name.npos);
  }
}

TEST_CASE("the example configuration is the table, and loads") {
  std::ifstream in(std::string(TRACSEQ_SOURCE_DIR) + "/config/tracseq.toml");
  std::stringstream text;
  text << in.rdbuf();
  CHECK_MESSAGE(text.str() == example_configuration(),
                "run: tracseq config default > config/tracseq.toml");
  // Each commented setting is put in force: the defaults must load as they are written.
  std::istringstream lines(example_configuration());
  std::string loaded_text;
  for (std::string line; std::getline(lines, line);) {
    bool const is_setting = line.starts_with("#") && !line.starts_with("# ") && line.find(" = ") != line.npos;
    loaded_text += (is_setting ? line.substr(1) : line) + "\n";
  }
  CHECK(complaint(loaded_text) == "");
}

TEST_CASE("an IPv6 address stands in brackets before its port") {
  CHECK(host_and_port("127.0.0.1", 8089) == "127.0.0.1:8089");
  CHECK(host_and_port("::1", 8089) == "[::1]:8089");
  CHECK(host_and_port("[::1]", 1) == "[::1]:1");
  CHECK(host_and_port("lab.example.org", 80) == "lab.example.org:80");
}
