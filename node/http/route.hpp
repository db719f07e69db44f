#pragma once
// A row of the route table. Everything that is said about an endpoint is said here, once: the router,
// the checks, the OpenAPI document and the command line are made from it. To add an endpoint, add a row
// to the table of its resource (routes_*.cpp) and write its handler.

#include <span>
#include <string_view>
#include <vector>

#include "node/http/call.hpp"
#include "node/http/problem.hpp"
#include "node/http/schema.hpp"

namespace tracseq::http {

/// A struct without members: no query parameters, or no body.
struct none {};
BOOST_DESCRIBE_STRUCT(none, (), ())

/// The query of a GET that can show the past; the query of any other has no `as_of`, and says so when it
/// is asked for one.
struct read_options {
  std::optional<instant> as_of;
};
BOOST_DESCRIBE_STRUCT(read_options, (), (as_of))

/// What every write takes beside its own fields.
struct write_options {
  std::optional<std::string> reason;
  std::optional<instant> occurred_at;
};
BOOST_DESCRIBE_STRUCT(write_options, (), (reason, occurred_at))

template <>
inline constexpr auto notes<write_options> = std::to_array<note>({
    {.field = "reason", .doc = "Why, in your words; stands in the history.", .length_max = 2000},
});

/// Bits of `errc`s.
using error_set = std::uint32_t;
template <class... Codes>
[[nodiscard]] constexpr error_set errors(Codes... codes) noexcept {
  return (error_set{0} | ... | (error_set{1} << static_cast<int>(codes)));
}

enum class access : std::uint8_t { operator_token, everybody };
enum class body_kind : std::uint8_t { none, json, bytes };

struct route {
  http::method method = http::method::get;
  std::string_view path;       ///< "/samples/{id}:receive", below /api/v1 unless `outside`
  std::string_view operation;  ///< operationId: "receive_sample"
  std::string_view tag;        ///< "samples"
  std::string_view summary;
  std::string_view cli;  ///< "sample receive"; empty = no command
  schema const& (*query)() = nullptr;
  schema const& (*body)() = nullptr;
  schema const& (*answer)() = nullptr;
  int status = 200;
  int other_status = 0;                      ///< another way to succeed; 0 = there is none
  schema const& (*other_answer)() = nullptr;
  error_set may_fail = 0;  ///< beside what every route may answer
  body_kind takes = body_kind::none;
  access who = access::operator_token;
  bool outside = false;       ///< not below /api/v1
  bool streams = false;       ///< may answer with server-sent events
  bool upload = false;        ///< the body may be as large as a workbook
  bool writes = false;        ///< refused by a read-only node
  bool reads_rows = true;     ///< waits until they show what was acknowledged before it came
  std::string_view media = "application/json";
  void (*run)(call_ptr) = nullptr;
};

/// Reads query and body as the row says; refuses and gives none where they are wrong.
[[nodiscard]] std::optional<json_value> checked_query(call& c, schema const& type);
[[nodiscard]] bool check_body(call& c, schema const& type);
[[nodiscard]] bool check_as_of(call& c);
/// Refuses what cannot be: to have happened in the future.
[[nodiscard]] bool check_occurred_at(call& c, std::optional<instant> occurred_at);
/// Names the command: Idempotency-Key, or a fresh one; and its fingerprint.
[[nodiscard]] bool name_command(call& c);

namespace detail {

template <class>
struct handler_of;
template <class Query, class Body>
struct handler_of<void (*)(call_ptr, Query, Body)> {
  using query = Query;
  using body = Body;
};

template <auto Handler>
void run_checked(call_ptr c) {
  using traits = handler_of<decltype(Handler)>;
  using query = typename traits::query;
  using body = typename traits::body;
  auto const read = checked_query(*c, schema_of<query>());
  if (!read) return;
  auto options = decoded<query>(*read);
  if constexpr (requires { options.as_of; }) {
    c->as_of = options.as_of;
    if (!check_as_of(*c)) return;
  }
  if (c->request->method == method::post) {
    if constexpr (!std::is_same_v<body, none>)
      if (!check_body(*c, schema_of<body>())) return;
    if (!name_command(*c)) return;
  }
  auto asked = decoded<body>(c->body);
  if constexpr (requires { asked.occurred_at; })
    if (!check_occurred_at(*c, asked.occurred_at)) return;
  Handler(std::move(c), std::move(options), std::move(asked));
}

template <class Answer, auto Handler>
[[nodiscard]] constexpr route make_route(http::method method, std::string_view path,
                                         std::string_view operation, std::string_view cli,
                                         std::string_view summary, error_set may_fail) {
  using traits = handler_of<decltype(Handler)>;
  route row;
  row.method = method;
  row.path = path;
  row.operation = operation;
  row.cli = cli;
  row.summary = summary;
  row.may_fail = may_fail;
  row.query = &schema_of<typename traits::query>;
  row.answer = &schema_of<Answer>;
  row.run = &run_checked<Handler>;
  if (method == http::method::post) {
    row.writes = true;
    if constexpr (!std::is_same_v<typename traits::body, none>) {
      row.body = &schema_of<typename traits::body>;
      row.takes = body_kind::json;
    }
  }
  return row;
}

}  // namespace detail

/// A read. Its query is `read_options`, or derived from it, where it can show the past.
template <class Answer, auto Handler>
[[nodiscard]] constexpr route get(std::string_view path, std::string_view operation,
                                  std::string_view cli, std::string_view summary,
                                  error_set may_fail = 0) {
  return detail::make_route<Answer, Handler>(method::get, path, operation, cli, summary, may_fail);
}
/// A write.
template <class Answer, auto Handler>
[[nodiscard]] constexpr route post(std::string_view path, std::string_view operation,
                                   std::string_view cli, std::string_view summary,
                                   error_set may_fail = 0, int status = 200) {
  auto row = detail::make_route<Answer, Handler>(method::post, path, operation, cli, summary, may_fail);
  row.status = status;
  return row;
}

/// A write that looks at no rows before it is done.
[[nodiscard]] constexpr route from_events(route row) noexcept {
  row.reads_rows = false;
  return row;
}

// One function for each resource's table.
[[nodiscard]] std::vector<route> sample_routes();
[[nodiscard]] std::vector<route> donor_routes();
[[nodiscard]] std::vector<route> storage_routes();
[[nodiscard]] std::vector<route> run_routes();
[[nodiscard]] std::vector<route> barcode_routes();
[[nodiscard]] std::vector<route> import_routes();
[[nodiscard]] std::vector<route> process_routes();
[[nodiscard]] std::vector<route> notification_routes();
[[nodiscard]] std::vector<route> event_routes();
[[nodiscard]] std::vector<route> system_routes();
/// All of them, in the order of the document.
[[nodiscard]] std::span<route const> all_routes();

}  // namespace tracseq::http
