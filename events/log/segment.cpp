#include "events/log/segment.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "events/hash.hpp"

namespace tracseq::segment {
namespace {

constexpr std::string_view header_magic = "TSSEG001";
constexpr std::string_view frame_magic = "TSF1";

template <class Number>
void put(std::string& out, Number value) {
  out.append(reinterpret_cast<char const*>(&value), sizeof value);
}

template <class Number>
Number get(std::string_view bytes, std::size_t at) noexcept {
  Number value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

constexpr std::size_t padded(std::size_t size) noexcept { return (size + 7) & ~std::size_t{7}; }

}  // namespace

std::string encode_header(header const& head) {
  std::string out;
  out.reserve(header_bytes);
  out += header_magic;
  put(out, head.version);
  put(out, static_cast<std::uint16_t>(head.starts.size()));
  put(out, std::uint16_t{0});
  out.append(reinterpret_cast<char const*>(head.log_id.bytes.data()), 16);
  put(out, head.number);
  put(out, head.first_batch);
  for (auto const start : head.starts) put(out, start);
  out.resize(header_bytes - 4, '\0');
  put(out, crc32(out));
  return out;
}

result<header> decode_header(std::string_view bytes) {
  if (bytes.size() < header_bytes) return fail(errc::corrupt, "the segment's header is cut off");
  bytes = bytes.substr(0, header_bytes);
  if (bytes.substr(0, 8) != header_magic)
    return fail(errc::corrupt, "the file does not begin like a TracSeq segment");
  if (crc32(bytes.substr(0, header_bytes - 4)) != get<std::uint32_t>(bytes, header_bytes - 4))
    return fail(errc::corrupt, "the segment's header does not match its checksum");
  header head;
  head.version = get<std::uint32_t>(bytes, 8);
  if (head.version > format_version)
    return fail(errc::unsupported, "the log was written by a newer TracSeq (format " +
                                       std::to_string(head.version) + ", this one reads up to " +
                                       std::to_string(format_version) + ")");
  auto const partitions = get<std::uint16_t>(bytes, 12);
  if (partitions == 0 || partitions > partitions_max)
    return fail(errc::corrupt, "the segment's header names an impossible number of partitions");
  std::memcpy(head.log_id.bytes.data(), bytes.data() + 16, 16);
  head.number = get<std::uint64_t>(bytes, 32);
  head.first_batch = get<std::uint64_t>(bytes, 40);
  for (std::size_t p = 0; p < partitions; ++p)
    head.starts.push_back(get<std::uint64_t>(bytes, 48 + 8 * p));
  return head;
}

void append_frame(std::string& out, partition_id partition, std::uint16_t flags, std::uint64_t batch,
                  std::uint64_t offset, std::string_view record) {
  auto const begin = out.size();
  out += frame_magic;
  put(out, std::uint32_t{0});
  put(out, static_cast<std::uint32_t>(record.size()));
  put(out, partition);
  put(out, flags);
  put(out, batch);
  put(out, offset);
  out += record;
  out.resize(begin + padded(frame_header_bytes + record.size()), '\0');
  auto const sum = crc32(std::string_view(out).substr(begin + 8));
  std::memcpy(out.data() + begin + 4, &sum, sizeof sum);
}

void mark_last_of_batch(std::string& frames, std::size_t at) {
  auto flags = get<std::uint16_t>(frames, at + 14);
  flags |= flag_last_of_batch;
  std::memcpy(frames.data() + at + 14, &flags, sizeof flags);
  auto const sum = crc32(std::string_view(frames).substr(at + 8));
  std::memcpy(frames.data() + at + 4, &sum, sizeof sum);
}

frame_read read_frame(std::string_view bytes) noexcept {
  frame_read read;
  auto const all_zero = [](std::string_view view) {
    return std::all_of(view.begin(), view.end(), [](char c) { return c == '\0'; });
  };
  if (bytes.size() < frame_header_bytes) {
    read.status = all_zero(bytes) ? frame_status::empty : frame_status::needs_more;
    return read;
  }
  if (bytes.substr(0, 4) != frame_magic) {
    read.status =
        all_zero(bytes.substr(0, frame_header_bytes)) ? frame_status::empty : frame_status::bad;
    return read;
  }
  auto const length = get<std::uint32_t>(bytes, 8);
  if (length > event_log::record_bytes_max) return read;
  auto const size = padded(frame_header_bytes + length);
  if (bytes.size() < size) {
    read.status = frame_status::needs_more;
    return read;
  }
  if (crc32(bytes.substr(8, size - 8)) != get<std::uint32_t>(bytes, 4)) return read;
  read.status = frame_status::good;
  read.frame.partition = get<std::uint16_t>(bytes, 12);
  read.frame.flags = get<std::uint16_t>(bytes, 14);
  read.frame.batch = get<std::uint64_t>(bytes, 16);
  read.frame.offset = get<std::uint64_t>(bytes, 24);
  read.frame.record = bytes.substr(frame_header_bytes, length);
  read.frame.size = size;
  return read;
}

std::string file_name(std::uint64_t number) {
  char name[64];
  std::snprintf(name, sizeof name, "segment-%08llu.tslog", static_cast<unsigned long long>(number));
  return name;
}

}  // namespace tracseq::segment
