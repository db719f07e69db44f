// Opening the store. Memory is bounded by one cache and one budget for writes over all tables; the log
// of writes is short, so that a start after a crash reads little.
//
//   <data>/store/FORMAT      "TracSeq store 1"
//   <data>/store/incoming/   files of a bulk write before they are taken in

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include "events/file.hpp"
#include "projections/store_core.hpp"

namespace tracseq {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t opening_bytes = 16u << 20;
constexpr std::string_view format_words = "TracSeq store ";

bool contains(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// On the disk before the database is: a machine that loses its power must not leave a store without it.
result<void> write_format(fs::path const& path) {
  auto const words = std::string(format_words) + std::to_string(store::format_version) + "\n";
  if (auto const made = make_file(path, words, file::readers::everybody); made || made.error().code != errc::conflict)
    return made;
  return fail(errc::io_failure, path.string() + " is there and cannot be read.");
}

result<void> check_format(std::string const& directory, store_options const& options) {
  auto const file = fs::path(directory) / "FORMAT";
  std::ifstream in(file);
  if (!in) {
    std::error_code ignored;
    if (fs::exists(fs::path(directory) / "CURRENT", ignored))
      return fail(errc::corrupt, directory + " holds a database that TracSeq did not make, or its file "
                                             "FORMAT was lost.");
    if (options.read_only || !options.create)
      return fail(errc::not_found, "There is no store in " + directory + ".");
    return write_format(file);
  }
  std::string line;
  std::getline(in, line);
  unsigned long version = 0;
  if (line.starts_with(format_words))
    version = std::strtoul(line.c_str() + format_words.size(), nullptr, 10);
  if (version == 0)
    return fail(errc::corrupt, file.string() + " does not say which format the store has.");
  if (version > store::format_version)
    return fail(errc::unsupported,
                "The store in " + directory + " was written by a newer TracSeq (format " +
                    std::to_string(version) + ", this one reads up to " +
                    std::to_string(store::format_version) + "). Start the newer one.");
  return {};
}

rocksdb::DBOptions database_options(store_options const& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = options.create && !options.read_only;
  db.create_missing_column_families = false;
  db.max_background_jobs = 2;
  db.max_subcompactions = 1;
  db.max_open_files = 512;
  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(options.write_buffer_bytes);
  db.max_total_wal_size = options.wal_bytes_max;
  db.recycle_log_file_num = 0;
  db.avoid_flush_during_recovery = true;
  db.allow_concurrent_memtable_write = false;  // few threads write, mostly one
  db.bytes_per_sync = 1u << 20;
  db.wal_bytes_per_sync = 512u << 10;
  db.skip_stats_update_on_db_open = true;
  db.skip_checking_sst_file_sizes_on_db_open = true;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  db.keep_log_file_num = 2;
  db.max_log_file_size = 1u << 20;
  db.info_log_level = rocksdb::WARN_LEVEL;
  return db;
}

result<void> prepare_directory(std::string const& directory, store_options const& options) {
  std::error_code failed;
  if (!options.read_only && options.create) {
    fs::create_directories(directory, failed);
    if (failed)
      return fail(failed == std::errc::no_space_on_device ? errc::storage_full : errc::io_failure,
                  "The directory " + directory + " cannot be made: " + failed.message() + ".");
  }
  // It ends the process where it finds no room while it opens.
  if (!options.read_only)
    if (auto room = check_room(directory, opening_bytes); !room) return room;
  if (auto fine = check_format(directory, options); !fine) return fine;
  if (!options.read_only) fs::remove_all(fs::path(directory) / "incoming", failed);
  return {};
}

}  // namespace

error store_error(std::string_view doing, rocksdb::Status const& status) {
  auto const why = status.ToString();
  auto const words = [&](std::string_view more) {
    return std::string(doing) + ": " + std::string(more);
  };
  if (contains(why, "lock hold by current process") || contains(why, "While lock file"))
    return {errc::conflict,
            words("it is in use by another process. Stop that one first, or name another directory."),
            {}};
  if (status.IsNoSpace() || contains(why, "No space left"))
    return {errc::storage_full, words("the disk is full."), {}};
  if (contains(why, "Permission denied") || contains(why, "Read-only file system"))
    return {errc::io_failure, words("this user may not write there (" + why + ")."), {}};
  if (status.IsCorruption())
    return {errc::corrupt,
            words("its files are damaged (" + why +
                  "). Remove the directory: it is built again from the log."),
            {}};
  return {errc::io_failure, words(why), {}};
}

rocksdb::ColumnFamilyOptions table_options(std::string_view table, store_core const& of) {
  rocksdb::ColumnFamilyOptions options;
  bool const journal = table.starts_with("journal@");
  // Rows that pages ask for stay as they are; the journal, which is most of the bytes and rarely
  // read, is packed once it has come to rest.
  options.compression = rocksdb::kNoCompression;
  options.bottommost_compression = journal ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  options.write_buffer_size = journal ? 16u << 20 : 8u << 20;
  options.max_write_buffer_number = 3;
  options.level_compaction_dynamic_level_bytes = true;
  options.level0_file_num_compaction_trigger = of.unmerged_files_max;
  options.target_file_size_base = 32u << 20;
  options.max_bytes_for_level_base = 128u << 20;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.memtable_whole_key_filtering = true;
  // Rows and index keys of one family come in rising order (UUIDv7, times, labels): each family's
  // inserts begin where its last one ended, instead of at the top of the list.
  constexpr std::size_t family_bytes = 2;
  options.memtable_insert_with_hint_prefix_extractor.reset(
      rocksdb::NewCappedPrefixTransform(family_bytes));
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = of.cache;
  blocks.block_size = 8u << 10;
  blocks.format_version = 5;
  blocks.checksum = rocksdb::kXXH3;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.cache_index_and_filter_blocks = true;
  blocks.cache_index_and_filter_blocks_with_high_priority = true;
  blocks.pin_l0_filter_and_index_blocks_in_cache = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  return options;
}

result<std::unique_ptr<store>> store::open(std::string const& directory,
                                           store_options const& options) {
  if (auto fine = prepare_directory(directory, options); !fine) return tl::unexpected(fine.error());
  auto core = std::make_shared<store_core>();
  core->directory = directory;
  core->read_only = options.read_only;
  core->unmerged_files_max = options.unmerged_files_max;
  core->cache = rocksdb::NewLRUCache(options.cache_bytes, 4, false, 0.5);
  core->db_options = database_options(options);
  core->db_options.listeners.push_back(core->watch);
  auto opened = std::make_unique<rocks_store>(std::move(core));
  if (auto fine = opened->open(options); !fine) return tl::unexpected(fine.error());
  return std::unique_ptr<store>(std::move(opened));
}

result<void> rocks_store::open(store_options const& options) {
  auto const doing = "Opening the store in " + core_->directory;
  std::vector<std::string> names;
  auto const listed = rocksdb::DB::ListColumnFamilies(core_->db_options, core_->directory, &names);
  if (!listed.ok()) {
    std::error_code ignored;
    bool const is_new = !fs::exists(fs::path(core_->directory) / "CURRENT", ignored);
    if (!is_new) return tl::unexpected(store_error(doing, listed));
    if (options.read_only)
      return fail(errc::not_found, "There is no store in " + core_->directory + ".");
    names = {rocksdb::kDefaultColumnFamilyName};
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (auto const& name : names) wanted.emplace_back(name, table_options(name, *core_));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto const status = options.read_only
                          ? rocksdb::DB::OpenForReadOnly(core_->db_options, core_->directory, wanted,
                                                         &handles, &db)
                          : rocksdb::DB::Open(core_->db_options, core_->directory, wanted, &handles,
                                              &db);
  if (!status.ok()) return tl::unexpected(store_error(doing, status));
  core_->db.reset(db);
  for (auto* handle : handles) {
    auto table = std::make_shared<store_table const>(core_, handle);
    if (handle->GetName() != rocksdb::kDefaultColumnFamilyName)
      tables_.emplace(handle->GetName(), std::move(table));
  }
  auto const found = tables_.find(meta_name);
  if (found != tables_.end()) {
    meta_ = found->second;
    tables_.erase(found);
  } else if (options.read_only) {
    return fail(errc::corrupt, "The store in " + core_->directory + " was never finished.");
  } else {
    auto made = create_table(meta_name);
    if (!made) return tl::unexpected(made.error());
    meta_ = *made;
    tables_.erase(meta_name);
  }
  return {};
}

}  // namespace tracseq
