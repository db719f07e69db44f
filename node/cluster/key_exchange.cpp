#include "node/cluster/key_exchange.hpp"

#include <algorithm>
#include <memory>

#include "events/codec.hpp"
#include "node/cluster/secret.hpp"
#include "node/log.hpp"

namespace tracseq::cluster {

/// What `differing` is answered with, and what `take` gives.
struct key_page {
  std::vector<std::string> digest_keys;
  std::vector<shared_key> keys;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(key_page, (), (digest_keys, keys, more))

struct key_question {
  std::vector<std::uint64_t> sums;
  std::optional<uuid> after;
};
BOOST_DESCRIBE_STRUCT(key_question, (), (sums, after))

namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr std::string_view take_topic = "donor-keys/take";
constexpr std::string_view differing_topic = "donor-keys/differing";
constexpr std::string_view answer_to_take = "donor-keys/take answer";
constexpr std::string_view answer_to_differing = "donor-keys/differing answer";

constexpr std::size_t page_keys = 4096;  // about 100 bytes each
constexpr auto push_patience = milliseconds(2'000);
constexpr auto pull_patience = milliseconds(10'000);
constexpr auto look_every = milliseconds(200);
constexpr auto pull_every = std::chrono::seconds(5);
constexpr auto forget_every = std::chrono::hours(1);

error unreadable() { return {errc::corrupt, "what another node says of keys of donors cannot be opened", {}}; }

}  // namespace

std::string donor_digest_key(std::string const& cluster_secret) {
  return cluster_secret.empty() ? std::string() : keyed_digest(cluster_secret, "tracseq/donor digests");
}

key_exchange::key_exchange(world others, key_store& keys, std::string_view cluster_secret)
    : others_(std::move(others)), keys_(keys), envelope_(cluster_secret, "donor keys") {
  // A disk may be slow, and the links' thread must not wait for it.
  auto const later = [this](result<std::string> (key_exchange::*answer)(std::string const&)) {
    return [this, answer](std::string body, asks::reply const& done) {
      do_later([this, answer, body = std::move(body), done] { done((this->*answer)(body)); });
    };
  };
  others_.questions.on(std::string(take_topic), later(&key_exchange::answer_take));
  others_.questions.on(std::string(differing_topic), later(&key_exchange::answer_differing));
  keys_.on_made([this](std::vector<uuid> const& ids) { on_made(ids); });
  thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

key_exchange::~key_exchange() {
  thread_.request_stop();
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  keys_.on_made({});  // who still waits is forgotten: what they wait for is over, too
}

void key_exchange::run(std::stop_token const& stop) {
  while (!stop.stop_requested()) {
    std::function<void()> job;
    {
      std::unique_lock guard(mutex_);
      wake_.wait_for(guard, stop, look_every, [this] { return !jobs_.empty(); });
      if (!jobs_.empty()) {
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
    }
    if (job) job();
    look_around();
  }
}

void key_exchange::do_later(std::function<void()> job) {
  {
    std::lock_guard const guard(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_all();
}

void key_exchange::look_around() {
  auto const time = steady::now();
  auto const now_there = others_.in_reach();
  std::vector<uuid> due;
  bool forget = false;
  {
    std::lock_guard const guard(mutex_);
    bool const all = time >= next_pull_;
    if (all) next_pull_ = time + pull_every;
    for (auto const& one : now_there)
      if ((all || !known_.contains(one)) && pulling_.insert(one).second) due.push_back(one);
    known_ = {now_there.begin(), now_there.end()};
    forget = time >= next_forget_;
    if (forget) next_forget_ = time + forget_every;
  }
  if (forget)
    if (auto const done = keys_.forget_digests(now()); !done)
      log::error("digests of erased donors cannot be forgotten", {{"why", done.error().detail}});
  for (auto const& one : due) pull(one, std::nullopt);
}

// --- Giving -----------------------------------------------------------------------------------------------

void key_exchange::on_made(std::vector<uuid> const& ids) {
  std::uint64_t number = 0;
  {
    std::lock_guard const guard(mutex_);
    number = next_++;
    open_[number].ids = ids;
    pushes_.fetch_add(1, std::memory_order_release);
  }
  begin_push(number);
}

void key_exchange::tell_erased(std::vector<uuid> const& ids, std::function<void()> then) {
  if (ids.empty()) return then();
  std::uint64_t number = 0;
  {
    std::lock_guard const guard(mutex_);
    number = next_++;
    auto& one = open_[number];
    one.ids = ids;
    one.then = std::move(then);
    for (auto const& id : ids) alone_.erase(id);
  }
  begin_push(number);
}

void key_exchange::begin_push(std::uint64_t number) {
  std::vector<uuid> ids;
  {
    std::lock_guard const guard(mutex_);
    ids = open_[number].ids;
  }
  auto const to = others_.in_reach();
  std::vector<std::string> pages;
  for (std::size_t at = 0; at < ids.size() && !to.empty(); at += page_keys) {
    key_page page;
    page.digest_keys = keys_.digest_keys();
    page.keys = keys_.keys_of(std::span(ids).subspan(at, std::min(page_keys, ids.size() - at)));
    pages.push_back(envelope_.close(codec::encode(page), take_topic));
  }
  {
    std::lock_guard const guard(mutex_);
    auto& one = open_[number];
    one.left += pages.size() * to.size();
    for (auto const& peer : to) one.of_peer[peer] = pages.size();
  }
  for (auto const& peer : to)
    for (auto const& page : pages)
      others_.questions.ask(peer, std::string(take_topic), page, push_patience,
                            [this, number, peer](result<std::string> const& told) {
                              page_taken(number, peer, told && envelope_.open(*told, answer_to_take));
                            });
  end_of_push(number);
}

void key_exchange::page_taken(std::uint64_t number, uuid const& by, bool taken) {
  {
    std::lock_guard const guard(mutex_);
    auto const found = open_.find(number);
    if (found == open_.end()) return;
    auto& one = found->second;
    if (taken && --one.of_peer[by] == 0) ++one.taken;
  }
  end_of_push(number);
}

void key_exchange::end_of_push(std::uint64_t number) {
  std::vector<std::function<void()>> ready;
  {
    std::lock_guard const guard(mutex_);
    auto const found = open_.find(number);
    if (found == open_.end() || --found->second.left > 0) return;
    auto& one = found->second;
    if (one.then) {
      ready.push_back(std::move(one.then));
    } else {
      if (one.taken == 0) alone_.insert(one.ids.begin(), one.ids.end());
      pushes_.fetch_sub(1, std::memory_order_release);
    }
    open_.erase(found);
    auto const first = std::ranges::find_if(open_, [](auto const& other) { return !other.second.then; });
    auto const end = first == open_.end() ? waiting_.end() : waiting_.upper_bound(first->first);
    for (auto at = waiting_.begin(); at != end; ++at) ready.push_back(std::move(at->second));
    waiting_.erase(waiting_.begin(), end);
  }
  for (auto const& then : ready) then();
}

void key_exchange::when_safe(std::function<void()> then) {
  {
    std::lock_guard const guard(mutex_);
    if (pushes_.load(std::memory_order_acquire) > 0) {
      waiting_.emplace(next_, std::move(then));
      return;
    }
  }
  then();
}

result<std::string> key_exchange::answer_take(std::string const& body) {
  auto const opened = envelope_.open(body, take_topic);
  if (!opened) return tl::unexpected(unreadable());
  bool more = false;
  std::optional<uuid> last;
  if (auto const done = merge(*opened, more, last); !done) return tl::unexpected(done.error());
  return envelope_.close("taken", answer_to_take);
}

// --- Getting what was missed -----------------------------------------------------------------------------

void key_exchange::pull(uuid const& from, std::optional<uuid> const& after) {
  auto const sums = keys_.sums();
  auto const question = codec::encode(key_question{{sums.begin(), sums.end()}, after});
  others_.questions.ask(from, std::string(differing_topic), envelope_.close(question, differing_topic), pull_patience,
                        [this, from](result<std::string> const& told) {
                          do_later([this, from, told] { on_page(from, told); });
                        });
}

void key_exchange::on_page(uuid const& from, result<std::string> const& told) {
  // A node that is gone is asked again when it is back.
  if (!told) return pulled(from);
  auto const opened = envelope_.open(*told, answer_to_differing);
  bool more = false;
  std::optional<uuid> last;
  auto const done = opened ? merge(*opened, more, last) : tl::unexpected(unreadable());
  {
    std::lock_guard const guard(mutex_);
    trouble_ = done ? std::string() : done.error().detail;
  }
  if (!done || !more || !last) return pulled(from);
  pull(from, last);
}

void key_exchange::pulled(uuid const& from) {
  std::lock_guard const guard(mutex_);
  pulling_.erase(from);
}

result<std::string> key_exchange::answer_differing(std::string const& body) {
  auto const opened = envelope_.open(body, differing_topic);
  if (!opened) return tl::unexpected(unreadable());
  auto const asked = codec::decode<key_question>(*opened);
  key_sums theirs{};
  if (!asked || asked->sums.size() != theirs.size()) return tl::unexpected(unreadable());
  std::ranges::copy(asked->sums, theirs.begin());
  std::set<uuid> alone;
  {
    std::lock_guard const guard(mutex_);
    alone = alone_;
  }
  key_page page;
  if (keys_.sums() == theirs) {
    // Whoever asks has all of them.
    std::lock_guard const guard(mutex_);
    for (auto const& id : alone) alone_.erase(id);
  } else {
    page.keys = keys_.differing(theirs, asked->after, page_keys);
    page.more = page.keys.size() >= page_keys;
  }
  page.digest_keys = keys_.digest_keys();
  return envelope_.close(codec::encode(page), answer_to_differing);
}

result<void> key_exchange::merge(std::string const& page_bytes, bool& more, std::optional<uuid>& last) {
  auto const page = codec::decode<key_page>(page_bytes);
  if (!page) return tl::unexpected(unreadable());
  if (auto const done = keys_.merge_digest_keys(page->digest_keys); !done) return done;
  auto const told = keys_.merge(page->keys);
  if (!told) return tl::unexpected(told.error());
  more = page->more;
  if (!page->keys.empty()) last = page->keys.back().id;
  if (told->erased > 0) log::info("erased keys of donors, as another node did", {{"keys", std::to_string(told->erased)}});
  return {};
}

std::vector<std::string> key_exchange::warnings() const {
  std::vector<std::string> out;
  std::lock_guard const guard(mutex_);
  if (!alone_.empty())
    out.push_back("Keys of donors were made that are on this node alone: no other node was in reach to keep them, too. "
                  "They are given on when one is.");
  if (!trouble_.empty()) out.push_back("Keys of donors that other nodes have cannot be kept here: " + trouble_);
  return out;
}

}  // namespace tracseq::cluster
