// What becomes of an import whose steps are refused for a while, or for good.
#include "tests/node/small_node.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

/// A sheet of so many samples that their rows go into the log in two lists.
std::string long_sheet() {
  std::string out = "Sample Name,Type\n";
  for (int i = 0; i < 600; ++i) out += "S-" + std::to_string(i) + ",DNA\n";
  return out;
}

struct import_lab {
  std::string start() {
    auto const seen = json::parse(body_of(at.ask("POST /api/v1/imports/preview?filename=long.csv", authorised, long_sheet())));
    json const asked{{"preview_id", seen.at("preview_id")}, {"sha256", seen.at("sha256")}};
    return at.ask("POST /api/v1/imports", authorised + "Idempotency-Key: once\r\n", asked.dump());
  }
  /// The commands that were given, in order.
  std::string steps() const {
    std::string out;
    for (auto const& group : at.given) out += (out.empty() ? "" : " ") + group.front().command.name;
    return out;
  }
  /// Refuses the step at that place, counted from 0, so often.
  void refuse(std::size_t place, errc code, int times) {
    at.refuses = [this, place, code, left = times](auto const&) mutable -> std::optional<error> {
      if (at.given.size() < place || left == 0) return std::nullopt;
      --left;
      ++refused;
      return error{code, "on purpose", {}};
    };
  }
  std::atomic<int> refused{0};
  small_node at;
};

}  // namespace

TEST_CASE("an import whose step is refused for what passes is listed to its end") {
  for (auto const code : {errc::unavailable, errc::timed_out, errc::outcome_unknown}) {
    import_lab lab;
    lab.refuse(2, code, 2);  // the second list
    lab.start();
    CHECK(lab.steps() == "import.start import.list_rows import.list_rows import.list_rows import.list_rows import.seal");
    auto const& given = lab.at.given;
    REQUIRE(given.size() == 6);
    CHECK(given[1][0].command_id != given[2][0].command_id);
    for (int again : {3, 4}) {
      CHECK(given[again][0].command_id == given[2][0].command_id);
      CHECK(given[again][0].command.payload == given[2][0].command.payload);
    }
  }
}

TEST_CASE("an import whose step is refused for good is given up") {
  import_lab lab;
  lab.refuse(2, errc::rule_violation, 1);
  CHECK(status_of(lab.start()) == 422);
  CHECK(lab.steps() == "import.start import.list_rows import.list_rows import.abandon");
}

TEST_CASE("an import that was ended while its rows were listed is shown, for it did begin") {
  import_lab good;
  auto const shown = status_of(good.start());
  import_lab lab;
  lab.refuse(3, errc::conflict, 1);  // the seal
  CHECK(status_of(lab.start()) == shown);
  CHECK(lab.steps() == "import.start import.list_rows import.list_rows import.seal import.abandon");
}

TEST_CASE("an import of which nobody knows whether it began is begun again, and its rows are listed") {
  import_lab lab;
  lab.refuse(0, errc::outcome_unknown, 1);
  lab.at.repeats = [&](auto const&) { return lab.at.given.size() == 1; };  // it had begun
  lab.start();
  CHECK(lab.steps() == "import.start import.start import.list_rows import.list_rows import.seal");
  CHECK(lab.at.given[0][0].command_id == lab.at.given[1][0].command_id);
}

TEST_CASE("an import that surely did not begin is left to the client") {
  import_lab lab;
  lab.refuse(0, errc::unavailable, 1);
  CHECK(status_of(lab.start()) == 503);
  CHECK(lab.steps() == "import.start");
}

TEST_CASE("a node that stops waits for no step") {
  import_lab lab;
  lab.refuse(1, errc::unavailable, 1'000'000);
  std::string answered;
  std::thread client([&] { answered = lab.start(); });
  while (lab.refused < 4) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  auto const began = std::chrono::steady_clock::now();
  lab.at.api.stop();
  CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
  client.join();
  CHECK(status_of(answered) == 503);
  CHECK(lab.steps().ends_with("import.list_rows"));
}
