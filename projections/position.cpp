#include "projections/position.hpp"

#include <charconv>
#include <cstring>

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

constexpr std::size_t fixed_bytes = 8 + 8 + 32 + 32 + 8 + 8 + 1 + 8;
constexpr std::uint8_t flag_group_open = 1;
constexpr std::uint8_t flag_broken = 2;
constexpr std::uint8_t flag_recorded = 4;

}  // namespace

std::string encode_position(partition_position const& position) {
  std::string out;
  put(out, position.next_offset);
  put(out, position.last_offset);
  put(out, position.last_hash);
  put(out, position.chain.h);
  put(out, position.chain.c);
  put(out, position.chain.s);
  put(out, static_cast<std::uint8_t>((position.group_open ? flag_group_open : 0) |
                                     (position.broken_at ? flag_broken : 0) |
                                     (position.recorded_at.us != 0 ? flag_recorded : 0)));
  put(out, position.group_base_version);
  if (position.broken_at) put(out, *position.broken_at);
  if (position.recorded_at.us != 0) put(out, position.recorded_at.us);
  out += position.group_stream;
  return out;
}

std::optional<partition_position> decode_position(std::string_view bytes) {
  if (bytes.size() < fixed_bytes) return std::nullopt;
  partition_position position;
  std::uint8_t flags = 0;
  take(bytes, position.next_offset);
  take(bytes, position.last_offset);
  take(bytes, position.last_hash);
  take(bytes, position.chain.h);
  take(bytes, position.chain.c);
  take(bytes, position.chain.s);
  take(bytes, flags);
  take(bytes, position.group_base_version);
  position.group_open = (flags & flag_group_open) != 0;
  if ((flags & flag_broken) != 0) {
    if (bytes.size() < sizeof(std::uint64_t)) return std::nullopt;
    take(bytes, position.broken_at.emplace());
  }
  if ((flags & flag_recorded) != 0) {
    if (bytes.size() < sizeof(std::int64_t)) return std::nullopt;
    take(bytes, position.recorded_at.us);
  }
  position.group_stream = bytes;
  return position;
}

std::vector<partition_position> genesis_positions(partition_id partitions) {
  std::vector<partition_position> all(partitions);
  for (partition_id p = 0; p < partitions; ++p) all[p].chain = chain_genesis(p, partitions);
  return all;
}

position_vector offsets_of(std::vector<partition_position> const& positions) {
  position_vector offsets;
  offsets.reserve(positions.size());
  for (auto const& one : positions) offsets.push_back(one.next_offset);
  return offsets;
}

std::string to_text(position_vector const& position) {
  std::string text;
  for (auto const offset : position) {
    if (!text.empty()) text += '.';
    text += std::to_string(offset);
  }
  return text;
}

std::optional<position_vector> parse_position(std::string_view text) noexcept {
  position_vector offsets;
  if (text.size() > 256 * 21) return std::nullopt;
  char const* at = text.data();
  char const* const end = at + text.size();
  while (at != end) {
    std::uint64_t offset = 0;
    auto const [behind, failed] = std::from_chars(at, end, offset);
    if (failed != std::errc{} || (*at == '0' && behind != at + 1)) return std::nullopt;
    offsets.push_back(offset);
    at = behind;
    if (at == end) return offsets;
    if (*at++ != '.') return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace tracseq
