#pragma once
// Backups of a node: a folder that holds a verified copy of the history up to a moment, the keys of donors,
// the node's secrets and its newest checkpoints. Made while the node runs; docs/formats.md has the manifest.
//
//   manifest.json    what belongs to the backup, to the byte; it takes its name last
//   log/             the history, as an embedded log that is only ever appended to
//   node-000003/     keys and secrets as the third backup found them; earlier ones are deleted

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "events/instant.hpp"
#include "events/result.hpp"
#include "node/offline.hpp"

namespace tracseq::backup {

/// How far along a stage is, for people: "Verifying", "Copying". `total` is 0 where it is not known.
using stage_progress = std::function<void(std::string_view stage, std::uint64_t done, std::uint64_t total)>;

/// Where a partition stood when it was copied.
struct partition_head {
  partition_id partition = 0;
  std::uint64_t records = 0;  ///< in the copy, from the first on
  std::uint64_t claim = 0;    ///< number of the newest
  std::uint64_t commits = 0;
  std::string h;              ///< chain hash, 64 hex digits
  friend bool operator==(partition_head const&, partition_head const&) = default;
};
BOOST_DESCRIBE_STRUCT(partition_head, (), (partition, records, claim, commits, h))

struct stored_file {
  std::string path;         ///< below the backup's folder
  std::uint64_t bytes = 0;  ///< the newest segment may be longer, if a later backup was cut off
  std::string sha256;       ///< of these bytes
  friend bool operator==(stored_file const&, stored_file const&) = default;
};
BOOST_DESCRIBE_STRUCT(stored_file, (), (path, bytes, sha256))

struct manifest {
  std::uint64_t tracseq_backup = 1;  ///< version of this format
  std::uint64_t number = 1;          ///< of the backups in this folder
  std::string program;
  instant made_at;                   ///< everything that was acknowledged before is in it
  std::string source;                ///< the log's description, for people
  partition_id partitions = 0;
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::uint64_t donors_erased = 0;   ///< erasures that the history tells of
  bool keys = true;                  ///< the keys of donors are in it
  std::vector<partition_head> heads;
  std::vector<stored_file> files;
  friend bool operator==(manifest const&, manifest const&) = default;
};
BOOST_DESCRIBE_STRUCT(manifest, (), (tracseq_backup, number, program, made_at, source, partitions, records, commits,
                                     donors_erased, keys, heads, files))

struct make_wish {
  std::string directory;
  std::string data;              ///< the node's, for its keys and secrets
  std::string log_address;
  std::string checkpoints;       ///< file of signed checkpoints; need not be there
  bool keys = true;              ///< false leaves the keys of donors out
};
struct make_report {
  std::string directory;
  instant made_at;
  std::uint64_t number = 1;
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::uint64_t records_new = 0;  ///< since the earlier backup in this folder
  std::uint64_t bytes = 0;        ///< of all files
};
BOOST_DESCRIBE_STRUCT(make_report, (), (directory, made_at, number, records, commits, records_new, bytes))

/// Makes a backup in `directory`, or brings the one that is there up to date. Until the new one is whole the
/// earlier one stays. `conflict` where the folder holds something else or another history, `corrupt` where the
/// history or the earlier backup does not verify.
[[nodiscard]] result<make_report> make(make_wish const& wish, stage_progress const& progress);

struct check_report {
  bool ok = false;
  std::string directory;
  instant made_at;
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::vector<std::string> problems;  ///< sentences that name a file
};
BOOST_DESCRIBE_STRUCT(check_report, (), (ok, directory, made_at, records, commits, problems))

/// Reads every byte of the backup and walks its history. Fails only where there is no backup to look at.
[[nodiscard]] result<check_report> check(std::string const& directory, stage_progress const& progress);

struct restore_wish {
  std::string directory;
  std::string into;                     ///< the new data directory
  std::string log_address;              ///< a Kafka topic; empty = the embedded log in `into`
  std::vector<std::string> erased_in;   ///< further histories whose erasures hold
};
struct restore_report {
  std::string into;
  std::string log;
  instant made_at;
  std::uint64_t records = 0;         ///< that were put into the log
  std::uint64_t already_there = 0;   ///< of a topic that holds the history, or its beginning
  std::uint64_t keys_erased = 0;     ///< of donors whom the history says to be erased
};
BOOST_DESCRIBE_STRUCT(restore_report, (), (into, log, made_at, records, already_there, keys_erased))

/// Makes a data directory from a backup that verifies. `conflict` where `into` holds something, or the topic
/// another history. Keys of donors that the history tells to be erased are erased again.
[[nodiscard]] result<restore_report> restore(restore_wish const& wish, stage_progress const& progress);

}  // namespace tracseq::backup
