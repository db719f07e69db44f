#pragma once
// Base64 (RFC 4648 §4, with padding).

#include <optional>
#include <string>
#include <string_view>

namespace tracseq {

[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Nothing where `text` is not what `to_base64` gives.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace tracseq
