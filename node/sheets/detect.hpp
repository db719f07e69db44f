#pragma once
// What a file is, from its first bytes.

#include <string_view>

#include "events/result.hpp"
#include "node/sheets/table.hpp"

namespace tracseq::sheets {

enum class container_kind : std::uint8_t { text, zip };

/// Refuses, with the way out: empty files, files over the limit, old .xls, PDF, compressed, HTML,
/// XML and JSON files.
[[nodiscard]] result<container_kind> detect_container(std::string_view bytes,
                                                      std::string_view filename,
                                                      import_limits const& limits);

/// The refusal of a file of this size; the caller can ask before it reads the file.
[[nodiscard]] error too_large_file(std::uint64_t bytes, import_limits const& limits);

}  // namespace tracseq::sheets
