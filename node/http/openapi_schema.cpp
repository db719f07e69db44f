#include "node/http/openapi_schema.hpp"

#include <algorithm>
#include <cmath>

namespace tracseq::http {
namespace {

json_value text(std::string_view value) { return {std::string(value)}; }

json_value number(double value) {
  if (value == std::floor(value) && std::abs(value) < 9e15) return {static_cast<std::int64_t>(value)};
  return {value};
}

json_list word_list(std::string_view words) {
  json_list out;
  while (!words.empty()) {
    auto const word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    out.push_back(text(word));
  }
  return out;
}

void add_words(json_object& out, schema const& type, note const* about) {
  json_list words;
  for (auto const word : type.words) words.push_back(text(word));
  if (words.empty() && about) words = word_list(about->words);
  if (!words.empty()) out.emplace_back("enum", json_value{std::move(words)});
}

void add_text_bounds(json_object& out, note const* about) {
  if (!about) return;
  if (about->length_min) out.emplace_back("minLength", number(about->length_min));
  if (about->length_max) out.emplace_back("maxLength", number(about->length_max));
}

void add_number_bounds(json_object& out, schema const& type, note const* about) {
  bool const own = about && (about->min != 0 || about->max != 0);
  double const min = own ? about->min : type.min;
  double const max = own ? about->max : type.max;
  if (min == 0 && max == 0) return;
  out.emplace_back("minimum", number(min));
  if (max < 9e15) out.emplace_back("maximum", number(max));
}

}  // namespace

json_value schema_writer::object(schema const& type, bool answers) {
  json_object out{{"type", text("object")}};
  if (!type.doc.empty()) out.emplace_back("description", text(type.doc));
  json_object properties;
  json_list required;
  for (auto const& field : type.fields) {
    auto member = ref(*field.type, &field.about, answers);
    if (field.nullable) {
      auto& object = std::get<json_object>(member.held);
      auto const kind = std::find_if(object.begin(), object.end(),
                                     [](auto const& m) { return m.first == "type"; });
      if (kind != object.end()) {
        kind->second = json_value{json_list{kind->second, text("null")}};
        for (auto& [key, value] : object)
          if (key == "enum") std::get<json_list>(value.held).push_back({nullptr});
      } else {
        json_object either;
        if (!field.about.doc.empty()) either.emplace_back("description", text(field.about.doc));
        either.emplace_back("anyOf", json_value{json_list{
                                         std::move(member), {json_object{{"type", text("null")}}}}});
        member = json_value{std::move(either)};
      }
    }
    properties.emplace_back(std::string(field.name), std::move(member));
    if (answers ? !field.optional : field.about.required) required.push_back(text(field.name));
  }
  out.emplace_back("properties", json_value{std::move(properties)});
  if (!required.empty()) out.emplace_back("required", json_value{std::move(required)});
  if (!answers) out.emplace_back("additionalProperties", json_value{false});
  return {std::move(out)};
}

json_value schema_writer::ref(schema const& type, note const* about, bool answers) {
  json_object out;
  switch (type.shape) {
    case shape::any: break;
    case shape::boolean: out.emplace_back("type", text("boolean")); break;
    case shape::integer:
      out.emplace_back("type", text("integer"));
      add_number_bounds(out, type, about);
      break;
    case shape::number:
      out.emplace_back("type", text("number"));
      add_number_bounds(out, type, about);
      break;
    case shape::text:
      out.emplace_back("type", text("string"));
      add_words(out, type, about);
      add_text_bounds(out, about);
      break;
    case shape::id:
      out.emplace_back("type", text("string"));
      out.emplace_back("format", text("uuid"));
      break;
    case shape::time:
      out.emplace_back("type", text("string"));
      out.emplace_back("format", text("date-time"));
      break;
    case shape::list: {
      out.emplace_back("type", text("array"));
      note words;
      if (about) words.words = about->words;
      out.emplace_back("items", ref(*type.item, &words, answers));
      if (about && about->length_max) out.emplace_back("maxItems", number(about->length_max));
      if (about && about->length_min) out.emplace_back("minItems", number(about->length_min));
      break;
    }
    case shape::map:
      out.emplace_back("type", text("object"));
      out.emplace_back("additionalProperties", ref(*type.item, nullptr, answers));
      break;
    case shape::object: {
      auto const name = type.name;
      if (components_.try_emplace(name).second) components_[name] = object(type, answers);
      out.emplace_back("$ref", text("#/components/schemas/" + name));
      break;
    }
  }
  if (about && !about->doc.empty()) out.emplace_back("description", text(about->doc));
  if (about && !about->example.empty() && type.shape == shape::text)
    out.emplace_back("examples", json_value{json_list{text(about->example)}});
  return {std::move(out)};
}

json_object schema_writer::take_components() {
  json_object out;
  for (auto& [name, value] : components_) out.emplace_back(name, std::move(value));
  return out;
}

}  // namespace tracseq::http
