#pragma once
// The laboratory's events as they happen, and those before: pages and server-sent events.
//
// One thread reads the log once for all clients that are up to date; a client that resumes from an
// earlier position is read to them first, on the same thread, so that there is neither gap nor double.
// It never asks a broker: readers are opened on a thread of their own, and a few serve all who catch up.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "events/event_log.hpp"
#include "events/instant.hpp"
#include "events/result.hpp"
#include "node/http/message.hpp"
#include "projections/position.hpp"

namespace tracseq::http {

struct services;

struct event_filter {
  std::set<std::string, std::less<>> names;  ///< event names; empty = all
  std::string stream;                        ///< "sample/…", or a kind: "sample"; empty = all
  [[nodiscard]] bool lets(std::string_view name, std::string_view of_stream) const noexcept;
};

/// One event, ready to be sent.
struct feed_event {
  std::string name;
  std::string stream;
  std::string type;      ///< CloudEvents type
  std::string json;      ///< CloudEvents JSON
  instant recorded_at;
  position_vector after;  ///< where to go on behind it
};

/// Reads accepted commits in log order, from a position up to what the projections show.
class feed_reader {
 public:
  [[nodiscard]] static result<feed_reader> open(services const& at, position_vector from);
  /// Events of about `bytes_max` of records that lie before `until`. None where those records hold none, too,
  /// and where the log gave no record within `patience`: only `finished` tells that there are no more.
  [[nodiscard]] result<std::vector<feed_event>> next(std::size_t bytes_max, position_vector const& until,
                                                     std::chrono::milliseconds patience = {});
  /// True when all that lies before `until` was given.
  [[nodiscard]] bool finished(position_vector const& until) const;
  [[nodiscard]] position_vector const& position() const noexcept { return position_; }

 private:
  feed_reader(services const& at, position_vector from) : at_(&at), position_(std::move(from)) {}
  void take(log_entry const& entry, std::vector<feed_event>& out);
  static constexpr std::size_t held_bytes_max = 4 << 20;

  services const* at_;
  position_vector position_;
  std::unique_ptr<log_reader> log_;
  std::vector<log_entry> held_;  ///< read, but not asked for yet
};

class event_feed {
 public:
  explicit event_feed(services const& at);
  ~event_feed();

  /// True where `check` asks the log: that may take seconds, so not on a thread that reads requests.
  [[nodiscard]] bool has_to_ask(std::string_view position) const;
  /// Judges a position from outside: right number of partitions, not beyond the log's end.
  [[nodiscard]] result<position_vector> check(std::string_view position) const;
  /// Where the projections are.
  [[nodiscard]] position_vector current() const;
  void subscribe(std::shared_ptr<stream> to, position_vector from, event_filter filter);
  void news() noexcept;
  void stop();
  [[nodiscard]] std::size_t clients() const noexcept { return clients_.load(); }

 private:
  enum class stage {
    waiting,  ///< for a reader
    opening,  ///< a reader is being opened for it
    behind,   ///< it has a reader
    live,     ///< it is where `live_` is
  };
  struct client {
    std::uint64_t number = 0;
    std::shared_ptr<stream> to;
    event_filter filter;
    position_vector position;
    stage at = stage::waiting;
    std::chrono::steady_clock::time_point since{};  ///< it waits, or has its reader
    std::unique_ptr<feed_reader> behind;
    [[nodiscard]] bool takes_more() const;
  };
  struct wanted_reader {
    std::uint64_t client = 0;
    position_vector from;
  };
  struct opened_reader {
    std::uint64_t client = 0;
    result<feed_reader> reader;
  };
  void run();
  void open_readers();
  [[nodiscard]] bool advance_live(std::vector<client>& all);
  [[nodiscard]] bool advance_behind(client& one);
  void admit(std::vector<client>& all);
  void greet(std::vector<client>& all, std::vector<client> fresh);
  void take_reader(std::vector<client>& all, opened_reader opened);
  void ask_for_readers(std::vector<client>& all);
  void beat(std::vector<client>& all);
  /// Sends, and rests now and then. False when the feed is stopped: however many wait for theirs, it does not go on.
  bool give(client& one, std::string frames);

  services const& at_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable asked_;
  std::vector<client> fresh_;
  std::deque<wanted_reader> wanted_;
  std::vector<opened_reader> opened_;
  std::atomic<bool> news_{false};
  std::atomic<std::size_t> clients_{0};
  bool stopped_ = false;
  // Of the feed's own thread:
  std::size_t given_ = 0;
  std::uint64_t numbers_ = 0;
  std::size_t being_opened_ = 0;
  std::unique_ptr<feed_reader> live_;  ///< null while nobody listens
  std::thread opener_;
  std::thread thread_;
};

}  // namespace tracseq::http
