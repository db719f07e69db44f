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
    std::int64_t at_us = 0;  ///< since when it is in the log
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
    std::string stage;         ///< "registered", "received", …; empty: there is none
    std::string stage_before;  ///< of a final one
    bool held = false;
    [[nodiscard]] bool discarded() const { return stage == "discarded"; }
    [[nodiscard]] bool is_final() const { return stage == "rejected" || stage == "archived" || discarded(); }
    [[nodiscard]] bool stands_at(std::string_view wanted) const { return stage == wanted && !held; }
  };
  /// What of a stream somebody may be refused for.
  struct condition {
    sample_state sample;
    bool in_maintenance = false;  ///< a unit
    std::string names;            ///< a label
    bool parked = false;          ///< a process
    std::string delivery;         ///< of a message: the newest event's name
  };
  /// A stream behind one of its commits, or (version 0) before the first.
  struct moment {
    std::uint64_t version = 0;
    std::int64_t at_us = INT64_MIN;
    std::optional<std::size_t> entry;
    condition now;
  };
  struct process_state {
    bool open = true;
    bool parked = false;
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
  /// The stream as it was from one moment to another; of what was torn off nothing.
  [[nodiscard]] std::vector<moment> within(std::string const& stream, std::int64_t from_us,
                                           std::int64_t until_us) const;
  /// The stream at a version; none if no commit made it.
  [[nodiscard]] std::optional<moment> at_version(std::string const& stream, std::uint64_t version) const;
  /// Steps that were refused for good, each judged where it lies.
  [[nodiscard]] std::uint64_t kept_refusals() const { return kept_refusals_; }

 private:
  struct chain_end {
    hash256 h{};
    std::uint64_t c = 0;
    std::uint64_t next = 0;
    std::optional<std::size_t> continued;  ///< the newest entry, if its group is not whole
    instant recorded_at{INT64_MIN};
  };
  void take(broker::appended const& at, std::string_view record);
  void apply(entry const& made);
  void on_sample(std::string const& stream, sample::event const& event);
  void on_unit(std::string const& stream, storage_unit::event const& event);
  void on_barcode(std::string const& stream, barcode::event const& event);
  void on_process(std::string const& stream, any_event const& event);
  void on_refused_step(std::string const& stream, uuid const& process, std::string const& step);
  void keep_moment(std::string const& stream);
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
  std::set<std::string> in_maintenance_;
  std::map<std::string, std::size_t> room_;  ///< slots of each unit
  std::map<std::string, move::requested> moves_;
  std::map<std::string, std::string> deliveries_;
  std::map<std::string, std::vector<moment>> moments_;
  std::uint64_t skipped_ = 0;
  std::uint64_t kept_refusals_ = 0;
};

}  // namespace tracseq::sim
