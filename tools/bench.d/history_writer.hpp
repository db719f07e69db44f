#pragma once
// Writes a history straight to a log, as a node that owns every partition would: claims, then commits
// whose chain is right. For benchmarks, so it acknowledges nothing and asks no decider.

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "events/chain.hpp"
#include "events/event_log.hpp"
#include "events/record.hpp"
#include "events/registry.hpp"

namespace tracseq::bench {

class history_writer {
 public:
  struct totals {
    std::uint64_t records = 0;
    std::uint64_t events = 0;
    std::uint64_t bytes = 0;
  };

  /// `log` must be empty.
  history_writer(event_log& log, std::uint64_t seed);

  /// Claims every partition.
  void claim_all(instant at);

  /// One commit of a stream. With `continued` the next commit goes to the same partition.
  void commit(std::string const& stream, std::uint64_t base_version, std::vector<any_event> events,
              commit_flag flag = commit_flag::none);
  /// Sends what is gathered and waits until all of it is durable.
  void finish();

  /// The moment and the person of the commits that follow.
  void set_moment(instant at) noexcept { at_ = at; }
  void set_person(std::string_view name) { who_.name = name; }

  [[nodiscard]] partition_id partitions() const noexcept { return partitions_; }
  [[nodiscard]] totals const& written() const noexcept { return totals_; }
  /// A uuid whose time is the present moment, drawn from the seed.
  [[nodiscard]] uuid new_id();
  /// The same, such that `kind/key` lives in `wanted`.
  [[nodiscard]] uuid new_id_in(std::string_view kind, partition_id wanted);
  [[nodiscard]] std::mt19937_64& random() noexcept { return random_; }

 private:
  void add(partition_id partition, std::string record);
  void flush(partition_id partition);

  event_log& log_;
  partition_id const partitions_;
  std::mt19937_64 random_;
  std::vector<chain_state> chains_;
  std::vector<std::vector<std::string>> gathered_;
  std::vector<std::size_t> gathered_bytes_;
  instant at_;
  principal who_{"operator", "", "lab_administrator"};
  totals totals_;
};

}  // namespace tracseq::bench
