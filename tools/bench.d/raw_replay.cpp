// The floor of a replay: one loop that reads a log, decodes every record and every event, and writes
// as many bytes to one file as a replay writes.
//
//   bench_raw_replay LOG OUT [TIMES]    OUT "-" = writes nothing (counts alone)
//
// Each record's bytes go out so often that TIMES (default 1) bytes are written for each one read.
// Prints one line of JSON: records, commits, events, bytes, seconds.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include "events/event_log.hpp"
#include "events/record.hpp"
#include "events/registry.hpp"

namespace {

using namespace tracseq;

constexpr std::size_t read_bytes = 1u << 20;
constexpr std::size_t write_bytes = 1u << 20;
constexpr std::chrono::milliseconds patience{100};

struct totals {
  unsigned long long records = 0, commits = 0, events = 0, bytes = 0;
};

class sink {
 public:
  sink(std::string_view path, double times) : times_(times) {
    if (path != "-") fd_ = ::open(std::string(path).c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  }
  [[nodiscard]] bool put(std::string_view bytes) {
    if (fd_ < 0) return true;
    for (due_ += times_ * static_cast<double>(bytes.size()); due_ >= 1;) {
      auto const part = bytes.substr(0, static_cast<std::size_t>(due_));
      pending_.append(part);
      due_ -= static_cast<double>(part.size());
    }
    return pending_.size() < write_bytes || write_out();
  }
  [[nodiscard]] bool close() {
    if (fd_ < 0) return true;
    bool const fine = write_out() && ::fdatasync(fd_) == 0;
    return ::close(fd_) == 0 && fine;
  }

 private:
  bool write_out() {
    bool const fine =
        ::write(fd_, pending_.data(), pending_.size()) == static_cast<ssize_t>(pending_.size());
    pending_.clear();
    return fine;
  }
  int fd_ = -1;
  double const times_;
  double due_ = 0;
  std::string pending_;
};

result<void> take(log_entry const& entry, sink& out, totals& seen) {
  ++seen.records;
  seen.bytes += entry.record.size();
  auto decoded = decode_record(entry.record);
  if (!decoded) return tl::unexpected(decoded.error());
  if (auto const* made = std::get_if<commit>(&*decoded)) {
    ++seen.commits;
    for (auto const& one : made->events) {
      auto const event = decode_event(one);
      if (!event) return tl::unexpected(event.error());
      ++seen.events;
    }
  }
  if (!out.put(entry.record)) return fail(errc::io_failure, "cannot write");
  return {};
}

result<totals> run(std::string_view address, std::string_view path, double times) {
  log_options how;
  how.create = false;
  how.read_only = true;
  auto log = open_log(address, how);
  if (!log) return tl::unexpected(log.error());
  auto begins = (*log)->begins();
  if (!begins) return tl::unexpected(begins.error());
  std::vector<log_position> from;
  for (std::size_t p = 0; p < begins->size(); ++p)
    from.push_back({static_cast<partition_id>(p), (*begins)[p]});
  auto reader = (*log)->read(from);
  if (!reader) return tl::unexpected(reader.error());
  sink out(path, times);
  totals seen;
  std::vector<log_entry> batch;
  while (true) {
    batch.clear();
    if (auto polled = (*reader)->poll(batch, read_bytes, patience); !polled)
      return tl::unexpected(polled.error());
    for (auto const& entry : batch)
      if (auto taken = take(entry, out, seen); !taken) return tl::unexpected(taken.error());
    if ((*reader)->caught_up()) break;
  }
  if (!out.close()) return fail(errc::io_failure, "cannot write");
  return seen;
}

}  // namespace

int main(int count, char** words) {
  double const times = count > 3 ? std::strtod(words[3], nullptr) : 1;
  if (count < 3 || times <= 0) {
    std::fputs("usage: bench_raw_replay LOG OUT [TIMES]\n", stderr);
    return 2;
  }
  auto const began = std::chrono::steady_clock::now();
  auto const done = run(words[1], words[2], times);
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - began;
  if (!done) {
    std::fprintf(stderr, "bench_raw_replay: %s\n", done.error().detail.c_str());
    return 1;
  }
  std::printf("{\"records\": %llu, \"commits\": %llu, \"events\": %llu, \"bytes\": %llu, \"seconds\": %.3f}\n",
              done->records, done->commits, done->events, done->bytes, took.count());
}
