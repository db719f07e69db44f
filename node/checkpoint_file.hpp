#pragma once
// The file of checkpoints: a line each, only ever appended to. It may lie on another disk.

#include <string>
#include <vector>

#include "events/checkpoint.hpp"

namespace tracseq {

/// The key in `path`; drawn (mode 0600) where there is none.
[[nodiscard]] result<signing_key> read_or_make_signing_key(std::string const& path);

/// Appends the line and waits until it is on the disk.
[[nodiscard]] result<void> append_checkpoint(std::string const& path, std::string const& line);

struct checkpoint_file {
  std::vector<signed_checkpoint> all;  ///< in the order of the file
  std::size_t unfinished = 0;          ///< lines that a crash cut off
};
/// Reads and verifies every line. `keys` are the public keys that are trusted; where it is empty, all
/// must be signed by the key of the first. `corrupt` names the first line that does not hold.
[[nodiscard]] result<checkpoint_file> read_checkpoints(std::string const& path,
                                                       std::vector<std::string> const& keys);

/// The last lines of the file that verify, newest first; none where there is no file.
[[nodiscard]] std::vector<std::string> newest_checkpoints(std::string const& path, std::size_t limit);

}  // namespace tracseq
