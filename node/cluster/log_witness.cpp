#include "node/cluster/log_witness.hpp"

#include <algorithm>
#include <set>

#include "node/repair.hpp"

namespace tracseq::cluster {

void log_witness::heard(std::string const& node, offsets const& applied) {
  for (std::size_t p = 0; p < shown_.size() && p < applied.size(); ++p) {
    if (applied[p] <= shown_[p]) continue;
    shown_[p] = applied[p];
    by_[p] = node;
  }
}

void log_witness::ends_at(offsets const& shown, offsets ends, time_point at) {
  if (ends.size() != shown_.size() || shown.size() != shown_.size()) return;
  ends_ = std::move(ends);
  if (sure_) return;  // what is written there since fills no gap
  std::set<std::string> who;
  missing_ = 0;
  for (std::size_t p = 0; p < shown.size(); ++p) {
    short_[p] = shown[p] > ends_[p];
    if (!short_[p]) continue;
    who.insert(by_[p]);
    missing_ += shown[p] - ends_[p];
  }
  words_.clear();
  if (who.empty()) return since_.reset();
  if (!since_) since_ = at;
  sure_ = at - *since_ >= sure_after;
  std::string names;
  for (auto const& one : who) names.append(names.empty() ? "" : " and ").append(one);
  words_ = "the log ends before what " + names + (who.size() == 1 ? " has" : " have") + " shown of it, ";
  if (!sure_)
    words_ += "and this node claims nothing until it is known why";
  else
    words_ += "so it has lost records. Missing is: " + words_of_loss(ends_, shown) +
              ". Stop every node and see docs/howto/mend-a-log-that-forgot.md";
}

bool log_witness::holds(partition_id partition) const {
  return !sure_ && !ends_.empty() && shown_[partition] <= ends_[partition];
}

bool log_witness::holds_all() const {
  if (sure_ || ends_.empty()) return false;
  for (std::size_t p = 0; p < shown_.size(); ++p)
    if (shown_[p] > ends_[p]) return false;
  return true;
}

}  // namespace tracseq::cluster
