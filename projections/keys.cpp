#include "projections/keys.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tracseq {
namespace {

constexpr char uuid_follows = '\x01';

/// Only the text that `to_string` writes is taken as a uuid, so that every name reads back as it was.
std::optional<uuid> canonical_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  for (char const c : text)
    if (c >= 'A' && c <= 'F') return std::nullopt;
  return parse_uuid(text);
}

std::string encode_stream(std::string_view name) {
  auto const kind = stream_kind(name);
  std::string bytes(kind);
  if (kind.size() == name.size()) return bytes += '\0';  // a name without a key
  auto const rest = stream_key(name);
  if (auto const id = canonical_uuid(rest)) {
    bytes += uuid_follows;
    return bytes.append(reinterpret_cast<char const*>(id->bytes.data()), id->bytes.size());
  }
  return bytes.append("/").append(rest).append(1, '\0');
}

}  // namespace

key& key::stream(std::string_view name) {
  // Several projections ask for the same stream one after the other.
  thread_local std::string last_name;
  thread_local std::string last_bytes;
  if (name != last_name || name.empty()) {
    last_bytes = encode_stream(name);
    last_name = name;
  }
  bytes_ += last_bytes;
  return *this;
}

std::string_view key_reader::text() {
  auto const end = std::min(rest_.find('\0'), rest_.size());
  auto const value = rest_.substr(0, end);
  skip(end + 1);
  return value;
}

std::uint64_t key_reader::number(std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | (i < rest_.size() ? static_cast<std::uint8_t>(rest_[i]) : 0u);
  skip(size);
  return value;
}

instant key_reader::time() {
  return {static_cast<std::int64_t>(number(8) ^ (std::uint64_t{1} << 63))};
}

uuid key_reader::id() {
  uuid value;
  std::memcpy(value.bytes.data(), rest_.data(), std::min(rest_.size(), value.bytes.size()));
  skip(value.bytes.size());
  return value;
}

std::string key_reader::stream() {
  auto const mark = rest_.find_first_of(std::string_view("\x01/\0", 3));
  if (mark == std::string_view::npos) return std::string(std::exchange(rest_, {}));
  auto const kind = rest_.substr(0, mark);
  auto const kind_of_key = rest_[mark];
  skip(mark + 1);
  if (kind_of_key == uuid_follows) return stream_name(kind, id());
  if (kind_of_key == '\0') return std::string(kind);
  return stream_name(kind, text());
}

uuid uuid_of_stream(std::string_view stream) {
  thread_local std::string last_name;
  thread_local uuid last_id;
  if (stream == last_name && !stream.empty()) return last_id;
  auto const id = parse_uuid(stream_key(stream));
  if (!id) throw std::runtime_error("the stream " + std::string(stream) + " is not named by a UUID");
  last_name = stream;
  return last_id = *id;
}

}  // namespace tracseq
