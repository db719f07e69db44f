// Opening an embedded log: lock, find the segments, bring the tail in order.

#include <algorithm>
#include <charconv>

#include <unistd.h>

#include "events/log/embedded_log.hpp"

namespace tracseq {
namespace {

std::optional<std::uint64_t> segment_number(std::string const& name) {
  constexpr std::string_view prefix = "segment-";
  constexpr std::string_view suffix = ".tslog";
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  std::uint64_t number = 0;
  char const* const first = name.data() + prefix.size();
  char const* const last = name.data() + name.size() - suffix.size();
  auto const [end, problem] = std::from_chars(first, last, number);
  if (problem != std::errc{} || end != last || number == 0) return std::nullopt;
  return number;
}

/// Where a bad frame begins a hole, a good frame of a later batch behind it proves damage: that batch
/// was only written when everything before it was durable.
std::optional<std::size_t> later_batch_behind(std::string_view bytes, std::size_t hole,
                                              std::uint64_t batch_of_hole_max) {
  for (std::size_t at = hole; at + segment::frame_header_bytes <= bytes.size(); at += 8) {
    at = bytes.find("TSF1", at);
    if (at == std::string_view::npos) return std::nullopt;
    if (at % 8 != 0) {
      at -= at % 8;
      continue;
    }
    auto const read = segment::read_frame(bytes.substr(at));
    if (read.status == segment::frame_status::good && read.frame.batch > batch_of_hole_max)
      return at;
  }
  return std::nullopt;
}

}  // namespace

tl::unexpected<error> embedded_log::no_log() const {
  return fail(errc::not_found, "there is no log in " + directory_.string() +
                                   "; a history that is kept in Kafka is named with "
                                   "--log kafka://HOST:PORT/TOPIC");
}

result<void> embedded_log::recover() {
  std::error_code ignored;
  bool const exists = std::filesystem::is_directory(directory_, ignored);
  if (!exists && (options_.read_only || !options_.create))
    return no_log();
  if (!exists) {
    std::error_code problem;
    std::filesystem::create_directories(directory_, problem);
    if (problem)
      return fail(errc::io_failure,
                  "cannot make the directory " + directory_.string() + ": " + problem.message());
  }
  if (!options_.read_only)
    if (auto locked = lock_directory(); !locked) return locked;
  if (auto found = find_segments(); !found) return found;
  if (!segments_.empty()) return recover_tail();
  if (options_.read_only || !options_.create)
    return no_log();
  if (options_.partitions == 0 || options_.partitions > segment::partitions_max)
    return fail(errc::invalid_argument, "a log has 1 to " +
                                            std::to_string(segment::partitions_max) +
                                            " partitions");
  log_id_ = new_uuid();
  written_next_.assign(options_.partitions, 0);
  next_ = written_next_;
  return make_segment(1);
}

result<void> embedded_log::lock_directory() {
  auto const path = directory_ / "LOCK";
  auto opened = file::open(path, file::mode::read_write);
  if (!opened) {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return tl::unexpected(opened.error());
    opened = file::open(path, file::mode::create_new);
  }
  if (!opened) return tl::unexpected(opened.error());
  lock_ = *std::move(opened);
  if (auto locked = lock_.lock(); !locked) return locked;
  if (auto cut = lock_.truncate(0); !cut) return cut;
  return lock_.write_at(0, std::to_string(::getpid()) + "\n");
}

result<void> embedded_log::find_segments() {
  std::vector<std::uint64_t> numbers;
  std::error_code problem;
  for (auto const& entry : std::filesystem::directory_iterator(directory_, problem))
    if (auto const number = segment_number(entry.path().filename().string()))
      numbers.push_back(*number);
  if (problem)
    return fail(errc::io_failure, "cannot list " + directory_.string() + ": " + problem.message());
  std::sort(numbers.begin(), numbers.end());
  for (auto const number : numbers) {
    auto const path = directory_ / segment::file_name(number);
    if (number != segments_.size() + 1)
      return fail(errc::corrupt, (directory_ / segment::file_name(segments_.size() + 1)).string() +
                                     " is missing: history has a hole. Restore the file from a "
                                     "backup.");
    auto opened = file::open(path, file::mode::read);
    if (!opened) return tl::unexpected(opened.error());
    std::string bytes;
    if (auto read = opened->read_at(0, segment::header_bytes, bytes); !read) return read;
    auto head = segment::decode_header(bytes);
    if (!head) return fail(head.error().code, path.string() + ", byte 0: " + head.error().detail);
    if (head->number != number || (number > 1 && head->log_id != log_id_))
      return fail(errc::corrupt, path.string() + " belongs to another log or another place");
    log_id_ = head->log_id;
    auto const size = opened->size();
    if (!size) return tl::unexpected(size.error());
    segments_.push_back({number, path, head->starts, *size});
    batch_ = head->first_batch - 1;
  }
  return {};
}

// The newest segment is read frame by frame, which also finds the end of every partition. Damage in
// older ones is found when they are read: by a rebuild, by `audit verify`.
result<void> embedded_log::recover_tail() {
  auto& newest = segments_.back();
  auto opened = file::open(newest.path,
                           options_.read_only ? file::mode::read : file::mode::read_write);
  if (!opened) return tl::unexpected(opened.error());
  active_ = *std::move(opened);
  std::string bytes;
  if (auto read = active_.read_at(0, newest.end, bytes); !read) return read;
  written_next_ = newest.starts;

  std::string_view const view = bytes;
  std::size_t at = segment::header_bytes;
  bool closed_batch = true;
  auto status = segment::frame_status::empty;
  while (at < view.size()) {
    auto const [read_status, frame] = segment::read_frame(view.substr(at));
    status = read_status;
    if (status != segment::frame_status::good) break;
    bool const marker = frame.partition == segment::marker_partition;
    bool const expected =
        marker || (frame.partition < written_next_.size() &&
                   frame.offset == written_next_[frame.partition] && frame.batch >= batch_);
    if (!expected) {
      status = segment::frame_status::bad;
      break;
    }
    if (!marker) ++written_next_[frame.partition];
    batch_ = frame.batch;
    closed_batch = (frame.flags & segment::flag_last_of_batch) != 0;
    at += frame.size;
  }
  next_ = written_next_;
  auto const size = newest.end;
  newest.end = at;
  bool const rest_empty = view.find_first_not_of('\0', at) == std::string_view::npos;
  if (rest_empty && closed_batch) {
    if (options_.read_only || size >= options_.segment_bytes) return {};
    return active_.allocate(options_.segment_bytes);
  }
  if (auto const later = later_batch_behind(view, at, closed_batch ? batch_ + 1 : batch_))
    return fail(errc::corrupt, newest.path.string() + ", byte " + std::to_string(at) +
                                   ": a damaged record, with good ones behind it (byte " +
                                   std::to_string(*later) +
                                   "). This is not a torn write. Restore the file from a backup, or "
                                   "move the history here again with `tracseq log copy`.");
  return cut_tail(at, size, closed_batch);
}

result<void> embedded_log::cut_tail(std::uint64_t at, std::uint64_t file_size, bool closed_batch) {
  auto const& newest = segments_.back();
  warnings_.push_back("the log's tail was torn: behind " + newest.path.string() + ", byte " +
                      std::to_string(at) +
                      ", an unfinished write was cut off; the history before it is whole");
  if (options_.read_only) return {};
  // Zeros where the torn bytes were, then room again, then a marker that closes the batch.
  if (auto cut = active_.truncate(at); !cut) return cut;
  if (auto room = active_.allocate(std::max<std::uint64_t>(file_size, options_.segment_bytes)); !room)
    return room;
  if (closed_batch && at == segment::header_bytes) return active_.sync_data();
  std::string marker;
  segment::append_frame(marker, segment::marker_partition, segment::flag_last_of_batch, batch_ + 1, 0,
                        {});
  if (auto wrote = active_.write_at(at, marker); !wrote) return wrote;
  ++batch_;
  segments_.back().end = at + marker.size();
  return active_.sync_data();
}

// Made beside and renamed, so that a segment's name never stands on half a header. If there is no room for it
// nothing was begun, and the one before goes on.
result<void> embedded_log::make_segment(std::uint64_t number) {
  auto const path = directory_ / segment::file_name(number);
  auto const beside = directory_ / (segment::file_name(number) + ".new");
  auto made = file::open(beside, file::mode::create_new);
  if (!made) return tl::unexpected(made.error());
  segment::header head;
  head.log_id = log_id_;
  head.number = number;
  head.first_batch = batch_ + 1;
  head.starts = written_next_;
  auto done = made->allocate(options_.segment_bytes);
  if (done) done = made->write_at(0, segment::encode_header(head));
  if (done) done = made->sync_data();
  std::error_code problem;
  if (!done) {
    std::filesystem::remove(beside, problem);
    return done;
  }
  // The one before ends with its last frame before this one has its name: room that was taken in advance is
  // expected behind the newest alone. A failure from here on leaves files that nobody knows.
  if (!segments_.empty()) {
    done = active_.truncate(segments_.back().end);
    if (done) done = active_.sync_data();
    if (!done) return fail_for_good(done.error());
  }
  std::filesystem::rename(beside, path, problem);
  if (problem)
    return fail_for_good({errc::io_failure, "cannot name " + path.string() + ": " + problem.message(), {}});
  if (auto synced = sync_directory(directory_); !synced) return fail_for_good(synced.error());
  active_ = *std::move(made);
  std::lock_guard const guard(mutex_);
  segments_.push_back({number, path, head.starts, segment::header_bytes});
  return {};
}

}  // namespace tracseq
