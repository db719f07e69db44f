#pragma once
// Who asks.

#include <string_view>

namespace tracseq::http {

inline constexpr std::string_view token_wanted_words =
    "Send the operator's token as Authorization: Bearer <token>. It stands in the file operator.token of the "
    "node's data directory.";

/// Compares without telling by its time where the two differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b) noexcept;

/// True for `Authorization: Bearer <token>` with this token. Never for an empty token.
[[nodiscard]] bool bearer_matches(std::string_view authorization, std::string_view token) noexcept;

}  // namespace tracseq::http
