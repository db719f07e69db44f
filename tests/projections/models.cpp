#include "tests/projections/models.hpp"

#include <stdlib.h>  // mkdtemp

#include <stdexcept>

#include "events/hash.hpp"

namespace tracseq::test {

scratch_directory::scratch_directory() {
  auto name = (std::filesystem::temp_directory_path() / "tracseq-projections-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string scratch_directory::path(std::string const& name) const {
  return name.empty() ? path_.string() : (path_ / name).string();
}

std::unique_ptr<runner> open_models(std::string const& directory, projection_list projections,
                                    partition_id partitions, bool read_only) {
  store_options options;
  options.read_only = read_only;
  auto rows = store::open(directory, options);
  if (!rows) throw std::runtime_error(rows.error().detail);
  runner_options how;
  how.partitions = partitions;
  how.rebuild_share = 1.0;
  auto models = runner::open(*std::move(rows), std::move(projections), how);
  if (!models) throw std::runtime_error(models.error().detail);
  return *std::move(models);
}

void follow(runner& models, event_log& log, std::size_t batch_bytes) {
  auto reader = fold_reader::open(log, models.positions());
  if (!reader) throw std::runtime_error(reader.error().detail);
  for (;;) {
    auto batch = (*reader)->next(batch_bytes, std::chrono::milliseconds(0));
    if (!batch) throw std::runtime_error(batch.error().detail);
    if (batch->empty()) return;
    if (auto applied = models.apply(*batch); !applied)
      throw std::runtime_error(applied.error().detail);
  }
}

all_rows dump(store& rows) {
  all_rows all;
  auto const add = [&](std::string const& name, table_handle const& table) {
    auto const view = rows.newest(table);
    for (auto at = view->scan({}, {}, direction::forward); at->valid(); at->next())
      all[name].emplace(at->key(), at->value());
  };
  for (auto const& name : rows.table_names())
    if (name != "snapshots") add(name, rows.find_table(name));
  add("meta", rows.meta());
  return all;
}

std::string difference(all_rows const& a, all_rows const& b) {
  for (auto const& [table, rows] : a) {
    auto const other = b.find(table);
    if (other == b.end()) return "only one has the table " + table;
    for (auto const& [key, value] : rows) {
      auto const found = other->second.find(key);
      if (found == other->second.end()) return table + ": only one has " + to_hex(key);
      if (found->second != value)
        return table + ": " + to_hex(key) + " is " + to_hex(value) + " and " + to_hex(found->second);
    }
    if (other->second.size() != rows.size()) return table + ": one has more rows";
  }
  return a.size() == b.size() ? "" : "one has more tables";
}

}  // namespace tracseq::test
