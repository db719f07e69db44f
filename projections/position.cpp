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

void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}
bool take_text(std::string_view& bytes, std::string& text) {
  std::uint16_t size = 0;
  if (bytes.size() < sizeof size) return false;
  take(bytes, size);
  if (bytes.size() < size) return false;
  text = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return true;
}
bool take_owner(std::string_view& bytes, partition_owner& owner) {
  if (!take_text(bytes, owner.node) || bytes.size() < sizeof owner.boot_id) return false;
  take(bytes, owner.boot_id);
  if (!take_text(bytes, owner.address) || bytes.size() < sizeof owner.since.us) return false;
  take(bytes, owner.since.us);
  return true;
}

constexpr std::size_t fixed_bytes = 8 + 8 + 32 + 32 + 8 + 8 + 1 + 8;
constexpr std::uint8_t flag_group_open = 1;
constexpr std::uint8_t flag_broken = 2;
constexpr std::uint8_t flag_recorded = 4;
constexpr std::uint8_t flag_owner = 8;

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
                                     (position.recorded_at.us != 0 ? flag_recorded : 0) |
                                     (position.owner ? flag_owner : 0)));
  put(out, position.group_base_version);
  if (position.broken_at) put(out, *position.broken_at);
  if (position.recorded_at.us != 0) put(out, position.recorded_at.us);
  if (position.owner) {
    put_text(out, position.owner->node);
    put(out, position.owner->boot_id);
    put_text(out, position.owner->address);
    put(out, position.owner->since.us);
  }
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
  if ((flags & flag_owner) != 0 && !take_owner(bytes, position.owner.emplace())) return std::nullopt;
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
