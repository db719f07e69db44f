#include "projections/command_ids.hpp"

#include <cstring>

#include "projections/rows.hpp"

// Value: partition u16 | offset u64 | base_version u64 | events u16 | flags u8 | fingerprint 16
// | recorded_at i64 | stream, little-endian. Written for every commit, and so without the codec.

namespace tracseq {
namespace {

template <class T>
void put(std::string& out, T const& value) {
  out.append(reinterpret_cast<char const*>(&value), sizeof value);
}
template <class T>
void take(std::string_view& bytes, T& value) {
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes.remove_prefix(sizeof value);
}
constexpr std::size_t fixed_bytes = 2 + 8 + 8 + 2 + 1 + 16 + 8;

std::string_view bytes_of(uuid const& id) {
  return {reinterpret_cast<char const*>(id.bytes.data()), id.bytes.size()};
}

}  // namespace

void command_ids_projection::apply(accepted_event const& event, table& rows) const {
  apply_commit(event.in, rows);
}

void command_ids_projection::apply_commit(accepted_commit const& accepted, table& rows) const {
  auto const& commit = accepted.commit;
  std::string value;
  value.reserve(fixed_bytes + commit.stream.size());
  put(value, accepted.partition);
  put(value, accepted.offset);
  put(value, commit.base_version);
  put(value, static_cast<std::uint16_t>(commit.events.size()));
  put(value, commit.flags);
  put(value, commit.request);
  put(value, commit.recorded_at.us);
  value += commit.stream;
  rows.put(bytes_of(commit.command_id), value);
}

std::optional<command_row> command_ids_query::find(uuid const& command_id) const {
  auto const stored = view_.table("command_ids").get(bytes_of(command_id));
  if (!stored) return std::nullopt;
  if (stored->size() < fixed_bytes)
    throw query_failure({errc::corrupt, "a stored command id is damaged", {}});
  std::string_view bytes = *stored;
  command_row row;
  take(bytes, row.partition);
  take(bytes, row.offset);
  take(bytes, row.base_version);
  take(bytes, row.events);
  take(bytes, row.flags);
  take(bytes, row.request);
  take(bytes, row.recorded_at.us);
  row.stream = bytes;
  return row;
}

}  // namespace tracseq
