#pragma once
// The history as the log tells it, folded by rules written here once more: neither the chain's fold nor any
// projection of the product takes part. What must hold at every prefix is checked at every record.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "events/record.hpp"
#include "events/registry.hpp"
#include "tests/sim/broker.hpp"
#include "tests/sim/world.hpp"

namespace tracseq::sim {

class history {
 public:
  struct entry {
    partition_id partition = 0;
    std::uint64_t offset = 0;
    tracseq::commit commit;
    bool torn = false;  ///< the first part of a group whose rest never came
  };
  struct slot {
    std::string occupant;
    uuid move_id;
    bool filled = false;
  };
  struct sample_state {
    std::string barcode;
    std::string name;
    std::optional<place> at;
    bool discarded = false;
  };
  struct process_state {
    bool open = true;
    bool parked = false;
    bool reserved = false;      ///< of a move: it knows that a slot is kept for it
    std::int64_t since_us = 0;  ///< of its newest commit
  };

  history(world& in, broker const& log);
  /// Folds what came since the last call.
  void read();
  /// What must hold at the end, of the history alone.
  void check_end();

  [[nodiscard]] std::vector<entry> const& entries() const { return entries_; }
  [[nodiscard]] std::vector<std::size_t> by_command(uuid const& id) const;
  [[nodiscard]] std::map<std::string, std::uint64_t> const& versions() const { return versions_; }
  [[nodiscard]] std::map<std::string, sample_state> const& samples() const { return samples_; }
  [[nodiscard]] std::map<std::string, std::map<std::string, slot>> const& units() const { return units_; }
  [[nodiscard]] std::map<std::string, std::string> const& labels() const { return labels_; }
  [[nodiscard]] std::map<std::string, process_state> const& processes() const { return processes_; }
  [[nodiscard]] std::set<std::string> const& delivered() const { return delivered_; }
  [[nodiscard]] hash256 const& head(partition_id partition) const { return chains_[partition].h; }
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }
  /// Slots that are kept for moves that were refused: nobody will ever fill them.
  [[nodiscard]] std::uint64_t late_reservations() const { return late_reservations_; }

 private:
  struct chain_end {
    hash256 h{};
    std::uint64_t c = 0;
    std::uint64_t next = 0;
    std::optional<std::size_t> continued;  ///< the newest entry, if its group is not whole
    instant recorded_at{INT64_MIN};
  };
  void take(partition_id partition, std::uint64_t offset, std::string_view record);
  void apply(entry const& made);
  void on_sample(std::string const& stream, sample::event const& event);
  void on_unit(std::string const& stream, storage_unit::event const& event);
  void on_barcode(std::string const& stream, barcode::event const& event);
  void stands(std::string const& stream, std::optional<place>& at, std::optional<uuid> const& from_unit,
              std::string const& from_slot, std::optional<place> to);

  world& world_;
  broker const& log_;
  std::size_t seen_ = 0;
  std::vector<chain_end> chains_;
  std::vector<entry> entries_;
  std::multimap<uuid, std::size_t> by_command_;
  std::map<std::string, std::uint64_t> versions_;
  std::map<std::string, sample_state> samples_;
  std::map<std::string, std::map<std::string, slot>> units_;
  std::map<std::string, std::optional<place>> unit_places_;
  std::map<std::string, std::string> labels_;
  std::map<std::string, process_state> processes_;
  std::set<std::string> delivered_;
  std::uint64_t skipped_ = 0;
  std::uint64_t late_reservations_ = 0;
};

}  // namespace tracseq::sim
