#include "projections/store.hpp"

#include <algorithm>
#include <filesystem>

#include <rocksdb/perf_level.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include "projections/store_core.hpp"

namespace tracseq {
namespace {

constexpr std::uint64_t kept_free = 64u << 20;

class rocks_cursor final : public row_cursor {
 public:
  rocks_cursor(table_handle table, std::shared_ptr<store::snapshot const> pinned,
               rocksdb::Snapshot const* at, std::string_view from, std::string_view until,
               direction way)
      : table_(std::move(table)), pinned_(std::move(pinned)), from_(from), until_(until), way_(way) {
    lower_ = slice(from_);
    upper_ = slice(until_);
    rocksdb::ReadOptions options;
    options.snapshot = at;
    if (!from_.empty()) options.iterate_lower_bound = &lower_;
    if (!until_.empty()) options.iterate_upper_bound = &upper_;
    walk_.reset(table_->core().db->NewIterator(options, table_->handle()));
    if (way_ == direction::forward)
      walk_->SeekToFirst();
    else
      walk_->SeekToLast();
    check();
  }
  [[nodiscard]] bool valid() const override { return walk_->Valid(); }
  void next() override {
    if (way_ == direction::forward)
      walk_->Next();
    else
      walk_->Prev();
    check();
  }
  [[nodiscard]] std::string_view key() const override { return view(walk_->key()); }
  [[nodiscard]] std::string_view value() const override { return view(walk_->value()); }

 private:
  void check() const {
    if (!walk_->Valid() && !walk_->status().ok())
      throw query_failure(store_error("Reading the store", walk_->status()));
  }
  table_handle table_;
  std::shared_ptr<store::snapshot const> pinned_;
  std::string from_;
  std::string until_;
  direction way_;
  rocksdb::Slice lower_;
  rocksdb::Slice upper_;
  std::unique_ptr<rocksdb::Iterator> walk_;
};

/// RocksDB counts each step of each operation for every thread unless told not to.
void count_nothing() {
  thread_local bool const told = [] {
    rocksdb::SetPerfLevel(rocksdb::PerfLevel::kDisable);
    return true;
  }();
  (void)told;
}

std::optional<std::string> read(store_table const& table, std::string_view key,
                                rocksdb::Snapshot const* at) {
  count_nothing();
  rocksdb::ReadOptions options;
  options.snapshot = at;
  rocksdb::PinnableSlice value;
  auto const status = table.core().db->Get(options, table.handle(), slice(key), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) throw query_failure(store_error("Reading the store", status));
  return std::string(value.data(), value.size());
}

class rocks_view final : public table_view {
 public:
  rocks_view(table_handle table, std::shared_ptr<store::snapshot const> pinned,
             rocksdb::Snapshot const* at)
      : table_(std::move(table)), pinned_(std::move(pinned)), at_(at) {}
  [[nodiscard]] std::optional<std::string> get(std::string_view key) const override {
    return read(*table_, key, at_);
  }
  [[nodiscard]] std::unique_ptr<row_cursor> scan(std::string_view from, std::string_view until,
                                                 direction way) const override {
    return std::make_unique<rocks_cursor>(table_, pinned_, at_, from, until, way);
  }

 private:
  table_handle table_;
  std::shared_ptr<store::snapshot const> pinned_;
  rocksdb::Snapshot const* at_;
};

class rocks_snapshot final : public store::snapshot,
                             public std::enable_shared_from_this<rocks_snapshot> {
 public:
  explicit rocks_snapshot(std::shared_ptr<store_core> core)
      : core_(std::move(core)), at_(core_->db->GetSnapshot()) {}
  ~rocks_snapshot() override { core_->db->ReleaseSnapshot(at_); }
  [[nodiscard]] std::unique_ptr<table_view> view(table_handle table) const override {
    return std::make_unique<rocks_view>(std::move(table), shared_from_this(), at_);
  }

 private:
  std::shared_ptr<store_core> core_;
  rocksdb::Snapshot const* at_;
};

}  // namespace

std::vector<std::string> rocks_store::table_names() const {
  std::lock_guard const guard(mutex_);
  std::vector<std::string> names;
  for (auto const& [name, table] : tables_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

table_handle rocks_store::find_table(std::string_view name) const {
  std::lock_guard const guard(mutex_);
  auto const found = tables_.find(std::string(name));
  return found == tables_.end() ? nullptr : found->second;
}

result<table_handle> rocks_store::create_table(std::string const& name) {
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  auto const status =
      core_->db->CreateColumnFamily(table_options(name, *core_), name, &handle);
  if (!status.ok())
    return tl::unexpected(store_error("Making the table " + name + " in " + directory(), status));
  auto table = std::make_shared<store_table const>(core_, handle);
  std::lock_guard const guard(mutex_);
  tables_[name] = table;
  return table;
}

result<void> rocks_store::drop_table(std::string const& name) {
  table_handle table;
  {
    std::lock_guard const guard(mutex_);
    auto const found = tables_.find(name);
    if (found == tables_.end()) return {};
    table = found->second;
    tables_.erase(found);
  }
  auto const status = core_->db->DropColumnFamily(table->handle());
  if (!status.ok())
    return tl::unexpected(store_error("Dropping the table " + name + " in " + directory(), status));
  return {};
}

std::optional<std::string> rocks_store::get(store_table const& table, std::string_view key) const {
  return read(table, key, nullptr);
}

std::shared_ptr<store::snapshot const> rocks_store::take_snapshot() const {
  return std::make_shared<rocks_snapshot const>(core_);
}

std::unique_ptr<table_view> rocks_store::newest(table_handle table) const {
  return std::make_unique<rocks_view>(std::move(table), nullptr, nullptr);
}

result<void> check_room(std::string const& directory, std::uint64_t bytes) {
  struct statvfs facts {};
  if (::statvfs(directory.c_str(), &facts) != 0) return {};
  auto const left = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
  if (left >= bytes) return {};
  return fail(errc::storage_full, "the disk under " + directory + " is full: " + std::to_string(left >> 20) +
                                      " MB are left, and " + std::to_string(bytes >> 20) +
                                      " MB are needed. Free some space; a node that runs then goes on by "
                                      "itself.");
}

result<void> rocks_store::write(std::span<store_write const> writes) {
  count_nothing();
  rocksdb::WriteBatch batch;
  rocksdb::Status status;
  for (auto const& [table, key, value] : writes) {
    status = value ? batch.Put(table->handle(), slice(key), slice(*value))
                   : batch.Delete(table->handle(), slice(key));
    if (!status.ok()) break;
  }
  if (auto const room = check_room(directory(), kept_free); !room) return room;
  if (status.ok()) status = core_->db->Write({}, &batch);
  // Background work that failed closes RocksDB to writes until it is told to go on: here, at each try.
  // Behind a broken log of writes it cannot go on; only opening it again helps.
  if (!status.ok() && !core_->watch->log_broken && core_->db->Resume().ok())
    status = core_->db->Write({}, &batch);
  if (!status.ok() && core_->watch->log_broken)
    return fail(errc::io_failure, "Writing to " + directory() + ": " + status.ToString() +
                                      ". Look at the disk, then restart TracSeq.");
  if (!status.ok()) return tl::unexpected(store_error("Writing to " + directory(), status));
  return {};
}

result<void> rocks_store::write_bulk(std::span<bulk_rows const> tables) {
  if (auto const room = check_room(directory(), kept_free); !room) return room;
  namespace fs = std::filesystem;
  auto const incoming = fs::path(directory()) / "incoming";
  std::error_code failed;
  fs::create_directories(incoming, failed);
  std::vector<rocksdb::IngestExternalFileArg> files;
  rocksdb::Status status;
  for (auto const& [table, rows] : tables) {
    if (rows.empty()) continue;
    rocksdb::Options const options(core_->db_options,
                                   [&] {
                                     auto plain = table_options("", *core_);
                                     plain.bottommost_compression = rocksdb::kNoCompression;
                                     return plain;
                                   }());
    // The pages stay in memory: the rows are read again soon.
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), options, nullptr, false);
    auto const name = (incoming / (table->handle()->GetName() + ".sst")).string();
    status = writer.Open(name);
    for (auto row = rows.begin(); status.ok() && row != rows.end(); ++row)
      status = row->value ? writer.Put(slice(row->key), slice(*row->value))
                          : writer.Delete(slice(row->key));
    if (status.ok()) status = writer.Finish();
    if (!status.ok()) break;
    rocksdb::IngestExternalFileArg one;
    one.column_family = table->handle();
    one.external_files = {name};
    one.options.move_files = true;
    one.options.write_global_seqno = false;
    files.push_back(std::move(one));
  }
  if (status.ok() && !files.empty()) status = core_->db->IngestExternalFiles(files);
  if (!status.ok()) return tl::unexpected(store_error("Writing to " + directory(), status));
  return {};
}

result<void> rocks_store::flush() {
  std::vector<rocksdb::ColumnFamilyHandle*> handles{meta_->handle()};
  std::vector<table_handle> kept;
  {
    std::lock_guard const guard(mutex_);
    for (auto const& [name, table] : tables_) kept.push_back(table);
  }
  for (auto const& table : kept) handles.push_back(table->handle());
  auto const status = core_->db->Flush(rocksdb::FlushOptions(), handles);
  if (!status.ok()) return tl::unexpected(store_error("Writing to " + directory(), status));
  return {};
}

store::figures rocks_store::measure() const {
  auto const sum = [&](std::string const& property) {
    std::uint64_t value = 0;
    return core_->db->GetAggregatedIntProperty(property, &value) ? value : 0;
  };
  figures now;
  now.disk_bytes = sum(rocksdb::DB::Properties::kTotalSstFilesSize);
  now.memory_bytes = sum(rocksdb::DB::Properties::kCurSizeAllMemTables) + core_->cache->GetUsage() +
                     sum(rocksdb::DB::Properties::kEstimateTableReadersMem);
  now.compactions_running = sum(rocksdb::DB::Properties::kNumRunningCompactions);
  return now;
}

}  // namespace tracseq
