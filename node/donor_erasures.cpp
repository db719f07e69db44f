#include "node/donor_erasures.hpp"

#include "events/registry.hpp"

namespace tracseq {

result<void> erase_what_was(key_store& keys, folded_batch const& read) {
  std::vector<key_store::erasure> said;
  for (auto const& commit : read.commits)
    for (auto const& event : commit.events)
      if (auto const* const erased = event_if<sample::donor_erased>(event))
        said.push_back({erased->key_id, commit.commit.recorded_at});
  return said.empty() ? result<void>() : keys.erase_as_logged(said);
}

}  // namespace tracseq
