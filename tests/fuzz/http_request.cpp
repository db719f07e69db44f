// Any bytes as a request: its head is judged and read, its body framed, parsed and checked as a route
// does it. Nothing may crash; what is read is the same however it is cut; what is answered is JSON.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "node/http/bodies.hpp"
#include "node/http/head_check.hpp"
#include "node/http/problem.hpp"
#include "node/http/server_parser.hpp"

namespace {

using namespace tracseq;
using namespace tracseq::http;

constexpr std::size_t body_bytes_max = 4096;

/// A query with a field of every shape.
struct every_shape {
  std::vector<sample::sample_type> type;
  std::optional<instant> as_of;
  std::optional<std::uint32_t> limit;
  std::optional<double> volume;
  std::string q;
  bool unread = false;
};
BOOST_DESCRIBE_STRUCT(every_shape, (), (type, as_of, limit, volume, q, unread))

void demand(bool holds) {
  if (!holds) std::abort();
}

/// Every refusal is JSON, whatever it quotes.
void answer(error const& why, std::string_view path) {
  auto const text = problem_json(why, {path, "fuzz"}, 400);
  auto const read = parse_json(text);
  demand(read.has_value());
  demand(read->text("instance") == path || path.empty());
}

void judge_fields(schema const& type, json_value const& value) {
  std::vector<field_problem> problems;
  validate(type, value, "", problems);
  if (!problems.empty()) return answer(field_error(std::move(problems)), "/body");
  if (&type == &schema_of<register_sample>()) (void)decoded<register_sample>(value);
  if (&type == &schema_of<rule_terms>()) (void)decoded<rule_terms>(value);
  if (&type == &schema_of<add_unit>()) (void)decoded<add_unit>(value);
}

void judge_body(std::string_view text) {
  auto const read = parse_json(text);
  if (!read) return answer(read.error(), "/body");
  auto const again = parse_json(write_json_text(*read));
  demand(again && canonical_json(*again) == canonical_json(*read));
  for (auto const* type : {&schema_of<register_sample>(), &schema_of<correct_sample>(), &schema_of<rule_terms>(),
                           &schema_of<add_unit>()})
    judge_fields(*type, *read);
}

void judge_target(request const& asked) {
  (void)percent_decoded(asked.path, false);
  std::vector<field_problem> problems;
  auto const read = read_query(schema_of<every_shape>(), asked.query, problems);
  if (problems.empty())
    (void)decoded<every_shape>(read);
  else
    answer(field_error(std::move(problems)), asked.path);
  answer(because(errc::not_found, std::string(asked.header("x-quoted"))), asked.path);
}

/// The head as it would be scanned where it arrives in two parts.
head_scan scan_in_parts(std::string_view bytes, std::size_t cut) {
  auto found = scan_head(bytes.substr(0, cut), 0);
  if (found.end || found.bare_line_feed) return found;
  return scan_head(bytes, found.scanned);
}

incoming_request::state read_in_parts(incoming_request& asked, std::string_view bytes, std::size_t part) {
  auto state = incoming_request::state::more;
  std::string waiting;
  while (state == incoming_request::state::more && !bytes.empty()) {
    auto const size = std::min(part, bytes.size());
    waiting.append(bytes.substr(0, size));
    bytes.remove_prefix(size);
    std::size_t used = 0;
    state = asked.read_body(waiting, used);
    demand(used <= waiting.size());
    waiting.erase(0, used);
  }
  return state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  judge_body(bytes);
  auto const scan = scan_head(bytes, 0);
  auto const parts = scan_in_parts(bytes, size / 2);
  demand(scan.end == parts.end && scan.bare_line_feed == parts.bare_line_feed);
  if (scan.end == 0 || scan.bare_line_feed) return 0;
  auto const head = bytes.substr(0, scan.end);
  if (auto const refused = check_head(head)) {
    demand(refused->status >= 400 && !refused->detail.empty());
    return 0;
  }
  auto const whole = make_incoming_request();
  auto const slow = make_incoming_request();
  bool const readable = whole->read_head(head);
  demand(readable == slow->read_head(head));
  if (!readable) return 0;
  demand(!whole->path.empty());
  judge_target(*whole);
  if (!whole->has_body()) return 0;
  whole->limit_body(body_bytes_max);
  slow->limit_body(body_bytes_max);
  if (whole->announced_bytes() > body_bytes_max) return 0;
  auto const rest = bytes.substr(scan.end);
  std::size_t used = 0;
  auto const at_once = whole->read_body(rest, used);
  demand(used <= rest.size());
  auto const piecemeal = read_in_parts(*slow, rest, 1 + size % 7);
  if (at_once != incoming_request::state::done) return 0;
  demand(piecemeal == at_once && whole->body == slow->body && whole->body.size() <= body_bytes_max);
  judge_body(whole->body);
  return 0;
}
