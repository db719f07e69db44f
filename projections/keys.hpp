#pragma once
// Keys of rows: bytes that sort as people expect.
//
//   numbers   big-endian; times with the sign bit turned, so that earlier sorts first
//   text      its bytes and a 00, where something follows
//   stream    kind 01 and the 16 bytes of its uuid; kind '/' key 00 where the key is no uuid

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "events/ids.hpp"
#include "events/instant.hpp"

namespace tracseq {

class key {
 public:
  explicit key(char family) : bytes_(1, family) { bytes_.reserve(48); }
  key& text(std::string_view value) {  ///< in the middle: ended by a 00
    bytes_ += value;
    bytes_ += '\0';
    return *this;
  }
  key& tail(std::string_view value) {  ///< at the end
    bytes_ += value;
    return *this;
  }
  key& u8(std::uint8_t value) {
    bytes_ += static_cast<char>(value);
    return *this;
  }
  key& u16(std::uint16_t value) { return number(value, 2); }
  key& u32(std::uint32_t value) { return number(value, 4); }
  key& u64(std::uint64_t value) { return number(value, 8); }
  key& time(instant at) {
    return u64(static_cast<std::uint64_t>(at.us) ^ (std::uint64_t{1} << 63));
  }
  key& id(uuid const& value) {
    bytes_.append(reinterpret_cast<char const*>(value.bytes.data()), value.bytes.size());
    return *this;
  }
  key& stream(std::string_view name);

  [[nodiscard]] std::string const& bytes() const noexcept { return bytes_; }
  operator std::string_view() const noexcept { return bytes_; }  // NOLINT: a key is its bytes

 private:
  key& number(std::uint64_t value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
      bytes_ += static_cast<char>(value >> shift);
    return *this;
  }
  std::string bytes_;
};

/// Reads a key from its end or its beginning. What does not fit reads as zeros: keys are our own.
class key_reader {
 public:
  explicit key_reader(std::string_view bytes) : rest_(bytes) { skip(1); }
  void skip(std::size_t size) { rest_.remove_prefix(size < rest_.size() ? size : rest_.size()); }
  [[nodiscard]] std::string_view text();
  [[nodiscard]] std::uint64_t number(std::size_t size);
  [[nodiscard]] instant time();
  [[nodiscard]] uuid id();
  [[nodiscard]] std::string stream();
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

/// The id in the name of a stream; throws `std::runtime_error` where it is none (which parks it).
[[nodiscard]] uuid uuid_of_stream(std::string_view stream);

}  // namespace tracseq
