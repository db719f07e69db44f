#pragma once
// Described structs as JSON, by RapidJSON. Include this from .cpp files only.
//
//   described struct → object, its members by name; an optional without a value is left out
//   vector → array · map → object · uuid → text · instant → RFC 3339 · enum → its enumerator's name
//   a number that is not finite → null · sealed text → its key's id, never its bytes

#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/sample.hpp"

namespace tracseq {

template <class T>
inline constexpr bool is_json_optional = false;
template <class T>
inline constexpr bool is_json_optional<std::optional<T>> = true;

class json_writer : public rapidjson::Writer<rapidjson::StringBuffer> {
 public:
  using Writer::Writer;
  /// A key or a text in which nothing has to be escaped: names of members and enumerators, ids, times. Looking
  /// for what to escape, character by character, cost half of writing an answer.
  void plain(std::string_view text) {
    Prefix(rapidjson::kStringType);
    char* const to = os_->Push(text.size() + 2);
    to[0] = '"';
    std::memcpy(to + 1, text.data(), text.size());
    to[text.size() + 1] = '"';
  }
};

inline void write_json_text(json_writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
inline void write_json_key(json_writer& writer, std::string_view key) {
  writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

inline void write_json(json_writer& writer, std::string const& text) {
  write_json_text(writer, text);
}
inline void write_json(json_writer& writer, uuid const& id) {
  writer.plain(to_string(id));
}
inline void write_json(json_writer& writer, instant const& at) {
  writer.plain(to_rfc3339(at));
}
inline void write_json(json_writer& writer, sealed_text const& sealed) {
  writer.StartObject();
  write_json_key(writer, "sealed_with");
  write_json(writer, sealed.key_id);
  writer.EndObject();
}

template <class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
void write_json(json_writer& writer, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    writer.Bool(value);
  } else if constexpr (std::is_enum_v<T>) {
    writer.plain(boost::describe::enum_to_string(value, ""));
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isfinite(value))
      writer.Double(static_cast<double>(value));
    else
      writer.Null();
  } else if constexpr (std::is_signed_v<T>) {
    writer.Int64(value);
  } else {
    writer.Uint64(value);
  }
}

template <class T>
  requires boost::describe::has_describe_members<T>::value
void write_json(json_writer& writer, T const& value);

template <class T>
void write_json(json_writer& writer, std::optional<T> const& value) {
  if (value)
    write_json(writer, *value);
  else
    writer.Null();
}
template <class T>
void write_json(json_writer& writer, std::vector<T> const& values) {
  writer.StartArray();
  for (auto const& value : values) write_json(writer, value);
  writer.EndArray();
}
template <class V>
void write_json(json_writer& writer, std::map<std::string, V> const& values) {
  writer.StartObject();
  for (auto const& [key, value] : values) {
    write_json_key(writer, key);
    write_json(writer, value);
  }
  writer.EndObject();
}

/// The members of `value`, those of its bases first, into an object that the caller opened and closes.
template <class T>
void write_json_members(json_writer& writer, T const& value) {
  boost::mp11::mp_for_each<boost::describe::describe_members<
      T, boost::describe::mod_any_access | boost::describe::mod_inherited>>(
      [&](auto member) {
        auto const& one = value.*member.pointer;
        if constexpr (is_json_optional<std::decay_t<decltype(one)>>) {
          if (!one) return;
        }
        writer.plain(member.name);
        write_json(writer, one);
      });
}

template <class T>
  requires boost::describe::has_describe_members<T>::value
void write_json(json_writer& writer, T const& value) {
  writer.StartObject();
  write_json_members(writer, value);
  writer.EndObject();
}

}  // namespace tracseq
