#include "node/cli/table.hpp"

#include <algorithm>
#include <array>

#include "node/plain_words.hpp"

namespace tracseq::cli {
namespace {

using http::json_list;
using http::json_object;
using http::json_value;

constexpr std::size_t columns_max = 7;

/// Which members of an item make its row, the most telling first.
constexpr auto telling = std::to_array<std::string_view>(
    {"label", "name", "barcode", "file_name", "kind", "state", "recorded_at", "summary", "subject",
     "progress", "project", "place", "path", "slot", "fill_percent", "event_name", "detail", "occupant",
     "who", "reason", "at", "why", "channel", "url", "rows", "registered", "id"});

std::string cut(std::string text, std::size_t width) {
  if (width_of(text) <= width) return text;
  std::size_t bytes = 0;
  for (std::size_t columns = 0; bytes < text.size() && columns + 1 < width; ++columns) {
    ++bytes;
    while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) ++bytes;
  }
  return text.substr(0, bytes) + "…";
}

std::string heading(std::string_view key) {
  std::string out(key);
  for (auto& c : out) c = c == '_' ? ' ' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

bool says_something(json_value const& value) {
  if (value.is_null()) return false;
  if (auto const* text = value.as<std::string>()) return !text->empty();
  if (auto const* list = value.as<json_list>()) return !list->empty();
  if (auto const* object = value.as<json_object>()) return !object->empty();
  return true;
}

std::vector<std::string_view> columns_of(json_list const& items) {
  std::vector<std::string_view> out;
  for (auto const key : telling) {
    bool const used = std::any_of(items.begin(), items.end(), [&](json_value const& item) {
      auto const* member = item.find(key);
      return member && says_something(*member);
    });
    if (used && (out.size() < columns_max || key == "id")) out.push_back(key);
  }
  if (!out.empty() || items.empty()) return out;
  if (auto const* first = items.front().as<json_object>())
    for (auto const& [key, value] : *first)
      if (out.size() < columns_max) out.push_back(key);
  return out;
}

std::string list_text(json_value const& answer, json_list const& items, output_style const& style) {
  if (items.empty()) return style.plain ? "" : "Nothing.\n";
  auto const columns = columns_of(items);
  std::vector<std::string> header;
  for (auto const key : columns) header.push_back(heading(key));
  std::vector<std::vector<std::string>> rows;
  for (auto const& item : items) {
    auto& row = rows.emplace_back();
    for (auto const key : columns) {
      auto const* member = item.find(key);
      row.push_back(member ? cell_text(*member) : "");
    }
  }
  auto out = table_text(header, rows, style);
  if (!style.plain && !answer.text("next").empty()) out += "There is more: --all, or --limit.\n";
  return out;
}

void lines_of(json_object const& object, std::string const& indent, output_style const& style,
              std::string& out) {
  std::size_t width = 0;
  for (auto const& [key, value] : object)
    if (says_something(value)) width = std::max(width, key.size());
  for (auto const& [key, value] : object) {
    if (!says_something(value)) continue;
    auto const* list = value.as<json_list>();
    bool const nested = list && key != "path" && list->front().as<json_object>();
    std::string name = heading(key);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    out.append(indent).append(name).append(width + 2 - std::min(width + 1, key.size()), ' ');
    if (key == "path" && list) {
      std::string steps;
      for (auto const& step : *list) steps.append(steps.empty() ? "" : " › ").append(step.text("label"));
      out.append(steps).append("\n");
    } else if (nested) {
      out.append("\n");
      auto const text = list_text({}, *list, style);
      out.append(text);
    } else {
      out.append(cell_text(value)).append("\n");
    }
  }
}

/// "9 × 9", "20 places", "without bounds".
std::string layout_text(json_value const& layout) {
  auto const of = [&](std::string_view name) {
    auto const* member = layout.find(name);
    return member ? cell_text(*member) : std::string("0");
  };
  if (of("rows") != "0") return of("rows") + " × " + of("columns");
  return of("count") == "0" ? "without bounds" : of("count") + " places";
}

}  // namespace

std::string cell_text(json_value const& value) {
  if (value.is_null()) return "";
  if (auto const* text = value.as<std::string>()) return plain_words(*text);
  if (auto const* list = value.as<json_list>()) {
    std::string out;
    for (auto const& one : *list) {
      auto const label = one.text("label");
      out.append(out.empty() ? "" : ", ").append(label.empty() ? cell_text(one) : std::string(label));
    }
    return out;
  }
  if (auto const* object = value.as<json_object>()) {
    // A place, a person, an occupant: by the words people know it by.
    if (!value.text("path").empty())
      return plain_words(std::string(value.text("path")) + " " + std::string(value.text("slot")));
    for (auto const key : {"label", "name", "unit_label", "purpose"})
      if (!value.text(key).empty()) return plain_words(std::string(value.text(key)));
    if (value.find("rows") && value.find("columns")) return layout_text(value);
    std::string out;
    for (auto const& [key, one] : *object)
      if (says_something(one)) out.append(out.empty() ? "" : ", ").append(key).append("=").append(cell_text(one));
    return out;
  }
  return http::write_json_text(value);
}

std::string table_text(std::vector<std::string> const& header,
                       std::vector<std::vector<std::string>> const& rows, output_style const& style,
                       bool whole_last) {
  std::string out;
  if (style.plain) {
    for (auto const& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) out.append(i ? "\t" : "").append(row[i]);
      out.push_back('\n');
    }
    return out;
  }
  std::vector<std::size_t> widths;
  for (auto const& name : header) widths.push_back(width_of(name));
  for (auto const& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::min<std::size_t>(60, std::max(widths[i], width_of(row[i])));
  auto const line = [&](std::vector<std::string> const& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      auto const text = whole_last && i + 1 == cells.size() ? cells[i] : cut(cells[i], widths[i]);
      out.append(text);
      if (i + 1 < cells.size()) out.append(widths[i] - width_of(text) + 2, ' ');
    }
    out.push_back('\n');
  };
  if (style.color()) out.append("\x1b[1m");
  line(header);
  if (style.color()) out.append("\x1b[0m");
  for (auto const& row : rows) line(row);
  return out;
}

std::string answer_text(json_value const& answer, output_style const& style) {
  if (style.json) return http::write_json_text(answer, 2) + "\n";
  if (auto const* items = answer.find("items"))
    if (auto const* list = items->as<json_list>()) return list_text(answer, *list, style);
  std::string out;
  if (auto const* object = answer.as<json_object>()) {
    lines_of(*object, "", style, out);
    return out;
  }
  return cell_text(answer) + "\n";
}

}  // namespace tracseq::cli
