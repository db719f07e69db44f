#include "events/chain.hpp"

#include <string>

#include "events/record.hpp"

namespace tracseq {

chain_state chain_genesis(partition_id partition, partition_id partitions) {
  chain_state state;
  state.h = sha256("TracSeq log 1, partition " + std::to_string(partition) + " of " +
                   std::to_string(partitions));
  return state;
}

verdict chain_fold(chain_state& state, std::string_view record) {
  auto const peek = peek_record(record);
  if (!peek) return verdict::not_a_record;
  if (peek->is_claim) {
    if (peek->claim != state.c + 1) return verdict::stale_claim;
    ++state.c;
  } else {
    if (peek->claim != state.c) return verdict::stale_claim;
    if (peek->prev != state.h) return verdict::broken_link;
    ++state.s;
  }
  state.h = sha256(
      std::string_view(reinterpret_cast<char const*>(state.h.data()), state.h.size()), record);
  return peek->is_claim ? verdict::claim : verdict::commit;
}

}  // namespace tracseq
