#include "node/stream_store.hpp"

#include <iterator>

#include "projections/command_ids.hpp"
#include "projections/journal.hpp"

namespace tracseq {
namespace {

/// Queries throw where rows cannot be given; the engine wants a value.
template <class Body>
auto guarded(Body body) -> decltype(body()) {
  try {
    return body();
  } catch (query_failure const& caught) {
    return tl::unexpected(caught.why());
  }
}

}  // namespace

result<stored_stream> stream_store::load(std::string_view stream, bool with_snapshot) {
  return guarded([&]() -> result<stored_stream> {
    auto const view = models_.newest();
    journal_query const journal(*view);
    stored_stream stored;
    // Only a stream that is longer than this can have a snapshot that is worth looking for.
    constexpr std::size_t short_commits = 4;
    auto commits = journal.commits(stream, 0, short_commits);
    if (commits.size() == short_commits) {
      auto from = commits.back().commit.version();
      if (with_snapshot)
        if (auto snapshot = models_.load_snapshot(stream)) {
          from = stored.snapshot_version = snapshot->version;
          stored.snapshot = std::move(snapshot->state);
          commits.clear();
        }
      auto rest = journal.commits(stream, from);
      std::move(rest.begin(), rest.end(), std::back_inserter(commits));
    }
    for (auto& one : commits) {
      if (one.commit.base_version == 0)
        stored.origin = {one.commit.who, one.commit.reason, one.commit.occurred_at,
                         one.commit.correlation_id, one.commit.traceparent};
      for (auto& event : one.commit.events) stored.tail.push_back(std::move(event));
    }
    return stored;
  });
}

result<std::optional<first_answer>> stream_store::find_command(uuid const& id) {
  return guarded([&]() -> result<std::optional<first_answer>> {
    auto const view = models_.newest();
    auto row = command_ids_query(*view).find(id);
    // A group whose end is not there was torn: its command was never answered.
    if (!row || row->flags == commit_flag::continued) return std::nullopt;
    first_answer answer;
    answer.partition = row->partition;
    answer.offset = row->offset;
    answer.version = row->base_version + row->events;
    answer.request = row->request;
    if (auto stored = journal_query(*view).commit_at(row->stream, row->base_version))
      answer.events = std::move(stored->commit.events);
    answer.stream = std::move(row->stream);
    return answer;
  });
}

result<std::vector<std::string>> stream_store::open_processes(partition_id partition) {
  return guarded([&]() -> result<std::vector<std::string>> {
    return journal_query(*models_.newest()).open_processes(partition);
  });
}

result<std::optional<commit>> stream_store::torn_group(partition_id partition) {
  return guarded([&]() -> result<std::optional<commit>> {
    std::string stream;
    std::uint64_t base_version = 0;
    {
      std::lock_guard const guard(mutex_);
      auto const& at = positions_.at(partition);
      if (!at.group_open) return std::nullopt;
      stream = at.group_stream;
      base_version = at.group_base_version;
    }
    auto stored = journal_query(*models_.newest()).commit_at(stream, base_version);
    if (!stored)
      return fail(errc::corrupt, "the journal lacks a commit of " + stream + " it should hold");
    return std::optional(std::move(stored->commit));
  });
}

void stream_store::save_snapshot(std::string_view stream, std::uint64_t version, std::string state) {
  models_.save_snapshot(stream, version, state);
}

void stream_store::set_positions(std::vector<partition_position> positions) {
  std::lock_guard const guard(mutex_);
  positions_ = std::move(positions);
}

std::vector<partition_position> stream_store::positions() const {
  std::lock_guard const guard(mutex_);
  return positions_;
}

}  // namespace tracseq
