#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/backup_parts.hpp"
#include "node/checkpoint_file.hpp"
#include "node/data_directory.hpp"
#include "node/key_store.hpp"
#include "node/offline_parts.hpp"
#include "projections/verify.hpp"

namespace tracseq::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t checkpoints_kept = 1000;
constexpr std::uint64_t room_for_the_rest = 8u << 20;
constexpr std::uint64_t room_of_a_segment = 64u << 20;  // taken in advance, and given back at the end
constexpr std::string_view mark_text =
    "This folder is a backup of a TracSeq node. It holds keys of donors and secrets: keep it closed to others.\n"
    "\n"
    "  tracseq backup --verify DIR                read every byte of it\n"
    "  tracseq restore DIR --into DATA            make a data directory from it\n"
    "\n"
    "manifest.json says what belongs to it.\n";

std::string mark_file(std::string const& directory) { return (fs::path(directory) / "README.txt").string(); }

/// A person's name for who owns a file.
std::string owner_of(std::string const& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return {};
  auto const* who = ::getpwuid(facts.st_uid);
  return who ? who->pw_name : std::to_string(facts.st_uid);
}

/// What a person who runs this as somebody else than the node needs to know.
error with_owner(error why, std::string const& data) {
  auto const owner = owner_of(data);
  if (why.detail.find("Permission denied") != why.detail.npos && !owner.empty())
    why.detail += ". The node's files belong to " + owner + ": run this as " + owner + " or as root";
  return why;
}

error with_what_is_left(error why, make_wish const& wish) {
  why = with_owner(std::move(why), wish.data);
  if (why.code == errc::storage_full || why.detail.find("No space left") != why.detail.npos)
    why = {errc::storage_full,
           "The disk of " + wish.directory + " is full (" + why.detail.substr(0, why.detail.find("; free")) +
               "). Make room there, or name a folder on another disk, and run it again: it goes on where it stopped",
           {}};
  while (why.detail.ends_with('.')) why.detail.pop_back();
  why.detail += has_manifest(wish.directory) ? ". The earlier backup in " + wish.directory + " stays as it was."
                                             : ". There is no backup in " + wish.directory + " yet.";
  return why;
}

/// The folder is new, empty, or one of ours.
result<void> take_folder(std::string const& directory) {
  std::error_code ignored;
  bool const there = fs::exists(directory, ignored);
  if (there && !fs::is_directory(directory, ignored))
    return fail(errc::conflict, directory + " is no folder. Name an empty folder, or one that holds a backup.");
  std::error_code problem;
  bool const empty = !there || fs::is_empty(directory, problem);
  if (problem) return fail(errc::io_failure, "cannot list " + directory + ": " + problem.message());
  if (!empty && !fs::exists(mark_file(directory), ignored) && !has_manifest(directory))
    return fail(errc::conflict, directory + " is not empty and holds no backup. Name an empty folder, or one that "
                                            "holds a backup, which is then brought up to date.");
  if (auto made = make_private_folder(directory); !made) return made;
  if (fs::exists(mark_file(directory), ignored)) return {};
  return make_file(mark_file(directory), mark_text);
}

result<void> look_for_rights(make_wish const& wish) {
  for (auto const& folder : {wish.data, wish.log_address})
    if (::access(folder.c_str(), R_OK | X_OK) != 0 && errno == EACCES)
      return tl::unexpected(errno_error("read", folder));
  return {};
}

/// The segments of an embedded log take as much room again.
result<void> look_for_room(make_wish const& wish) {
  std::error_code problem;
  auto const room = fs::space(wish.directory, problem);
  if (problem) return {};
  auto const bytes_in = [](std::string const& folder) {
    std::uint64_t bytes = 0;
    std::error_code ignored;
    for (auto const& one : fs::directory_iterator(folder, ignored))
      if (one.path().extension() == ".tslog") bytes += one.file_size(ignored);
    return bytes;
  };
  auto const source = bytes_in(wish.log_address);
  auto const copied = bytes_in(log_folder(wish.directory));
  auto const needed = room_for_the_rest + (source > copied ? source - copied : source > 0 ? 0 : room_of_a_segment);
  if (room.available >= needed) return {};
  return fail(errc::storage_full, std::to_string(needed >> 20) + " MiB are needed and " +
                                      std::to_string(room.available >> 20) + " MiB are left");
}

result<verify_report> verified_source(event_log& from, std::vector<std::string> const& checkpoints,
                                      std::optional<manifest> const& earlier,
                                      offline::report_progress const& progress) {
  verify_options options;
  for (auto const& line : checkpoints)
    if (auto const one = decode_checkpoint(line); one && one->at.partitions == from.partitions())
      for (auto const& head : one->at.heads)
        options.expected.push_back({head.partition, head.commits, head.h, 
                                    "the checkpoint of " + to_rfc3339(one->at.at)});
  auto const ends = from.ends();
  if (!ends) return tl::unexpected(ends.error());
  auto const total = offline::sum(*ends);
  if (progress) options.progress = [&](std::uint64_t records) { progress(records, total); };
  auto found = tracseq::verify(from, options);
  if (!found) return found;
  if (!found->ok()) {
    auto const& first = found->problems.front();
    return fail(errc::corrupt, "The history does not verify: partition " + std::to_string(first.partition) + ", offset " +
                                   std::to_string(first.offset) + ": " + first.why +
                                   ". `tracseq audit verify` names every place");
  }
  if (earlier)
    for (auto const& head : earlier->heads)
      if (head.partition < found->partitions.size() && found->partitions[head.partition].records < head.records)
        return fail(errc::conflict, "The log is shorter than this backup of " + to_rfc3339(earlier->made_at) +
                                        ": partition " + std::to_string(head.partition) + " has " +
                                        std::to_string(found->partitions[head.partition].records) + " records, the backup " +
                                        std::to_string(head.records) +
                                        ". Either it is another log, or it has lost history: then keep this backup, and see "
                                        "docs/howto/mend-a-log-that-forgot.md");
  return found;
}

result<std::uint64_t> copy_history(event_log& from, copy_end const& until, make_wish const& wish,
                                   stage_progress const& progress) {
  auto const most = records_until(from, until, stage(progress, "Looking for the cut"));
  if (!most) return tl::unexpected(most.error());
  log_options options;
  options.partitions = from.partitions();
  auto const damaged = [](error why) {
    if (why.code == errc::corrupt)
      why.detail = "The backup is damaged: " + why.detail + ". Begin a new one in another folder";
    return tl::unexpected(std::move(why));
  };
  auto to = open_log(log_folder(wish.directory), options);
  if (!to) return damaged(to.error());
  auto const other = [&](std::string const& what) {
    return fail(errc::conflict, wish.directory + " holds a backup of another history (" + what +
                                    "). Name another folder for this one");
  };
  if ((*to)->partitions() != from.partitions())
    return other(std::to_string((*to)->partitions()) + " partitions, not " + std::to_string(from.partitions()));
  auto const copied = offline::copy_records(from, **to, &*most, stage(progress, "Copying"));
  if (!copied && copied.error().code == errc::conflict) {
    auto const& words = copied.error().detail;
    return other(words.substr(0, words.find(". ")));
  }
  if (!copied) return damaged(copied.error());
  return copied->records;
}

/// Keys behind the history: a key is on disk before the first event that uses it, so none is missing. A
/// secret that the node has not made yet is made when the restored one starts.
result<void> copy_secrets(make_wish const& wish, std::string const& folder,
                          std::vector<std::string> const& checkpoints) {
  auto const into = fs::path(wish.directory) / folder;
  if (auto made = make_private_folder(into.string()); !made) return made;
  std::error_code ignored;
  for (auto const& name : secret_names()) {
    auto const from = fs::path(wish.data) / name;
    if (!fs::exists(from, ignored)) continue;
    auto const bytes = read_calmly(from.string());
    if (!bytes) return tl::unexpected(bytes.error());
    if (auto made = make_file(into / name, *bytes, file::readers::owner); !made) return made;
  }
  std::string lines;
  for (auto const& line : checkpoints) lines += line + "\n";
  if (!lines.empty())
    if (auto made = make_file(into / "checkpoints.ndjson", lines, file::readers::owner); !made) return made;
  auto const keys = fs::path(keys_directory(wish.data));
  if (!wish.keys || !fs::exists(keys / "secret", ignored)) return {};
  if (auto made = make_private_folder((into / "keys").string()); !made) return made;
  for (auto const* name : {"secret", "subjects"}) {
    auto const bytes = read_calmly((keys / name).string());
    if (!bytes) return tl::unexpected(bytes.error());
    if (auto made = make_file(into / "keys" / name, *bytes, file::readers::owner); !made) return made;
  }
  auto const copied = key_store::open_read_only((into / "keys").string());
  if (!copied) return tl::unexpected(copied.error());
  auto const original = key_store::open_read_only(keys.string());
  if (original && (*copied)->damaged() > (*original)->damaged())
    return fail(errc::unavailable, "The keys of donors changed while they were copied; run it again");
  return {};
}

result<void> describe_files(make_wish const& wish, std::string const& folder, manifest& into,
                            offline::report_progress const& progress) {
  auto paths = segments_of(wish.directory);
  if (!paths) return tl::unexpected(paths.error());
  std::error_code problem;
  std::vector<std::string> secrets;
  for (auto const& one : fs::recursive_directory_iterator(fs::path(wish.directory) / folder, problem))
    if (one.is_regular_file()) secrets.push_back(fs::relative(one.path(), wish.directory).string());
  if (problem) return fail(errc::io_failure, "cannot list " + folder + ": " + problem.message());
  std::sort(secrets.begin(), secrets.end());
  paths->insert(paths->end(), secrets.begin(), secrets.end());
  for (auto const& path : *paths) {
    auto described = describe_file(wish.directory, path);
    if (!described) return tl::unexpected(described.error());
    into.files.push_back(*std::move(described));
    if (progress) progress(into.files.size(), paths->size());
  }
  return {};
}

/// The manifest takes its name when all that it tells of is on the disk.
result<void> put_manifest(std::string const& directory, manifest const& what) {
  auto const path = manifest_file(directory);
  auto const beside = path + ".next";
  std::error_code problem;
  fs::remove(beside, problem);
  if (auto made = make_file(beside, manifest_text(what)); !made) return made;
  if (auto synced = sync_directory(log_folder(directory)); !synced) return synced;
  fs::rename(beside, path, problem);
  if (problem) return fail(errc::io_failure, "cannot name " + path + ": " + problem.message());
  return sync_directory(directory);
}

/// Keys and secrets of other backups: of earlier ones, and of those that were cut off.
void remove_other_node_folders(std::string const& directory, std::string const& kept) {
  std::error_code problem;
  std::vector<fs::path> others;
  for (auto const& one : fs::directory_iterator(directory, problem)) {
    auto const name = one.path().filename().string();
    if (one.is_directory() && name.starts_with("node-") && name != kept) others.push_back(one.path());
  }
  for (auto const& one : others) fs::remove_all(one, problem);
}

result<make_report> make_in(make_wish const& wish, stage_progress const& progress) {
  std::optional<manifest> earlier;
  if (has_manifest(wish.directory)) {
    auto read = read_manifest(wish.directory);
    if (!read) return tl::unexpected(read.error());
    earlier = *std::move(read);
  }
  remove_other_node_folders(wish.directory, earlier ? node_folder(earlier->number) : "");
  if (auto rights = look_for_rights(wish); !rights) return tl::unexpected(rights.error());
  if (auto room = look_for_room(wish); !room) return tl::unexpected(room.error());
  // Before the history: a checkpoint speaks of commits that are in it.
  auto checkpoints = newest_checkpoints(wish.checkpoints, checkpoints_kept);
  std::reverse(checkpoints.begin(), checkpoints.end());
  manifest what;
  auto from = offline::open_to_read(wish.log_address);
  if (!from) return tl::unexpected(from.error());
  auto const there = (*from)->ends();
  if (!there) return tl::unexpected(there.error());
  what.made_at = now();
  auto const checked = verified_source(**from, checkpoints, earlier, stage(progress, "Verifying"));
  if (!checked) return tl::unexpected(checked.error());
  auto const added = copy_history(**from, {*there, what.made_at}, wish, progress);
  if (!added) return tl::unexpected(added.error());
  what.source = (*from)->description();
  what.number = earlier ? earlier->number + 1 : 1;
  what.program = "tracseq " + std::string(program_version);
  what.keys = wish.keys;
  auto const folder = node_folder(what.number);
  if (auto copied = copy_secrets(wish, folder, checkpoints); !copied) return tl::unexpected(copied.error());
  if (auto cut = cut_newest_segment(wish.directory); !cut) return tl::unexpected(cut.error());
  auto const copy = offline::open_to_read(log_folder(wish.directory));
  if (!copy) return tl::unexpected(copy.error());
  auto const found = read_history(**copy, nullptr, stage(progress, "Verifying the copy"));
  if (!found) return tl::unexpected(found.error());
  what.partitions = (*copy)->partitions();
  what.records = found->records;
  what.commits = found->commits;
  what.donors_erased = found->erased.size();
  what.heads = found->heads;
  if (auto described = describe_files(wish, folder, what, stage(progress, "Hashing files")); !described)
    return tl::unexpected(described.error());
  if (auto put = put_manifest(wish.directory, what); !put) return tl::unexpected(put.error());
  remove_other_node_folders(wish.directory, folder);
  make_report report{wish.directory, what.made_at, what.number, what.records, what.commits,
                     what.records - (earlier ? earlier->records : 0), 0};
  for (auto const& one : what.files) report.bytes += one.bytes;
  return report;
}

}  // namespace

result<make_report> make(make_wish const& wish, stage_progress const& progress) {
  if (auto taken = take_folder(wish.directory); !taken) return tl::unexpected(taken.error());
  auto const lock = file::open(fs::path(wish.directory) / "LOCK", file::mode::create);
  if (!lock) return tl::unexpected(lock.error());
  if (auto const locked = lock->lock(); !locked)
    return fail(errc::conflict, "Another backup into " + wish.directory + " is under way. Wait for its end.");
  auto made = make_in(wish, progress);
  if (!made) return tl::unexpected(with_what_is_left(made.error(), wish));
  return made;
}

}  // namespace tracseq::backup
