#pragma once
// Keeps the keys of donors alike on all nodes of a cluster (docs/adr/0010-keys-of-donors.md).
//
//   made here     pushed to every node in reach; commands wait until one has it on its disk
//   erased here   pushed, too; who is away reads it in the log
//   missed        pulled: from each node as it comes into reach, and every few seconds where sums differ
//
// Keys travel in envelopes: also where the links are not encrypted, nobody reads them on the wire.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "node/cluster/asks.hpp"
#include "node/cluster/envelope.hpp"
#include "node/key_store.hpp"

namespace tracseq::cluster {

/// What all nodes digest donors with, so that they find the same one; empty without a secret.
[[nodiscard]] std::string donor_digest_key(std::string const& cluster_secret);

/// Any thread.
class key_exchange {
 public:
  struct world {
    asks& questions;
    std::function<std::vector<uuid>()> in_reach;  ///< boot ids
  };
  /// Before the node is in reach of others; `keys` live longer than the questions.
  key_exchange(world others, key_store& keys, std::string_view cluster_secret);
  /// Behind the end of the questions.
  ~key_exchange();
  key_exchange(key_exchange const&) = delete;
  key_exchange& operator=(key_exchange const&) = delete;

  /// True while every key that was made here lies with another node, too, as far as one is in reach.
  [[nodiscard]] bool is_safe() const noexcept { return pushes_.load(std::memory_order_acquire) == 0; }
  /// Calls `then` when that holds of all keys made until now; never later than a few seconds from now.
  void when_safe(std::function<void()> then);
  /// Tells of keys that were erased; `then` when all in reach have erased them, or seconds are over.
  void tell_erased(std::vector<uuid> const& ids, std::function<void()> then);
  /// Sentences for an operator.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  struct push {
    std::size_t left = 1;   ///< questions that are open, and the one who asks them
    std::size_t taken = 0;  ///< of all of it, by a node
    std::map<uuid, std::size_t> of_peer;  ///< pages that a node has not taken
    std::vector<uuid> ids;
    std::function<void()> then;
  };

  void run(std::stop_token const& stop);
  void look_around();
  void do_later(std::function<void()> job);
  void on_made(std::vector<uuid> const& ids);
  void begin_push(std::uint64_t number);
  void page_taken(std::uint64_t number, uuid const& by, bool taken);
  void end_of_push(std::uint64_t number);
  void pull(uuid const& from, std::optional<uuid> const& after);
  void on_page(uuid const& from, result<std::string> const& told);
  void pulled(uuid const& from);
  [[nodiscard]] result<std::string> answer_take(std::string const& body);
  [[nodiscard]] result<std::string> answer_differing(std::string const& body);
  [[nodiscard]] result<void> merge(std::string const& page_bytes, bool& more, std::optional<uuid>& last);

  world const others_;
  key_store& keys_;
  envelope const envelope_;
  std::atomic<std::size_t> pushes_{0};  ///< of keys that were made here

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable_any wake_;
  std::deque<std::function<void()>> jobs_;
  std::map<std::uint64_t, push> open_;
  std::multimap<std::uint64_t, std::function<void()>> waiting_;  ///< for the pushes before this number
  std::uint64_t next_ = 1;
  std::set<uuid> alone_;    ///< keys made here that no other node is known to have
  std::set<uuid> pulling_;  ///< nodes
  std::set<uuid> known_;    ///< nodes that were in reach when it looked around last
  std::chrono::steady_clock::time_point next_pull_{};
  std::chrono::steady_clock::time_point next_forget_{};
  std::string trouble_;

  std::jthread thread_;
};

}  // namespace tracseq::cluster
