#pragma once
// What the store's own files share of RocksDB. Included by store*.cpp alone.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/write_buffer_manager.h>

#include "projections/store.hpp"

namespace tracseq {

/// What RocksDB tells of its own failures. Its recovery by itself is turned off: it looks for room every
/// five seconds, and while it does nobody else may ask.
struct failure_watch final : rocksdb::EventListener {
  std::atomic<bool> log_broken = false;
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status*) override {
    if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) log_broken = true;
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* by_itself) override {
    *by_itself = false;
  }
};

/// The open database; tables and snapshots keep it alive.
struct store_core {
  std::string directory;
  bool read_only = false;
  std::shared_ptr<rocksdb::Cache> cache;
  int unmerged_files_max = 4;
  std::shared_ptr<failure_watch> watch = std::make_shared<failure_watch>();
  rocksdb::DBOptions db_options;
  std::unique_ptr<rocksdb::DB> db;
};

class store_table {
 public:
  store_table(std::shared_ptr<store_core> core, rocksdb::ColumnFamilyHandle* handle)
      : core_(std::move(core)), handle_(handle) {}
  ~store_table() { core_->db->DestroyColumnFamilyHandle(handle_); }
  store_table(store_table const&) = delete;
  store_table& operator=(store_table const&) = delete;

  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle() const noexcept { return handle_; }
  [[nodiscard]] store_core const& core() const noexcept { return *core_; }

 private:
  std::shared_ptr<store_core> core_;
  rocksdb::ColumnFamilyHandle* handle_;
};

/// What went wrong, in words for people. `doing` begins the sentence: "Opening the store in /x".
[[nodiscard]] error store_error(std::string_view doing, rocksdb::Status const& status);

[[nodiscard]] rocksdb::ColumnFamilyOptions table_options(std::string_view table, store_core const& of);

inline rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
inline std::string_view view(rocksdb::Slice const& bytes) { return {bytes.data(), bytes.size()}; }

/// `storage_full` where fewer than `bytes` are left. RocksDB takes a full disk badly: what was half written to
/// its log cannot be mended while it is open. So it never gets that far, and there is always room to put into
/// files what was taken already.
[[nodiscard]] result<void> check_room(std::string const& directory, std::uint64_t bytes);

class rocks_store final : public store {
 public:
  static constexpr char const* meta_name = "meta";

  explicit rocks_store(std::shared_ptr<store_core> core) : core_(std::move(core)) {}
  /// Opens all tables that are there (store_open.cpp).
  [[nodiscard]] result<void> open(store_options const& options);

  [[nodiscard]] bool read_only() const noexcept override { return core_->read_only; }
  [[nodiscard]] std::string const& directory() const noexcept override { return core_->directory; }
  [[nodiscard]] std::vector<std::string> table_names() const override;
  [[nodiscard]] table_handle find_table(std::string_view name) const override;
  [[nodiscard]] result<table_handle> create_table(std::string const& name) override;
  [[nodiscard]] result<void> drop_table(std::string const& name) override;
  [[nodiscard]] table_handle meta() const override { return meta_; }
  [[nodiscard]] std::optional<std::string> get(store_table const& table,
                                               std::string_view key) const override;
  [[nodiscard]] std::shared_ptr<snapshot const> take_snapshot() const override;
  [[nodiscard]] std::unique_ptr<table_view> newest(table_handle table) const override;
  [[nodiscard]] result<void> write(std::span<store_write const> writes) override;
  [[nodiscard]] result<void> write_bulk(std::span<bulk_rows const> tables) override;
  [[nodiscard]] result<void> flush() override;
  [[nodiscard]] figures measure() const override;

 private:
  std::shared_ptr<store_core> core_;
  mutable std::mutex mutex_;  ///< of the list of tables
  std::unordered_map<std::string, table_handle> tables_;
  table_handle meta_;
};

}  // namespace tracseq
