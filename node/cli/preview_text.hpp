#pragma once
// A preview of a sheet as a person reads it in a terminal, and what it shares with the import itself.

#include <cstdint>
#include <string>
#include <string_view>

#include "node/cli/terminal.hpp"
#include "node/http/json_value.hpp"

namespace tracseq::cli {

/// What a person wants to know before saying yes: how the sheet was understood, the first samples, and
/// what is wrong, each thing once with all the rows it holds for.
[[nodiscard]] std::string preview_text(http::json_value const& preview, output_style const& style);

/// The same file was imported before.
[[nodiscard]] bool was_imported(http::json_value const& preview);

/// A member that is a number; 0 where it is absent.
[[nodiscard]] std::uint64_t number_of(http::json_value const* value);
/// A member that is a list; an empty one where it is absent.
[[nodiscard]] http::json_list const& list_of(http::json_value const& from, std::string_view name);

}  // namespace tracseq::cli
