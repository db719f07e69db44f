#include "node/cluster/shared_state.hpp"

#include "node/http/api.hpp"
#include "node/http/previews.hpp"

namespace tracseq::cluster {

shared_state::shared_state(cluster& others, key_store& keys, std::string const& cluster_secret,
                           std::size_t sheet_bytes_max)
    : others_(others),
      donors_({others.questions(), [&others] { return others.in_reach(); }}, keys, cluster_secret),
      sheets_({others.questions(), [&others] { return others.in_reach(); }}, cluster_secret, sheet_bytes_max) {}

void shared_state::put_into(http::services& with) {
  with.submit = [this, next = std::move(with.submit)](std::vector<command_request> group, command_callback done) {
    if (donors_.is_safe()) return next(std::move(group), std::move(done));
    donors_.when_safe([next, group = std::move(group), done = std::move(done)]() mutable {
      next(std::move(group), std::move(done));
    });
  };
  with.tell_erased = [this](std::vector<uuid> const& ids, std::function<void()> done) {
    donors_.tell_erased(ids, std::move(done));
  };
  with.find_preview = [this](std::string const& id, std::function<void(preview_exchange::sheet)> done) {
    sheets_.find(id, std::move(done));
  };
}

std::vector<std::string> shared_state::warnings() const {
  auto all = donors_.warnings();
  for (auto& words : others_.certificate_warnings()) all.push_back(std::move(words));
  return all;
}

void shared_state::show(http::api* previews) {
  if (!previews) return sheets_.serve({});
  sheets_.serve([previews](std::string const& id) -> preview_exchange::sheet {
    auto const kept = previews->previews().find(id);
    return kept ? kept->sheet : nullptr;
  });
}

}  // namespace tracseq::cluster
