#include "node/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <toml++/toml.h>

namespace tracseq {
namespace {

setting const* find_setting(std::string_view name) noexcept {
  for (auto const& one : setting_table())
    if (one.name == name) return &one;
  return nullptr;
}

std::vector<std::string> all_names() {
  std::vector<std::string> names;
  for (auto const& one : setting_table()) names.emplace_back(one.name);
  return names;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto const above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

bool has_word(std::string_view words, std::string_view text) {
  while (!words.empty()) {
    auto const word = words.substr(0, words.find(' '));
    if (word == text) return true;
    words.remove_prefix(std::min(words.size(), word.size() + 1));
  }
  return false;
}

std::string line_of(std::string const& path, toml::node const& node) {
  return path + " line " + std::to_string(node.source().begin.line);
}

}  // namespace

std::string nearest_word(std::string_view typed, std::span<std::string const> candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, typed.size() / 3) + 1;
  for (auto const& one : candidates) {
    auto const distance = edit_distance(typed, one);
    if (distance < best_distance) {
      best_distance = distance;
      best = one;
    }
  }
  return best;
}

std::string default_data_directory() {
  auto const* xdg = std::getenv("XDG_DATA_HOME");
  if (xdg && *xdg == '/') return (std::filesystem::path(xdg) / "tracseq").string();
  auto const* home = std::getenv("HOME");
  return (std::filesystem::path(home && *home ? home : ".") / ".local/share/tracseq").string();
}

settings::settings() {
  for (auto const& one : setting_table())
    values_.emplace(one.name, value{std::string(one.standard), "default"});
  values_.find("data.directory")->second.text = default_data_directory();
}

void settings::put(setting const& one, std::string text, std::string source,
                   std::vector<field_problem>& problems) {
  auto const wrong = [&](std::string code, std::string const& detail) {
    problems.push_back({std::string(one.name), std::move(code),
                        std::string(one.name) + " (" + source + "): " + detail});
  };
  if (one.type == setting_type::integer) {
    std::int64_t number = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
      return wrong("wrong_type", "\"" + text + "\" is not a whole number.");
    if (number < one.min || number > one.max)
      return wrong("out_of_range", text + " is not between " + std::to_string(one.min) + " and " +
                                       std::to_string(one.max) + ".");
  } else if (one.type == setting_type::boolean) {
    if (text == "1" || text == "yes" || text == "on" || text.empty()) text = "true";
    if (text == "0" || text == "no" || text == "off") text = "false";
    if (text != "true" && text != "false")
      return wrong("wrong_type", "\"" + text + "\" is neither true nor false.");
  } else if (!one.words.empty() && !has_word(one.words, text)) {
    return wrong("unknown_value", "\"" + text + "\" is not one of: " + std::string(one.words) + ".");
  }
  values_.insert_or_assign(std::string(one.name), value{std::move(text), std::move(source)});
}

void settings::read_file(std::string const& path, std::vector<field_problem>& problems) {
  std::error_code ec;
  if (!std::filesystem::is_regular_file(path, ec)) {
    problems.push_back({path, "not_found", "The configuration file " + path + " is not there."});
    return;
  }
  toml::table document;
  try {
    document = toml::parse_file(path);
  } catch (toml::parse_error const& wrong) {
    problems.push_back({path, "syntax",
                        path + " line " + std::to_string(wrong.source().begin.line) + ": " +
                            std::string(wrong.description()) + "."});
    return;
  }
  auto const names = all_names();
  auto const unknown = [&](std::string const& name, toml::node const& node) {
    auto detail = line_of(path, node) + ": there is no setting \"" + name + "\".";
    if (auto const near = nearest_word(name, names); !near.empty())
      detail += " Did you mean \"" + near + "\"?";
    problems.push_back({name, "unknown_setting", detail});
  };
  for (auto const& [section, node] : document) {
    auto const* keys = node.as_table();
    if (!keys) {
      unknown(std::string(section.str()), node);
      continue;
    }
    for (auto const& [key, held] : *keys) {
      auto const name = std::string(section.str()) + "." + std::string(key.str());
      auto const* one = find_setting(name);
      if (!one) {
        unknown(name, held);
        continue;
      }
      std::string text;
      if (auto const* s = held.as_string())
        text = s->get();
      else if (auto const* i = held.as_integer())
        text = std::to_string(i->get());
      else if (auto const* b = held.as_boolean())
        text = b->get() ? "true" : "false";
      else
        problems.push_back({name, "wrong_type", line_of(path, held) + ": " + name + " has to be a " +
                                                    "text, a whole number, true or false."});
      bool const is_text = held.is_string();
      if (is_text != (one->type == setting_type::text)) {
        problems.push_back({name, "wrong_type",
                            line_of(path, held) + ": " + name +
                                (is_text ? " must not stand in quotes." : " has to stand in quotes.")});
        continue;
      }
      put(*one, std::move(text), line_of(path, held), problems);
    }
  }
}

result<settings> settings::load(sources const& from) {
  settings out;
  std::vector<field_problem> problems;
  // One that is set and empty counts as unset: so a file of variables leaves out what it has no value for.
  auto const variable = [&](std::string const& name) {
    auto text = from.environment ? from.environment(name) : std::nullopt;
    return text && text->empty() ? std::nullopt : std::move(text);
  };
  auto file = from.file;
  if (file.empty()) file = variable("TRACSEQ_CONFIG").value_or("");
  if (!file.empty()) out.read_file(file, problems);
  for (auto const& one : setting_table())
    if (auto const text = variable(variable_of(one)))
      out.put(one, *text, variable_of(one), problems);
  if (auto const data = variable("TRACSEQ_DATA"); data && !variable("TRACSEQ_DATA_DIRECTORY"))
    out.put(*find_setting("data.directory"), *data, "TRACSEQ_DATA", problems);
  for (auto const& [name, text] : from.flags) {
    auto const* one = find_setting(name);
    if (one) {
      out.put(*one, text, one->flag.empty() ? flag_of(*one) : "--" + std::string(one->flag), problems);
      continue;
    }
    auto detail = "There is no setting \"" + name + "\".";
    if (auto const near = nearest_word(name, all_names()); !near.empty())
      detail += " Did you mean \"" + near + "\"?";
    problems.push_back({name, "unknown_setting", detail});
  }
  if (auto& data = out.values_.find("data.directory")->second.text; data.empty())
    data = default_data_directory();
  if (problems.empty()) return out;
  std::string detail;
  for (auto const& one : problems) detail.append(detail.empty() ? "" : "\n").append(one.detail);
  return fail(errc::invalid_argument, std::move(detail), std::move(problems));
}

settings::value const& settings::at(std::string_view name) const { return values_.find(name)->second; }

std::string const& settings::text(std::string_view name) const { return at(name).text; }

std::int64_t settings::integer(std::string_view name) const {
  auto const& held = at(name).text;
  std::int64_t number = 0;
  std::from_chars(held.data(), held.data() + held.size(), number);
  return number;
}

bool settings::boolean(std::string_view name) const { return at(name).text == "true"; }

std::string const& settings::source(std::string_view name) const { return at(name).source; }

std::string settings::shown(setting const& one) const {
  auto const& held = at(one.name).text;
  return one.secret && !held.empty() ? "********" : held;
}

}  // namespace tracseq
