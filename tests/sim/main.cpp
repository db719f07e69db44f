// Runs seeds of the simulation.
//
//   simulate --seed 7 [--trace]        one, with its story
//   simulate --seeds 1..2000           many; the first that fails is told with how to run it again
//   simulate --seeds 1..20 --twice     each two times, and both runs have to be the same to the byte
//
// Closes with one line of JSON: seeds, failures, and what became of the fault points.

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "tests/sim/verdict.hpp"

namespace tracseq::sim {
namespace {

constexpr std::size_t nodes_count = 3;
constexpr auto patience_us = 300 * second;
constexpr auto quiet_after_us = 9 * second;  ///< what the dead had under way has arrived by then

struct outcome {
  hash256 trace{};
  std::vector<std::string> violations;
  std::uint64_t records = 0;
  std::uint64_t operations = 0;
  judged also;
  std::int64_t healed_us = 0;  ///< from the end of faults to agreement
};

bool converged(cluster& nodes, clients const& people, history const& truth) {
  if (!people.done()) return false;
  for (auto const& [stream, process] : truth.processes())
    if (process.open) return false;
  auto const core = nodes.core();
  for (auto const* node : core)
    if (!node->current() || node->stats().in_flight != 0) return false;
  return core.size() >= 2;
}

/// A person looks after what is stopped.
void look_after(world& in, clients& people, history const& truth, std::map<std::string, std::int64_t>& looked_at) {
  for (auto const& [stream, process] : truth.processes())
    if (process.open && process.parked && in.now_us - looked_at[stream] > 10 * second) {
      looked_at[stream] = in.now_us;
      people.mend(stream);
    }
}

outcome run(std::uint64_t seed, bool story) {
  world in(seed, story);
  auto const partitions = static_cast<partition_id>(in.dice.between(1, 4));
  cluster nodes(in, nodes_count, partitions);
  history truth(in, nodes.log());
  clients people(in, nodes, truth);
  nodes.start();
  people.start();
  auto const faults_until = in.dice.between(3 * second, 15 * second);
  while (in.now_us < faults_until && nodes.step()) truth.read();
  nodes.heal();
  auto const healed_at = in.now_us;
  auto look_at = in.now_us;
  bool agreed = false;
  std::map<std::string, std::int64_t> looked_at;
  while (in.now_us < healed_at + patience_us && nodes.step()) {
    truth.read();
    if (in.now_us < look_at) continue;
    look_at = in.now_us + 100 * ms;
    look_after(in, people, truth, looked_at);
    agreed = in.now_us > healed_at + quiet_after_us && converged(nodes, people, truth);
    if (agreed) break;
  }
  truth.read();
  if (!agreed) in.broken("liveness: the nodes did not converge within ", patience_us / second, " s without faults");
  truth.check_end();
  check_answers(in, people, truth);
  outcome ended;
  ended.also = check_refusals(in, people, truth);
  if (agreed) check_nodes(in, nodes, people, truth);
  ended.trace = in.trace_hash();
  ended.violations = in.violations;
  ended.records = nodes.log().order().size();
  ended.operations = people.asked().size();
  ended.healed_us = in.now_us - healed_at;
  return ended;
}

struct options {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
  std::uint64_t step = 1;
  bool trace = false;
  bool twice = false;
  bool keep_going = false;
};

int usage() {
  std::puts("Usage: simulate --seed S | --seeds A..B [--step N] [--trace] [--twice] [--keep-going]");
  return 2;
}

bool read_options(int count, char** words, options& chosen) {
  bool named = false;
  for (int i = 1; i < count; ++i) {
    std::string const word = words[i];
    auto const value = [&]() -> char const* { return i + 1 < count ? words[++i] : ""; };
    if (word == "--seed") {
      chosen.first = chosen.last = std::strtoull(value(), nullptr, 10);
      named = true;
    } else if (word == "--seeds") {
      char* end = nullptr;
      chosen.first = std::strtoull(value(), &end, 10);
      if (std::strncmp(end, "..", 2) != 0) return false;
      chosen.last = std::strtoull(end + 2, nullptr, 10);
      named = true;
    } else if (word == "--step") {
      chosen.step = std::max<std::uint64_t>(1, std::strtoull(value(), nullptr, 10));
    } else if (word == "--trace") {
      chosen.trace = true;
    } else if (word == "--twice") {
      chosen.twice = true;
    } else if (word == "--keep-going") {
      chosen.keep_going = true;
    } else {
      return false;
    }
  }
  return named;
}

int run_all(options const& chosen) {
  std::uint64_t ran = 0;
  std::uint64_t failed = 0;
  std::uint64_t records = 0;
  std::uint64_t operations = 0;
  judged also;
  std::int64_t slowest_us = 0;
  std::string failing;
  auto const began = std::chrono::steady_clock::now();
  for (auto seed = chosen.first; seed <= chosen.last; seed += chosen.step) {
    auto ended = run(seed, chosen.trace);
    if (chosen.twice && run(seed, false).trace != ended.trace)
      ended.violations.push_back("a second run of the same seed came out otherwise");
    ++ran;
    records += ended.records;
    operations += ended.operations;
    also.refusals += ended.also.refusals;
    also.behind += ended.also.behind;
    also.reads += ended.also.reads;
    slowest_us = std::max(slowest_us, ended.healed_us);
    if (chosen.first == chosen.last)
      std::printf("seed %llu: %llu records, %llu operations, healed after %.1f s, trace %s\n",
                  static_cast<unsigned long long>(seed), static_cast<unsigned long long>(ended.records),
                  static_cast<unsigned long long>(ended.operations), static_cast<double>(ended.healed_us) / second,
                  to_hex(ended.trace).c_str());
    if (ended.violations.empty()) continue;
    ++failed;
    failing += (failing.empty() ? "" : ",") + std::to_string(seed);
    std::printf("seed %llu fails; again with: tools/chaos sim --seed %llu --trace\n",
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed));
    for (auto const& line : ended.violations) std::printf("  %s\n", line.c_str());
    std::fflush(stdout);
    if (!chosen.keep_going) break;
  }
  auto const took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  auto const whole = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
  std::printf("{\"seeds\":%llu,\"failed\":[%s],\"records\":%llu,\"operations\":%llu,", whole(ran), failing.c_str(),
              whole(records), whole(operations));
  std::printf("\"refusals\":%llu,\"behind\":%llu,\"reads\":%llu,", whole(also.refusals), whole(also.behind),
              whole(also.reads));
  std::printf("\"seconds\":%.2f,\"slowest_heal_s\":%.1f,\"places\":{", took,
              static_cast<double>(slowest_us) / second);
  char const* comma = "";
  for (auto const& one : places()) {
    std::printf("%s\"%s\":[%llu,%llu]", comma, one.name.c_str(), static_cast<unsigned long long>(one.reached),
                static_cast<unsigned long long>(one.fired));
    comma = ",";
  }
  std::printf("}}\n");
  return failed > 0 ? 1 : 0;
}

}  // namespace
}  // namespace tracseq::sim

int main(int count, char** words) {
  tracseq::sim::options chosen;
  if (!tracseq::sim::read_options(count, words, chosen)) return tracseq::sim::usage();
  return tracseq::sim::run_all(chosen);
}
