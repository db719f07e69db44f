#include "node/status.hpp"

#include <filesystem>

#include "node/checkpoint_file.hpp"
#include "node/data_directory.hpp"
#include "node/offline.hpp"

namespace tracseq {
namespace {

constexpr std::size_t parked_listed_max = 1000;
constexpr std::size_t checkpoints_listed_max = 100;
constexpr std::uint64_t claims_told_from = 2;
constexpr char id_separator = '|';

/// A parked stream is named by its projection and its stream.
std::optional<std::pair<std::string, std::string>> split_id(std::string const& id) {
  auto const at = id.find(id_separator);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(id.substr(0, at), id.substr(at + 1));
}

tl::unexpected<error> no_such_parked(std::string const& id) {
  return fail(errc::not_found, "nothing is parked under " + id);
}

}  // namespace

live_status::live_status(runner& models, stream_store& streams, event_log* log, engine* commands,
                         follower* reader, log_pulse* pulse, std::string log_address,
                         std::string data)
    : models_(models),
      streams_(streams),
      log_(log),
      commands_(commands),
      reader_(reader),
      pulse_(pulse),
      log_address_(std::move(log_address)),
      data_(std::move(data)) {}

bool live_status::ready() const { return why_not_ready().empty(); }

std::string live_status::why_not_ready() const {
  if (leaving_) return "it is stopping";
  if (auto why = why_not_able(); !why.empty()) return why;
  if (others_) return others_->why_not_ready();
  if (commands_ && !commands_->ready())
    return std::to_string(commands_->stats().partitions_open) + " of " +
           std::to_string(log_->partitions()) + " partitions are open";
  return {};
}

void live_status::show_cluster(cluster::cluster const* others, http::cluster_node facts) {
  others_ = others;
  self_ = std::move(facts);
}

std::uint64_t live_status::lag() const {
  std::uint64_t sum = 0;
  for (auto const& one : partitions()) sum += one.lag;
  return sum;
}

http::cluster_view live_status::cluster() const {
  auto out = others_ ? others_->view() : http::cluster_view{};
  auto const positions = streams_.positions();
  auto const here = partitions();
  if (!others_) {
    out.node = self_.name;
    auto& alone = out.nodes.emplace_back(self_);
    alone.state = "here";
    alone.trouble = why_not_ready();
    alone.ready = alone.trouble.empty();
    for (auto const& one : here) alone.lag += one.lag;
    for (partition_id p = 0; p < positions.size(); ++p) {
      auto& row = out.partitions.emplace_back();
      row.partition = p;
      row.claim = positions[p].chain.c;
      if (!commands_ || !positions[p].owner) continue;
      row.owner = positions[p].owner->node;
      row.boot_id = to_string(positions[p].owner->boot_id);
      row.since = positions[p].owner->since;
      row.state = commands_->phase_of(p) == shard_phase::open ? "open" : "closed";
      if (row.owner == self_.name) alone.partitions.push_back(p);
    }
  }
  for (auto& row : out.partitions) {
    if (row.partition >= here.size()) continue;
    row.commits = here[row.partition].commits;
    row.lag = here[row.partition].lag;
  }
  return out;
}

std::string live_status::why_not_able() const {
  if (reader_)
    if (auto const failure = reader_->failure()) return failure->detail;
  if (log_)
    if (auto const dead = log_->dead()) return dead->detail;
  if (pulse_)
    if (auto const trouble = pulse_->trouble()) return "the log does not answer: " + trouble->detail;
  // Others can show and decide what this node cannot; one that is alone goes on with the rest.
  if (others_ && !models_.healthy()) {
    try {
      if (auto const newer = models_.written_by_newer())
        return "the history holds what a newer TracSeq wrote: " + *newer + ". Upgrade this node";
    } catch (query_failure const& failed) {
      return failed.why().detail;
    }
  }
  return {};
}

std::vector<http::partition_status> live_status::partitions() const {
  std::vector<http::partition_status> rows;
  auto const positions = streams_.positions();
  auto const applied = models_.applied();
  std::vector<std::uint64_t> ends = applied;
  if (pulse_)
    if (auto known = pulse_->ends()) ends = *std::move(known);
  for (partition_id p = 0; p < applied.size(); ++p) {
    http::partition_status row;
    row.partition = p;
    row.end = std::max(ends[p], applied[p]);  // which was asked a moment ago
    row.applied = applied[p];
    if (p < positions.size()) {
      row.claim = positions[p].chain.c;
      row.commits = positions[p].chain.s;
    }
    row.lag = row.end - applied[p];
    rows.push_back(row);
  }
  return rows;
}

std::vector<http::projection_status> live_status::projections() const {
  std::vector<http::projection_status> rows;
  for (auto const& one : models_.status()) {
    http::projection_status row;
    row.name = one.name;
    row.version = one.version;
    row.parked = one.parked_commits;
    row.state = one.state == projection_state::live ? "live" : "building";
    if (one.state != projection_state::live && one.log_records > 0)
      row.state += " " + std::to_string(one.built_records * 100 / one.log_records) + " %";
    if (!one.stands_still.empty()) row.state += ", stands still: " + one.stands_still;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> live_status::standing() const {
  auto all = own_warnings();
  if (others_)
    for (auto& words : others_->warnings()) all.push_back(std::move(words));
  return all;
}

std::vector<std::string> live_status::own_warnings() const {
  std::vector<std::string> all;
  {
    std::lock_guard const guard(mutex_);
    all = warnings_;
    all.insert(all.end(), of_certificate_.begin(), of_certificate_.end());
  }
  if (log_)
    for (auto& words : log_->warnings()) all.push_back(std::move(words));
  if (pulse_ && pulse_->slow())
    all.push_back("the log answers slowly: each of its last five answers took over a second, and commands take as long. "
                  "Look at the broker's disk, processor and network");
  if (commands_ && commands_->stats().claims_unconfirmed >= claims_told_from && !(pulse_ && pulse_->trouble()))
    all.push_back("the log answers, and does not confirm this node's claims of partitions: may its user write to the "
                  "topic? Until it may, whoever owned them is asked");
  for (auto const& more : more_warnings_)
    for (auto& words : more()) all.push_back(std::move(words));
  if (!models_.healthy())
    all.push_back("some events could not be applied and are parked; see the list of parked streams");
  if (auto const failure = models_.rebuild_failure())
    all.push_back("the new rows of a read model cannot be built for now: " + failure->detail);
  return all;
}

std::vector<std::string> live_status::warnings() const {
  auto all = standing();
  if (checkpoints_)
    for (auto& words : checkpoints_->warnings()) all.push_back(std::move(words));
  if (auto words = why_not_ready(); !words.empty()) all.push_back(std::move(words));
  return all;
}

std::vector<http::parked_stream> live_status::parked() const {
  std::vector<http::parked_stream> streams;
  for (auto const& one : models_.parked(parked_listed_max)) {
    auto id = one.projection + id_separator + one.stream;
    if (streams.empty() || streams.back().id != id) {
      http::parked_stream row;
      row.id = std::move(id);
      row.projection = one.projection;
      row.stream = one.stream;
      row.why = one.why;
      row.since = one.recorded_at;
      streams.push_back(std::move(row));
    }
    ++streams.back().events;
  }
  return streams;
}

result<void> live_status::retry_parked(std::string const& id) {
  auto const names = split_id(id);
  if (!names) return no_such_parked(id);
  return models_.retry_parked(names->first, names->second);
}

result<void> live_status::skip_parked(std::string const& id) {
  auto const names = split_id(id);
  if (!names) return no_such_parked(id);
  return models_.skip_parked(names->first, names->second);
}

result<offline::audit_report> live_status::verify() {
  // A read-only node holds no log open, but may stand beside one.
  std::error_code ignored;
  if (!log_ && !std::filesystem::exists(log_directory(data_), ignored))
    return fail(errc::unsupported,
                "This node shows a copy without a log, so there is no history here to verify. Where the log is, run "
                "`tracseq audit verify --data DIR`, DIR being the data directory of the node that keeps it.");
  offline::verify_wish wish;
  if (std::filesystem::exists(checkpoint_file_)) wish.checkpoints = checkpoint_file_;
  return offline::verify(log_address_, wish, {});
}

void live_status::show_checkpoints(std::string file, checkpoint_keeper const* keeper) {
  checkpoint_file_ = std::move(file);
  checkpoints_ = keeper;
}

std::vector<std::string> live_status::checkpoints() const {
  return newest_checkpoints(checkpoint_file_, checkpoints_listed_max);
}

void live_status::show_certificate(std::vector<std::string> words) {
  std::lock_guard const guard(mutex_);
  of_certificate_ = std::move(words);
}

void live_status::add_warning(std::string words) {
  std::lock_guard const guard(mutex_);
  warnings_.push_back(std::move(words));
}

}  // namespace tracseq
