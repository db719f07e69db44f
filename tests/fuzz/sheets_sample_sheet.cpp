// Any text as a sample sheet: read → write → read keeps the meaning, and writing is deterministic.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "node/sheets/encoding.hpp"
#include "node/sheets/sample_sheet.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace tracseq::sheets;
  auto const text = decode_text(std::string_view(reinterpret_cast<char const*>(data), size));
  if (!text) return 0;
  auto const document = read_csv(text->utf8, {});
  if (!document) return 0;
  (void)looks_like_sample_sheet(document->content);
  auto const once = read_sample_sheet(document->content);
  if (!once) return 0;
  (void)check_sample_sheet(*once);
  auto const written = write_sample_sheet(*once);
  // What we write has commas; nothing may be guessed about it.
  auto const again = read_csv(written, {',', {}});
  if (!again) std::abort();
  auto const twice = read_sample_sheet(again->content);
  if (!twice || !(*once == *twice) || write_sample_sheet(*twice) != written) std::abort();
  return 0;
}
