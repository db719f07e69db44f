#pragma once
// What the command line does with a log or a data directory while no node serves it.

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/result.hpp"

namespace tracseq::offline {

/// How far along a long task is. `total` is 0 where it is not known.
using report_progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

struct partition_report {
  partition_id partition = 0;
  std::uint64_t records = 0;  ///< read
  std::uint64_t commits = 0;  ///< accepted
  std::uint64_t claims = 0;   ///< accepted
  std::uint64_t skipped = 0;  ///< records that the chain's rule skips
  std::string head;           ///< chain hash behind the last record, 64 hex digits
  friend bool operator==(partition_report const&, partition_report const&) = default;
};
BOOST_DESCRIBE_STRUCT(partition_report, (), (partition, records, commits, claims, skipped, head))

struct audit_problem {
  partition_id partition = 0;
  std::uint64_t offset = 0;
  std::string what;  ///< a sentence: what does not verify, and since which record
  friend bool operator==(audit_problem const&, audit_problem const&) = default;
};
BOOST_DESCRIBE_STRUCT(audit_problem, (), (partition, offset, what))

struct audit_report {
  bool ok = false;
  std::uint64_t records = 0;
  std::uint64_t commits = 0;
  std::vector<partition_report> partitions;
  std::optional<audit_problem> first_problem;
  std::vector<audit_problem> problems;  ///< all that were found, at most 100
  std::vector<audit_problem> given_up;  ///< see verify_report
  std::optional<std::string> checkpoint;  ///< what was compared with a checkpoint, in words
  std::vector<std::string> warnings;  ///< of the log: what endangers it
  friend bool operator==(audit_report const&, audit_report const&) = default;
};
BOOST_DESCRIBE_STRUCT(audit_report, (),
                      (ok, records, commits, partitions, first_problem, problems, given_up, checkpoint, warnings))

/// What a history is held against beside its own chain.
struct verify_wish {
  std::string data;               ///< a node's directory: where its read models stand; empty = none
  std::string checkpoints;        ///< a file of signed checkpoints; empty = none
  std::vector<std::string> keys;  ///< public keys that are trusted; empty = the one the file begins with
};
/// Walks every partition from its beginning. Fails only where the log cannot be read at all, or the
/// checkpoints cannot be trusted.
[[nodiscard]] result<audit_report> verify(std::string const& log_address, verify_wish const& wish,
                                          report_progress const& progress);

struct replay_report {
  std::uint64_t events = 0;
  std::uint64_t commits = 0;
  std::uint64_t bytes = 0;
  double seconds = 0;
  std::string into;
  friend bool operator==(replay_report const&, replay_report const&) = default;
};
BOOST_DESCRIBE_STRUCT(replay_report, (), (events, commits, bytes, seconds, into))

/// Builds every projection as it was at `until` (recorded time; none = now) in the new directory
/// `into`, which `serve --read-only --data` then shows.
[[nodiscard]] result<replay_report> replay(std::string const& log_address,
                                           std::optional<instant> until, std::string const& into,
                                           report_progress const& progress);

struct log_partition_info {
  partition_id partition = 0;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
BOOST_DESCRIBE_STRUCT(log_partition_info, (), (partition, begin, end))
struct log_info {
  std::string log;  ///< its description, for people
  std::vector<log_partition_info> partitions;
  std::vector<std::string> warnings;
};
BOOST_DESCRIBE_STRUCT(log_info, (), (log, partitions, warnings))
[[nodiscard]] result<log_info> info(std::string const& log_address);

struct transfer_report {
  std::uint64_t records = 0;
  std::uint64_t already_there = 0;  ///< of an interrupted copy that was resumed
  std::uint64_t bytes = 0;
  friend bool operator==(transfer_report const&, transfer_report const&) = default;
};
BOOST_DESCRIBE_STRUCT(transfer_report, (), (records, already_there, bytes))

/// Copies a history, record by record, verifying its chain on the way and behind it. Resumes where an
/// earlier copy stopped; refuses a target that holds another history.
[[nodiscard]] result<transfer_report> copy_log(std::string const& from, std::string const& to,
                                               report_progress const& progress);

/// Writes the history as lines of JSON (docs/formats.md): each record's bytes in base64 with its
/// partition, offset and verdict, and its events as CloudEvents. `write` is given whole lines.
[[nodiscard]] result<transfer_report> export_log(std::string const& log_address,
                                                 std::function<result<void>(std::string_view)> write,
                                                 report_progress const& progress);

/// Reads such a file and makes every line anew from its record's bytes: the chain, and the events that people
/// read. Fails with the first line that does not agree.
[[nodiscard]] result<transfer_report> verify_export(std::istream& from);

struct table_digest {
  std::string table;  ///< "samples@1"
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::string digest;  ///< SHA-256 over all keys and values in their order, 64 hex digits
};
BOOST_DESCRIBE_STRUCT(table_digest, (), (table, rows, bytes, digest))
struct rows_report {
  std::vector<std::uint64_t> position;    ///< next offset of each partition
  std::vector<table_digest> tables;
  std::string digest;                     ///< of all of them
  std::vector<std::string> being_built;   ///< tables that are not compared
  std::uint64_t parked = 0;               ///< commits that are not in the rows
};
BOOST_DESCRIBE_STRUCT(rows_report, (), (position, tables, digest, being_built, parked))
/// A digest of every read model in a node's data directory. Nodes at the same position show the same rows to the byte.
/// Left out is what is a node's own: positions, what is parked, and snapshots of entities, which follow from what it
/// was asked.
[[nodiscard]] result<rows_report> digest_rows(std::string const& data);

/// Appends to the log what a node's journal holds and the log has lost; or writes the whole history into the
/// log at `into`, where that is not empty.
[[nodiscard]] result<transfer_report> repair_log(std::string const& log_address,
                                                 std::string const& data, std::string const& into,
                                                 report_progress const& progress);

}  // namespace tracseq::offline
