// Commands made from the route table: `sample register --name …` is POST /samples.
#include <algorithm>

#include <CLI/CLI.hpp>

#include "node/cli/app.hpp"
#include "node/cli/table.hpp"
#include "node/http/route.hpp"
#include "node/http/router.hpp"

namespace tracseq::cli {
namespace {

using http::field_schema;
using http::json_list;
using http::json_object;
using http::json_value;
using http::route;
using http::shape;

/// What was typed for one command.
struct typed {
  std::vector<std::string> path;                               ///< values of the path's parameters
  std::map<std::string, std::string, std::less<>> query;
  std::map<std::string, std::string, std::less<>> body;        ///< "layout.rows" for a member of a member
  std::map<std::string, std::vector<std::string>, std::less<>> pairs;  ///< of maps: "key=value"
  std::string body_file;
  std::string key;
  std::string if_match;
  bool all = false;
};

std::string flag_name(std::string_view field) {
  std::string out = "--";
  for (char const c : field) out.push_back(c == '_' || c == '.' ? '-' : c);
  return out;
}

std::string help_of(field_schema const& field) {
  std::string help(field.about.doc);
  if (!field.about.words.empty()) {
    auto words = std::string(field.about.words);
    std::replace(words.begin(), words.end(), ' ', '|');
    help += " [" + words + "]";
  } else if (!field.type->words.empty() && field.type->words.size() <= 14) {
    std::string words;
    for (auto const word : field.type->words) words.append(words.empty() ? "" : "|").append(word);
    help += " [" + words + "]";
  }
  return help;
}

void add_field(CLI::App& command, field_schema const& field, std::string const& prefix,
               std::map<std::string, std::string, std::less<>>& into, typed& given) {
  auto const name = prefix + std::string(field.name);
  if (field.type->shape == shape::object) {
    for (auto const& member : field.type->fields) add_field(command, member, name + ".", into, given);
    return;
  }
  if (field.type->shape == shape::map) {
    command.add_option(flag_name(name), given.pairs[name], help_of(field) + " (KEY=VALUE, may repeat)")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check(reads_as("KEY=VALUE"));
    return;
  }
  if (field.type->shape == shape::boolean) {
    command.add_flag_function(
        flag_name(name), [&into, name](std::int64_t) { into[name] = "true"; }, help_of(field));
    return;
  }
  auto* option = command.add_option_function<std::string>(
      flag_name(name), [&into, name](std::string const& text) { into[name] = text; }, help_of(field));
  if (field.about.required && prefix.empty() && &into == &given.query) option->required();
}

/// The JSON of one flag: the schema says what a text means.
json_value value_of(http::schema const& type, std::string const& text) {
  http::schema holder;
  holder.shape = shape::object;
  field_schema field;
  field.name = "v";
  field.type = &type;
  field.about.length_max = 1 << 20;
  holder.fields.push_back(field);
  std::vector<field_problem> ignored;  // the node judges, in its own words
  auto const read = http::read_query(holder, "v=" + http::percent_encoded(text), ignored);
  auto const* value = read.find("v");
  return value ? *value : json_value{text};
}

field_schema const* field_named(http::schema const& type, std::string_view name) {
  for (auto const& field : type.fields)
    if (field.name == name) return &field;
  return nullptr;
}

result<json_value> body_of(route const& row, typed const& given) {
  json_object body;
  if (!given.body_file.empty()) {
    auto const bytes = read_input(given.body_file, 1 << 20);
    if (!bytes) return tl::unexpected(bytes.error());
    auto parsed = http::parse_json(*bytes);
    if (!parsed) return tl::unexpected(parsed.error());
    if (auto* object = std::get_if<json_object>(&parsed->held)) body = std::move(*object);
  }
  auto const put = [](json_object& into, std::string_view name, json_value value) {
    for (auto& [key, held] : into)
      if (key == name) {
        held = std::move(value);
        return;
      }
    into.emplace_back(std::string(name), std::move(value));
  };
  auto const& type = row.body();
  for (auto const& [name, text] : given.body) {
    auto const dot = name.find('.');
    auto const* field = field_named(type, name.substr(0, dot));
    if (dot == name.npos) {
      put(body, name, value_of(*field->type, text));
      continue;
    }
    auto const* member = field_named(*field->type, name.substr(dot + 1));
    json_object inner;
    for (auto const& [key, held] : body)
      if (key == field->name)
        if (auto const* object = held.as<json_object>()) inner = *object;
    put(inner, member->name, value_of(*member->type, text));
    put(body, field->name, json_value{std::move(inner)});
  }
  for (auto const& [name, pairs] : given.pairs) {
    if (pairs.empty()) continue;
    json_object map;
    for (auto const& pair : pairs) {
      auto const equals = pair.find('=');
      put(map, pair.substr(0, equals), json_value{pair.substr(equals + 1)});
    }
    put(body, name, json_value{std::move(map)});
  }
  return json_value{std::move(body)};
}

std::string path_of(route const& row, typed const& given) {
  std::string out(http::api_base);
  std::size_t next = 0;
  for (std::size_t i = 0; i < row.path.size(); ++i) {
    if (row.path[i] != '{') {
      out.push_back(row.path[i]);
      continue;
    }
    out += http::percent_encoded(given.path[next++]);
    i = row.path.find('}', i);
  }
  char separator = '?';
  for (auto const& [name, text] : given.query) {
    out.append(1, separator).append(name).append("=").append(http::percent_encoded(text));
    separator = '&';
  }
  return out;
}

/// All pages of a list as one.
result<json_value> ask_all(client& node, route const& row, typed given) {
  json_list items;
  given.query.try_emplace("limit", "500");
  while (true) {
    auto page = node.ask({"GET", path_of(row, given), {}, {}, {}});
    if (!page) return page;
    if (auto const* member = page->find("items"))
      if (auto const* list = member->as<json_list>()) items.insert(items.end(), list->begin(), list->end());
    auto const next = std::string(page->text("next"));
    if (next.empty()) break;
    given.query["cursor"] = next;
  }
  return json_value{json_object{{"items", json_value{std::move(items)}}, {"next", json_value{}}}};
}

int act(route const& row, typed const& given, context const& shared) {
  auto node = shared.connect();
  if (!node) return complain(node.error(), shared.style);
  client_request request;
  request.path = path_of(row, given);
  if (row.method == http::method::post) {
    request.method = "POST";
    request.body = "{}";
    if (row.body) {
      auto const body = body_of(row, given);
      if (!body) return complain(body.error(), shared.style);
      request.body = http::write_json_text(*body);
    }
    if (!given.key.empty()) request.headers.push_back("Idempotency-Key: " + given.key);
    if (!given.if_match.empty()) request.headers.push_back("If-Match: \"" + given.if_match + "\"");
  }
  auto const answer = given.all ? ask_all(**node, row, given) : (*node)->ask(request);
  if (!answer) return complain(answer.error(), shared.style);
  print(answer_text(*answer, shared.style));
  return 0;
}

/// What stands behind a flag in an example.
std::string example_value(field_schema const& field) {
  std::string word(field.about.example);
  if (word.empty() && field.name == "reason") word = "The first entry was wrong";
  if (word.empty() && field.name == "name") word = "Rejected samples";
  for (auto const one : field.type->words)
    if (word.empty() || one == "box") word = one;
  if (word.empty()) word = field.about.words.substr(0, field.about.words.find(' '));
  if (word.empty()) {
    switch (field.type->shape) {
      case shape::integer:
      case shape::number: word = "1"; break;
      case shape::time: word = "2026-11-24"; break;
      case shape::list: word = "sample_rejected"; break;
      default: word = "TS-2026-000042-X";
    }
  }
  return word.find(' ') == word.npos ? word : "\"" + word + "\"";
}

/// One line that works, with what is required and one more flag where nothing is.
std::string example_of(route const& row) {
  auto out = "tracseq " + std::string(row.cli);
  auto const noun = row.cli.substr(0, row.cli.find(' '));
  if (row.path.find('{') != row.path.npos)
    out += noun == "storage"                        ? " \"Box 7\""
           : noun == "sample" || noun == "barcode" ? " TS-2026-000042-X"
                                                   : " 0192f3a1-7c55-7d3e-9b1a-3f6f0c2d9e11";
  auto const add = [&out](field_schema const& field) {
    out += " " + flag_name(field.name) + " " + example_value(field);
  };
  bool any = false;
  for (auto const* from : {row.body ? &row.body() : nullptr, &row.query()})
    for (auto const& field : from ? from->fields : std::vector<field_schema>())
      if (field.about.required) {
        add(field);
        any = true;
      }
  if (any) return out;
  if (row.body)
    for (auto const& field : row.body().fields)
      if (!field.about.example.empty()) {
        add(field);
        break;
      }
  return out;
}

void add_command(CLI::App& noun, route const& row, context& shared) {
  auto const verb = std::string(row.cli.substr(row.cli.find(' ') + 1));
  auto* command = noun.add_subcommand(verb, std::string(row.summary));
  shared.examples[command] = {example_of(row)};
  auto const given = std::make_shared<typed>();
  auto path = row.path;
  std::size_t count = 0;
  for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) ++count;
  given->path.resize(count);
  for (std::size_t i = 0; i < count; ++i)
    command->add_option("id", given->path[i], "The id, or a label")->required();
  for (auto const& field : row.query().fields) add_field(*command, field, "", given->query, *given);
  bool const pages = field_named(row.query(), "cursor") != nullptr;
  if (pages) command->add_flag("--all", given->all, "Every page, one after the other");
  if (row.body) {
    for (auto const& field : row.body().fields) add_field(*command, field, "", given->body, *given);
    command->add_option("--body", given->body_file, "File with the fields as JSON; - for standard input");
  }
  if (row.method == http::method::post) {
    command->add_option("--key", given->key, "Idempotency key: repeating it does nothing twice");
    command->add_option("--if-match", given->if_match, "Only if it has this version");
  }
  command->callback([&shared, &row, given] {
    shared.action = [&shared, &row, given] { return act(row, *given, shared); };
  });
}

std::string_view noun_help(std::string_view noun) {
  for (auto const& [word, help] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {"sample", "Register, find and work with samples"},
           {"storage", "Freezers, boxes and what stands in them"},
           {"run", "Plan and follow sequencing runs"},
           {"barcode", "What labels name; blank labels"},
           {"imports", "Imports that were made"},
           {"process", "Moves, discards and imports under way"},
           {"rule", "Rules that tell of events"},
           {"inbox", "What you were told"},
           {"delivery", "Webhooks that are not delivered"},
           {"activity", "What happened last"},
           {"lab", "The laboratory in numbers"},
           {"system", "The node's state"},
           {"cluster", "The nodes, and who owns which partition"},
           {"parked", "Events that a projection could not apply"}})
    if (word == noun) return help;
  return {};
}

}  // namespace

void add_route_commands(CLI::App& app, context& shared) {
  std::map<std::string, CLI::App*, std::less<>> nouns;
  for (auto const& row : http::all_routes()) {
    if (row.cli.empty()) continue;
    auto const noun = std::string(row.cli.substr(0, row.cli.find(' ')));
    auto& group = nouns[noun];
    if (!group) {
      group = app.add_subcommand(noun, std::string(noun_help(noun)));
      group->require_subcommand(1);
    }
    add_command(*group, row, shared);
  }
}

}  // namespace tracseq::cli
