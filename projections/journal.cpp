#include "projections/journal.hpp"

#include <algorithm>
#include <cstring>

#include "projections/paging.hpp"
#include "projections/rows.hpp"

namespace tracseq {
namespace {

constexpr std::size_t offset_bytes = 8;

journal_commit read_commit(std::string_view value) {
  journal_commit found;
  if (value.size() >= offset_bytes) {
    std::memcpy(&found.offset, value.data(), offset_bytes);
    found.record = value.substr(offset_bytes);
    auto decoded = decode_record(found.record);
    if (decoded && std::holds_alternative<tracseq::commit>(*decoded)) {
      found.commit = std::get<tracseq::commit>(*std::move(decoded));
      return found;
    }
  }
  throw query_failure({errc::corrupt, "a commit in the journal is damaged", {}});
}

/// True for an event that opens a process manager's stream again after it ended.
bool reopens(encoded_event const& event) noexcept {
  return event.type == delivery::requeued::type.id;
}

bool ends(encoded_event const& event) {
  static auto const enders = [] {
    std::vector<std::uint32_t> ids;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, event_structs>>(
        [&](auto identity) {
          using type = typename decltype(identity)::type;
          if constexpr (requires { type::ends_process; })
            if (type::ends_process) ids.push_back(type::type.id);
        });
    return ids;
  }();
  return std::find(enders.begin(), enders.end(), event.type) != enders.end();
}

history_event describe_event(journal_commit const& in, std::size_t index) {
  auto const& commit = in.commit;
  history_event shown;
  shown.stream = commit.stream;
  shown.version = commit.base_version + index + 1;
  shown.occurred_at = commit.occurred_at.value_or(commit.recorded_at);
  shown.recorded_at = commit.recorded_at;
  shown.by = commit.who.name;
  shown.by_subject = commit.who.subject;
  shown.by_role = commit.who.role;
  shown.node = commit.node;
  shown.reason = commit.reason;
  shown.command_id = commit.command_id;
  shown.correlation_id = commit.correlation_id;
  shown.causation_id = commit.causation_id;
  auto const decoded = decode_event(commit.events[index]);
  if (decoded) {
    shown.type = facts_of(*decoded).type.name;
    shown.words = words_of(*decoded);
    shown.data_json = json_of(*decoded);
  } else {
    shown.type = "unknown_" + std::to_string(commit.events[index].type);
    shown.words = "An event that this version of TracSeq cannot read: " + decoded.error().detail;
    shown.data_json = "{}";
  }
  return shown;
}

}  // namespace

void journal_projection::apply(accepted_event const& event, table& rows) const {
  apply_commit(event.in, rows);
}

void journal_projection::apply_commit(accepted_commit const& accepted, table& rows) const {
  auto const& commit = accepted.commit;
  std::string value;
  value.reserve(offset_bytes + accepted.record.size());
  value.append(reinterpret_cast<char const*>(&accepted.offset), offset_bytes);
  value += accepted.record;
  rows.put(key('C').stream(commit.stream).u64(commit.base_version), value);

  if (!is_process_kind(stream_kind(commit.stream))) return;
  auto const open = key('O').u16(accepted.partition).stream(commit.stream);
  bool const any_ends = std::any_of(commit.events.begin(), commit.events.end(), &ends);
  bool const any_reopens = std::any_of(commit.events.begin(), commit.events.end(), &reopens);
  if (any_ends)
    rows.erase(open);
  else if (commit.base_version == 0 || any_reopens)
    rows.put(open, {});
}

bool journal_query::exists(std::string_view stream) const {
  return view_.table("journal").get(key('C').stream(stream).u64(0)).has_value();
}

std::uint64_t journal_query::version(std::string_view stream) const {
  if (!exists(stream)) return 0;
  auto const last =
      view_.table("journal").scan_prefix(key('C').stream(stream), direction::backward);
  if (!last->valid()) return 0;
  return read_commit(last->value()).commit.version();
}

std::vector<journal_commit> journal_query::commits(std::string_view stream,
                                                   std::uint64_t from_version,
                                                   std::size_t limit) const {
  auto const& journal = view_.table("journal");
  std::vector<journal_commit> found;
  // Most streams that are asked for do not exist yet or are short: a lookup, which filters answer, costs a
  // tenth of an iterator.
  constexpr std::size_t looked_up_max = 4;
  if (from_version == 0)
    for (; found.size() < std::min(limit, looked_up_max); from_version = found.back().commit.version()) {
      auto const value = journal.get(key('C').stream(stream).u64(from_version));
      if (!value) return found;
      found.push_back(read_commit(*value));
    }
  auto const prefix = key('C').stream(stream);
  if (found.size() == limit) return found;
  for (auto at = journal.scan(key('C').stream(stream).u64(from_version), prefix_end(prefix),
                              direction::forward);
       at->valid() && found.size() < limit; at->next())
    found.push_back(read_commit(at->value()));
  return found;
}

std::optional<journal_commit> journal_query::commit_at(std::string_view stream,
                                                       std::uint64_t base_version) const {
  auto const value = view_.table("journal").get(key('C').stream(stream).u64(base_version));
  if (!value) return std::nullopt;
  return read_commit(*value);
}

std::vector<history_event> history_of(journal_commit const& commit, partition_id partition) {
  std::vector<history_event> shown;
  for (std::size_t i = 0; i < commit.commit.events.size(); ++i) {
    shown.push_back(describe_event(commit, i));
    shown.back().id = std::to_string(partition) + "-" + std::to_string(commit.offset) + "-" +
                      std::to_string(i);
  }
  return shown;
}

result<page<history_event>> journal_query::history(std::string_view stream, direction way,
                                                   std::string const& cursor, std::uint32_t limit,
                                                   std::optional<instant> until) const {
  if (auto fine = check_limit(limit); !fine) return tl::unexpected(fine.error());
  auto const prefix = key('C').stream(stream).bytes();
  auto const scope = "h" + prefix + (way == direction::forward ? "f" : "b");
  bool const forward = way == direction::forward;
  std::optional<std::uint64_t> after;  // the version shown last
  std::string from = prefix;
  std::string end = prefix_end(prefix);
  auto const& rows = view_.table("journal");
  if (!cursor.empty()) {
    auto const at = read_cursor(scope, cursor);
    if (!at || at->size() != 8) return tl::unexpected(read_cursor(scope, "?").error());
    after = key_reader(std::string_view("x" + *at)).number(8);
    auto const here = key('C').stream(stream).u64(*after).bytes();
    if (forward) {
      // The commit that holds the event shown last begins at or before it: it may hold more.
      auto const before = rows.scan(prefix, here, direction::backward);
      from = before->valid() ? std::string(before->key()) : prefix;
    } else {
      end = here;
    }
  }
  auto const partition =
      partition_of(stream, static_cast<partition_id>(std::max<std::size_t>(1, view_.position().size())));
  page<history_event> found;
  for (auto at = rows.scan(from, end, way); at->valid(); at->next()) {
    auto const commit = read_commit(at->value());
    if (until && commit.commit.recorded_at > *until) {
      if (forward) break;
      continue;
    }
    auto events = history_of(commit, partition);
    if (!forward) std::reverse(events.begin(), events.end());
    for (auto& event : events) {
      if (after && (forward ? event.version <= *after : event.version >= *after)) continue;
      if (found.rows.size() == limit) {
        found.next_cursor =
            make_cursor(scope, key('x').u64(found.rows.back().version).bytes().substr(1));
        return found;
      }
      found.rows.push_back(std::move(event));
    }
  }
  return found;
}

void journal_query::each_record(
    partition_id partitions,
    std::function<void(partition_id, std::uint64_t offset, std::string_view record)> const& visit) const {
  for (auto rows = view_.table("journal").scan_prefix(key('C')); rows->valid(); rows->next()) {
    auto const value = rows->value();
    std::uint64_t offset = 0;
    if (value.size() < offset_bytes) continue;
    std::memcpy(&offset, value.data(), offset_bytes);
    auto const record = value.substr(offset_bytes);
    auto const decoded = decode_record(record);
    if (!decoded || !std::holds_alternative<commit>(*decoded)) continue;
    visit(partition_of(std::get<commit>(*decoded).stream, partitions), offset, record);
  }
}

std::vector<std::string> journal_query::open_processes(partition_id partition) const {
  std::vector<std::string> streams;
  for (auto at = view_.table("journal").scan_prefix(key('O').u16(partition)); at->valid(); at->next()) {
    key_reader reader(at->key());
    reader.skip(2);
    streams.push_back(reader.stream());
  }
  return streams;
}

}  // namespace tracseq
