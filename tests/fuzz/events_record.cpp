// Any bytes as a record. Nothing may crash; what decodes is exactly what would be written; and the
// chain judges it like what it peeks at.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "events/chain.hpp"
#include "events/record.hpp"
#include "events/registry.hpp"

using namespace tracseq;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  auto state = chain_genesis(0, 12);
  auto const before = state;
  auto const judged = chain_fold(state, bytes);
  if (!accepted(judged) && state != before) std::abort();

  auto const record = decode_record(bytes);
  if (!record) return 0;
  if (!peek_record(bytes)) std::abort();
  auto const again = std::visit([](auto const& one) { return encode_record(one); }, *record);
  if (again != bytes) std::abort();
  if (auto const* written = std::get_if<commit>(&*record))
    for (auto const& event : written->events) (void)decode_event(event);
  return 0;
}
