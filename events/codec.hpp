#pragma once
// Bytes of described structs. Include this from .cpp files only: it pulls in cereal.
//
// A described struct (BOOST_DESCRIBE_STRUCT) is its bases' members and its own in declared order, each
// little-endian:
//   bool u8 (0 or 1) · integers and enums at their own width · double IEEE 754
//   string      u32 length, bytes          vector   u32 count, elements
//   optional    u8 present, value if 1     map      u32 count, key and value each, in key order
//   uuid        16 bytes                   instant  i64 µs since the epoch
//
// The archives are ours because cereal's resize a container to the length they read before they look
// whether so many bytes are there (nine bytes can ask for 2 GiB). Ours check first, and `decode`
// demands that every byte was used.

#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cereal/cereal.hpp>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/result.hpp"

namespace tracseq::codec {

static_assert(std::endian::native == std::endian::little, "formats are little-endian");

class output_archive : public cereal::OutputArchive<output_archive, cereal::AllowEmptyClassElision> {
 public:
  explicit output_archive(std::string& out)
      : cereal::OutputArchive<output_archive, cereal::AllowEmptyClassElision>(this), out_(out) {}
  void write(void const* data, std::size_t size) {
    out_.append(static_cast<char const*>(data), size);
  }

 private:
  std::string& out_;
};

class input_archive : public cereal::InputArchive<input_archive, cereal::AllowEmptyClassElision> {
 public:
  explicit input_archive(std::string_view bytes)
      : cereal::InputArchive<input_archive, cereal::AllowEmptyClassElision>(this), rest_(bytes) {}
  void read(void* data, std::size_t size) {
    need(size);
    std::memcpy(data, rest_.data(), size);
    rest_.remove_prefix(size);
  }
  /// A container's count, refused when the bytes left cannot hold so many elements of at least one
  /// byte each.
  [[nodiscard]] std::uint32_t read_count() {
    std::uint32_t count = 0;
    read(&count, sizeof count);
    need(count);
    return count;
  }
  [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

 private:
  void need(std::size_t size) const {
    if (size > rest_.size()) throw std::length_error("the bytes end early");
  }
  std::string_view rest_;
};

}  // namespace tracseq::codec

// cereal asks an archive that reads which one writes.
CEREAL_SETUP_ARCHIVE_TRAITS(tracseq::codec::input_archive, tracseq::codec::output_archive)
// Enums go through our functions, which know the enumerators, and not through cereal's own.
namespace cereal {
template <class T>
  requires std::is_enum_v<T>
struct specialize<tracseq::codec::input_archive, T, specialization::non_member_load_save>
    : std::true_type {};
template <class T>
  requires std::is_enum_v<T>
struct specialize<tracseq::codec::output_archive, T, specialization::non_member_load_save>
    : std::true_type {};
}  // namespace cereal

namespace tracseq::codec {

template <class T>
concept scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;
/// Members of bases first.
inline constexpr unsigned every_member =
    boost::describe::mod_any_access | boost::describe::mod_inherited;
template <class T>
concept described = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;

template <scalar T>
void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, T const& value) {
  archive.write(&value, sizeof value);
}
template <scalar T>
void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    std::uint8_t byte = 0;
    archive.read(&byte, 1);
    if (byte > 1) throw std::domain_error("a boolean is 0 or 1");
    value = byte == 1;
  } else {
    archive.read(&value, sizeof value);
    if constexpr (std::is_enum_v<T>) {
      bool known = false;
      boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
          [&](auto const& row) { known = known || row.value == value; });
      if (!known) throw std::domain_error("an enumerator this build does not know");
    }
  }
}

inline void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, std::string const& text) {
  auto const size = static_cast<std::uint32_t>(text.size());
  archive.write(&size, sizeof size);
  archive.write(text.data(), text.size());
}
inline void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, std::string& text) {
  text.resize(archive.read_count());
  archive.read(text.data(), text.size());
}

inline void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, uuid const& id) {
  archive.write(id.bytes.data(), id.bytes.size());
}
inline void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, uuid& id) {
  archive.read(id.bytes.data(), id.bytes.size());
}

inline void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, instant const& at) {
  archive.write(&at.us, sizeof at.us);
}
inline void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, instant& at) {
  archive.read(&at.us, sizeof at.us);
  if (!can_be_written(at)) throw std::domain_error("a moment outside the years 0001 to 9999");
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, std::optional<T> const& value) {
  archive(value.has_value());
  if (value) archive(*value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, std::optional<T>& value) {
  bool present = false;
  archive(present);
  value.reset();
  if (present) archive(value.emplace());
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, std::vector<T> const& values) {
  auto const size = static_cast<std::uint32_t>(values.size());
  archive.write(&size, sizeof size);
  for (auto const& value : values) archive(value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, std::vector<T>& values) {
  auto const count = archive.read_count();
  values.clear();
  // Not reserved: an element may be larger in memory than on the wire, and growth is bounded by what
  // is really there.
  for (std::uint32_t i = 0; i < count; ++i) archive(values.emplace_back());
}

template <class K, class V>
void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, std::map<K, V> const& values) {
  auto const size = static_cast<std::uint32_t>(values.size());
  archive.write(&size, sizeof size);
  for (auto const& [key, value] : values) archive(key, value);
}
template <class K, class V>
void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, std::map<K, V>& values) {
  auto const count = archive.read_count();
  values.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    K key{};
    V value{};
    archive(key, value);
    values.emplace(std::move(key), std::move(value));
  }
}

template <described T>
void CEREAL_SAVE_FUNCTION_NAME(output_archive& archive, T const& value) {
  boost::mp11::mp_for_each<boost::describe::describe_members<T, every_member>>(
      [&](auto member) { archive(value.*member.pointer); });
}
template <described T>
void CEREAL_LOAD_FUNCTION_NAME(input_archive& archive, T& value) {
  boost::mp11::mp_for_each<boost::describe::describe_members<T, every_member>>(
      [&](auto member) { archive(value.*member.pointer); });
}

/// Appends the bytes of `value` to `out`.
template <class T>
void encode_to(std::string& out, T const& value) {
  output_archive archive(out);
  archive(value);
}

template <class T>
[[nodiscard]] std::string encode(T const& value) {
  std::string out;
  encode_to(out, value);
  return out;
}

/// Reads a `T` that takes exactly `bytes`; `corrupt` when they end early, hold an impossible value
/// or go on behind it. Never throws, never allocates more than a small multiple of `bytes`.
template <class T>
[[nodiscard]] result<T> decode(std::string_view bytes) {
  try {
    input_archive archive(bytes);
    T value{};
    archive(value);
    if (archive.left() != 0)
      return fail(errc::corrupt, std::to_string(archive.left()) + " bytes too many");
    return value;
  } catch (std::exception const& caught) {
    return fail(errc::corrupt, caught.what());
  }
}

}  // namespace tracseq::codec
