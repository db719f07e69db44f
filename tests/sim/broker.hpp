#pragma once
// The log as a distant broker keeps it, and each process's way to it: what is under way may be late, lost, doubled,
// torn, or arrive after its sender died.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "tests/sim/world.hpp"

namespace tracseq::sim {

/// All records there are. Nobody edits them.
class broker {
 public:
  struct appended {
    partition_id partition = 0;
    std::uint64_t offset = 0;
    std::int64_t at_us = 0;
  };
  broker(world& in, partition_id partitions) : world_(in), records_(partitions) {}

  void append(partition_id partition, std::string record);
  [[nodiscard]] partition_id partitions() const { return static_cast<partition_id>(records_.size()); }
  [[nodiscard]] std::vector<std::string> const& records(partition_id partition) const {
    return records_[partition];
  }
  /// Over all partitions, as they came.
  [[nodiscard]] std::vector<appended> const& order() const { return order_; }
  /// Told after each batch that came.
  std::function<void()> news;

 private:
  world& world_;
  std::vector<std::vector<std::string>> records_;
  std::vector<appended> order_;
};

/// What a process knows of itself; outlives it.
struct life {
  std::string name;
  bool dead = false;
  bool paused = false;
  bool log_cut = false;
};

/// The log as one process sees it.
class way_to_log final : public event_log {
 public:
  way_to_log(world& in, broker& to, std::shared_ptr<life> of)
      : world_(in), broker_(to), life_(std::move(of)), last_at_(to.partitions()) {}

  [[nodiscard]] partition_id partitions() const override { return broker_.partitions(); }
  [[nodiscard]] std::string description() const override { return "a simulated log"; }
  [[nodiscard]] std::vector<std::string> warnings() const override { return {}; }
  [[nodiscard]] result<void> append(partition_id partition, std::vector<std::string> records) override;
  void on_failure(failure_handler handler) override { told_ = std::move(handler); }
  [[nodiscard]] result<std::vector<std::uint64_t>> ends() override;
  [[nodiscard]] result<std::vector<std::uint64_t>> begins() override;
  [[nodiscard]] result<std::unique_ptr<log_reader>> read(std::span<log_position const> from,
                                                         reading how) override;

 private:
  struct batch {
    partition_id partition;
    std::vector<std::string> records;
    bool asked_again = false;  ///< its fate after its sender's end is settled
  };
  void deliver(batch what);
  void tell_failure(partition_id partition, std::int64_t after_us);

  world& world_;
  broker& broker_;
  std::shared_ptr<life> life_;
  failure_handler told_;
  std::vector<std::int64_t> last_at_;  ///< when the newest batch of each partition arrives
};

}  // namespace tracseq::sim
