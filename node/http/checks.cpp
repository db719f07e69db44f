// What every request is checked for before its handler sees it.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>

#include "actors/field_checks.hpp"
#include "events/hash.hpp"
#include "node/http/route.hpp"

namespace tracseq::http {
namespace {

constexpr std::size_t key_bytes_max = 200;

bool is_json(std::string_view content_type) {
  std::string kind(content_type.substr(0, content_type.find(';')));
  while (kind.ends_with(' ') || kind.ends_with('\t')) kind.pop_back();
  std::transform(kind.begin(), kind.end(), kind.begin(), [](unsigned char c) { return std::tolower(c); });
  return kind == "application/json" || kind.ends_with("+json");
}

bool printable(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Space of the ids made from idempotency keys: of the operator's commands in this protocol version.
uuid const& key_space() {
  static uuid const space = *parse_uuid("6f2c1a52-7a0e-8d1c-9b53-547261635365");
  return space;
}

}  // namespace

std::optional<json_value> checked_query(call& c, schema const& type) {
  std::vector<field_problem> problems;
  auto value = read_query(type, c.request->query, problems);
  if (problems.empty()) return value;
  // It is a parameter elsewhere, so "unknown" would send people looking for a typing error.
  for (auto& one : problems)
    if (one.pointer == "/query/as_of" && one.code == "unknown_field")
      one = {one.pointer, "present_only", "is not taken: this shows only the present. Leave as_of out."};
  refuse(c, field_error(std::move(problems)));
  return std::nullopt;
}

bool check_body(call& c, schema const& type) {
  auto const& text = c.request->body;
  if (text.empty()) {
    c.body = json_value{json_object{}};
  } else {
    auto const content_type = c.request->header("content-type");
    if (!content_type.empty() && !is_json(content_type)) {
      refuse(c, error{errc::invalid_argument, "Content-Type has to be application/json, not \"" +
                                                  clipped(content_type, 80) + "\".",
                      {{"", "unsupported_media_type", "Send the body as application/json."}}},
             415);
      return false;
    }
    auto parsed = parse_json(text);
    if (!parsed) {
      refuse(c, parsed.error(), 400);
      return false;
    }
    c.body = *std::move(parsed);
  }
  std::vector<field_problem> problems;
  validate(type, c.body, "", problems);
  if (problems.empty()) return true;
  refuse(c, field_error(std::move(problems)));
  return false;
}

bool check_as_of(call& c) {
  if (!c.as_of) return true;
  if (auto const& end = c.at->facts.until; end && *c.as_of > *end) {
    refuse(c, field_error({{"/query/as_of", "out_of_range",
                            "lies behind the end of this copy, which shows everything until " +
                                to_rfc3339(*end) + "."}}));
    return false;
  }
  // A page's clock may run a little ahead of the node's.
  constexpr std::int64_t clock_slack_us = 5'000'000;
  if (c.as_of->us <= now().us + clock_slack_us) return true;
  refuse(c, field_error({{"/query/as_of", "out_of_range", "lies in the future."}}));
  return false;
}

bool check_occurred_at(call& c, std::optional<instant> occurred_at) {
  field_checks checks;
  checks.not_in_future("occurred_at", occurred_at, now());
  auto const fine = checks.done();
  if (!fine) refuse(c, fine.error());
  return fine.has_value();
}

bool name_command(call& c) {
  auto const key = c.request->header("idempotency-key");
  if (key.size() > key_bytes_max || !printable(key)) {
    refuse(c, error{errc::invalid_argument,
                    "Idempotency-Key has to be 1 to 200 printable ASCII characters.",
                    {{"", "invalid_key", "Use a UUID, for example."}}},
           400);
    return false;
  }
  c.key = key.empty() ? to_string(new_uuid()) : std::string(key);
  c.command_id = derive_uuid(key_space(), c.who.subject + "\n" + c.key);
  std::string said(to_string(c.request->method));
  said.append(" ").append(c.request->path).append("?").append(c.request->query).append("\n");
  said.append(c.row->takes == body_kind::bytes ? to_hex(sha256(c.request->body))
                                               : canonical_json(c.body));
  auto const hash = sha256(said);
  std::memcpy(c.print.data(), hash.data(), c.print.size());
  return true;
}

}  // namespace tracseq::http
