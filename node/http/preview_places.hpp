#pragma once
// What the laboratory's storage says to the boxes and plates that a sheet names.

#include "node/sheets/preview.hpp"

namespace tracseq {
class read_view;
}

namespace tracseq::http {

/// Says which containers are storage units here and which are not; doubts positions that such a unit does
/// not have, or where something stands. An import registers samples; it does not place them.
void check_places(sheets::preview_result& preview, read_view const& rows);

}  // namespace tracseq::http
