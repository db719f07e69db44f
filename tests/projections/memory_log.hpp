#pragma once
// A log in memory, and a writer that owns all its partitions: the rule of the chain without an engine.

#include <condition_variable>
#include <mutex>
#include <optional>

#include "events/chain.hpp"
#include "events/event_log.hpp"
#include "events/registry.hpp"

namespace tracseq::test {

class memory_log final : public event_log {
 public:
  explicit memory_log(partition_id partitions) : records_(partitions) {}

  [[nodiscard]] partition_id partitions() const override {
    return static_cast<partition_id>(records_.size());
  }
  [[nodiscard]] std::string description() const override { return "a log in memory"; }
  [[nodiscard]] std::vector<std::string> warnings() const override { return {}; }
  [[nodiscard]] result<void> append(partition_id partition,
                                    std::vector<std::string> records) override {
    std::lock_guard const guard(mutex_);
    for (auto& record : records) {
      order_.emplace_back(partition, records_[partition].size());
      records_[partition].push_back(std::move(record));
    }
    return {};
  }
  void on_failure(failure_handler) override {}
  [[nodiscard]] result<std::vector<std::uint64_t>> ends() override {
    std::lock_guard const guard(mutex_);
    if (silent_ > 0) {
      --silent_;
      return fail(errc::unavailable, "the log does not answer where it ends");
    }
    std::vector<std::uint64_t> ends;
    for (auto const& one : records_) ends.push_back(one.size());
    return ends;
  }
  [[nodiscard]] result<std::vector<std::uint64_t>> begins() override {
    return std::vector<std::uint64_t>(records_.size());
  }
  [[nodiscard]] result<std::unique_ptr<log_reader>> read(
      std::span<log_position const> from, reading = reading::at_once) override;

  /// One partition after the other, instead of the order of appending: as a second broker might.
  void read_by_partition(bool yes) { by_partition_ = yes; }
  /// The next so many polls fail so.
  void fail_reads(std::size_t count, error why) {
    std::lock_guard const guard(mutex_);
    failing_ = count;
    why_ = std::move(why);
  }
  /// It ends with so many records, and does not answer where for the next so many times.
  void forget(partition_id partition, std::size_t left, std::size_t silent) {
    std::lock_guard const guard(mutex_);
    records_[partition].resize(left);
    silent_ = silent;
  }
  [[nodiscard]] std::vector<std::string>& records(partition_id partition) {
    return records_[partition];
  }

 private:
  friend class memory_reader;
  std::mutex mutex_;
  std::vector<std::vector<std::string>> records_;
  std::vector<std::pair<partition_id, std::size_t>> order_;
  bool by_partition_ = false;
  std::size_t failing_ = 0;
  std::size_t silent_ = 0;
  error why_{errc::internal, {}, {}};
};

class memory_reader final : public log_reader {
 public:
  memory_reader(memory_log& log, std::vector<std::optional<std::uint64_t>> next)
      : log_(log), next_(std::move(next)) {}
  [[nodiscard]] result<void> poll(std::vector<log_entry>& out, std::size_t max_bytes,
                                  std::chrono::milliseconds) override {
    std::lock_guard const guard(log_.mutex_);
    if (log_.failing_ > 0) {
      --log_.failing_;
      return tl::unexpected(log_.why_);
    }
    std::size_t given = 0;
    caught_up_ = true;
    auto const give = [&](partition_id p, std::size_t offset) {
      if (!next_[p] || offset != *next_[p] || offset >= log_.records_[p].size()) return true;
      if (given >= max_bytes) return caught_up_ = false;
      ++*next_[p];
      given += log_.records_[p][offset].size();
      out.push_back({p, offset, log_.records_[p][offset]});
      return true;
    };
    if (log_.by_partition_) {
      for (partition_id p = 0; p < next_.size(); ++p)
        for (std::size_t o = next_[p].value_or(0); o < log_.records_[p].size(); ++o)
          if (!give(p, o)) return {};
      return {};
    }
    for (auto const& [p, offset] : log_.order_)
      if (!give(p, offset)) return {};
    for (partition_id p = 0; p < next_.size(); ++p)  // put there behind the log's back
      for (std::size_t o = next_[p].value_or(0); o < log_.records_[p].size(); ++o)
        if (!give(p, o)) return {};
    return {};
  }
  [[nodiscard]] bool caught_up() const override { return caught_up_; }
  void interrupt() noexcept override {}

 private:
  memory_log& log_;
  std::vector<std::optional<std::uint64_t>> next_;
  bool caught_up_ = false;
};

inline result<std::unique_ptr<log_reader>> memory_log::read(std::span<log_position const> from,
                                                                  reading) {
  std::vector<std::optional<std::uint64_t>> next(records_.size());
  for (auto const& [partition, offset] : from) {
    if (offset > records_[partition].size())
      return fail(errc::corrupt, "the log is shorter than what was read from it before");
    next[partition] = offset;
  }
  return std::make_unique<memory_reader>(*this, std::move(next));
}

}  // namespace tracseq::test
