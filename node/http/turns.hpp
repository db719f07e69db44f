#pragma once
// Repeats of a request that makes something. While the first is still being worked on they wait for it.
// After an answer that left the outcome open they pick the same ids again: so both meet in the same
// streams, where a command id acts once.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "events/ids.hpp"

namespace tracseq::http {

/// What a call that makes something picked for it.
struct picked_names {
  uuid id;          ///< of what is made
  uuid process_id;  ///< of the process manager that is started for it
  std::string label;
};

class turns {
 public:
  /// Gives the turn of `key`, held until it is destroyed; none when somebody has it, and then `again`
  /// is called as soon as it is free.
  [[nodiscard]] std::shared_ptr<void> take(uuid const& key, std::function<void()> again);

  /// Keeps what the creation under `key` picked, for its repeats; the oldest go when there are many.
  void remember(uuid const& key, picked_names names);
  [[nodiscard]] picked_names recall(uuid const& key) const;

 private:
  static constexpr std::size_t remembered_max = 10'000;
  struct table {
    std::mutex mutex;
    std::unordered_map<uuid, std::vector<std::function<void()>>> waiting;
    std::unordered_map<uuid, picked_names> remembered;
    std::deque<uuid> order;  ///< of remembered, oldest first
  };
  std::shared_ptr<table> table_ = std::make_shared<table>();
};

}  // namespace tracseq::http
