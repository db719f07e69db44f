#include "node/checkpoint_keeper.hpp"

#include "events/json.hpp"
#include "node/checkpoint_file.hpp"
#include "node/log.hpp"

namespace tracseq {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto look_every = std::chrono::milliseconds(200);
constexpr auto retry_after = std::chrono::seconds(5);
constexpr auto last_answer_patience = std::chrono::seconds(3);

std::uint64_t commits_in(std::vector<chain_state> const& heads) {
  std::uint64_t sum = 0;
  for (auto const& one : heads) sum += one.s;
  return sum;
}

/// The line as a CloudEvent. It travels as text, because its signature is over its very bytes.
std::string event_of(std::string const& line, std::string const& node, uuid const& id, instant at) {
  rapidjson::StringBuffer buffer;
  json_writer out(buffer);
  out.StartObject();
  auto const member = [&](std::string_view name, std::string_view value) {
    write_json_key(out, name);
    write_json_text(out, value);
  };
  member("specversion", "1.0");
  member("id", to_string(id));
  member("source", "tracseq/" + node);
  member("type", "tracseq.checkpoint.v1");
  member("time", to_rfc3339(at));
  member("datacontenttype", "text/plain");
  member("data", line);
  out.EndObject();
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

checkpoint_keeper::checkpoint_keeper(checkpoint_options options, signing_key key, heads_now heads,
                                     send_body send)
    : options_(std::move(options)), key_(std::move(key)), heads_(std::move(heads)), send_(std::move(send)) {}

checkpoint_keeper::~checkpoint_keeper() { stop(); }

void checkpoint_keeper::start() {
  compare_with_file();
  write("start", true);
  thread_ = std::jthread([this](std::stop_token const& stopping) { run(stopping); });
}

void checkpoint_keeper::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  changed_.notify_all();
  thread_.join();
  write("stop", true);
  std::unique_lock guard(mutex_);
  changed_.wait_for(guard, last_answer_patience, [this] { return !sending_; });
}

void checkpoint_keeper::run(std::stop_token stopping) {
  auto new_since = clock::time_point::max();
  auto not_before = clock::time_point::min();
  while (!stopping.stop_requested()) {
    {
      std::unique_lock guard(mutex_);
      changed_.wait_for(guard, look_every, [&] { return stopping.stop_requested(); });
    }
    if (stopping.stop_requested()) return;
    auto const heads = heads_();
    if (heads == last_) continue;
    if (new_since == clock::time_point::max()) new_since = clock::now();
    bool const many = commits_in(heads) >= commits_in(last_) + options_.commits;
    if (clock::now() < not_before || (!many && clock::now() - new_since < options_.interval)) continue;
    if (write(many ? "commits" : "time", false))
      new_since = clock::time_point::max();
    else
      not_before = clock::now() + retry_after;
  }
}

/// A claim moves `h` without a commit, so that only the counts can be compared here; the rest is for
/// `tracseq audit verify`.
void checkpoint_keeper::compare_with_file() {
  auto const named = key_.public_key();
  auto const heads = heads_();
  for (auto const& line : newest_checkpoints(options_.file, SIZE_MAX)) {
    auto const seen = decode_checkpoint(line);
    if (!seen || !named || seen->key != *named) continue;
    for (auto const& head : seen->at.heads) {
      if (head.partition < heads.size() && heads[head.partition].s >= head.commits) continue;
      return note(history_words_,
                  "the history of partition " + std::to_string(head.partition) + " is shorter than the "
                  "checkpoint of " + to_rfc3339(seen->at.at) + " in " + options_.file + " has seen (" +
                  std::to_string(head.commits) + " commits): records were lost, or this is another "
                  "history. `tracseq audit verify` says which; keep that file");
    }
  }
}

bool checkpoint_keeper::write(std::string why, bool all) {
  auto const heads = heads_();
  {
    std::lock_guard const guard(mutex_);
    all = std::exchange(all_next_, false) || all || last_.size() != heads.size();
  }
  checkpoint at{now(), options_.node, std::move(why), static_cast<partition_id>(heads.size()), {}};
  for (partition_id p = 0; p < heads.size(); ++p)
    if (all || heads[p] != last_[p]) at.heads.push_back({p, heads[p].s, heads[p].h});
  auto const line = encode_checkpoint(at, key_);
  auto kept = line ? append_checkpoint(options_.file, *line) : tl::unexpected(line.error());
  note(file_words_, kept ? std::string()
                         : "no checkpoint can be kept: " + kept.error().detail +
                               ". It is tried again; see the setting checkpoint.file");
  if (kept) {
    last_ = heads;
    ++written_;
  }
  if (line && !options_.webhook.empty()) send(*line, at.at);
  return kept.has_value();
}

void checkpoint_keeper::send(std::string line, instant at) {
  {
    std::lock_guard const guard(mutex_);
    if (std::exchange(sending_, true)) {
      all_next_ = true;
      return;
    }
  }
  auto const id = new_uuid();
  send_(id, event_of(line, options_.node, id, at), [this](effect_outcome const& sent) {
    note(webhook_words_, sent.ok ? std::string() : "a checkpoint was not taken by checkpoint.webhook: " + sent.detail);
    std::lock_guard const guard(mutex_);
    sending_ = false;
    all_next_ = all_next_ || !sent.ok;
    changed_.notify_all();
  });
}

void checkpoint_keeper::note(std::string& into, std::string words) {
  std::lock_guard const guard(mutex_);
  if (into == words) return;
  if (!words.empty()) log::warn(words);
  into = std::move(words);
}

std::vector<std::string> checkpoint_keeper::warnings() const {
  std::lock_guard const guard(mutex_);
  std::vector<std::string> all;
  for (auto const* words : {&history_words_, &file_words_, &webhook_words_})
    if (!words->empty()) all.push_back(*words);
  return all;
}

}  // namespace tracseq
