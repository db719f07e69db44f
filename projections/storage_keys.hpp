#pragma once
// Keys of the storage projection that its queries share.

#include "projections/keys.hpp"

namespace tracseq {

/// Rows before columns, A before AA, A2 before A10.
[[nodiscard]] key slot_key(uuid const& unit, std::string_view slot);
/// Before the children of `parent`, or of nothing.
[[nodiscard]] key children_key(std::optional<uuid> const& parent);

}  // namespace tracseq
