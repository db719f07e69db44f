#pragma once
// What the log says of erased donors, brought to this node's own keys.

#include "events/result.hpp"
#include "node/key_store.hpp"
#include "projections/follow.hpp"

namespace tracseq {

/// Overwrites the keys that the batch says were erased, wherever that was asked for. May be told a batch twice.
[[nodiscard]] result<void> erase_what_was(key_store& keys, folded_batch const& read);

}  // namespace tracseq
