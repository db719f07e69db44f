#include "node/http/turns.hpp"

namespace tracseq::http {

std::shared_ptr<void> turns::take(uuid const& key, std::function<void()> again) {
  {
    std::lock_guard const lock(table_->mutex);
    auto const [at, first] = table_->waiting.try_emplace(key);
    if (!first) {
      at->second.push_back(std::move(again));
      return nullptr;
    }
  }
  return {static_cast<void*>(table_.get()), [table = table_, key](void*) {
            std::vector<std::function<void()>> next;
            {
              std::lock_guard const lock(table->mutex);
              auto const at = table->waiting.find(key);
              next = std::move(at->second);
              table->waiting.erase(at);
            }
            for (auto& one : next) one();
          }};
}

}  // namespace tracseq::http
