#include "events/log/kafka_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

namespace tracseq::kafka {
namespace {

constexpr std::string_view scheme = "kafka://";
constexpr std::string_view shape = "kafka://host:port[,host:port]/topic?option=value";

tl::unexpected<error> wrong(std::string_view text, std::string const& what) {
  return fail(errc::invalid_argument,
              "the Kafka address '" + std::string(text) + "' is wrong: " + what + " (it looks like " +
                  std::string(shape) + ")");
}

template <class Number>
std::optional<Number> number(std::string_view text, Number least, Number most) {
  Number value{};
  auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value < least || value > most) return std::nullopt;
  return value;
}

bool word(std::string_view text, std::string_view also) {
  return !text.empty() && std::ranges::all_of(text, [also](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           also.find(c) != std::string_view::npos;
  });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r";
  auto const first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// One broker with its port; empty where it is none.
std::string broker(std::string_view text) {
  std::string_view host = text;
  std::string_view port = "9092";
  if (text.starts_with('[')) {  // an IPv6 address
    auto const close = text.find(']');
    if (close == std::string_view::npos || !word(text.substr(1, close - 1), ":.")) return {};
    host = text.substr(0, close + 1);
    if (auto const rest = text.substr(close + 1); !rest.empty()) {
      if (rest.front() != ':') return {};
      port = rest.substr(1);
    }
  } else {
    if (auto const colon = text.find(':'); colon != std::string_view::npos) {
      host = text.substr(0, colon);
      port = text.substr(colon + 1);
    }
    if (!word(host, ".-_")) return {};
  }
  if (!number<int>(port, 1, 65535)) return {};
  return std::string(host) + ":" + std::string(port);
}

/// librdkafka's settings that say who we are and how the connection is secured. What decides order,
/// durability or memory is ours and cannot be overridden.
bool allowed_property(std::string_view name) {
  constexpr std::array prefixes{"security.", "sasl.", "ssl.", "enable.ssl.", "enable.sasl.", "client."};
  return name == "broker.address.family" ||
         std::ranges::any_of(prefixes, [name](std::string_view p) { return name.starts_with(p); });
}

result<void> read_properties(std::string const& file, address& into) {
  std::ifstream in(file);
  if (!in) return fail(errc::io_failure, "cannot read the Kafka settings in " + file);
  std::string line;
  for (int row = 1; std::getline(in, line); ++row) {
    auto const text = trim(line);
    if (text.empty() || text.front() == '#') continue;
    auto const equals = text.find('=');
    auto const name = trim(text.substr(0, equals));
    auto const place = file + " line " + std::to_string(row);
    if (equals == std::string_view::npos)
      return fail(errc::invalid_argument, place + ": expected name=value");
    if (!allowed_property(name))
      return fail(errc::invalid_argument,
                  place + ": '" + std::string(name) +
                      "' cannot be set here; only security.*, sasl.*, ssl.*, client.* and "
                      "broker.address.family can");
    into.properties.emplace_back(name, trim(text.substr(equals + 1)));
  }
  return {};
}

/// An empty answer is success; words say what is wrong.
std::string set_number_option(address& a, std::string_view name, std::string_view value) {
  auto const text = std::string(value);
  auto const of = [&](auto least, auto most, auto&& assign) -> std::string {
    if (auto const n = number(value, least, most)) {
      assign(*n);
      return {};
    }
    return std::string(name) + " is a number from " + std::to_string(least) + " to " +
           std::to_string(most) + ", not '" + text + "'";
  };
  if (name == "partitions")
    return of(1, 1024, [&](int n) { a.partitions = static_cast<partition_id>(n); });
  if (name == "replication") return of(1, 9, [&](int n) { a.replication = n; });
  if (name == "connections") return of(1, 16, [&](int n) { a.connections = n; });
  if (name == "linger_ms") return of(0, 1000, [&](int n) { a.linger_ms = n; });
  if (name == "timeout_ms")
    return of(100, 600'000, [&](int n) { a.timeout = std::chrono::milliseconds(n); });
  if (name == "message_timeout_ms")
    return of(1000, 3'600'000, [&](int n) { a.message_timeout = std::chrono::milliseconds(n); });
  return "unknown option '" + std::string(name) +
         "'; there are partitions, replication, flush, connections, linger_ms, timeout_ms, "
         "message_timeout_ms and config";
}

result<void> set_option(address& a, std::string_view text, std::string_view pair) {
  auto const equals = pair.find('=');
  if (equals == std::string_view::npos)
    return wrong(text, "option '" + std::string(pair) + "' has no value");
  auto const name = pair.substr(0, equals);
  auto const value = pair.substr(equals + 1);
  if (name == "config") return read_properties(std::string(value), a);
  if (name == "flush") {
    if (value != "topic" && value != "broker")
      return wrong(text, "flush is 'topic' or 'broker', not '" + std::string(value) + "'");
    a.flush = value == "topic";
    return {};
  }
  if (auto words = set_number_option(a, name, value); !words.empty()) return wrong(text, words);
  return {};
}

}  // namespace

result<address> parse_address(std::string_view text) {
  if (!text.starts_with(scheme)) return wrong(text, "it does not begin with kafka://");
  auto rest = text.substr(scheme.size());
  std::string_view options;
  if (auto const mark = rest.find('?'); mark != std::string_view::npos) {
    options = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  address a;
  auto brokers = rest;
  if (auto const slash = rest.find('/'); slash != std::string_view::npos) {
    brokers = rest.substr(0, slash);
    auto const topic = rest.substr(slash + 1);
    if (!topic.empty()) a.topic = topic;
  }
  if (!word(a.topic, "._-") || a.topic.size() > 249 || a.topic == "." || a.topic == "..")
    return wrong(text, "'" + a.topic + "' cannot name a topic: letters, digits, '.', '_' and '-'");
  for (bool more = true; more;) {
    auto const comma = brokers.find(',');
    more = comma != std::string_view::npos;
    auto const one = broker(brokers.substr(0, comma));
    if (one.empty())
      return wrong(text, "'" + std::string(brokers.substr(0, comma)) + "' is not host:port");
    a.brokers += (a.brokers.empty() ? "" : ",") + one;
    if (more) brokers.remove_prefix(comma + 1);
  }
  while (!options.empty()) {
    auto const end = options.find('&');
    if (auto set = set_option(a, text, options.substr(0, end)); !set)
      return tl::unexpected(set.error());
    options = end == std::string_view::npos ? std::string_view{} : options.substr(end + 1);
  }
  return a;
}

}  // namespace tracseq::kafka
