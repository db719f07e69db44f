#include "projections/replay.hpp"

#include <filesystem>

#include "projections/bulk_build.hpp"
#include "projections/runner_parts.hpp"

namespace tracseq {
namespace {

/// Larger than a node's: nothing else runs in this process.
store_options replay_store_options() {
  store_options options;
  options.cache_bytes = 128u << 20;
  // Each generation is a file of a table: to merge every four took a sixth of the time.
  options.unmerged_files_max = 12;
  return options;
}

result<void> check_target(std::string const& into) {
  namespace fs = std::filesystem;
  std::error_code failed;
  if (fs::exists(into, failed) && (!fs::is_directory(into, failed) || !fs::is_empty(into, failed)))
    return fail(errc::already_exists,
                into + " is not empty. Name a new directory, or an empty one, to replay into.");
  return {};
}

}  // namespace

result<replay_totals> replay(event_log& log, std::string const& into,
                             replay_options const& options) {
  if (auto fine = check_target(into); !fine) return tl::unexpected(fine.error());
  auto opened = store::open((std::filesystem::path(into) / "store").string(),
                            replay_store_options());
  if (!opened) return tl::unexpected(opened.error());
  runner::parts all;
  all.rows = *std::move(opened);
  all.models = all_projections();
  all.options.partitions = log.partitions();
  if (auto fine = all.open(); !fine) return tl::unexpected(fine.error());
  std::vector<applied_table*> tables;
  for (auto const& table : all.live) tables.push_back(table.get());
  auto const from = genesis_positions(log.partitions());
  auto built = bulk_build(log, *all.rows, tables, from,
                          {options.until, options.generation_bytes, options.progress, options.stop});
  if (!built) return tl::unexpected(built.error());
  if (auto flushed = all.rows->flush(); !flushed) return tl::unexpected(flushed.error());
  return replay_totals{built->records, built->commits,        built->events,
                       built->bytes,   built->parked_commits, built->verdicts,
                       std::move(built->positions)};
}

}  // namespace tracseq
