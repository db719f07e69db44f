// Any bytes as the payload of any event: type u32, schema u16, payload. Nothing may crash, and what
// decodes has to survive being written and read again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "events/registry.hpp"

using namespace tracseq;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 6) return 0;
  std::uint32_t number = 0;
  std::uint16_t schema = 0;
  std::memcpy(&number, data, sizeof number);
  std::memcpy(&schema, data + 4, sizeof schema);
  std::string_view const payload(reinterpret_cast<char const*>(data) + 6, size - 6);
  // Most numbers are no event type; so that time is not spent on those, one is chosen by its place.
  auto const types = all_event_types();
  auto const type = types[number % types.size()];
  auto const event =
      decode_event(type.id, static_cast<std::uint16_t>(schema % (type.schema + 2)), payload);
  if (!event) return 0;
  (void)words_of(*event);
  (void)json_of(*event);
  auto const stored = encode_event(*event);
  auto const again = decode_event(stored);
  if (!again || encode_event(*again) != stored) std::abort();
  return 0;
}
