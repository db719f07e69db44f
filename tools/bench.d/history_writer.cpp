#include "tools/bench.d/history_writer.hpp"

#include <chrono>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <thread>

namespace tracseq::bench {
namespace {

constexpr std::size_t flush_bytes = 256 * 1024;
constexpr auto queue_full_pause = std::chrono::milliseconds(2);
constexpr std::string_view node_name = "node-1";

template <class T>
T value_of(result<T> outcome) {
  if (!outcome) throw std::runtime_error(outcome.error().detail);
  return *std::move(outcome);
}

}  // namespace

history_writer::history_writer(event_log& log, std::uint64_t seed)
    : log_(log),
      partitions_(log.partitions()),
      random_(seed),
      gathered_(partitions_),
      gathered_bytes_(partitions_) {
  for (auto const end : value_of(log.ends()))
    if (end != 0) throw std::runtime_error("the log is not empty: " + log.description());
  for (partition_id p = 0; p < partitions_; ++p) chains_.push_back(chain_genesis(p, partitions_));
}

uuid history_writer::new_id() {
  std::uint64_t const draws[2] = {random_(), random_()};
  std::array<std::uint8_t, 10> bytes{};
  std::memcpy(bytes.data(), draws, bytes.size());
  return make_uuid_v7(static_cast<std::uint64_t>(at_.us) / 1000, bytes);
}

uuid history_writer::new_id_in(std::string_view kind, partition_id wanted) {
  for (;;) {
    auto const id = new_id();
    if (partition_of(stream_name(kind, id), partitions_) == wanted) return id;
  }
}

void history_writer::claim_all(instant at) {
  at_ = at;
  auto const boot = new_id();
  for (partition_id p = 0; p < partitions_; ++p) {
    auto record = encode_record(claim{1, at, std::string(node_name), boot, "127.0.0.1:8089"});
    if (chain_fold(chains_[p], record) != verdict::claim)
      throw std::runtime_error("a claim was not accepted");
    add(p, std::move(record));
    flush(p);
  }
}

void history_writer::commit(std::string const& stream, std::uint64_t base_version,
                            std::vector<any_event> events, commit_flag flag) {
  auto const partition = partition_of(stream, partitions_);
  auto& chain = chains_[partition];
  tracseq::commit made;
  made.claim = chain.c;
  made.prev = chain.h;
  made.stream = stream;
  made.base_version = base_version;
  made.flags = flag;
  made.command_id = new_id();
  for (auto& byte : made.request) byte = static_cast<std::uint8_t>(random_());
  made.recorded_at = at_;
  made.who = who_;
  made.node = node_name;
  made.correlation_id = made.command_id;
  made.causation_id = made.command_id;
  for (auto const& event : events) made.events.push_back(encode_event(event));
  totals_.events += events.size();

  auto record = encode_record(made);
  if (chain_fold(chain, record) != verdict::commit)
    throw std::runtime_error("a commit was not accepted");
  add(partition, std::move(record));
  if (flag == commit_flag::none && gathered_bytes_[partition] >= flush_bytes) flush(partition);
}

void history_writer::add(partition_id partition, std::string record) {
  ++totals_.records;
  totals_.bytes += record.size();
  gathered_bytes_[partition] += record.size();
  gathered_[partition].push_back(std::move(record));
}

void history_writer::flush(partition_id partition) {
  auto& records = gathered_[partition];
  while (!records.empty()) {
    auto const sent = log_.append(partition, records);
    if (sent) {
      records.clear();
    } else if (sent.error().code == errc::overloaded) {
      std::this_thread::sleep_for(queue_full_pause);
    } else {
      throw std::runtime_error(sent.error().detail);
    }
  }
  gathered_bytes_[partition] = 0;
}

void history_writer::finish() {
  for (partition_id p = 0; p < partitions_; ++p) flush(p);
  for (;;) {
    if (auto const dead = log_.dead()) throw std::runtime_error(dead->detail);
    auto const ends = value_of(log_.ends());
    if (std::accumulate(ends.begin(), ends.end(), std::uint64_t{0}) >= totals_.records) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace tracseq::bench
