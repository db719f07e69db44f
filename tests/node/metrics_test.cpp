// Every figure that is declared is served, with a value that is true.
#include <doctest/doctest.h>

#include <sstream>

#include "node/data_directory.hpp"
#include "node/metrics.hpp"
#include "tests/node/whole_node.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

/// The sum over the lines of one metric, whatever their labels; none where there is no line.
std::optional<double> sum_of(std::string const& text, std::string const& name) {
  std::istringstream lines(text);
  std::optional<double> sum;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + " ") && !line.starts_with(name + "{")) continue;
    sum = sum.value_or(0) + std::stod(line.substr(line.rfind(' ')));
  }
  return sum;
}

}  // namespace

TEST_CASE("every declared metric is served") {
  scratch_folder const folder;
  node_options options;
  options.data = folder.path.string();
  options.node = "bench \"7\"";
  whole_node lab(options);
  lab.register_samples(20);
  auto const text = lab.text_of("/metrics");
  for (auto const& one : metric_table()) {
    std::string const name(one.name);
    CHECK_MESSAGE(sum_of(text, name), name << " has no line");
    CHECK(text.find("# TYPE " + name + (one.kind == metric_kind::counter ? " counter\n" : " gauge\n")) !=
          std::string::npos);
  }
  CHECK(text.find("tracseq_info{version=\"" + std::string(program_version) + "\",node=\"bench \\\"7\\\"\"} 1\n") !=
        std::string::npos);
  CHECK(sum_of(text, "tracseq_ready") == 1.0);
  CHECK(*sum_of(text, "tracseq_uptime_seconds") > 0);
  CHECK(*sum_of(text, "tracseq_uptime_seconds") < 600);
  auto const system = lab.must("GET", "/system");
  double commits = 0;
  for (auto const& one : system["partitions"]) commits += one["commits"].get<double>();
  CHECK(commits >= 20);
  CHECK(sum_of(text, "tracseq_chain_commits") == commits);
  CHECK(sum_of(text, "tracseq_webhook_deliveries_total") == 0.0);
}
