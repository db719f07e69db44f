#pragma once
// A store as projections/store.hpp wants it, in memory. What lies on its disk outlives the process, less what
// was not synced when the machine lost its power.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "projections/memory_table.hpp"
#include "projections/store.hpp"
#include "tests/sim/world.hpp"

namespace tracseq::sim {

/// One node's disk.
class disk {
 public:
  struct table {
    std::string name;
    memory_rows rows;
  };
  std::map<std::string, std::shared_ptr<table>> tables;
  bool writes_fail = false;
  bool reads_fail = false;  ///< now and then

  void write(table& to, std::string_view key, std::optional<std::string_view> value);
  /// What was written since the last call goes to the disk whole or not at all.
  void end_batch();
  /// Undoes the newest `batches`, as far back as was not synced.
  void lose(std::size_t batches);
  void sync() { unsynced_.clear(); }
  [[nodiscard]] std::size_t unsynced() const noexcept { return unsynced_.size(); }

 private:
  struct change {
    table* of;
    std::string key;
    std::optional<std::string> before;
  };
  std::vector<change> batch_;
  std::vector<std::vector<change>> unsynced_;
};

/// A process's way to the disk.
[[nodiscard]] std::unique_ptr<store> open_memory_store(world& in, std::shared_ptr<disk> on);

}  // namespace tracseq::sim
