#include "node/http/previews.hpp"

namespace tracseq::http {

std::shared_ptr<kept_preview const> previews::keep(kept_preview one) {
  one.made = std::chrono::steady_clock::now();
  auto kept = std::make_shared<kept_preview const>(std::move(one));
  std::lock_guard const lock(mutex_);
  all_.push_front(kept);
  if (all_.size() > kept_max) all_.pop_back();
  return kept;
}

std::shared_ptr<kept_preview const> previews::find(std::string const& id) {
  auto const oldest = std::chrono::steady_clock::now() - kept_for;
  std::lock_guard const lock(mutex_);
  all_.remove_if([&](auto const& one) { return one->made < oldest; });
  for (auto const& one : all_)
    if (one->id == id) return one;
  return nullptr;
}

}  // namespace tracseq::http
