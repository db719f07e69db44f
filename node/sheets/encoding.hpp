#pragma once
// Bytes of a text file → UTF-8. Nothing in a CSV file says how it is encoded, so it is detected,
// and said.

#include <string>
#include <string_view>

#include "events/result.hpp"

namespace tracseq::sheets {

struct decoded_text {
  std::string utf8;      ///< well-formed, without a byte order mark
  std::string encoding;  ///< "UTF-8", "UTF-16 LE", "UTF-16 BE", "Windows-1252"
  std::string note;      ///< what was assumed, for a person; empty for plain UTF-8
};

/// UTF-8 and UTF-16 (with or without byte order mark), else Windows-1252, of which Latin-1 is a
/// part.
/// Refuses what is not text: NUL bytes or many control characters.
[[nodiscard]] result<decoded_text> decode_text(std::string_view bytes);

}  // namespace tracseq::sheets
