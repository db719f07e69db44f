#include "node/cli/cluster_text.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "node/cli/table.hpp"

namespace tracseq::cli {
namespace {

using http::json_list;
using http::json_value;

constexpr double clocks_differ_s = 5;
constexpr double clock_shown_s = 1;

std::uint64_t number(json_value const& item, std::string_view name) {
  auto const* member = item.find(name);
  if (!member) return 0;
  if (auto const* whole = member->as<std::int64_t>()) return *whole < 0 ? 0 : static_cast<std::uint64_t>(*whole);
  auto const* large = member->as<std::uint64_t>();
  return large ? *large : 0;
}

double real(json_value const& item, std::string_view name) {
  auto const* member = item.find(name);
  auto const* value = member ? member->as<double>() : nullptr;
  return value ? *value : static_cast<double>(number(item, name));
}

bool is(json_value const& item, std::string_view name) {
  auto const* member = item.find(name);
  auto const* truth = member ? member->as<bool>() : nullptr;
  return truth && *truth;
}

json_list const& list(json_value const& item, std::string_view name) {
  static json_list const none;
  auto const* member = item.find(name);
  auto const* found = member ? member->as<json_list>() : nullptr;
  return found ? *found : none;
}

std::vector<std::uint64_t> numbers(json_list const& from) {
  std::vector<std::uint64_t> out;
  for (auto const& one : from) {
    if (auto const* whole = one.as<std::int64_t>()) out.push_back(static_cast<std::uint64_t>(*whole));
    else if (auto const* large = one.as<std::uint64_t>()) out.push_back(*large);
  }
  return out;
}

/// One word for what the API says in four members.
std::string state_of(json_value const& node) {
  if (node.text("state") == "unreachable") return is(node, "leaving") ? "stopped" : "unreachable";
  if (is(node, "leaving")) return "stopping";
  if (is(node, "ready")) return "ready";
  return node.text("trouble").empty() ? "starting" : "not ready";
}

/// "3 s ahead"; empty where it is not worth a word.
std::string clock_of(json_value const& node, double from_s) {
  auto const ahead_s = real(node, "clock_ahead_s");
  if (std::abs(ahead_s) <= from_s) return {};
  return std::to_string(std::lround(std::abs(ahead_s))) + " s " + (ahead_s > 0 ? "ahead" : "behind");
}

std::string trouble_of(json_value const& node) {
  auto const state = state_of(node);
  if (state == "stopped") return "it said that it stops";
  std::string words(node.text("trouble"));
  if (auto const clock = clock_of(node, clock_shown_s); !clock.empty())
    words.append(words.empty() ? "" : "; ").append("its clock is ").append(clock);
  return words;
}

/// 2026-11-24T09:30:00.123Z as "2026-11-24 09:30:00".
std::string moment(std::string_view rfc3339) {
  constexpr std::size_t to_seconds = 19;
  std::string out(rfc3339.substr(0, to_seconds));
  std::ranges::replace(out, 'T', ' ');
  return out;
}

std::string plural(std::size_t count, std::string const& noun) {
  return with_thousands(count) + " " + noun + (count == 1 ? "" : "s");
}

std::vector<std::vector<std::string>> node_rows(json_value const& view, bool plain) {
  std::vector<std::vector<std::string>> rows;
  for (auto const& one : list(view, "nodes")) {
    std::string name(one.text("name"));
    if (!plain && one.text("state") == "here") name += " *";
    auto owned = ranges_of(numbers(list(one, "partitions")));
    if (!plain && owned.empty()) owned = "none";
    rows.push_back({std::move(name), state_of(one), std::string(one.text("version")), std::move(owned),
                    with_thousands(number(one, "lag")), trouble_of(one)});
  }
  return rows;
}

/// One row each where `plain`; for people, neighbours that differ by their number alone share a row.
std::vector<std::vector<std::string>> partition_rows(json_value const& view, bool plain) {
  std::vector<std::vector<std::string>> rows;
  std::uint64_t first = 0;
  std::vector<std::string> before;
  for (auto const& one : list(view, "partitions")) {
    auto const partition = number(one, "partition");
    auto const lag = number(one, "lag");
    std::string owner(one.text("owner"));
    if (!plain && one.text("state") == "unowned") owner = "nobody yet";
    std::vector<std::string> rest{std::move(owner), std::to_string(number(one, "claim")), moment(one.text("since")),
                                  std::string(one.text("state")), plain ? std::to_string(lag) : with_thousands(lag)};
    if (!plain && !rows.empty() && rest == before) {
      rows.back().front() = std::to_string(first) + "-" + std::to_string(partition);
      continue;
    }
    first = partition;
    before = rest;
    rest.insert(rest.begin(), std::to_string(partition));
    rows.push_back(std::move(rest));
  }
  return rows;
}

/// What the answering node warns of, and each node; what several say alike is said once.
std::vector<std::string> warnings_of(json_value const& view) {
  std::vector<std::string> out;
  for (auto const& one : list(view, "warnings")) out.push_back(cell_text(one));
  std::vector<std::pair<std::string, std::string>> by_words;
  for (auto const& node : list(view, "nodes"))
    for (auto const& one : list(node, "warnings")) {
      auto const words = cell_text(one);
      auto const found = std::ranges::find(by_words, words, &std::pair<std::string, std::string>::first);
      if (found == by_words.end())
        by_words.emplace_back(words, node.text("name"));
      else
        found->second.append(", ").append(node.text("name"));
    }
  for (auto const& [words, names] : by_words) out.push_back(names + ": " + words);
  return out;
}

std::string head_line(json_value const& view) {
  auto const partitions = plural(list(view, "partitions").size(), "partition");
  auto const name = std::string(view.text("node"));
  if (!is(view, "clustered")) return name + " is one node, with " + partitions + ".";
  return plural(list(view, "nodes").size(), "node") + " and " + partitions + ", as " + name + " (*) sees them.";
}

constexpr std::string_view how_to_add =
    "\nTo run several nodes, keep the history in Kafka and give each node node.name, cluster.address and the same\n"
    "cluster.secret_file; see docs/operations.md.\n";

}  // namespace

std::string ranges_of(std::vector<std::uint64_t> const& numbers) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size();) {
    auto last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    out.append(out.empty() ? "" : ",").append(std::to_string(numbers[i]));
    if (last > i) out.append(last == i + 1 ? "," : "-").append(std::to_string(numbers[last]));
    i = last + 1;
  }
  return out;
}

std::vector<std::string> wrong_in(json_value const& view) {
  std::vector<std::string> out;
  std::vector<std::string> said;  // what the warnings of these nodes and clocks begin or go on with
  for (auto const& node : list(view, "nodes")) {
    std::string const name(node.text("name"));
    std::string const why(node.text("trouble"));
    auto const state = state_of(node);
    if (state == "unreachable" || state == "not ready" || state == "starting")
      out.push_back(name + " is " + state + (why.empty() ? "" : ": " + why));
    if (state == "unreachable") said.push_back(" at " + std::string(node.text("address")) + " is not reached");
    if (auto const clock = clock_of(node, clocks_differ_s); !clock.empty() && state != "stopped") {
      out.push_back("the clock of " + name + " is " + clock);
      said.push_back("The clock of " + name + " is ");
    }
  }
  std::map<std::string, std::vector<std::uint64_t>> not_open;
  // Of a node that takes no commands nobody asks who serves a partition: it says no state.
  for (auto const& one : list(view, "partitions"))
    if (auto const state = one.text("state"); !state.empty() && state != "open")
      not_open[std::string(state)].push_back(number(one, "partition"));
  for (auto const& [state, which] : not_open)
    out.push_back((which.size() == 1 ? "partition " : "partitions ") + ranges_of(which) +
                  (which.size() == 1 ? " is " : " are ") + state);
  // Of the other nodes, strangers and the group. What a node warns of itself may stand for as long as it runs.
  for (auto const& one : list(view, "warnings")) {
    auto words = cell_text(one);
    if (std::ranges::any_of(said, [&](auto const& part) { return words.find(part) != std::string::npos; })) continue;
    if (words.ends_with('.')) words.pop_back();
    out.push_back(std::move(words));
  }
  return out;
}

std::string cluster_text(json_value const& view, output_style const& style) {
  auto nodes = node_rows(view, style.plain);
  auto partitions = partition_rows(view, style.plain);
  auto const warnings = warnings_of(view);
  if (style.plain) {
    for (auto& row : nodes) row.insert(row.begin(), "node");
    for (auto& row : partitions) row.insert(row.begin(), "partition");
    auto out = table_text({}, nodes, style) + table_text({}, partitions, style);
    for (auto const& one : warnings) out.append("warning\t").append(one).append("\n");
    return out;
  }
  auto out = head_line(view) + "\n\n";
  out += table_text({"NODE", "STATE", "VERSION", "PARTITIONS", "LAG", "WHAT IS WRONG"}, nodes, style, true) + "\n";
  out += table_text({"PARTITION", "OWNER", "CLAIM", "SINCE (UTC)", "STATE", "LAG"}, partitions, style);
  if (!warnings.empty()) out += "\nWarnings:\n";
  for (auto const& one : warnings) out.append("  ").append(one).append("\n");
  if (!is(view, "clustered")) out += how_to_add;
  return out;
}

}  // namespace tracseq::cli
