#pragma once
// The shape of what goes in and out, made from described structs: request validation, the OpenAPI
// document and the command line's flags all read it.
//
// What a struct cannot say (documentation, bounds, words) it carries as `field_notes` (events/note.hpp), or
// it stands in one table beside it:
//
//   template <> inline constexpr auto notes<take_out_sample> = std::to_array<note>({
//       {.field = "purpose", .doc = "What it is taken out for.", .required = true}});
//
// A struct has the members and the notes of its bases too. A field without a note takes the documentation
// of its name from `common_doc`.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/note.hpp"
#include "events/nullable.hpp"
#include "events/result.hpp"
#include "node/http/json_value.hpp"

namespace tracseq::http {

/// JSON text that stands in an answer as it is.
struct raw_json {
  std::string text = "{}";
};
template <class Writer>
void write_json(Writer& writer, raw_json const& raw) {
  writer.RawValue(raw.text.data(), raw.text.size(), {});
}

using tracseq::note;
using tracseq::nullable;

/// Notes of a struct that does not carry its own.
template <class T>
inline constexpr std::array<note, 0> notes{};

/// Documentation of a field by its name alone; empty if the name says nothing in common.
[[nodiscard]] std::string_view common_doc(std::string_view field) noexcept;

enum class shape : std::uint8_t { text, boolean, integer, number, time, id, list, map, object, any };

struct schema;
struct field_schema {
  std::string_view name;
  schema const* type = nullptr;
  note about;
  bool optional = false;  ///< may be left out
  bool nullable = false;  ///< may be null
};
struct schema {
  std::string name;  ///< of objects: its component in the OpenAPI document
  http::shape shape = http::shape::any;
  std::string_view doc;
  std::vector<field_schema> fields;
  schema const* item = nullptr;
  std::vector<std::string_view> words;  ///< of an enum
  double min = 0;                       ///< of integers, by their type
  double max = 0;
};

/// Judges `value` against `type` and its notes; appends what is wrong to `problems`.
void validate(schema const& type, json_value const& value, std::string const& pointer,
              std::vector<field_problem>& problems);

/// "a=1&b=x%20y" as an object shaped by `type`: numbers, booleans and comma-separated lists are told from
/// texts by the schema. Problems point into "/query/…".
[[nodiscard]] json_value read_query(schema const& type, std::string_view query,
                                    std::vector<field_problem>& problems);

/// Undoes percent-encoding; none where it is not valid UTF-8 or holds a control character.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank);
[[nodiscard]] std::string percent_encoded(std::string_view text);

// ---- from types --------------------------------------------------------------------------------

template <class T>
[[nodiscard]] schema const& schema_of();

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_nullable = false;
template <class T>
inline constexpr bool is_nullable<nullable<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <class T>
inline constexpr bool is_map = false;
template <class V>
inline constexpr bool is_map<std::map<std::string, V>> = true;

template <class T>
struct bare {
  using type = T;
};
template <class T>
struct bare<std::optional<T>> : bare<T> {};
template <class T>
struct bare<nullable<T>> : bare<T> {};

template <class T>
using members = boost::describe::describe_members<
    T, boost::describe::mod_public | boost::describe::mod_inherited>;

[[nodiscard]] std::string plain_name(std::string_view mangled_function);
[[nodiscard]] note const* find_note(std::span<note const> all, std::string_view field) noexcept;

template <class T>
[[nodiscard]] std::string type_name() {
  return plain_name(__PRETTY_FUNCTION__);
}

/// `T`'s own notes and those of its bases, the first of a name being the one that counts.
template <class T>
void collect_notes(std::vector<note>& all) {
  all.insert(all.end(), notes<T>.begin(), notes<T>.end());
  if constexpr (requires { T::field_notes; })
    all.insert(all.end(), T::field_notes.begin(), T::field_notes.end());
  boost::mp11::mp_for_each<boost::describe::describe_bases<T, boost::describe::mod_public>>(
      [&](auto base) { collect_notes<typename decltype(base)::type>(all); });
}

template <class T>
void describe_object(schema& out) {
  out.shape = shape::object;
  if constexpr (requires { T::component(); })
    out.name = T::component();
  else
    out.name = type_name<T>();
  std::vector<note> all;
  collect_notes<T>(all);
  if (auto const* own = find_note(all, "")) out.doc = own->doc;
  boost::mp11::mp_for_each<members<T>>([&](auto member) {
    // A name that two bases have is one field: both get what is said.
    for (auto const& known : out.fields)
      if (known.name == member.name) return;
    using type = std::decay_t<decltype(std::declval<T&>().*member.pointer)>;
    field_schema field;
    field.name = member.name;
    field.type = &schema_of<typename bare<type>::type>();
    if (auto const* own = find_note(all, member.name)) field.about = *own;
    field.about.field = member.name;
    if (field.about.doc.empty()) field.about.doc = common_doc(member.name);
    field.optional = is_optional<type>;
    field.nullable = is_nullable<type>;
    out.fields.push_back(field);
  });
}

template <class T>
void describe_enum(schema& out) {
  out.shape = shape::text;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
      [&](auto one) { out.words.emplace_back(one.name); });
}

template <class T>
[[nodiscard]] schema make_schema() {
  schema out;
  if constexpr (std::is_same_v<T, std::string>) {
    out.shape = shape::text;
  } else if constexpr (std::is_same_v<T, bool>) {
    out.shape = shape::boolean;
  } else if constexpr (std::is_same_v<T, uuid>) {
    out.shape = shape::id;
  } else if constexpr (std::is_same_v<T, instant>) {
    out.shape = shape::time;
  } else if constexpr (std::is_same_v<T, raw_json> || std::is_same_v<T, json_value>) {
    out.shape = shape::any;
  } else if constexpr (std::is_enum_v<T>) {
    describe_enum<T>(out);
  } else if constexpr (std::is_integral_v<T>) {
    out.shape = shape::integer;
    out.min = static_cast<double>(std::numeric_limits<T>::min());
    out.max = static_cast<double>(std::numeric_limits<T>::max());
  } else if constexpr (std::is_floating_point_v<T>) {
    out.shape = shape::number;
  } else if constexpr (is_vector<T>) {
    out.shape = shape::list;
    out.item = &schema_of<typename T::value_type>();
  } else if constexpr (is_map<T>) {
    out.shape = shape::map;
    out.item = &schema_of<typename T::mapped_type>();
  } else {
    describe_object<T>(out);
  }
  return out;
}

}  // namespace detail

template <class T>
schema const& schema_of() {
  static schema const made = detail::make_schema<T>();
  return made;
}

// ---- into structs: of what `validate` let pass --------------------------------------------------

namespace detail {
[[nodiscard]] std::int64_t to_integer(json_value const& value) noexcept;
[[nodiscard]] double to_number(json_value const& value) noexcept;
[[nodiscard]] std::string to_text(json_value const& value);

template <class T>
void decode(json_value const& value, T& out) {
  if constexpr (is_optional<T>) {
    using inner = typename T::value_type;
    if constexpr (is_optional<inner>) {
      out.emplace();
      if (!value.is_null()) decode(value, *out);
    } else if (!value.is_null()) {
      decode(value, out.emplace());
    }
  } else if constexpr (std::is_same_v<T, json_value>) {
    out = value;
  } else if constexpr (std::is_same_v<T, std::string>) {
    out = to_text(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out = value.as<bool>() && *value.as<bool>();
  } else if constexpr (std::is_same_v<T, uuid>) {
    out = parse_uuid(to_text(value)).value_or(uuid{});
  } else if constexpr (std::is_same_v<T, instant>) {
    out = parse_rfc3339(to_text(value)).value_or(instant{});
  } else if constexpr (std::is_enum_v<T>) {
    boost::describe::enum_from_string(to_text(value).c_str(), out);
  } else if constexpr (std::is_integral_v<T>) {
    out = static_cast<T>(to_integer(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    out = static_cast<T>(to_number(value));
  } else if constexpr (is_vector<T>) {
    if (auto const* list = value.as<json_list>())
      for (auto const& one : *list) decode(one, out.emplace_back());
  } else if constexpr (is_map<T>) {
    if (auto const* object = value.as<json_object>())
      for (auto const& [key, one] : *object) decode(one, out[key]);
  } else {
    auto const* object = value.as<json_object>();
    if (!object) return;
    boost::mp11::mp_for_each<members<T>>([&](auto member) {
      for (auto const& [key, one] : *object)
        if (key == member.name) decode(one, out.*member.pointer);
    });
  }
}
}  // namespace detail

/// What `validate` let pass, as the struct it was validated for.
template <class T>
[[nodiscard]] T decoded(json_value const& value) {
  T out{};
  detail::decode(value, out);
  return out;
}

}  // namespace tracseq::http
