#pragma once
// The store of the read models: RocksDB, one column family per `name@version`, and `meta`. The only
// files that know RocksDB are store*.cpp; everybody else sees tables of keys and values.
//
// Writes are not synced: what a crash of the machine takes is read again from the log, for rows and
// positions go together. After a crash of the process alone nothing is missing.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"
#include "projections/table_view.hpp"

namespace tracseq {

/// A table of the store. Kept alive by whoever reads from it, even after it was dropped.
class store_table;
using table_handle = std::shared_ptr<store_table const>;

struct store_write {
  table_handle table;
  std::string_view key;
  std::optional<std::string_view> value;  ///< none = erase
};

/// All of one table's changes in a bulk write: strictly ascending keys.
struct bulk_rows {
  table_handle table;
  std::span<store_write const> rows;  ///< `table` of each is not looked at
};

struct store_options {
  bool read_only = false;
  bool create = true;
  std::size_t cache_bytes = 56u << 20;         ///< blocks, indexes and filters of all tables
  std::size_t write_buffer_bytes = 40u << 20;  ///< of all tables together
  std::size_t wal_bytes_max = 32u << 20;       ///< read again after a crash
  int unmerged_files_max = 4;                  ///< of a table, each of which a read may look into
};

/// Any thread may read, and any may `write`: each write is whole, and they take turns. Who writes to a
/// table sees to it that nobody else does at that time: follower, rebuilder and snapshots of entities have
/// tables of their own, and in `meta` keys of their own. `write_bulk` is one thread's at a time.
class store {
 public:
  static constexpr std::uint32_t format_version = 1;

  /// `<data>/store`. `conflict`: another process has it open. `unsupported`: written by a newer
  /// TracSeq. `storage_full` / `io_failure`: the disk, or its permissions. `corrupt`: damaged.
  [[nodiscard]] static result<std::unique_ptr<store>> open(std::string const& directory,
                                                           store_options const& options);
  virtual ~store() = default;

  [[nodiscard]] virtual bool read_only() const noexcept = 0;
  [[nodiscard]] virtual std::string const& directory() const noexcept = 0;

  /// Names of all tables but `meta`.
  [[nodiscard]] virtual std::vector<std::string> table_names() const = 0;
  /// Null where there is none.
  [[nodiscard]] virtual table_handle find_table(std::string_view name) const = 0;
  [[nodiscard]] virtual result<table_handle> create_table(std::string const& name) = 0;
  /// Its rows go when the last reader let go of it.
  [[nodiscard]] virtual result<void> drop_table(std::string const& name) = 0;
  [[nodiscard]] virtual table_handle meta() const = 0;

  /// The newest rows; throws `query_failure`.
  [[nodiscard]] virtual std::optional<std::string> get(store_table const& table,
                                                       std::string_view key) const = 0;
  /// Rows of some tables as they are at this moment, and stay.
  class snapshot {
   public:
    virtual ~snapshot() = default;
    [[nodiscard]] virtual std::unique_ptr<table_view> view(table_handle table) const = 0;
  };
  [[nodiscard]] virtual std::shared_ptr<snapshot const> take_snapshot() const = 0;
  /// The newest rows of a table; cheaper than a snapshot, but each call may see a newer batch.
  [[nodiscard]] virtual std::unique_ptr<table_view> newest(table_handle table) const = 0;

  /// All or nothing. Not synced.
  [[nodiscard]] virtual result<void> write(std::span<store_write const> writes) = 0;
  /// All or nothing, durable, past the log of writes: for many rows at once.
  [[nodiscard]] virtual result<void> write_bulk(std::span<bulk_rows const> tables) = 0;
  /// Puts everything written into its files, and the files in order.
  [[nodiscard]] virtual result<void> flush() = 0;

  /// For /metrics.
  struct figures {
    std::uint64_t disk_bytes = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t compactions_running = 0;
  };
  [[nodiscard]] virtual figures measure() const = 0;
};

}  // namespace tracseq
