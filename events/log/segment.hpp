#pragma once
// The embedded log's files: `segment-00000001.tslog` and so on, each a header and then frames, one
// frame a record, all partitions in one file so that a group commit is one write and one fdatasync.
// All numbers little-endian.
//
//   header (4096 bytes) := "TSSEG001" | version u32 (1) | partitions u16 | 0 u16 | log_id 16
//                          | number u64 | first_batch u64 | starts u64 × partitions | zeros
//                          | crc32 u32 of all before it
//   frame  := "TSF1" | crc32 u32 of all behind it in the frame | length u32 | partition u16
//             | flags u16 (1: last of its batch) | batch u64 | offset u64 | record | zeros to 8 bytes
//
// `starts` holds the next offset of each partition where the segment begins. A batch is what was made
// durable together: no frame of batch n + 1 is written before the fdatasync of batch n returned. So a
// bad frame that is followed by a good one of a later batch is damage, never a torn write. Behind the
// last frame of the newest segment lie zeros (space taken in advance); an older segment ends with its
// last frame.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/event_log.hpp"
#include "events/ids.hpp"

namespace tracseq::segment {

inline constexpr std::size_t header_bytes = 4096;
inline constexpr std::size_t frame_header_bytes = 32;
inline constexpr std::uint32_t format_version = 1;
inline constexpr partition_id partitions_max = 256;
/// A frame that carries no record: written once after a torn tail was cut, so that its batch number
/// separates what is behind it from what was cut.
inline constexpr partition_id marker_partition = 0xffff;
inline constexpr std::uint16_t flag_last_of_batch = 1;

struct header {
  std::uint32_t version = format_version;
  uuid log_id;
  std::uint64_t number = 1;
  std::uint64_t first_batch = 1;
  std::vector<std::uint64_t> starts;  ///< one for each partition
  friend bool operator==(header const&, header const&) = default;
};

[[nodiscard]] std::string encode_header(header const& head);
/// `corrupt` for damaged bytes, `unsupported` for a newer version.
[[nodiscard]] result<header> decode_header(std::string_view bytes);

struct frame {
  partition_id partition = 0;
  std::uint16_t flags = 0;
  std::uint64_t batch = 0;
  std::uint64_t offset = 0;
  std::string_view record;   ///< into the bytes it was read from
  std::size_t size = 0;      ///< of the whole frame
};

void append_frame(std::string& out, partition_id partition, std::uint16_t flags, std::uint64_t batch,
                  std::uint64_t offset, std::string_view record);
/// Sets the flag on the frame that begins at `at`, before it is written.
void mark_last_of_batch(std::string& frames, std::size_t at);

enum class frame_status : std::uint8_t {
  good,
  needs_more,  ///< the bytes end before the frame does
  empty,       ///< zeros: nothing was written here
  bad,
};
struct frame_read {
  frame_status status = frame_status::bad;
  segment::frame frame;
};
/// The frame at the beginning of `bytes`.
[[nodiscard]] frame_read read_frame(std::string_view bytes) noexcept;

[[nodiscard]] std::string file_name(std::uint64_t number);

}  // namespace tracseq::segment
