#include "node/http/json_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

namespace tracseq::http {

json_value const* json_value::find(std::string_view name) const noexcept {
  auto const* object = as<json_object>();
  if (!object) return nullptr;
  for (auto const& [key, value] : *object)
    if (key == name) return &value;
  return nullptr;
}

std::string_view json_value::text(std::string_view name) const noexcept {
  auto const* member = find(name);
  auto const* held_text = member ? member->as<std::string>() : nullptr;
  return held_text ? std::string_view(*held_text) : std::string_view();
}

std::string_view json_value::words() const noexcept {
  static constexpr std::array<std::string_view, 8> all{
      "null", "true or false", "a number", "a number", "a number", "a text", "a list", "an object"};
  return all[held.index()];
}

namespace {

/// Builds the tree as the parser reads; says no at the first thing that is over a limit.
class builder {
 public:
  explicit builder(json_limits const& limits) : limits_(limits) {}

  bool null() { return add({nullptr}); }
  bool boolean(bool value) { return add({value}); }
  bool number_integer(std::int64_t value) { return add({value}); }
  bool number_unsigned(std::uint64_t value) { return add({value}); }
  bool number_float(double value, std::string const&) {
    if (!std::isfinite(value)) return stop("not_finite", "is not a finite number");
    return add({value});
  }
  bool string(std::string& value) {
    if (value.size() > limits_.text_bytes_max) return stop("too_long", "is a text that is too long");
    return add({std::move(value)});
  }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(std::size_t) { return open(json_value{json_object{}}); }
  bool start_array(std::size_t) { return open(json_value{json_list{}}); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    auto& object = std::get<json_object>(open_.back()->held);
    for (auto const& member : object)
      if (member.first == name) {
        object.emplace_back(std::move(name), json_value{});
        return stop("duplicate_key", "is given twice");
      }
    if (object.size() >= 4096) return stop("too_long", "has more than 4096 keys");
    object.emplace_back(std::move(name), json_value{});
    return true;
  }

  bool parse_error(std::size_t position, std::string const&, nlohmann::json::exception const& why) {
    position_ = position;
    // 406: a number beyond the range of a double, such as 1e999.
    if (why.id == 406) stop("not_finite", "is a number that is too large");
    return false;
  }

  json_value root;
  std::optional<field_problem> problem;
  std::size_t position_ = 0;

 private:
  json_value* place(json_value value) {
    if (++values_ > limits_.values_max) {
      stop("too_long", "has too many values");
      return nullptr;
    }
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    if (auto* list = std::get_if<json_list>(&open_.back()->held))
      return &list->emplace_back(std::move(value));
    auto& member = std::get<json_object>(open_.back()->held).back();
    member.second = std::move(value);
    return &member.second;
  }
  bool add(json_value value) { return place(std::move(value)) != nullptr; }
  bool open(json_value value) {
    if (open_.size() >= limits_.depth_max)
      return stop("too_deep", "is nested deeper than " + std::to_string(limits_.depth_max) + " levels");
    auto* placed = place(std::move(value));
    if (!placed) return false;
    open_.push_back(placed);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }
  bool stop(std::string code, std::string_view what) {
    std::string pointer;
    std::size_t const shown = std::min<std::size_t>(open_.size(), 8);
    for (std::size_t i = 0; i < shown; ++i) {
      if (auto const* list = open_[i]->as<json_list>())
        append_pointer(pointer, std::to_string(list->empty() ? 0 : list->size() - (i + 1 < open_.size())));
      else if (auto const* object = open_[i]->as<json_object>(); object && !object->empty())
        append_pointer(pointer, object->back().first);
    }
    auto const name = pointer.empty() ? std::string("The body") : "\"" + pointer + "\"";
    problem = field_problem{pointer, std::move(code), name + " " + std::string(what) + "."};
    return false;
  }

  json_limits limits_;
  std::vector<json_value*> open_;
  std::size_t values_ = 0;
};

std::string where(std::string_view text, std::size_t position) {
  position = std::min(position, text.size());
  auto const before = text.substr(0, position);
  auto const line = 1 + std::count(before.begin(), before.end(), '\n');
  auto const last = before.rfind('\n');
  auto const column = position - (last == before.npos ? 0 : last + 1);
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

result<json_value> parse_json(std::string_view text, json_limits const& limits) {
  builder build(limits);
  bool read = false;
  // The parser takes a zero byte for the end of its text; in JSON it may stand nowhere.
  auto const zero = text.find('\0');
  if (zero != text.npos) build.position_ = zero + 1;
  try {
    read = zero == text.npos && nlohmann::json::sax_parse(text.begin(), text.end(), &build);
  } catch (std::exception const&) {
    read = false;
  }
  if (read) return std::move(build.root);
  if (build.problem) {
    auto detail = build.problem->detail;
    return fail(errc::invalid_argument, std::move(detail), {*build.problem});
  }
  if (text.find_first_not_of(" \t\r\n") == text.npos)
    return fail(errc::invalid_argument, "The body is empty; a JSON object is expected.");
  return fail(errc::invalid_argument,
              "The body is not JSON: it cannot be read at " + where(text, build.position_) +
                  ". Texts need double quotes, numbers a decimal point, and nothing may follow the end.");
}

void append_pointer(std::string& pointer, std::string_view key) {
  pointer.push_back('/');
  for (char const c : key) {
    if (c == '~')
      pointer.append("~0");
    else if (c == '/')
      pointer.append("~1");
    else
      pointer.push_back(c);
  }
}

std::size_t utf8_character(std::string_view text) noexcept {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  if (text.empty()) return 0;
  unsigned const first = byte(0);
  if (first < 0x80) return 1;
  std::size_t const bytes = first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
  if (bytes == 0 || text.size() < bytes) return 0;
  std::uint32_t code = first & (0x7fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (byte(i) >> 6 != 2) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  static constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  bool const surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < least[bytes] || code > 0x10ffff || surrogate ? 0 : bytes;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto const c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      if (auto const bytes = utf8_character(text.substr(i)); bytes > 0) {
        i += bytes - 1;
        continue;
      }
    } else if (c >= 0x20 && c != '"' && c != '\\') {
      continue;
    }
    out.append(text.substr(plain, i - plain));
    plain = i + 1;
    if (c >= 0x80) {
      out.append("\xef\xbf\xbd");
      continue;
    }
    switch (c) {
      case '"': out.append("\\\""); break;
      case '\\': out.append("\\\\"); break;
      case '\n': out.append("\\n"); break;
      case '\r': out.append("\\r"); break;
      case '\t': out.append("\\t"); break;
      default: out.append("\\u00").append({hex[c >> 4], hex[c & 15]});
    }
  }
  out.append(text.substr(plain)).push_back('"');
}

namespace {

struct writer {
  std::string& out;
  bool sorted;
  int indent;

  void line(int depth) {
    if (indent == 0) return;
    out.push_back('\n');
    out.append(static_cast<std::size_t>(indent * depth), ' ');
  }

  template <class Number>
  void number(Number value) {
    std::array<char, 32> digits;
    auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    out.append(digits.data(), end);
  }

  void write(json_value const& value, int depth) {
    std::visit([&](auto const& held) { write_held(held, depth); }, value.held);
  }
  void write_held(std::nullptr_t, int) { out.append("null"); }
  void write_held(bool held, int) { out.append(held ? "true" : "false"); }
  void write_held(std::int64_t held, int) { number(held); }
  void write_held(std::uint64_t held, int) { number(held); }
  // A zero has no sign, as RFC 8785 §3.2.2.3 has it: "-0" would be read again as the integer.
  void write_held(double held, int) { number(held == 0 ? 0.0 : held); }
  void write_held(std::string const& held, int) { append_json_string(out, held); }
  void write_held(json_list const& held, int depth) {
    out.push_back('[');
    for (std::size_t i = 0; i < held.size(); ++i) {
      if (i > 0) out.push_back(',');
      line(depth + 1);
      write(held[i], depth + 1);
    }
    if (!held.empty()) line(depth);
    out.push_back(']');
  }
  void write_held(json_object const& held, int depth) {
    std::vector<json_object::value_type const*> members;
    members.reserve(held.size());
    for (auto const& member : held) members.push_back(&member);
    if (sorted)
      std::sort(members.begin(), members.end(),
                [](auto const* a, auto const* b) { return a->first < b->first; });
    out.push_back('{');
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out.push_back(',');
      line(depth + 1);
      append_json_string(out, members[i]->first);
      out.append(indent > 0 ? ": " : ":");
      write(members[i]->second, depth + 1);
    }
    if (!members.empty()) line(depth);
    out.push_back('}');
  }
};

}  // namespace

std::string canonical_json(json_value const& value) {
  std::string out;
  writer{out, true, 0}.write(value, 0);
  return out;
}

std::string write_json_text(json_value const& value, int indent) {
  std::string out;
  writer{out, false, indent}.write(value, 0);
  return out;
}

}  // namespace tracseq::http
