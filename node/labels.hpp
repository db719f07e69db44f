#pragma once
// Labels of our own, handed out from blocks of numbers that this node reserved in the log: a number is
// used once, whoever asks and however often the node restarts.

#include <deque>
#include <functional>
#include <mutex>
#include <set>

#include "node/http/services.hpp"

namespace tracseq {

class block_labels final : public http::label_source {
 public:
  block_labels(http::submit_commands submit, std::string node, partition_id partitions);

  void next(std::optional<partition_id> beside, std::function<void(result<std::string>)> done) override;

 private:
  struct waiter {
    std::optional<partition_id> beside;
    std::function<void(result<std::string>)> done;
  };
  void fetch(int year);
  void on_block(int year, result<command_reply> const& reply);
  /// With the lock: the lowest free label that fits; empty where none does.
  [[nodiscard]] std::string take(std::optional<partition_id> beside);

  http::submit_commands const submit_;
  std::string const node_;
  partition_id const partitions_;

  std::mutex mutex_;  // guards what follows
  int year_ = 0;
  std::set<std::uint32_t> free_;
  std::uint32_t block_size_;
  bool fetching_ = false;
  std::deque<waiter> waiting_;
};

}  // namespace tracseq
