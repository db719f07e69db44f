#pragma once
// From an uploaded sheet to its preview: the same on every node that shows the same.

#include <memory>
#include <string>

#include "events/result.hpp"
#include "node/http/previews.hpp"
#include "node/http/services.hpp"

namespace tracseq::http {

/// The day of today, as sheets compare with it.
[[nodiscard]] std::int64_t day_of_today();

/// Reads the sheet and holds it against the laboratory. Takes a while. In a cluster it keeps the sheet, for
/// another node may ask for it.
[[nodiscard]] result<kept_preview> make_preview(std::shared_ptr<uploaded_sheet const> sheet, services const& at);

}  // namespace tracseq::http
