#include "events/log/embedded_log.hpp"

#include <algorithm>

#include "events/log/embedded_reader.hpp"

namespace tracseq {
namespace {

// One write and one sync of more than this gains nothing and makes the first in the queue wait.
constexpr std::size_t batch_bytes_max = 8u << 20;

}  // namespace

embedded_log::embedded_log(std::filesystem::path directory, log_options const& options)
    : directory_(std::move(directory)), options_(options) {}

result<std::unique_ptr<embedded_log>> embedded_log::open(std::filesystem::path const& directory,
                                                         log_options const& options) {
  std::unique_ptr<embedded_log> log(new embedded_log(directory, options));
  if (auto recovered = log->recover(); !recovered) return tl::unexpected(recovered.error());
  if (!options.read_only) log->writer_ = std::jthread([raw = log.get()] { raw->write_loop(); });
  return log;
}

embedded_log::~embedded_log() {
  {
    std::lock_guard const guard(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  durable_.notify_all();
  if (writer_.joinable()) writer_.join();
}

partition_id embedded_log::partitions() const {
  return static_cast<partition_id>(written_next_.size());
}

std::string embedded_log::description() const { return "embedded log in " + directory_.string(); }

std::vector<std::string> embedded_log::warnings() const {
  std::lock_guard const guard(mutex_);
  return warnings_;
}

void embedded_log::on_failure(failure_handler handler) {
  std::lock_guard const guard(mutex_);
  failure_ = std::move(handler);
}

std::optional<error> embedded_log::dead() const {
  std::lock_guard const guard(mutex_);
  return failed_;
}

result<void> embedded_log::append(partition_id partition, std::vector<std::string> records) {
  if (options_.read_only) return fail(errc::unavailable, "the log was opened for reading only");
  if (partition >= partitions())
    return fail(errc::invalid_argument, "the log has no partition " + std::to_string(partition));
  std::size_t bytes = 0;
  for (auto const& record : records) {
    if (record.size() > record_bytes_max)
      return fail(errc::too_large, "a record of " + std::to_string(record.size()) +
                                       " bytes; the log takes up to " +
                                       std::to_string(record_bytes_max));
    bytes += record.size();
  }
  {
    std::lock_guard const guard(mutex_);
    if (failed_) return tl::unexpected(*failed_);
    if (stopping_) return fail(errc::unavailable, "the log is closing");
    if (queue_bytes_ + bytes > options_.queue_bytes_max && !queue_.empty())
      return fail(errc::overloaded, "the log's queue is full; try again in a moment");
    queue_bytes_ += bytes;
    queue_.push_back({partition, std::move(records), bytes});
  }
  work_.notify_one();
  return {};
}

result<std::vector<std::uint64_t>> embedded_log::ends() {
  std::lock_guard const guard(mutex_);
  return next_;
}

result<std::vector<std::uint64_t>> embedded_log::begins() {
  std::lock_guard const guard(mutex_);
  return segments_.front().starts;
}

result<std::unique_ptr<log_reader>> embedded_log::read(std::span<log_position const> from, reading) {
  return embedded_reader::make(*this, from);
}

void embedded_log::write_loop() {
  for (;;) {
    auto const batch = take_batch();
    if (batch.empty()) return;
    if (auto written = write_batch(batch); !written) report_failure(batch, written.error());
  }
}

std::vector<embedded_log::queued> embedded_log::take_batch() {
  std::unique_lock guard(mutex_);
  work_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
  std::vector<queued> batch;
  std::size_t bytes = 0;
  while (!queue_.empty() && bytes < batch_bytes_max) {
    bytes += queue_.front().bytes;
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queue_bytes_ -= bytes;
  return batch;
}

result<void> embedded_log::write_batch(std::vector<queued> const& batch) {
  {
    std::lock_guard const guard(mutex_);
    if (failed_) return tl::unexpected(*failed_);
  }
  auto next = written_next_;
  std::string frames;
  std::size_t last = 0;
  for (auto const& [partition, records, bytes] : batch)
    for (auto const& record : records) {
      last = frames.size();
      segment::append_frame(frames, partition, 0, batch_ + 1, next[partition]++, record);
    }
  segment::mark_last_of_batch(frames, last);

  std::uint64_t at;
  {
    std::lock_guard const guard(mutex_);
    at = segments_.back().end;
  }
  if (at > segment::header_bytes && at + frames.size() > options_.segment_bytes) {
    // Only this thread changes segments_.
    if (auto made = make_segment(segments_.back().number + 1); !made) return made;
    at = segment::header_bytes;
  }
  // From here on a failure leaves bytes whose fate nobody knows, so it is final.
  auto done = active_.write_at(at, frames);
  if (done) done = active_.sync_data();
  if (!done) return fail_for_good(done.error());
  std::lock_guard const guard(mutex_);
  ++batch_;
  // Element by element: `partitions` reads the size without the lock, and moving would let it see an
  // empty vector.
  std::copy(next.begin(), next.end(), written_next_.begin());
  next_ = written_next_;
  segments_.back().end = at + frames.size();
  durable_.notify_all();
  return {};
}

tl::unexpected<error> embedded_log::fail_for_good(error why) {
  why.code = errc::io_failure;
  why.detail += ". Nothing more is acknowledged; look at the disk, then restart TracSeq";
  std::lock_guard const guard(mutex_);
  failed_ = std::move(why);
  return tl::unexpected(*failed_);
}

void embedded_log::report_failure(std::vector<queued> const& batch, error const& why) {
  failure_handler handler;
  std::vector<partition_id> hit;
  {
    std::lock_guard const guard(mutex_);
    handler = failure_;
    for (auto const& one : batch) hit.push_back(one.partition);
    if (failed_)
      for (auto const& one : queue_) hit.push_back(one.partition);
    if (failed_) {
      queue_.clear();
      queue_bytes_ = 0;
    }
  }
  std::sort(hit.begin(), hit.end());
  hit.erase(std::unique(hit.begin(), hit.end()), hit.end());
  if (handler)
    for (auto const partition : hit) handler(partition, why);
}

}  // namespace tracseq
