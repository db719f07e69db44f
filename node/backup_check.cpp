#include <filesystem>

#include "node/backup_parts.hpp"
#include "node/offline_parts.hpp"

namespace tracseq::backup {
namespace {

namespace fs = std::filesystem;

void check_file(std::string const& directory, stored_file const& wanted, std::vector<std::string>& problems) {
  std::error_code ignored;
  auto const path = fs::path(directory) / wanted.path;
  if (!fs::exists(path, ignored)) {
    problems.push_back(path.string() + " is missing.");
    return;
  }
  auto const found = describe_file(directory, wanted.path, wanted.bytes);
  if (!found) {
    problems.push_back(found.error().detail);
  } else if (found->bytes < wanted.bytes) {
    problems.push_back(path.string() + " is shorter than it was: " + std::to_string(found->bytes) + " of " +
                       std::to_string(wanted.bytes) + " bytes.");
  } else if (found->sha256 != wanted.sha256) {
    problems.push_back(path.string() + " was changed: its bytes do not have the SHA-256 that the manifest names.");
  }
}

void check_history(std::string const& directory, manifest const& wanted, offline::report_progress const& progress,
                   std::vector<std::string>& problems) {
  auto const log = offline::open_to_read(log_folder(directory));
  if (!log) {
    problems.push_back(log.error().detail);
    return;
  }
  if ((*log)->partitions() != wanted.partitions) {
    problems.push_back("The history in " + directory + " has " + std::to_string((*log)->partitions()) +
                       " partitions, the manifest says " + std::to_string(wanted.partitions) + ".");
    return;
  }
  auto const found = read_history(**log, &wanted.heads, progress);
  if (!found) {
    problems.push_back(found.error().detail);
    return;
  }
  for (auto const& head : wanted.heads)
    if (found->heads[head.partition] != head)
      problems.push_back("Partition " + std::to_string(head.partition) + " of the history in " + directory +
                         " is not what the manifest says: " + std::to_string(found->heads[head.partition].commits) +
                         " commits of " + std::to_string(head.commits) + ", or others.");
}

}  // namespace

result<check_report> check(std::string const& directory, stage_progress const& progress) {
  auto const wanted = read_manifest(directory);
  if (!wanted) return tl::unexpected(wanted.error());
  check_report report;
  report.directory = directory;
  report.made_at = wanted->made_at;
  report.records = wanted->records;
  report.commits = wanted->commits;
  for (std::uint64_t done = 0; auto const& one : wanted->files) {
    check_file(directory, one, report.problems);
    if (progress) progress("Reading files", ++done, wanted->files.size());
  }
  check_history(directory, *wanted, stage(progress, "Verifying"), report.problems);
  report.ok = report.problems.empty();
  return report;
}

}  // namespace tracseq::backup
