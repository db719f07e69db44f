#include "tests/sim/memory_store.hpp"

namespace tracseq::sim {
namespace {

constexpr std::size_t unsynced_max = 300;

/// `store_table` is the store's own matter: only who made a handle looks behind it.
table_handle handle_of(std::shared_ptr<disk::table> const& table) {
  return {table, reinterpret_cast<store_table const*>(table.get())};
}
disk::table& behind(store_table const& table) {
  return *const_cast<disk::table*>(reinterpret_cast<disk::table const*>(&table));
}

class memory_store final : public store {
 public:
  memory_store(world& in, std::shared_ptr<disk> on) : world_(in), disk_(std::move(on)) {
    meta_ = handle_of(table_of("meta"));
  }

  [[nodiscard]] bool read_only() const noexcept override { return false; }
  [[nodiscard]] std::string const& directory() const noexcept override { return directory_; }
  [[nodiscard]] std::vector<std::string> table_names() const override {
    std::vector<std::string> names;
    for (auto const& [name, table] : disk_->tables)
      if (name != "meta") names.push_back(name);
    return names;
  }
  [[nodiscard]] table_handle find_table(std::string_view name) const override {
    auto const found = disk_->tables.find(std::string(name));
    return found == disk_->tables.end() ? nullptr : handle_of(found->second);
  }
  [[nodiscard]] result<table_handle> create_table(std::string const& name) override {
    return handle_of(table_of(name));
  }
  [[nodiscard]] result<void> drop_table(std::string const& name) override {
    disk_->tables.erase(name);
    return {};
  }
  [[nodiscard]] table_handle meta() const override { return meta_; }

  [[nodiscard]] std::optional<std::string> get(store_table const& table,
                                               std::string_view key) const override {
    may_fail();
    auto const& rows = behind(table).rows;
    auto const found = rows.find(key);
    if (found == rows.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] std::shared_ptr<snapshot const> take_snapshot() const override {
    throw query_failure({errc::unsupported, "nothing in the simulation keeps old rows", {}});
  }
  [[nodiscard]] std::unique_ptr<table_view> newest(table_handle table) const override {
    return std::make_unique<view>(*this, std::move(table));
  }
  [[nodiscard]] result<void> write(std::span<store_write const> writes) override {
    if (world_.faults && disk_->writes_fail)
      return fail(errc::storage_full, "the simulated disk is full");
    for (auto const& one : writes) disk_->write(behind(*one.table), one.key, one.value);
    disk_->end_batch();
    return {};
  }
  [[nodiscard]] result<void> write_bulk(std::span<bulk_rows const> tables) override {
    for (auto const& one : tables)
      for (auto const& row : one.rows) disk_->write(behind(*one.table), row.key, row.value);
    disk_->end_batch();
    disk_->sync();
    return {};
  }
  [[nodiscard]] result<void> flush() override {
    disk_->sync();
    return {};
  }
  [[nodiscard]] figures measure() const override { return {}; }

 private:
  class view final : public table_view {
   public:
    view(memory_store const& of, table_handle table) : of_(of), table_(std::move(table)) {}
    [[nodiscard]] std::optional<std::string> get(std::string_view key) const override {
      return of_.get(*table_, key);
    }
    [[nodiscard]] std::unique_ptr<row_cursor> scan(std::string_view from, std::string_view until,
                                                   direction way) const override {
      of_.may_fail();
      return scan_rows(behind(*table_).rows, from, until, way);
    }

   private:
    memory_store const& of_;
    table_handle table_;
  };

  void may_fail() const {
    if (disk_->reads_fail && world_.goes_wrong(0.3))
      throw query_failure({errc::io_failure, "the simulated disk cannot be read", {}});
  }
  std::shared_ptr<disk::table> table_of(std::string const& name) {
    auto& table = disk_->tables[name];
    if (!table) table = std::make_shared<disk::table>(disk::table{name, {}});
    return table;
  }

  world& world_;
  std::shared_ptr<disk> disk_;
  std::string directory_ = "memory";
  table_handle meta_;
};

}  // namespace

void disk::write(table& to, std::string_view key, std::optional<std::string_view> value) {
  auto const found = to.rows.find(key);
  bool const there = found != to.rows.end();
  batch_.push_back({&to, std::string(key), there ? std::optional(found->second) : std::nullopt});
  if (!value) {
    if (there) to.rows.erase(found);
  } else if (there) {
    found->second = *value;
  } else {
    to.rows.emplace(key, *value);
  }
}

void disk::end_batch() {
  unsynced_.push_back(std::move(batch_));
  batch_.clear();
  if (unsynced_.size() > unsynced_max) unsynced_.erase(unsynced_.begin());
}

void disk::lose(std::size_t batches) {
  for (; batches > 0 && !unsynced_.empty(); --batches) {
    auto const undone = std::move(unsynced_.back());
    unsynced_.pop_back();
    for (auto one = undone.rbegin(); one != undone.rend(); ++one)
      if (one->before)
        one->of->rows.insert_or_assign(one->key, *one->before);
      else
        one->of->rows.erase(one->key);
  }
}

std::unique_ptr<store> open_memory_store(world& in, std::shared_ptr<disk> on) {
  return std::make_unique<memory_store>(in, std::move(on));
}

}  // namespace tracseq::sim
