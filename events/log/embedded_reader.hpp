#pragma once
// Reads an embedded log's segments from the files, up to what is durable.

#include "events/log/embedded_log.hpp"

namespace tracseq {

class embedded_reader final : public log_reader {
 public:
  [[nodiscard]] static result<std::unique_ptr<log_reader>> make(embedded_log& log,
                                                                std::span<log_position const> from);
  [[nodiscard]] result<void> poll(std::vector<log_entry>& out, std::size_t max_bytes,
                                  std::chrono::milliseconds timeout) override;
  [[nodiscard]] bool caught_up() const override { return caught_up_; }
  void interrupt() noexcept override;

 private:
  explicit embedded_reader(embedded_log& log) : log_(log) {}
  /// Waits until bytes lie behind `at_`; false on time-out or interruption. Sets `end_`.
  [[nodiscard]] bool wait_for_more(std::chrono::milliseconds timeout);
  [[nodiscard]] result<void> open_segment();
  [[nodiscard]] error bad_frame() const;

  embedded_log& log_;
  std::vector<std::optional<std::uint64_t>> wanted_;  ///< first offset wanted; none = not read
  std::size_t segment_ = 0;  ///< index into the log's segments
  std::uint64_t at_ = segment::header_bytes;
  std::uint64_t end_ = segment::header_bytes;  ///< of the durable bytes in this segment
  bool last_segment_ = true;
  file file_;
  std::filesystem::path path_;
  std::string buffer_;
  bool caught_up_ = false;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace tracseq
