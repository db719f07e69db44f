#pragma once
// Repeats of a request that arrive while the first is still being worked on wait for it, so that a
// creation, whose ids are new each time, happens once.

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "events/ids.hpp"

namespace tracseq::http {

class turns {
 public:
  /// Gives the turn of `key`, held until it is destroyed; none when somebody has it, and then `again`
  /// is called as soon as it is free.
  [[nodiscard]] std::shared_ptr<void> take(uuid const& key, std::function<void()> again);

 private:
  struct table {
    std::mutex mutex;
    std::unordered_map<uuid, std::vector<std::function<void()>>> waiting;
  };
  std::shared_ptr<table> table_ = std::make_shared<table>();
};

}  // namespace tracseq::http
