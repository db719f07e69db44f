#pragma once
// Feeds the notification actor from the log, behind a cursor of its own that is kept in the store: an
// event is told even if the node dies between the event and its notification.
//
// In a cluster one node tells at a time; the others keep its cursor, which it says now and then. Who follows it
// may tell some events once more: a delivery's id comes from its event and rule, so that is one delivery.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "actors/runtime/engine.hpp"
#include "projections/runner.hpp"

namespace tracseq {

class notification_feed {
 public:
  /// `is_teller`: it is this node's turn. Asked often, from the feed's thread.
  notification_feed(event_log& log, runner& models, engine& to, std::function<bool()> is_teller);
  ~notification_feed();
  /// What cannot be read yet is tried again, as often as it takes.
  void start();
  void stop();
  /// Why nothing is told, as long as that lasts. A sentence.
  [[nodiscard]] std::vector<std::string> warnings() const;
  /// How far this node told, for the others; empty where it does not.
  [[nodiscard]] std::string cursor() const;
  /// What the node that tells said; not while this one does.
  void adopt(std::string const& cursor);

 private:
  void run();
  /// Opens the log where the cursor stands, with the rules that are in force.
  [[nodiscard]] result<void> begin();
  /// The same, and keeps why not.
  [[nodiscard]] bool has_begun();
  void has_trouble_no_more();
  void end();
  /// Saves what was adopted.
  void keep_adopted();
  /// Waits, unless it is stopping.
  void rest(std::chrono::milliseconds time);
  /// What the batch tells; notes in `about_` which streams the rules will ask for.
  [[nodiscard]] std::vector<notice> notices_of(folded_batch const& batch);
  /// The batch's commits, and where it has a rule, those of before that the rule was there for.
  [[nodiscard]] std::vector<accepted_commit const*> in_order_of_time(folded_batch const& batch);
  void remember(folded_batch const& batch);
  /// Looks up the streams in `about_`, once the rows show them; false when stopping.
  [[nodiscard]] bool look_up_all();
  /// Hands a batch to the actor and waits until it is done; false when stopping.
  [[nodiscard]] bool tell(std::vector<notice> events);
  void save_cursor();
  [[nodiscard]] std::vector<partition_position> load_cursor() const;
  [[nodiscard]] entity_facts look_up(read_view const& view, std::string const& stream) const;
  [[nodiscard]] entity_facts look_up_or_damaged(read_view const& view, std::string const& stream) const;

  event_log& log_;
  runner& models_;
  engine& to_;
  std::function<bool()> const is_teller_;
  std::unique_ptr<fold_reader> reader_;
  notification_rules rules_;  ///< as the actor has them
  /// What the batch is about. Written before the actor is given it, read by the actor alone until it is done.
  std::map<std::string, entity_facts> about_;
  std::deque<accepted_commit> recent_;
  std::uint64_t saves_ = 0;
  bool unsaved_ = false;  ///< read further than was saved
  std::chrono::steady_clock::time_point saved_at_{};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;  ///< also of `reader_` as such, of the cursor and of the trouble
  std::string cursor_;
  std::optional<error> trouble_;  ///< for which it could not begin
  bool adopted_ = false;  ///< and not saved yet
  std::condition_variable told_;
  bool batch_done_ = true;
  std::jthread thread_;
};

}  // namespace tracseq
