#include <filesystem>

#include <sys/stat.h>

#include "node/backup_parts.hpp"
#include "node/data_directory.hpp"
#include "node/key_store.hpp"
#include "node/offline_parts.hpp"

namespace tracseq::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view being_restored = ".being-restored";  // a file in a folder that is not whole yet

std::string beside(std::string const& into) {
  auto path = into;
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path + ".restoring";
}

result<void> refuse_to_overwrite(std::string const& into) {
  std::error_code problem;
  if (!fs::exists(into, problem)) return {};
  if (fs::is_directory(into, problem) && fs::is_empty(into, problem) && !problem) return {};
  return fail(errc::conflict, into + " is there already and is not empty; nothing is overwritten. Name a new folder "
                                     "with --into, or move that one away.");
}

/// What an earlier try left is begun anew.
result<void> make_room_beside(std::string const& folder) {
  std::error_code problem;
  if (fs::exists(folder, problem)) {
    if (!fs::exists(fs::path(folder) / being_restored, problem))
      return fail(errc::conflict, folder + " is in the way. Move it away.");
    fs::remove_all(folder, problem);
    if (problem) return fail(errc::io_failure, "cannot remove " + folder + ": " + problem.message());
  }
  if (auto made = make_private_folder(folder); !made) return made;
  return make_file(fs::path(folder) / being_restored, "");
}

result<void> whole_backup(std::string const& directory, stage_progress const& progress) {
  auto const checked = check(directory, progress);
  if (!checked) return tl::unexpected(checked.error());
  if (checked->ok) return {};
  return fail(errc::corrupt, "The backup does NOT verify, so nothing was restored: " + checked->problems.front() +
                                 " `tracseq backup --verify " + directory + "` names everything.");
}

/// The history goes into a log that is empty, or holds its beginning, or goes on behind it.
result<offline::transfer_report> put_history(std::string const& directory, manifest const& what, event_log& to,
                                             stage_progress const& progress) {
  auto const from = offline::open_to_read(log_folder(directory));
  if (!from) return tl::unexpected(from.error());
  if (to.partitions() != what.partitions)
    return fail(errc::conflict, to.description() + " has " + std::to_string(to.partitions()) + " partitions, the backup " +
                                    std::to_string(what.partitions) + ". Name a topic that does not exist: it is made.");
  std::vector<std::uint64_t> most;
  for (auto const& head : what.heads) most.push_back(head.records);
  auto done = offline::copy_records(**from, to, &most, stage(progress, "Restoring"));
  if (!done && done.error().code == errc::conflict)
    return fail(errc::conflict, to.description() + " holds another history; nothing is overwritten. Name an empty topic, "
                                                   "or one that does not exist.");
  return done;
}

result<void> put_files(std::string const& directory, manifest const& what, std::string const& into) {
  auto const prefix = node_folder(what.number) + "/";
  for (auto const& one : what.files) {
    if (!one.path.starts_with(prefix)) continue;
    auto const bytes = read_file(fs::path(directory) / one.path);
    if (!bytes) return tl::unexpected(bytes.error());
    auto const to = fs::path(into) / one.path.substr(prefix.size());
    if (to.parent_path() != fs::path(into))
      if (auto made = make_private_folder(to.parent_path().string()); !made) return made;
    if (auto made = make_file(to, *bytes, file::readers::owner); !made) return made;
  }
  return {};
}

result<void> add_erasures(std::string const& address, std::map<uuid, instant>& erased, stage_progress const& progress) {
  auto const log = offline::open_to_read(address);
  if (!log) return fail(log.error().code, "--erased-in " + address + ": " + log.error().detail);
  auto const found = read_history(**log, nullptr, stage(progress, "Looking for erasures"));
  if (!found) return tl::unexpected(found.error());
  erased.insert(found->erased.begin(), found->erased.end());
  return {};
}

/// A key that was copied before its donor was erased does not come back.
result<std::uint64_t> erase_again(std::string const& into, std::map<uuid, instant> const& erased) {
  std::error_code ignored;
  if (!fs::exists(fs::path(keys_directory(into)) / "secret", ignored)) return 0;
  auto const keys = key_store::open(keys_directory(into));
  if (!keys) return tl::unexpected(keys.error());
  auto const before = (*keys)->size();
  std::vector<key_store::erasure> said;
  for (auto const& [id, when] : erased) said.push_back({id, when});
  if (auto const done = (*keys)->erase_as_logged(said); !done) return tl::unexpected(done.error());
  return before - (*keys)->size();
}

result<void> name_it(std::string const& folder, std::string const& into) {
  std::error_code problem;
  fs::remove(fs::path(folder) / being_restored, problem);
  if (!problem) fs::rename(folder, into, problem);  // an empty folder gives way
  if (problem) return fail(errc::io_failure, "cannot name " + into + ": " + problem.message());
  return sync_directory(fs::absolute(into).parent_path());
}

}  // namespace

result<restore_report> restore(restore_wish const& wish, stage_progress const& progress) {
  if (auto free = refuse_to_overwrite(wish.into); !free) return tl::unexpected(free.error());
  auto const what = read_manifest(wish.directory);
  if (!what) return tl::unexpected(what.error());
  if (auto whole = whole_backup(wish.directory, progress); !whole) return tl::unexpected(whole.error());
  auto const folder = beside(wish.into);
  if (auto made = make_room_beside(folder); !made) return tl::unexpected(made.error());
  restore_report report{wish.into, {}, what->made_at, 0, 0, 0};
  history_facts found;
  {
    log_options options;
    options.partitions = what->partitions;
    auto const to = open_log(wish.log_address.empty() ? log_directory(folder) : wish.log_address, options);
    if (!to) return tl::unexpected(to.error());
    report.log = wish.log_address.empty() ? "the embedded log in " + log_directory(wish.into) : (*to)->description();
    auto const put = put_history(wish.directory, *what, **to, progress);
    if (!put) return tl::unexpected(put.error());
    report.records = put->records;
    report.already_there = put->already_there;
    auto const read = read_history(**to, &what->heads, stage(progress, "Verifying what was restored"));
    if (!read) return tl::unexpected(read.error());
    if (read->heads != what->heads)
      return fail(errc::corrupt, "What was restored is not what the manifest says. Nothing was named " + wish.into + ".");
    found = *read;
    if (!wish.log_address.empty()) {  // a topic may go on behind the backup, and tell of erasures there
      auto const all = read_history(**to, nullptr, {});
      if (!all) return tl::unexpected(all.error());
      found.erased = all->erased;
    }
  }
  if (auto put = put_files(wish.directory, *what, folder); !put) return tl::unexpected(put.error());
  for (auto const& address : wish.erased_in)
    if (auto added = add_erasures(address, found.erased, progress); !added) return tl::unexpected(added.error());
  auto const erased = erase_again(folder, found.erased);
  if (!erased) return tl::unexpected(erased.error());
  report.keys_erased = *erased;
  if (auto named = name_it(folder, wish.into); !named) return tl::unexpected(named.error());
  return report;
}

}  // namespace tracseq::backup
