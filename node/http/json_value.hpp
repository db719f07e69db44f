#pragma once
// JSON that came from outside, as a plain tree. Parsing is bounded: depth, size, length of texts.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "events/result.hpp"

namespace tracseq::http {

struct json_value;
using json_list = std::vector<json_value>;
using json_object = std::vector<std::pair<std::string, json_value>>;

struct json_value {
  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, json_list,
               json_object>
      held = nullptr;

  [[nodiscard]] bool is_null() const noexcept { return held.index() == 0; }
  template <class T>
  [[nodiscard]] T const* as() const noexcept {
    return std::get_if<T>(&held);
  }
  /// The member called `name`; none if there is none, or this is no object.
  [[nodiscard]] json_value const* find(std::string_view name) const noexcept;
  /// Text of the member called `name`; empty where it is absent or no text.
  [[nodiscard]] std::string_view text(std::string_view name) const noexcept;
  /// "a text", "a number", "true or false", "a list", "an object", "null".
  [[nodiscard]] std::string_view words() const noexcept;
};

struct json_limits {
  std::size_t depth_max = 64;
  std::size_t values_max = 2'000'000;
  std::size_t text_bytes_max = 1 << 20;
};

/// Strict JSON (RFC 8259), UTF-8, every key once. `invalid_argument` with a sentence that names line and
/// column, and with a pointer where a key is doubled.
[[nodiscard]] result<json_value> parse_json(std::string_view text, json_limits const& limits = {});

/// The same value always as the same bytes: keys sorted, no blanks, shortest numbers.
[[nodiscard]] std::string canonical_json(json_value const& value);
/// As given, indented when `indent` > 0.
[[nodiscard]] std::string write_json_text(json_value const& value, int indent = 0);

/// Bytes of the character that `text` begins with; 0 where that is not valid UTF-8 (overlong, a
/// surrogate, beyond U+10FFFF, cut off).
[[nodiscard]] std::size_t utf8_character(std::string_view text) noexcept;
/// Appends `text` as a JSON string with its quotes. What is not UTF-8 (a header may hold any byte)
/// becomes U+FFFD, so that an answer is always JSON.
void append_json_string(std::string& out, std::string_view text);
/// Appends `key` to an RFC 6901 pointer.
void append_pointer(std::string& pointer, std::string_view key);

}  // namespace tracseq::http
