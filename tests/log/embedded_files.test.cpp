// What only the embedded engine has: its files, and what may happen to them.

#include <doctest/doctest.h>

#include <fstream>
#include <mutex>
#include <random>

#include <unistd.h>

#include "events/file.hpp"
#include "events/chain.hpp"
#include "events/log/embedded_log.hpp"
#include "events/record.hpp"

namespace fs = std::filesystem;
using namespace tracseq;

namespace {

struct temp_dir {
  fs::path path;
  temp_dir() {
    std::string pattern = (fs::temp_directory_path() / "tracseq-log-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~temp_dir() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

log_options small_segments() {
  log_options options;
  options.partitions = 3;
  options.segment_bytes = 64u << 10;
  return options;
}

std::string record_number(int i) { return "record " + std::to_string(i) + std::string(i % 90, 'x'); }

std::vector<log_position> all_from_zero(event_log const& log) {
  std::vector<log_position> from;
  for (partition_id p = 0; p < log.partitions(); ++p) from.push_back({p, 0});
  return from;
}

result<std::vector<log_entry>> read_all(event_log& log) {
  auto reader = log.read(all_from_zero(log));
  if (!reader) return tl::unexpected(reader.error());
  std::vector<log_entry> entries;
  do {
    if (auto polled = (*reader)->poll(entries, 1 << 20, std::chrono::milliseconds(0)); !polled)
      return tl::unexpected(polled.error());
  } while (!(*reader)->caught_up());
  return entries;
}

/// Appends `count` records round-robin, one batch each, and waits until all are durable.
void fill(event_log& log, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    auto const before = *log.ends();
    auto const partition = static_cast<partition_id>(i % log.partitions());
    REQUIRE(log.append(partition, {record_number(i)}));
    auto reader = log.read(std::vector<log_position>{{partition, before[partition]}});
    REQUIRE(reader);
    std::vector<log_entry> seen;
    while (seen.empty()) REQUIRE((*reader)->poll(seen, 1 << 20, std::chrono::milliseconds(100)));
  }
}

void write_file(fs::path const& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

TEST_CASE("segments roll and the whole history is read back over them") {
  temp_dir dir;
  {
    auto log = embedded_log::open(dir.path, small_segments());
    REQUIRE(log);
    fill(**log, 0, 900);
  }
  auto log = embedded_log::open(dir.path, small_segments());
  REQUIRE(log);
  CHECK(fs::exists(dir.path / segment::file_name(2)));
  auto const entries = read_all(**log);
  REQUIRE(entries);
  CHECK(entries->size() == 900);
  std::vector<std::uint64_t> next(3);
  for (auto const& entry : *entries) {
    CHECK(entry.offset == next[entry.partition]);
    CHECK(entry.record ==
          record_number(static_cast<int>(next[entry.partition]++ * 3 + entry.partition)));
  }
  CHECK((*log)->warnings().empty());
}

TEST_CASE("a new segment that gets no name ends the writing, and all that was durable is read again") {
  temp_dir dir;
  auto log = embedded_log::open(dir.path, small_segments());
  REQUIRE(log);
  // What stands in its place makes the rename fail, which is where a kill would come, too.
  auto const second = dir.path / segment::file_name(2);
  fs::create_directories(second / "in the way");
  std::vector<error> told;
  std::mutex guard;
  (*log)->on_failure([&](partition_id, error why) {
    std::lock_guard const lock(guard);
    told.push_back(std::move(why));
  });
  std::uint64_t appended = 0;
  while (!(*log)->dead() && appended < 1000) {
    if (!(*log)->append(0, {std::string(1000, 'x')})) break;
    ++appended;
    for (int i = 0; i < 2000 && (*log)->ends()->at(0) < appended && !(*log)->dead(); ++i) ::usleep(500);
  }
  REQUIRE((*log)->dead());
  CHECK((*log)->dead()->code == errc::io_failure);
  CHECK((*log)->dead()->detail.find(second.string()) != std::string::npos);
  CHECK_FALSE((*log)->append(0, {"more"}));
  auto const durable = (*log)->ends()->at(0);
  CHECK(durable == appended - 1);
  log->reset();
  CHECK(told.size() == 1);
  // The first ends with its last frame: behind it nothing is taken in advance.
  auto const first = *read_file(dir.path / segment::file_name(1));
  std::size_t end = segment::header_bytes;
  while (end < first.size()) {
    auto const read = segment::read_frame(std::string_view(first).substr(end));
    REQUIRE(read.status == segment::frame_status::good);
    end += read.frame.size;
  }
  CHECK(end == first.size());
  fs::remove_all(second);
  auto again = embedded_log::open(dir.path, small_segments());
  REQUIRE(again);
  CHECK((*again)->warnings().empty());
  CHECK(read_all(**again)->size() == durable);
  fill(**again, 0, 300);
  CHECK(fs::is_regular_file(second));
  again->reset();
  CHECK(read_all(**embedded_log::open(dir.path, small_segments()))->size() == durable + 300);
}

TEST_CASE("a tail cut at any byte of its last three records is reported and work goes on") {
  temp_dir dir;
  { fill(**embedded_log::open(dir.path, small_segments()), 0, 30); }
  auto const path = dir.path / segment::file_name(1);
  auto const whole = *read_file(path);
  std::vector<std::size_t> ends{segment::header_bytes};
  for (;;) {
    auto const read = segment::read_frame(std::string_view(whole).substr(ends.back()));
    if (read.status != segment::frame_status::good) break;
    ends.push_back(ends.back() + read.frame.size);
  }
  REQUIRE(ends.size() == 31);
  for (std::size_t cut = ends[27]; cut < ends[30]; ++cut) {
    write_file(path, std::string_view(whole).substr(0, cut));
    auto log = embedded_log::open(dir.path, small_segments());
    REQUIRE(log);
    bool const between = std::find(ends.begin(), ends.end(), cut) != ends.end();
    CHECK((*log)->warnings().empty() == between);
    if (!between) CHECK((*log)->warnings()[0].find("torn") != std::string::npos);
    auto const kept = static_cast<std::size_t>(
        std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin() - 1);
    auto entries = read_all(**log);
    REQUIRE(entries);
    CHECK(entries->size() == kept);
    fill(**log, 1000, 3);
    CHECK(read_all(**log)->size() == kept + 3);
    log->reset();
    auto again = embedded_log::open(dir.path, small_segments());
    REQUIRE(again);
    CHECK((*again)->warnings().empty());
    CHECK(read_all(**again)->size() == kept + 3);
  }
}

TEST_CASE("bits flipped in stored history are refused with their place, none silently") {
  temp_dir dir;
  auto options = small_segments();
  options.segment_bytes = 16u << 10;
  { fill(**embedded_log::open(dir.path, options), 0, 300); }
  std::vector<fs::path> files;
  for (auto const& entry : fs::directory_iterator(dir.path))
    if (entry.path().extension() == ".tslog") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() >= 3);
  std::mt19937 random(20261124);
  int refused_at_open = 0;
  int refused_at_read = 0;
  for (int flip = 0; flip < 1000; ++flip) {
    auto const& path = files[random() % files.size()];
    auto const whole = *read_file(path);
    // The newest file ends in space taken in advance, which holds no history; its last frame is the
    // tail, which the test above is about.
    std::size_t limit = whole.find_last_not_of('\0') + 1;
    if (path == files.back()) {
      std::size_t at = segment::header_bytes;
      std::size_t last = at;
      for (;;) {
        auto const read = segment::read_frame(std::string_view(whole).substr(at));
        if (read.status != segment::frame_status::good) break;
        last = at;
        at += read.frame.size;
      }
      limit = last;
    }
    auto const bit = random() % (limit * 8);
    auto damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    write_file(path, damaged);
    auto log = embedded_log::open(dir.path, options);
    error problem;
    if (!log) {
      ++refused_at_open;
      problem = log.error();
    } else {
      ++refused_at_read;
      auto const entries = read_all(**log);
      INFO("flip " << flip << " of bit " << bit << " in " << path.filename().string());
      REQUIRE_FALSE(entries);
      problem = entries.error();
    }
    bool const told = problem.code == errc::corrupt || problem.code == errc::unsupported;
    CHECK(told);
    CHECK(problem.detail.find(path.filename().string()) != std::string::npos);
    CHECK(problem.detail.find("byte ") != std::string::npos);
    if (log) log->reset();
    write_file(path, whole);
  }
  CHECK(refused_at_open > 0);
  CHECK(refused_at_read > 0);
}

TEST_CASE("a second process is told who holds the directory") {
  temp_dir dir;
  auto first = embedded_log::open(dir.path, small_segments());
  REQUIRE(first);
  auto second = embedded_log::open(dir.path, small_segments());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::conflict);
  CHECK(second.error().detail.find("in use by another TracSeq (process " +
                                   std::to_string(::getpid())) != std::string::npos);
  auto options = small_segments();
  options.read_only = true;
  CHECK(embedded_log::open(dir.path, options));
}

TEST_CASE("a newer format, a missing segment and a missing log are told in words") {
  temp_dir dir;
  { fill(**embedded_log::open(dir.path, small_segments()), 0, 3); }
  auto const path = dir.path / segment::file_name(1);
  auto const whole = *read_file(path);
  SUBCASE("newer") {
    auto head = *segment::decode_header(whole);
    head.version = 2;
    write_file(path, segment::encode_header(head) + whole.substr(segment::header_bytes));
    auto const log = embedded_log::open(dir.path, small_segments());
    REQUIRE_FALSE(log);
    CHECK(log.error().code == errc::unsupported);
    CHECK(log.error().detail.find("newer TracSeq") != std::string::npos);
  }
  SUBCASE("missing") {
    fs::rename(path, dir.path / segment::file_name(2));
    auto const log = embedded_log::open(dir.path, small_segments());
    REQUIRE_FALSE(log);
    CHECK(log.error().detail.find("segment-00000001.tslog is missing") != std::string::npos);
  }
  SUBCASE("no log") {
    auto options = small_segments();
    options.create = false;
    auto const log = embedded_log::open(dir.path / "none", options);
    REQUIRE_FALSE(log);
    CHECK(log.error().code == errc::not_found);
  }
}
