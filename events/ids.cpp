#include "events/ids.hpp"

#include <chrono>
#include <cstring>

#include <sys/random.h>

#include "events/hash.hpp"

namespace tracseq {
namespace {

constexpr char hex_digits[] = "0123456789abcdef";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool has_dash_before(std::size_t byte) noexcept {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

// getrandom costs a system call; a thread draws 4 KiB at a time.
void fill_random(std::uint8_t* out, std::size_t count) {
  thread_local std::array<std::uint8_t, 4096> pool;
  thread_local std::size_t used = pool.size();
  if (used + count > pool.size()) {
    std::size_t filled = 0;
    while (filled < pool.size()) {
      auto const got = ::getrandom(pool.data() + filled, pool.size() - filled, 0);
      if (got > 0) filled += static_cast<std::size_t>(got);
    }
    used = 0;
  }
  std::memcpy(out, pool.data() + used, count);
  used += count;
}

}  // namespace

std::string to_string(uuid const& id) {
  std::string text(36, '-');
  char* to = text.data();
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (has_dash_before(i)) ++to;
    *to++ = hex_digits[id.bytes[i] >> 4];
    *to++ = hex_digits[id.bytes[i] & 15];
  }
  return text;
}

std::optional<uuid> parse_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  uuid id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (has_dash_before(i) && text[at++] != '-') return std::nullopt;
    int const high = hex_value(text[at]);
    int const low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return id;
}

uuid make_uuid_v7(std::uint64_t unix_ms, std::array<std::uint8_t, 10> const& random) noexcept {
  uuid id;
  for (int i = 0; i < 6; ++i)
    id.bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(unix_ms >> (40 - 8 * i));
  std::memcpy(id.bytes.data() + 6, random.data(), 10);
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

uuid new_uuid() {
  using namespace std::chrono;
  auto const now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  std::array<std::uint8_t, 10> random;
  fill_random(random.data(), random.size());
  return make_uuid_v7(static_cast<std::uint64_t>(now), random);
}

std::uint64_t unix_ms_of(uuid const& v7) noexcept {
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | v7.bytes[i];
  return ms;
}

uuid derive_uuid(uuid const& space, std::string_view name) {
  std::string input(reinterpret_cast<char const*>(space.bytes.data()), space.bytes.size());
  input += name;
  auto const digest = sha256(input);
  uuid id;
  std::memcpy(id.bytes.data(), digest.data(), id.bytes.size());
  id.bytes[6] = static_cast<std::uint8_t>(0x80 | (id.bytes[6] & 0x0f));
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
  return id;
}

std::string stream_name(std::string_view kind, uuid const& key) {
  return stream_name(kind, to_string(key));
}

std::string stream_name(std::string_view kind, std::string_view key) {
  std::string name;
  name.reserve(kind.size() + 1 + key.size());
  name.append(kind).push_back('/');
  name.append(key);
  return name;
}

std::string_view stream_kind(std::string_view stream) noexcept {
  return stream.substr(0, stream.find('/'));
}

std::string_view stream_key(std::string_view stream) noexcept {
  auto const slash = stream.find('/');
  return slash == std::string_view::npos ? std::string_view{} : stream.substr(slash + 1);
}

partition_id partition_of(std::string_view stream, partition_id partitions) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (char const c : stream) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 0x100000001b3ULL;
  }
  return static_cast<partition_id>(hash % partitions);
}

uuid new_uuid_in_partition(std::string_view kind, partition_id wanted, partition_id partitions) {
  for (;;) {
    auto const id = new_uuid();
    if (partition_of(stream_name(kind, id), partitions) == wanted) return id;
  }
}

}  // namespace tracseq

std::size_t std::hash<tracseq::uuid>::operator()(tracseq::uuid const& id) const noexcept {
  std::size_t high;
  std::size_t low;
  std::memcpy(&high, id.bytes.data(), sizeof high);
  std::memcpy(&low, id.bytes.data() + 8, sizeof low);
  return high * 0x9e3779b97f4a7c15ULL ^ low;
}
