#pragma once
// Described structs as JSON, through any RapidJSON writer. Include this from .cpp files only.
//
//   described struct → object, its members by name; an optional without a value is left out
//   vector → array · map → object · uuid → text · instant → RFC 3339 · enum → its enumerator's name
//   a number that is not finite → null · sealed text → its key's id, never its bytes

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <rapidjson/rapidjson.h>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/sample.hpp"

namespace tracseq {

template <class T>
inline constexpr bool is_json_optional = false;
template <class T>
inline constexpr bool is_json_optional<std::optional<T>> = true;

template <class Writer>
void write_json_text(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}
template <class Writer>
void write_json_key(Writer& writer, std::string_view key) {
  writer.Key(key.data(), static_cast<rapidjson::SizeType>(key.size()));
}

template <class Writer>
void write_json(Writer& writer, std::string const& text) {
  write_json_text(writer, text);
}
template <class Writer>
void write_json(Writer& writer, uuid const& id) {
  write_json_text(writer, to_string(id));
}
template <class Writer>
void write_json(Writer& writer, instant const& at) {
  write_json_text(writer, to_rfc3339(at));
}
template <class Writer>
void write_json(Writer& writer, sealed_text const& sealed) {
  writer.StartObject();
  write_json_key(writer, "sealed_with");
  write_json(writer, sealed.key_id);
  writer.EndObject();
}

template <class Writer, class T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>)
void write_json(Writer& writer, T value) {
  if constexpr (std::is_same_v<T, bool>) {
    writer.Bool(value);
  } else if constexpr (std::is_enum_v<T>) {
    write_json_text(writer, boost::describe::enum_to_string(value, ""));
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

template <class Writer, class T>
  requires boost::describe::has_describe_members<T>::value
void write_json(Writer& writer, T const& value);

template <class Writer, class T>
void write_json(Writer& writer, std::optional<T> const& value) {
  if (value)
    write_json(writer, *value);
  else
    writer.Null();
}
template <class Writer, class T>
void write_json(Writer& writer, std::vector<T> const& values) {
  writer.StartArray();
  for (auto const& value : values) write_json(writer, value);
  writer.EndArray();
}
template <class Writer, class V>
void write_json(Writer& writer, std::map<std::string, V> const& values) {
  writer.StartObject();
  for (auto const& [key, value] : values) {
    write_json_key(writer, key);
    write_json(writer, value);
  }
  writer.EndObject();
}

/// The members of `value`, those of its bases first, into an object that the caller opened and closes.
template <class Writer, class T>
void write_json_members(Writer& writer, T const& value) {
  boost::mp11::mp_for_each<boost::describe::describe_members<
      T, boost::describe::mod_any_access | boost::describe::mod_inherited>>(
      [&](auto member) {
        auto const& one = value.*member.pointer;
        if constexpr (is_json_optional<std::decay_t<decltype(one)>>) {
          if (!one) return;
        }
        write_json_key(writer, member.name);
        write_json(writer, one);
      });
}

template <class Writer, class T>
  requires boost::describe::has_describe_members<T>::value
void write_json(Writer& writer, T const& value) {
  writer.StartObject();
  write_json_members(writer, value);
  writer.EndObject();
}

}  // namespace tracseq
