// Writes a history of a wanted size into an empty log, as fast as the log takes it.
//
//   bench_make_history LOG [--events N | --registered N] [--ids FILE] [--partitions N]
//
// --events N      about N events: samples that arrive, are stored and moved
// --registered N  N samples, each registered and nothing else
// --ids FILE      up to 50,000 ids of samples, spread over the whole history, one a line
// Prints one line of JSON: records, events, samples, bytes, seconds.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>

#include "tools/bench.d/lab_story.hpp"

namespace {

using namespace tracseq;

constexpr std::uint64_t ids_max = 50'000;
constexpr std::int64_t day_us = 86'400'000'000;
constexpr std::int64_t span_us = 600 * day_us;
constexpr std::uint64_t seed = 20261124;

struct wishes {
  std::string log;
  std::uint64_t events = 0;
  std::uint64_t registered = 0;
  std::string ids;
  partition_id partitions = 12;
};

bool read_wishes(int count, char** words, wishes& into) {
  if (count < 4) return false;
  into.log = words[1];
  for (int i = 2; i + 1 < count; i += 2) {
    std::string_view const name = words[i];
    auto const number = std::strtoull(words[i + 1], nullptr, 10);
    if (name == "--events")
      into.events = number;
    else if (name == "--registered")
      into.registered = number;
    else if (name == "--ids")
      into.ids = words[i + 1];
    else if (name == "--partitions")
      into.partitions = static_cast<partition_id>(number);
    else
      return false;
  }
  return count % 2 == 0 && (into.events > 0) != (into.registered > 0);
}

int write_history(wishes const& wanted) {
  log_options how;
  how.partitions = wanted.partitions;
  auto log = open_log(wanted.log, how);
  if (!log) {
    std::fprintf(stderr, "bench_make_history: %s\n", log.error().detail.c_str());
    return 1;
  }
  auto const began = std::chrono::steady_clock::now();
  auto const commits = wanted.events > 0 ? wanted.events : 2 * wanted.registered;
  auto const expected_samples =
      wanted.events > 0 ? static_cast<std::uint64_t>(static_cast<double>(wanted.events) /
                                                     bench::lab_story::events_per_stored_sample)
                        : wanted.registered;
  auto const every = expected_samples / ids_max + 1;
  bench::history_writer writer(**log, seed);
  // A tenth of the span is left over, so that the last commit lies in the past.
  bench::lab_story lab(writer, instant{now().us - span_us - span_us / 10},
                       span_us / static_cast<std::int64_t>(commits + 1));
  std::ofstream ids;
  if (!wanted.ids.empty()) ids.open(wanted.ids);
  std::uint64_t samples = 0;
  while (wanted.events > 0 ? writer.written().events < wanted.events : samples < wanted.registered) {
    auto const id = wanted.events > 0 ? lab.stored_sample() : lab.registered_sample();
    if (samples++ % every == 0 && ids.is_open()) ids << to_string(id) << '\n';
  }
  writer.finish();
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - began;
  auto const& done = writer.written();
  std::printf("{\"records\": %llu, \"events\": %llu, \"samples\": %llu, \"bytes\": %llu, \"seconds\": %.3f}\n",
              static_cast<unsigned long long>(done.records), static_cast<unsigned long long>(done.events),
              static_cast<unsigned long long>(samples), static_cast<unsigned long long>(done.bytes),
              took.count());
  return ids.good() || wanted.ids.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
  wishes wanted;
  if (!read_wishes(count, words, wanted)) {
    std::fputs("usage: bench_make_history LOG [--events N | --registered N] [--ids FILE] "
               "[--partitions N]\n",
               stderr);
    return 2;
  }
  try {
    return write_history(wanted);
  } catch (std::exception const& problem) {
    std::fprintf(stderr, "bench_make_history: %s\n", problem.what());
    return 1;
  }
}
