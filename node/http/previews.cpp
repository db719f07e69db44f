#include "node/http/previews.hpp"

namespace tracseq::http {
namespace {

/// Of all previews that are kept, together: as many as one file may have, a few hundred MiB.
constexpr std::size_t kept_cells_max = sheets::import_limits{}.max_cells;

std::size_t cells_of(kept_preview const& one) {
  return one.result.rows.size() * (one.result.columns.size() + 1);
}

}  // namespace

std::shared_ptr<kept_preview const> previews::keep(kept_preview one) {
  one.made = std::chrono::steady_clock::now();
  auto kept = std::make_shared<kept_preview const>(std::move(one));
  std::lock_guard const lock(mutex_);
  all_.push_front(kept);
  std::size_t cells = 0;
  for (auto const& each : all_) cells += cells_of(*each);
  while (all_.size() > kept_max || (all_.size() > 1 && cells > kept_cells_max)) {
    cells -= cells_of(*all_.back());
    all_.pop_back();
  }
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
