#pragma once
// Sends webhooks as Standard Webhooks describes: headers `webhook-id` (the same at every attempt, so a
// receiver can drop a repeat), `webhook-timestamp`, and `webhook-signature: v1,<base64 of HMAC-SHA-256
// over id.timestamp.body>` with the secret that the rule shows.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actors/decider.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"

namespace tracseq {

struct webhook_options {
  std::string master_key;                    ///< what secrets come from; never leaves the node
  bool allow_private_addresses = false;      ///< receivers on loopback, link-local and private networks
  std::chrono::milliseconds timeout{10'000};
  std::size_t threads = 4;
  std::size_t queue_max = 10'000;
};

/// "whsec_…": the secret of all webhooks to `url`, derived from the node's key.
[[nodiscard]] std::string webhook_secret(std::string const& master_key, std::string const& url);
/// The value of `webhook-signature`.
[[nodiscard]] std::string webhook_signature(std::string const& secret, std::string const& message_id,
                                            std::int64_t timestamp_s, std::string const& body);
/// True for addresses that are not of the public internet: loopback, private, link-local, multicast,
/// and IPv4 addresses mapped into IPv6. `address` is numeric.
[[nodiscard]] bool is_private_address(std::string const& address);
/// True where the URL's host is written as such an address, or is localhost. Names are judged when they
/// are resolved.
[[nodiscard]] bool is_private_host(std::string_view url);

class webhook_channel {
 public:
  using callback = std::function<void(effect_outcome)>;

  explicit webhook_channel(webhook_options options);
  ~webhook_channel();

  /// Ends the threads; what is waiting is not sent (its delivery is open in the log). Later calls of
  /// `send` are answered at once.
  void stop();

  /// Calls back once, from a thread of the channel: delivered on any 2xx; else why not.
  void send(std::string url, uuid const& message_id, std::string body, callback done);

  /// Attempts since the start that a receiver took, and that none did. Any thread.
  [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t failed() const noexcept { return failed_.load(std::memory_order_relaxed); }

 private:
  struct job {
    std::string url;
    std::string message_id;
    std::string body;
    callback done;
  };
  void work();
  [[nodiscard]] effect_outcome perform(job const& one) const;

  webhook_options const options_;
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<job> queue_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> delivered_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::vector<std::jthread> threads_;
};

}  // namespace tracseq
