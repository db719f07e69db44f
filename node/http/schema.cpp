#include "node/http/schema.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "events/utf8.hpp"
#include "node/http/problem.hpp"

namespace tracseq::http {
namespace {

constexpr std::uint32_t default_length_max = 10'000;

std::string shown(double number) {
  char digits[32];
  auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  return {digits, end};
}

struct judge {
  std::vector<field_problem>& problems;

  void add(std::string const& pointer, std::string code, std::string detail) {
    if (problems.size() < 100) problems.push_back({pointer, std::move(code), std::move(detail)});
  }

  void wrong_type(std::string const& pointer, std::string_view wanted, json_value const& got) {
    add(pointer, "wrong_type", "has to be " + std::string(wanted) + ", not " + std::string(got.words()) + ".");
  }

  void text(schema const& type, note const* about, std::string const& text, std::string const& pointer) {
    if (holds_control(text, true))
      return add(pointer, "invalid_text", "holds a control character, which cannot be shown.");
    auto const max = about && about->length_max ? about->length_max : default_length_max;
    // The cheap bound first: no character has more than four bytes.
    if (auto const length = text.size() > max ? characters(text) : text.size(); length > max || text.size() / 4 > max)
      return add(pointer, "too_long", "is " + std::to_string(length) + " characters long; at most " +
                                          std::to_string(max) + " are taken.");
    if (about && text.size() < about->length_min)
      return add(pointer, "too_short", about->length_min == 1
                                           ? std::string("must not be empty.")
                                           : "needs at least " + std::to_string(about->length_min) +
                                                 " characters.");
    std::string wanted;
    bool found = type.words.empty();
    for (auto const word : type.words) {
      found = found || word == text;
      wanted.append(wanted.empty() ? "" : ", ").append(word);
    }
    if (about && !about->words.empty() && !text.empty()) {
      auto rest = about->words;
      found = false;
      wanted.clear();
      while (!rest.empty()) {
        auto const word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
        found = found || word == text;
        wanted.append(wanted.empty() ? "" : ", ").append(word);
      }
    }
    if (!found)
      add(pointer, "unknown_value", "\"" + clipped(text, 60) + "\" is not one of: " + wanted + ".");
  }

  void number(schema const& type, note const* about, json_value const& value,
              std::string const& pointer) {
    bool const whole = type.shape == shape::integer;
    double held = 0;
    if (auto const* i = value.as<std::int64_t>()) held = static_cast<double>(*i);
    else if (auto const* u = value.as<std::uint64_t>()) held = static_cast<double>(*u);
    else if (auto const* d = value.as<double>()) held = *d;
    else return wrong_type(pointer, whole ? "a whole number" : "a number", value);
    if (!std::isfinite(held)) return add(pointer, "not_finite", "has to be a finite number.");
    if (whole && held != std::floor(held))
      return add(pointer, "wrong_type", "has to be a whole number.");
    bool const bounded = about && (about->min != 0 || about->max != 0);
    double const min = bounded ? about->min : type.min;
    double const max = bounded ? about->max : type.max;
    if ((min != 0 || max != 0) && (held < min || held > max))
      add(pointer, "out_of_range", "has to be between " + shown(min) + " and " + shown(max) + ".");
  }

  void object(schema const& type, json_value const& value, std::string const& pointer) {
    auto const* members = value.as<json_object>();
    if (!members) return wrong_type(pointer, "an object", value);
    for (auto const& [key, one] : *members) {
      auto const field = std::find_if(type.fields.begin(), type.fields.end(),
                                      [&key = key](auto const& f) { return f.name == key; });
      std::string at = pointer;
      append_pointer(at, key);
      if (field == type.fields.end()) {
        add(at, "unknown_field", "is not a field here; there are: " + names(type) + ".");
        continue;
      }
      if (one.is_null()) {
        if (field->about.required) add(at, "required", "must be given and not null.");
        continue;
      }
      value_of(*field->type, &field->about, one, at);
    }
    for (auto const& field : type.fields) {
      if (!field.about.required || value.find(field.name)) continue;
      std::string at = pointer;
      append_pointer(at, field.name);
      add(at, "required", "must be given.");
    }
  }

  static std::string names(schema const& type) {
    std::string all;
    for (auto const& field : type.fields) all.append(all.empty() ? "" : ", ").append(field.name);
    return all.empty() ? "none" : all;
  }

  void value_of(schema const& type, note const* about, json_value const& value,
                std::string const& pointer) {
    switch (type.shape) {
      case shape::any: return;
      case shape::boolean:
        if (!value.as<bool>()) wrong_type(pointer, "true or false", value);
        return;
      case shape::integer:
      case shape::number: return number(type, about, value, pointer);
      case shape::object: return object(type, value, pointer);
      case shape::text:
        if (auto const* held = value.as<std::string>()) return text(type, about, *held, pointer);
        return wrong_type(pointer, "a text", value);
      case shape::id:
        if (auto const* held = value.as<std::string>()) {
          if (!parse_uuid(*held)) add(pointer, "invalid_id", "has to be a UUID.");
          return;
        }
        return wrong_type(pointer, "a UUID", value);
      case shape::time:
        if (auto const* held = value.as<std::string>()) {
          if (!parse_rfc3339(*held))
            add(pointer, "invalid_time",
                "\"" + clipped(*held, 40) +
                    "\" is not a date or date-time such as 2026-11-24 or 2026-11-24T09:30:00Z.");
          return;
        }
        return wrong_type(pointer, "a date or date-time", value);
      case shape::list: return list(type, about, value, pointer);
      case shape::map: return map(type, value, pointer);
    }
  }

  void list(schema const& type, note const* about, json_value const& value,
            std::string const& pointer) {
    auto const* items = value.as<json_list>();
    if (!items) return wrong_type(pointer, "a list", value);
    auto const max = about && about->length_max ? about->length_max : default_length_max;
    if (items->size() > max)
      return add(pointer, "too_long", "has " + std::to_string(items->size()) + " items; at most " +
                                          std::to_string(max) + " are taken.");
    if (about && items->size() < about->length_min)
      return add(pointer, "too_short",
                 "needs at least " + std::to_string(about->length_min) + " item(s).");
    note words_only;
    if (about) words_only.words = about->words;
    for (std::size_t i = 0; i < items->size(); ++i)
      value_of(*type.item, &words_only, (*items)[i], pointer + "/" + std::to_string(i));
  }

  void map(schema const& type, json_value const& value, std::string const& pointer) {
    auto const* members = value.as<json_object>();
    if (!members) return wrong_type(pointer, "an object", value);
    if (members->size() > 200)
      return add(pointer, "too_long", "has more than 200 keys.");
    for (auto const& [key, one] : *members) {
      std::string at = pointer;
      append_pointer(at, key);
      if (key.empty() || characters(key) > 255) add(at, "too_long", "a key has 1 to 255 characters.");
      value_of(*type.item, nullptr, one, at);
    }
  }
};

json_value query_value(schema const& type, std::string text) {
  if (type.shape == shape::boolean) {
    if (text == "true" || text == "1" || text.empty()) return {true};
    if (text == "false" || text == "0") return {false};
  }
  if (type.shape == shape::integer || type.shape == shape::number) {
    std::int64_t whole = 0;
    auto const* end = text.data() + text.size();
    if (auto const r = std::from_chars(text.data(), end, whole); r.ec == std::errc() && r.ptr == end)
      return {whole};
    double number = 0;
    if (auto const r = std::from_chars(text.data(), end, number); r.ec == std::errc() && r.ptr == end)
      return {number};
  }
  if (type.shape == shape::list) {
    json_list items;
    std::size_t from = 0;
    while (!text.empty() && from <= text.size()) {
      auto const comma = std::min(text.find(',', from), text.size());
      if (comma > from) items.push_back(query_value(*type.item, text.substr(from, comma - from)));
      from = comma + 1;
    }
    return {std::move(items)};
  }
  return {std::move(text)};
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    auto const bytes = utf8_character(text);
    if (bytes == 0) return false;
    text.remove_prefix(bytes);
  }
  return true;
}

}  // namespace

void validate(schema const& type, json_value const& value, std::string const& pointer,
              std::vector<field_problem>& problems) {
  judge{problems}.value_of(type, nullptr, value, pointer);
}

json_value read_query(schema const& type, std::string_view query,
                      std::vector<field_problem>& problems) {
  json_object members;
  while (!query.empty()) {
    auto const pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    auto const equals = pair.find('=');
    auto key = percent_decoded(pair.substr(0, equals), true);
    auto value = percent_decoded(
        equals == pair.npos ? std::string_view() : pair.substr(equals + 1), true);
    if (!key || !value) {
      problems.push_back({"/query", "invalid_encoding",
                          "The query is not valid percent-encoded UTF-8: " + clipped(pair, 60)});
      continue;
    }
    auto const field = std::find_if(type.fields.begin(), type.fields.end(),
                                    [&](auto const& f) { return f.name == *key; });
    if (std::any_of(members.begin(), members.end(), [&](auto const& m) { return m.first == *key; })) {
      problems.push_back({"/query/" + *key, "duplicate_key", "is given twice."});
      continue;
    }
    auto made = field == type.fields.end() ? json_value{*std::move(value)}
                                           : query_value(*field->type, *std::move(value));
    members.emplace_back(*std::move(key), std::move(made));
  }
  json_value all{std::move(members)};
  validate(type, all, "/query", problems);
  return all;
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      int const high = hex_value(text[i + 1]);
      int const low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out.push_back(c);
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

std::string percent_encoded(std::string_view text) {
  static constexpr char hex[] = "0123456789ABCDEF";
  std::string out;
  for (char const c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '~') {
      out.push_back(c);
    } else {
      auto const byte = static_cast<unsigned char>(c);
      out.append({'%', hex[byte >> 4], hex[byte & 15]});
    }
  }
  return out;
}

namespace detail {

std::string plain_name(std::string_view mangled_function) {
  // g++: "… type_name() [with T = tracseq::http::sample_view; std::string = …]"; clang ends with ']'.
  auto const begin = mangled_function.find("T = ") + 4;
  auto name = mangled_function.substr(begin);
  name = name.substr(0, name.find_first_of(";]"));
  std::string out;
  // Template arguments become part of the name: page_of<sample_view> → page_of_sample_view.
  std::size_t from = 0;
  while (from < name.size()) {
    auto const end = std::min(name.find_first_of("<>, ", from), name.size());
    auto part = name.substr(from, end - from);
    if (auto const colon = part.rfind("::"); colon != part.npos) part = part.substr(colon + 2);
    if (!part.empty()) out.append(out.empty() ? "" : "_").append(part);
    from = end + 1;
  }
  return out;
}

note const* find_note(std::span<note const> all, std::string_view field) noexcept {
  for (auto const& one : all)
    if (one.field == field) return &one;
  return nullptr;
}

std::int64_t to_integer(json_value const& value) noexcept {
  if (auto const* i = value.as<std::int64_t>()) return *i;
  if (auto const* u = value.as<std::uint64_t>()) return static_cast<std::int64_t>(*u);
  if (auto const* d = value.as<double>()) return static_cast<std::int64_t>(*d);
  return 0;
}

double to_number(json_value const& value) noexcept {
  if (auto const* d = value.as<double>()) return *d;
  if (auto const* u = value.as<std::uint64_t>()) return static_cast<double>(*u);
  return static_cast<double>(to_integer(value));
}

std::string to_text(json_value const& value) {
  auto const* held = value.as<std::string>();
  return held ? *held : std::string();
}

}  // namespace detail

}  // namespace tracseq::http
