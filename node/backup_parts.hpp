#pragma once
// What making, checking and restoring a backup share.

#include <optional>
#include <map>
#include <string>
#include <vector>

#include "events/event_log.hpp"
#include "events/file.hpp"
#include "node/backup.hpp"

namespace tracseq::backup {

[[nodiscard]] std::string manifest_file(std::string const& directory);
[[nodiscard]] std::string log_folder(std::string const& directory);
/// "node-000003", below the backup's folder.
[[nodiscard]] std::string node_folder(std::uint64_t number);

/// JSON that carries the SHA-256 of all it says.
[[nodiscard]] std::string manifest_text(manifest const& what);
/// `corrupt` where it does not say what was written, `unsupported` for a newer version.
[[nodiscard]] result<manifest> read_manifest(std::string const& directory);
[[nodiscard]] bool has_manifest(std::string const& directory);

/// What a history says, up to a number of records in each partition or to where it ends.
struct history_facts {
  std::vector<partition_head> heads;
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::map<uuid, instant> erased;  ///< keys of donors that it tells to be erased, and when
};
[[nodiscard]] result<history_facts> read_history(event_log& log, std::vector<partition_head> const* most,
                                                 offline::report_progress const& progress);

/// Where a copy of a log that is written to ends.
struct copy_end {
  std::vector<std::uint64_t> ends;  ///< of the log, asked before `moment` was now
  instant moment;
};
/// How many records of each partition belong to the copy: all that were there, whatever their clocks said, and behind
/// these what was recorded until `moment`. A commit is recorded after what it follows from was read back, so what is
/// cut off nobody before the cut has seen.
[[nodiscard]] result<std::vector<std::uint64_t>> records_until(event_log& log, copy_end const& end,
                                                               offline::report_progress const& progress);

/// The file's first `bytes`; of all of it where that is not given.
[[nodiscard]] result<stored_file> describe_file(std::string const& directory, std::string const& path,
                                                std::optional<std::uint64_t> bytes = std::nullopt);

/// Every segment of the backup's log, in order, with the newest cut behind its last record.
[[nodiscard]] result<std::vector<std::string>> segments_of(std::string const& directory);
[[nodiscard]] result<void> cut_newest_segment(std::string const& directory);

/// The bytes of a file that somebody may be writing: what two reads agree in.
[[nodiscard]] result<std::string> read_calmly(std::string const& path);

/// Makes a folder for its owner alone, as deep as need be.
[[nodiscard]] result<void> make_private_folder(std::string const& path);

/// Names of the secret files that lie in a data directory and in a backup alike.
[[nodiscard]] std::vector<std::string> const& secret_names();

/// A moving part of `progress` as the parts of offline.hpp want it.
[[nodiscard]] offline::report_progress stage(stage_progress const& progress, std::string name);

}  // namespace tracseq::backup
