#include "node/offline_parts.hpp"

#include <thread>

namespace tracseq::offline {
namespace {

constexpr std::size_t batch_bytes = 4u << 20;
constexpr int looks_again = 2;
constexpr std::chrono::milliseconds between_looks{50};

}  // namespace

result<std::unique_ptr<event_log>> open_to_read(std::string const& address) {
  log_options options;
  options.create = false;
  options.read_only = true;
  auto opened = open_log(address, options);
  for (int again = 0; again < looks_again && !opened && opened.error().code == errc::corrupt; ++again) {
    std::this_thread::sleep_for(between_looks);
    opened = open_log(address, options);
  }
  return opened;
}

std::uint64_t sum(std::vector<std::uint64_t> const& numbers) {
  std::uint64_t total = 0;
  for (auto const number : numbers) total += number;
  return total;
}

std::vector<log_position> from_begin(event_log& log) {
  std::vector<log_position> from;
  for (partition_id p = 0; p < log.partitions(); ++p) from.push_back({p, 0});
  return from;
}

result<void> walk(event_log& log, std::vector<log_position> const& from,
                  std::function<result<void>(std::vector<log_entry>&)> const& each) {
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  auto reader = log.read(from);
  if (!reader) return tl::unexpected(reader.error());
  std::vector<std::uint64_t> next(log.partitions());
  for (auto const& [partition, offset] : from) next[partition] = offset;
  auto const done = [&] {
    for (std::size_t p = 0; p < next.size(); ++p)
      if (next[p] < (*ends)[p]) return false;
    return true;
  };
  auto silent_since = std::chrono::steady_clock::now();
  while (!done()) {
    std::vector<log_entry> entries;
    if (auto polled = (*reader)->poll(entries, batch_bytes, std::chrono::milliseconds(200)); !polled)
      return polled;
    // Behind the last record there may be offsets at which nothing lies.
    if (entries.empty() && (*reader)->caught_up()) return {};
    for (auto const& entry : entries) next[entry.partition] = entry.offset + 1;
    if (!entries.empty()) silent_since = std::chrono::steady_clock::now();
    if (std::chrono::steady_clock::now() - silent_since > patience)
      return fail(errc::timed_out, "the log gave nothing for " +
                                       std::to_string(patience.count() / 1000) +
                                       " seconds, though it should hold more");
    if (auto used = each(entries); !used) return used;
  }
  return {};
}

}  // namespace tracseq::offline
