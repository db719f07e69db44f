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

void turns::remember(uuid const& key, picked_names names) {
  std::lock_guard const lock(table_->mutex);
  if (!table_->remembered.insert_or_assign(key, std::move(names)).second) return;
  table_->order.push_back(key);
  if (table_->order.size() <= remembered_max) return;
  table_->remembered.erase(table_->order.front());
  table_->order.pop_front();
}

picked_names turns::recall(uuid const& key) const {
  std::lock_guard const lock(table_->mutex);
  auto const found = table_->remembered.find(key);
  return found == table_->remembered.end() ? picked_names{} : found->second;
}

}  // namespace tracseq::http
