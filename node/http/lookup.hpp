#pragma once
// What a person typed or scanned, as the id of a thing.

#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/result.hpp"

namespace tracseq {
class read_view;
}

namespace tracseq::http {

/// A UUID, or a label (old ones too). `kind`: the stream kind that is wanted.
/// `not_found` in words, also where the label names something of another kind.
[[nodiscard]] result<uuid> find_thing(read_view const& view, std::string_view kind, std::string_view text);
/// The same; a storage unit is also found by its exact name, where only one has it.
[[nodiscard]] result<uuid> find_unit(read_view const& view, std::string_view text);
/// "sample", "storage unit", "run", …
[[nodiscard]] std::string kind_words(std::string_view kind);
/// "No sample has the id or label TS-…"
[[nodiscard]] error no_such(std::string_view kind, std::string_view text);

}  // namespace tracseq::http
