#pragma once
// The embedded engine: segment files (segment.hpp), one writer thread, group commit, fdatasync before
// anything is seen. A failed sync is never tried again: the engine refuses everything from then on.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <thread>

#include "events/event_log.hpp"
#include "events/file.hpp"
#include "events/log/segment.hpp"

namespace tracseq {

class embedded_log final : public event_log {
 public:
  /// Opens the log in `directory`, recovering its tail: what an unfinished write left behind the last
  /// good frame is cut off and reported in `warnings`; damage before it is refused with its place.
  [[nodiscard]] static result<std::unique_ptr<embedded_log>> open(
      std::filesystem::path const& directory, log_options const& options);
  ~embedded_log() override;

  [[nodiscard]] partition_id partitions() const override;
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] std::vector<std::string> warnings() const override;
  [[nodiscard]] result<void> append(partition_id partition,
                                    std::vector<std::string> records) override;
  void on_failure(failure_handler handler) override;
  [[nodiscard]] std::optional<error> dead() const override;
  [[nodiscard]] result<std::vector<std::uint64_t>> ends() override;
  [[nodiscard]] result<std::vector<std::uint64_t>> begins() override;
  [[nodiscard]] result<std::unique_ptr<log_reader>> read(
      std::span<log_position const> from, reading = reading::at_once) override;

 private:
  friend class embedded_reader;

  struct known_segment {
    std::uint64_t number = 0;
    std::filesystem::path path;
    std::vector<std::uint64_t> starts;
    std::uint64_t end = 0;  ///< behind its last durable frame
  };
  struct queued {
    partition_id partition = 0;
    std::vector<std::string> records;
    std::size_t bytes = 0;
  };

  explicit embedded_log(std::filesystem::path directory, log_options const& options);

  // Opening (embedded_recovery.cpp).
  [[nodiscard]] result<void> recover();
  [[nodiscard]] tl::unexpected<error> no_log() const;
  [[nodiscard]] result<void> lock_directory();
  [[nodiscard]] result<void> find_segments();
  [[nodiscard]] result<void> recover_tail();
  [[nodiscard]] result<void> cut_tail(std::uint64_t at, std::uint64_t file_size, bool closed_batch);
  [[nodiscard]] result<void> make_segment(std::uint64_t number);

  // The writer thread.
  void write_loop();
  [[nodiscard]] std::vector<queued> take_batch();
  [[nodiscard]] result<void> write_batch(std::vector<queued> const& batch);
  /// Nothing is taken any more until it is opened again.
  tl::unexpected<error> fail_for_good(error why);
  void report_failure(std::vector<queued> const& batch, error const& why);

  std::filesystem::path const directory_;
  log_options const options_;
  file lock_;
  uuid log_id_;

  // Written by the writer thread alone (and while opening).
  file active_;
  std::vector<std::uint64_t> written_next_;
  std::uint64_t batch_ = 0;  ///< number of the last batch

  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable work_;
  std::condition_variable durable_;
  std::deque<queued> queue_;
  std::size_t queue_bytes_ = 0;
  std::vector<known_segment> segments_;
  std::vector<std::uint64_t> next_;  ///< durable end of each partition
  std::vector<std::string> warnings_;
  std::optional<error> failed_;
  failure_handler failure_;
  bool stopping_ = false;

  std::jthread writer_;
};

}  // namespace tracseq
