#pragma once
// What other nodes have shown of the log, against where it ends as this node sees it. A log that is whole never ends
// before what anybody has shown of it. Where it does, it forgot: a node that had not seen what is missing would find
// nothing wrong with it, write its claim and its commits into the place of what was lost, and acknowledge what is given
// up when the history is mended (docs/adr/0016-what-others-have-shown.md).

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/ids.hpp"

namespace tracseq::cluster {

/// Not thread-safe.
class log_witness {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using offsets = std::vector<std::uint64_t>;  ///< one for each partition
  /// A log that is short for so long is no broker's passing view of it.
  static constexpr std::chrono::milliseconds sure_after{3'000};

  explicit log_witness(partition_id partitions) : shown_(partitions), short_(partitions, false) {}

  /// How far a node's rows are applied, by its own word. It holds for good, whatever becomes of the node.
  void heard(std::string const& node, offsets const& applied);
  /// Up to where any of them has shown the log.
  [[nodiscard]] offsets const& shown() const noexcept { return shown_; }
  /// Where the log ends; asked for behind the moment at which `shown` was what it is told to be here.
  void ends_at(offsets const& shown, offsets ends, time_point at);

  /// As the log was last seen, it holds all that was heard of. Not yet: it may be that it was not asked since.
  [[nodiscard]] bool holds(partition_id partition) const;
  [[nodiscard]] bool holds_all() const;
  /// It was seen not to.
  [[nodiscard]] bool is_short(partition_id partition) const { return short_[partition]; }
  /// The same, for so long that it will not come back; from then on, whatever is written there.
  [[nodiscard]] bool is_sure() const noexcept { return sure_; }
  /// Who has shown more, and once that is sure, what is missing; empty where the log was not seen to be short.
  [[nodiscard]] std::string const& words() const noexcept { return words_; }
  [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }

 private:
  offsets shown_;
  offsets ends_;  ///< empty while it was never asked
  std::vector<std::string> by_ = std::vector<std::string>(shown_.size());  ///< who has shown most
  std::vector<bool> short_;
  std::optional<time_point> since_;
  bool sure_ = false;
  std::string words_;
  std::uint64_t missing_ = 0;
};

}  // namespace tracseq::cluster
