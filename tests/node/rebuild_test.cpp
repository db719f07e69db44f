// A read model whose version changed, in a node that people work with meanwhile.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "projections/samples.hpp"
#include "tests/node/whole_node.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

/// Samples as the next release might have them: the same rows, slowly made.
class next_samples final : public projection {
 public:
  [[nodiscard]] std::string_view name() const override { return now_.name(); }
  [[nodiscard]] std::uint32_t version() const override { return now_.version() + 1; }
  void apply(accepted_event const& event, table& rows) const override {
    if (slow) std::this_thread::sleep_for(std::chrono::microseconds(100));
    now_.apply(event, rows);
  }
  static inline std::atomic<bool> slow{true};

 private:
  samples_projection now_;
};

projection_list both() {
  auto all = all_projections();
  all.push_back(std::make_shared<next_samples>());
  return all;
}

nlohmann::json status_of_samples(whole_node& lab) {
  nlohmann::json last;
  auto const system = lab.must("GET", "/system");
  for (auto const& one : system["projections"])
    if (one["name"] == "samples" && (last.is_null() || one["version"] > last["version"])) last = one;
  return last;
}

}  // namespace

TEST_CASE("a changed read model is built beside the old one and takes over while people work") {
  scratch_folder const scratch;
  node_options options;
  options.data = scratch.path.string();
  constexpr std::size_t before = 3'000;  // the last 2,000 records are done at the switch
  {
    whole_node lab(options);
    lab.register_samples(before);
  }
  options.projections = both();
  std::size_t written = 0;
  {
    next_samples::slow = true;
    whole_node lab(options);
    auto status = status_of_samples(lab);
    CHECK(status["version"] == sample_rows_version + 1);
    CHECK(status["state"].get<std::string>().starts_with("building "));
    std::size_t while_building = 0;
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (status["state"] != "live" && std::chrono::steady_clock::now() < end) {
      // Each of these throws where the node does not answer it; and who writes reads his own write.
      auto const id = lab.register_sample("W" + std::to_string(written++));
      CHECK(lab.must("GET", "/samples/" + id)["name"] == "W" + std::to_string(written - 1));
      CHECK(lab.must("GET", "/lab")["samples"] == before + written);
      CHECK(lab.must("GET", "/samples?limit=10")["items"].size() == 10);
      status = status_of_samples(lab);
      if (status["state"] != "live") ++while_building;
    }
    CHECK(status["state"] == "live");
    CHECK(while_building > 3);
    next_samples::slow = false;
    lab.register_sample("After");
    CHECK(lab.must("GET", "/lab")["samples"] == before + written + 1);
  }
  auto const rows = rows_in(scratch.path);
  auto const was = "samples@" + std::to_string(sample_rows_version);
  auto const is = "samples@" + std::to_string(sample_rows_version + 1);
  CHECK(rows.contains(is));
  CHECK_FALSE(rows.contains(was));

  // What was built beside, with writes in between, is what is built in one go.
  std::filesystem::remove_all(scratch.path / "store");
  { whole_node lab(options); }
  CHECK(rows_in(scratch.path).at(is) == rows.at(is));
}

TEST_CASE("a building that a stop broke off goes on at the next start") {
  scratch_folder const scratch;
  node_options options;
  options.data = scratch.path.string();
  {
    whole_node lab(options);
    lab.register_samples(2'000);
  }
  options.projections = both();
  next_samples::slow = true;
  for (int start = 0; start < 3; ++start) {
    whole_node lab(options);
    lab.register_sample("T" + std::to_string(start));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  next_samples::slow = false;
  whole_node lab(options);
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (status_of_samples(lab)["state"] != "live" && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(status_of_samples(lab)["state"] == "live");
  CHECK(lab.must("GET", "/lab")["samples"] == 2'003);
}
