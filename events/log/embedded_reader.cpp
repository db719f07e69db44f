#include "events/log/embedded_reader.hpp"

#include <algorithm>

namespace tracseq {
namespace {

constexpr std::size_t chunk_bytes = 1u << 20;

}  // namespace

result<std::unique_ptr<log_reader>> embedded_reader::make(embedded_log& log,
                                                          std::span<log_position const> from) {
  std::unique_ptr<embedded_reader> reader(new embedded_reader(log));
  reader->wanted_.resize(log.partitions());
  std::lock_guard const guard(log.mutex_);
  for (auto const& [partition, offset] : from) {
    if (partition >= log.partitions())
      return fail(errc::invalid_argument, "the log has no partition " + std::to_string(partition));
    if (offset > log.next_[partition])
      return fail(errc::corrupt, "partition " + std::to_string(partition) + " ends at offset " +
                                     std::to_string(log.next_[partition]) + ", before offset " +
                                     std::to_string(offset) + " that was asked for: the log is "
                                     "shorter than what was read from it before");
    reader->wanted_[partition] = offset;
  }
  auto const begins_early_enough = [&](embedded_log::known_segment const& one) {
    for (std::size_t p = 0; p < reader->wanted_.size(); ++p)
      if (reader->wanted_[p] && one.starts[p] > *reader->wanted_[p]) return false;
    return true;
  };
  for (std::size_t i = log.segments_.size(); i-- > 0;)
    if (begins_early_enough(log.segments_[i])) {
      reader->segment_ = i;
      break;
    }
  return reader;
}

void embedded_reader::interrupt() noexcept {
  interrupted_ = true;
  // Under the lock, so that a poll between its check and its wait cannot miss it.
  std::lock_guard const guard(log_.mutex_);
  log_.durable_.notify_all();
}

bool embedded_reader::wait_for_more(std::chrono::milliseconds timeout) {
  std::unique_lock guard(log_.mutex_);
  auto const there = [this] {
    end_ = log_.segments_[segment_].end;
    last_segment_ = segment_ + 1 == log_.segments_.size();
    return at_ < end_ || !last_segment_;
  };
  if (there()) return true;
  caught_up_ = true;
  log_.durable_.wait_for(guard, timeout,
                         [&] { return there() || interrupted_ || log_.stopping_; });
  bool const more = there();
  if (more) caught_up_ = false;
  return more;
}

result<void> embedded_reader::open_segment() {
  if (file_.is_open()) return {};
  {
    std::lock_guard const guard(log_.mutex_);
    path_ = log_.segments_[segment_].path;
  }
  auto opened = file::open(path_, file::mode::read);
  if (!opened) return tl::unexpected(opened.error());
  file_ = *std::move(opened);
  return {};
}

error embedded_reader::bad_frame() const {
  return {errc::corrupt,
          path_.string() + ", byte " + std::to_string(at_) + ": a damaged record", {}};
}

result<void> embedded_reader::poll(std::vector<log_entry>& out, std::size_t max_bytes,
                                   std::chrono::milliseconds timeout) {
  std::size_t given = 0;
  caught_up_ = false;
  while (!interrupted_ && given < max_bytes) {
    auto const patience = given > 0 ? std::chrono::milliseconds(0) : timeout;
    if (!wait_for_more(patience)) break;
    if (at_ >= end_) {  // a sealed segment is done
      ++segment_;
      at_ = end_ = segment::header_bytes;
      file_ = file{};
      continue;
    }
    if (auto opened = open_segment(); !opened) return opened;
    auto const want = std::min<std::uint64_t>(
        end_ - at_, std::max<std::size_t>(chunk_bytes, event_log::record_bytes_max + 64));
    if (auto read = file_.read_at(at_, want, buffer_); !read) return read;
    std::string_view rest = buffer_;
    while (!rest.empty() && given < max_bytes) {
      auto const [status, frame] = segment::read_frame(rest);
      if (status == segment::frame_status::needs_more && rest.size() < buffer_.size()) break;
      if (status != segment::frame_status::good) return tl::unexpected(bad_frame());
      rest.remove_prefix(frame.size);
      at_ += frame.size;
      if (frame.partition == segment::marker_partition) continue;
      if (frame.partition >= wanted_.size()) return tl::unexpected(bad_frame());
      auto& wanted = wanted_[frame.partition];
      if (!wanted || frame.offset < *wanted) continue;
      if (frame.offset != *wanted) return tl::unexpected(bad_frame());
      ++*wanted;
      given += frame.record.size() + segment::frame_header_bytes;
      out.push_back({frame.partition, frame.offset, std::string(frame.record)});
    }
  }
  return {};
}

}  // namespace tracseq
