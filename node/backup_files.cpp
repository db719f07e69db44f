#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <thread>

#include <sys/stat.h>

#include "events/hash.hpp"
#include "events/log/segment.hpp"
#include "events/registry.hpp"
#include "node/backup_parts.hpp"
#include "node/offline_parts.hpp"
#include "projections/follow.hpp"

namespace tracseq::backup {
namespace {

namespace fs = std::filesystem;

constexpr int reads_max = 20;
constexpr std::chrono::milliseconds between_reads{10};

void note_erasures(folded_batch const& batch, std::map<uuid, instant>& erased) {
  for (auto const& commit : batch.commits)
    for (auto const& one : commit.commit.events) {
      if (one.type != sample::donor_erased::type.id) continue;
      auto const event = decode_event(one);
      if (!event) continue;
      if (auto const* said = event_if<sample::donor_erased>(*event))
        erased.emplace(said->key_id, commit.commit.recorded_at);
    }
}

}  // namespace

std::string log_folder(std::string const& directory) { return (fs::path(directory) / "log").string(); }

std::string node_folder(std::uint64_t number) {
  auto digits = std::to_string(number);
  digits.insert(0, digits.size() < 6 ? 6 - digits.size() : 0, '0');
  return "node-" + digits;
}

std::vector<std::string> const& secret_names() {
  static std::vector<std::string> const names{"operator.token", "webhook.key", "checkpoint.key"};
  return names;
}

offline::report_progress stage(stage_progress const& progress, std::string name) {
  if (!progress) return {};
  return [&progress, name = std::move(name)](std::uint64_t done, std::uint64_t total) { progress(name, done, total); };
}

result<history_facts> read_history(event_log& log, std::vector<partition_head> const* most,
                                   offline::report_progress const& progress) {
  history_facts found;
  found.heads.resize(log.partitions());
  auto const ends = log.ends();
  if (!ends) return tl::unexpected(ends.error());
  folder fold(genesis_positions(log.partitions()));
  auto const walked = offline::walk(
      log, offline::from_begin(log), [&](std::vector<log_entry>& entries) -> result<void> {
    if (most != nullptr) {
      std::vector<std::uint64_t> taken(found.heads.size());
      std::erase_if(entries, [&](log_entry const& one) {
        auto const so_far = found.heads[one.partition].records + taken[one.partition];
        bool const beyond = so_far >= (*most)[one.partition].records;
        taken[one.partition] += beyond ? 0 : 1;
        return beyond;
      });
    }
    auto const batch = fold.fold(std::move(entries), false);
    for (auto const& record : batch.records) ++found.heads[record.partition].records;
    found.records += batch.records.size();
    note_erasures(batch, found.erased);
    if (progress) progress(found.records, offline::sum(*ends));
    return {};
  });
  if (!walked) return tl::unexpected(walked.error());
  for (partition_id p = 0; p < found.heads.size(); ++p) {
    auto const& chain = fold.at()[p].chain;
    auto& head = found.heads[p];
    head.partition = p;
    head.claim = chain.c;
    head.commits = chain.s;
    head.h = to_hex(chain.h);
    found.commits += chain.s;
  }
  return found;
}

result<std::vector<std::uint64_t>> records_until(event_log& log, copy_end const& end,
                                                 offline::report_progress const& progress) {
  std::vector<std::uint64_t> records(log.partitions());
  folder fold(genesis_positions(log.partitions()));
  fold.cut_after(end.moment, end.ends);
  auto const walked = offline::walk(
      log, offline::from_begin(log), [&](std::vector<log_entry>& entries) -> result<void> {
    for (auto const& record : fold.fold(std::move(entries), false).records) ++records[record.partition];
    if (progress) progress(offline::sum(records), offline::sum(end.ends));
    return {};
  });
  if (!walked) return tl::unexpected(walked.error());
  return records;
}

result<stored_file> describe_file(std::string const& directory, std::string const& path,
                                  std::optional<std::uint64_t> bytes) {
  auto const opened = file::open(fs::path(directory) / path, file::mode::read);
  if (!opened) return tl::unexpected(opened.error());
  auto const size = opened->size();
  if (!size) return tl::unexpected(size.error());
  std::string content;
  if (auto const read = opened->read_at(0, bytes.value_or(*size), content); !read) return tl::unexpected(read.error());
  return stored_file{path, content.size(), to_hex(sha256(content))};
}

result<std::vector<std::string>> segments_of(std::string const& directory) {
  std::vector<std::string> names;
  std::error_code problem;
  for (auto const& one : fs::directory_iterator(log_folder(directory), problem))
    if (one.path().extension() == ".tslog") names.push_back("log/" + one.path().filename().string());
  if (problem) return fail(errc::io_failure, "cannot list " + log_folder(directory) + ": " + problem.message());
  std::sort(names.begin(), names.end());
  return names;
}

result<void> cut_newest_segment(std::string const& directory) {
  auto const names = segments_of(directory);
  if (!names) return tl::unexpected(names.error());
  if (names->empty()) return {};
  auto const newest = file::open(fs::path(directory) / names->back(), file::mode::read_write);
  if (!newest) return tl::unexpected(newest.error());
  auto const size = newest->size();
  if (!size) return tl::unexpected(size.error());
  std::string bytes;
  if (auto const read = newest->read_at(0, *size, bytes); !read) return read;
  std::size_t at = segment::header_bytes;
  while (at < bytes.size()) {
    auto const next = segment::read_frame(std::string_view(bytes).substr(at));
    if (next.status != segment::frame_status::good) break;
    at += next.frame.size;
  }
  if (auto const cut = newest->truncate(at); !cut) return cut;
  return newest->sync_data();
}

result<std::string> read_calmly(std::string const& path) {
  auto before = read_file(path);
  for (int i = 0; before && i < reads_max; ++i) {
    auto const again = read_file(path);
    if (!again) return again;
    // Keys are only ever added behind what is there.
    if (*again == *before || again->starts_with(*before)) return again;
    before = again;
    std::this_thread::sleep_for(between_reads);
  }
  if (!before) return before;
  return fail(errc::unavailable, path + " changes all the time; try again in a moment");
}

result<void> make_private_folder(std::string const& path) {
  std::error_code problem;
  auto const absolute = fs::absolute(path, problem);
  if (!problem && !absolute.parent_path().empty()) fs::create_directories(absolute.parent_path(), problem);
  if (problem) return fail(errc::io_failure, "cannot make the folder " + path + ": " + problem.message());
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return tl::unexpected(errno_error("make", path));
  return sync_directory(absolute.parent_path());
}

}  // namespace tracseq::backup
