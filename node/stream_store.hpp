#pragma once
// The engine's view of the local store: streams folded from the journal, first answers of commands,
// processes that are open.

#include <mutex>
#include <vector>

#include "actors/runtime/engine.hpp"
#include "projections/runner.hpp"

namespace tracseq {

class stream_store final : public stream_source {
 public:
  explicit stream_store(runner& models) : models_(models) {}

  [[nodiscard]] result<stored_stream> load(std::string_view stream, bool with_snapshot) override;
  [[nodiscard]] result<std::optional<first_answer>> find_command(uuid const& id) override;
  [[nodiscard]] result<std::vector<std::string>> open_processes(partition_id partition) override;
  [[nodiscard]] result<std::optional<commit>> torn_group(partition_id partition) override;
  void save_snapshot(std::string_view stream, std::uint64_t version, std::string state) override;

  /// The follower tells where the store stands, after each batch.
  void set_positions(std::vector<partition_position> positions);
  [[nodiscard]] std::vector<partition_position> positions() const;

 private:
  runner& models_;
  mutable std::mutex mutex_;
  std::vector<partition_position> positions_;
};

}  // namespace tracseq
