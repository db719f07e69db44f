#pragma once
// From a preview to an import under way.

#include <string>
#include <vector>

#include "events/sheet_import.hpp"
#include "node/http/bodies.hpp"
#include "node/http/commands.hpp"
#include "node/http/previews.hpp"

namespace tracseq::http {

/// The samples a preview would register; rows without a label have an empty one.
[[nodiscard]] result<std::vector<sheet_import::row>> rows_of(sheets::preview_result const& preview,
                                                             services const& at);

/// A conflict: the file is being imported by import `id`.
[[nodiscard]] error being_imported(uuid const& id);

/// Lists the rows in the log, each with its label, and lets the import go. `then` gets the reply of the
/// command that began it.
void begin_import(call_ptr c, start_import const& asked, std::shared_ptr<kept_preview const> kept,
                  on_reply then);

}  // namespace tracseq::http
