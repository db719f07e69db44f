#include "tests/log/records.hpp"

#include <stdexcept>

namespace tracseq::test {
namespace {

commit plain_commit() {
  commit made;
  made.stream = "sample/0192f3c0-0000-7000-8000-000000000000";
  made.recorded_at = instant{1'795'478'400'000'000};
  made.who = {"operator", "Operator", "lab_administrator"};
  made.node = "node-1";
  return made;
}

std::string pattern(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
  return bytes;
}

}  // namespace

std::string numbered(std::uint64_t number, std::size_t size) {
  auto made = plain_commit();
  made.base_version = number;
  made.events.push_back({1, 1, pattern(size)});
  return encode_record(made);
}

std::uint64_t number_of(std::string const& record) {
  auto const read = decode_record(record);
  if (!read) throw std::runtime_error("not a record: " + read.error().detail);
  return std::get<commit>(*read).base_version;
}

std::string sized(std::size_t bytes) {
  auto const frame = numbered(0, 0).size();
  return numbered(0, bytes - frame);
}

std::string claim_record(std::uint64_t number, std::string const& node) {
  claim made;
  made.number = number;
  made.recorded_at = instant{1'795'478'400'000'000};
  made.node = node;
  made.command_address = "127.0.0.1:9000";
  return encode_record(made);
}

std::string commit_record(chain_state const& under, std::string const& text) {
  auto made = plain_commit();
  made.claim = under.c;
  made.prev = under.h;
  made.events.push_back({1, 1, text});
  return encode_record(made);
}

per_partition read_some(event_log& log, std::vector<log_position> const& from, std::size_t count,
                        std::chrono::seconds within) {
  auto reader = log.read(from);
  if (!reader) throw std::runtime_error("cannot read: " + reader.error().detail);
  per_partition all;
  std::vector<log_entry> out;
  std::size_t seen = 0;
  auto const until = std::chrono::steady_clock::now() + within;
  while (seen < count && std::chrono::steady_clock::now() < until) {
    out.clear();
    if (auto polled = (*reader)->poll(out, 1u << 20, std::chrono::milliseconds(200)); !polled)
      throw std::runtime_error("cannot poll: " + polled.error().detail);
    seen += out.size();
    for (auto& entry : out) all[entry.partition].push_back(std::move(entry));
  }
  return all;
}

std::vector<log_position> beginning(event_log& log) {
  std::vector<log_position> from;
  for (partition_id p = 0; p < log.partitions(); ++p) from.push_back({p, 0});
  return from;
}

per_partition read_all(event_log& log) {
  auto reader = log.read(beginning(log));
  if (!reader) throw std::runtime_error("cannot read: " + reader.error().detail);
  per_partition all;
  std::vector<log_entry> out;
  auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  do {
    out.clear();
    if (auto polled = (*reader)->poll(out, 1u << 20, std::chrono::milliseconds(50)); !polled)
      throw std::runtime_error("cannot poll: " + polled.error().detail);
    for (auto& entry : out) all[entry.partition].push_back(std::move(entry));
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("the reader did not catch up within a minute");
  } while (!(*reader)->caught_up());
  return all;
}

std::size_t total(per_partition const& read) {
  std::size_t sum = 0;
  for (auto const& [partition, entries] : read) sum += entries.size();
  return sum;
}

std::vector<std::uint64_t> numbers(std::vector<log_entry> const& entries) {
  std::vector<std::uint64_t> all;
  all.reserve(entries.size());
  for (auto const& entry : entries) all.push_back(number_of(entry.record));
  return all;
}

}  // namespace tracseq::test
