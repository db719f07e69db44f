// What could not be applied: shown to an operator, tried again, or left out.

#include <algorithm>
#include <set>

#include "projections/runner_parts.hpp"

namespace tracseq {
namespace {

accepted_commit commit_of(parked_row const& row) {
  accepted_commit made;
  made.partition = row.partition;
  made.offset = row.offset;
  made.record = row.record;
  auto decoded = decode_record(row.record);
  if (!decoded || !std::holds_alternative<commit>(*decoded))
    throw query_failure({errc::corrupt, "A parked commit's record is damaged.", {}});
  made.commit = std::get<commit>(*std::move(decoded));
  for (auto const& event : made.commit.events) {
    auto read = decode_event(event);
    if (!read) {
      made.undecodable = read.error().detail;
      made.events.clear();
      break;
    }
    made.events.push_back(*std::move(read));
  }
  return made;
}

struct stored_parked {
  std::string key;
  parked_row row;
};

std::vector<stored_parked> parked_of(store& rows, std::string const& prefix, std::size_t limit) {
  std::vector<stored_parked> found;
  auto const meta = rows.newest(rows.meta());
  for (auto at = meta->scan_prefix(prefix); at->valid() && found.size() < limit; at->next())
    found.push_back({std::string(at->key()), decode_row<parked_row>(at->value())});
  return found;
}

}  // namespace

bool runner::healthy() const noexcept { return parts_->parked_commits.load() == 0; }

std::vector<parked_commit> runner::parked(std::size_t limit) const {
  std::vector<parked_commit> shown;
  for (auto const& [at, row] : parked_of(*parts_->rows, "parked/", limit)) {
    auto const table = std::string_view(at).substr(7, at.find('\0') - 7);
    shown.push_back({std::string(table), row.stream, row.base_version, row.partition, row.offset,
                     row.why, row.recorded_at});
  }
  return shown;
}

result<void> runner::parts::retry(std::string const& projection, std::string const& stream,
                                  bool skip_first) {
  std::lock_guard const guard(apply_mutex);
  auto const found = std::find_if(live.begin(), live.end(),
                                  [&](auto const& one) { return one->name() == projection; });
  auto const waiting_there = parked_of(*rows, parked_prefix(projection, stream), SIZE_MAX);
  if (found == live.end() || waiting_there.empty())
    return fail(errc::not_found, "Nothing of " + stream + " is parked in " + projection + ".");
  auto& table = **found;
  open_batch this_batch({&table});
  std::vector<store_write> writes;
  std::string still_parked;  // the first that fails again, with its new reason
  result<void> outcome;
  std::size_t done = 0;
  if (skip_first) writes.push_back({rows->meta(), waiting_there[done++].key, std::nullopt});
  for (; done < waiting_there.size(); ++done) {
    auto const& [at, row] = waiting_there[done];
    if (auto tried = table.apply_parked(commit_of(row)); !tried) {
      auto told = row;
      told.why = tried.error().detail;
      still_parked = codec::encode(told);
      writes.push_back({rows->meta(), at, still_parked});
      outcome = fail(errc::conflict, "The event of " + stream + " at version " +
                                         std::to_string(row.base_version + 1) +
                                         " still cannot be applied: " + told.why);
      break;
    }
    writes.push_back({rows->meta(), at, std::nullopt});
  }
  table.changes().rows->settle();
  add_writes(writes, *rows, table, table.changes());
  if (auto written = rows->write(writes); !written) return written;
  this_batch.written();
  parked_commits -= done;
  if (done == waiting_there.size()) table.unpark(stream);
  return outcome;
}

result<void> runner::retry_parked(std::string const& projection, std::string const& stream) {
  try {
    return parts_->retry(projection, stream, false);
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
}

std::optional<std::string> runner::written_by_newer() const {
  constexpr std::size_t looked_at_max = 100;
  for (auto const& [at, row] : parked_of(*parts_->rows, "parked/", looked_at_max)) {
    auto const decoded = decode_record(row.record);
    if (!decoded || !std::holds_alternative<commit>(*decoded)) continue;
    for (auto const& event : std::get<commit>(*decoded).events)
      if (auto const read = decode_event(event); !read && read.error().code == errc::unsupported)
        return read.error().detail;
  }
  return std::nullopt;
}

std::size_t runner::retry_all_parked() {
  constexpr std::size_t tried_max = 100'000;
  std::set<std::pair<std::string, std::string>> streams;
  for (auto const& one : parked(tried_max)) streams.emplace(one.projection, one.stream);
  std::size_t mended = 0;
  for (auto const& [projection, stream] : streams) mended += retry_parked(projection, stream) ? 1 : 0;
  return mended;
}

result<void> runner::skip_parked(std::string const& projection, std::string const& stream) {
  try {
    return parts_->retry(projection, stream, true);
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
}

std::vector<projection_status> runner::status() const {
  std::map<std::string, std::pair<std::uint64_t, std::string>> parked_by_table;
  std::map<std::string, std::uint64_t> streams;
  for (auto const& one : parked(SIZE_MAX)) {
    auto& [commits, last] = parked_by_table[one.projection];
    ++commits;
    if (last != one.stream) ++streams[one.projection];
    last = one.stream;
  }
  auto const failure = rebuild_failure();
  std::lock_guard const guard(parts_->apply_mutex);
  auto const shown = parts_->shown_now();
  std::vector<projection_status> all;
  auto const add = [&](applied_table const& table, projection_state state) -> projection_status& {
    projection_status one;
    one.name = table.model().name();
    one.version = table.model().version();
    one.state = state;
    for (auto const& visible : shown->tables)
      if (visible.name == one.name) one.shown_version = visible.version;
    one.log_records = parts_->log_records;
    one.built_records = one.log_records;
    one.parked_commits = parked_by_table[table.name()].first;
    one.parked_streams = streams[table.name()];
    return all.emplace_back(std::move(one));
  };
  for (auto const& table : parts_->live) add(*table, projection_state::live);
  for (auto const& one : parts_->building) {
    auto& row = add(*one->table, projection_state::building);
    if (row.shown_version != 0) row.state = projection_state::building_beside;
    row.built_records = one->records;
    if (failure) row.stands_still = failure->detail;
  }
  return all;
}

}  // namespace tracseq
