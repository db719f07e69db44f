#pragma once
// Labels of our own, handed out from blocks of numbers that this node reserved in the log: a number is
// used once, whoever asks and however often the node restarts.

#include <deque>
#include <functional>
#include <mutex>

#include "node/http/services.hpp"

namespace tracseq {

class block_labels final : public http::label_source {
 public:
  block_labels(http::submit_commands submit, std::string node);

  void next(std::function<void(result<std::string>)> done) override;

 private:
  void fetch(int year);
  void on_block(int year, result<command_reply> const& reply);

  http::submit_commands const submit_;
  std::string const node_;

  std::mutex mutex_;  // guards what follows
  int year_ = 0;
  std::uint32_t next_ = 0;
  std::uint32_t end_ = 0;
  /// The block behind the present one, fetched before that runs out.
  std::uint32_t next_block_ = 0;
  std::uint32_t next_block_end_ = 0;
  std::uint32_t block_size_;
  bool fetching_ = false;
  std::deque<std::function<void(result<std::string>)>> waiting_;
};

}  // namespace tracseq
