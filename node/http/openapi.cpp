#include "node/http/openapi.hpp"

#include <algorithm>

#include "node/http/openapi_schema.hpp"
#include "node/http/route.hpp"
#include "node/http/router.hpp"
#include "node/http/wire.hpp"

namespace tracseq::http {
namespace {

json_value text(std::string_view value) { return {std::string(value)}; }
json_value reference(std::string_view to) { return {json_object{{"$ref", text(to)}}}; }
json_value make(json_object members) { return {std::move(members)}; }
json_value make(json_list items) { return {std::move(items)}; }

/// Templates of two endpoints may differ in their verb alone, so the parameter's name stands alone.
json_list parameters_of(route const& row, schema_writer& schemas) {
  json_list out;
  auto path = row.path;
  for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
    auto const name = path.substr(open + 1, path.find('}', open) - open - 1);
    out.push_back(make(json_object{
        {"name", text(name)},
        {"in", text("path")},
        {"required", {true}},
        {"description", text(common_doc(name == "id" ? "path_id" : name))},
        {"schema", make(json_object{{"type", text("string")}, {"minLength", {std::int64_t{1}}}})}}));
  }
  for (auto const& field : row.query().fields) {
    json_object parameter{{"name", text(field.name)}, {"in", text("query")}};
    parameter.emplace_back("required", json_value{field.about.required});
    if (!field.about.doc.empty()) parameter.emplace_back("description", text(field.about.doc));
    auto about = field.about;
    about.doc = {};
    parameter.emplace_back("schema", schemas.ref(*field.type, &about, false));
    if (field.type->shape == shape::list) {
      parameter.emplace_back("style", text("form"));
      parameter.emplace_back("explode", json_value{false});
    }
    out.push_back(make(std::move(parameter)));
  }
  if (row.writes) {
    out.push_back(reference("#/components/parameters/idempotency_key"));
    if (row.path.find("{id}") != row.path.npos)
      out.push_back(reference("#/components/parameters/if_match"));
  } else if (row.method == method::get && !row.outside) {
    out.push_back(reference("#/components/parameters/position"));
  }
  return out;
}

json_value success_of(route const& row, int status, schema const& (*answer)(), schema_writer& schemas) {
  json_object content{
      {std::string(row.media),
       make(json_object{{"schema", schemas.ref(answer(), nullptr, true)}})}};
  if (row.streams)
    content.emplace_back("text/event-stream",
                         make(json_object{{"schema", make(json_object{{"type", text("string")}})}}));
  json_object success{{"description", text(status == 201 ? "Made." : status == 202
                                                            ? "Begun; see Location."
                                                            : "Done.")}};
  json_object headers;
  if (!row.outside) headers.emplace_back("X-TracSeq-Position", reference("#/components/headers/position"));
  if (row.writes) {
    headers.emplace_back("Idempotency-Key", reference("#/components/headers/idempotency_key"));
    headers.emplace_back("Idempotency-Replayed", reference("#/components/headers/replayed"));
  }
  if (!row.outside) {
    headers.emplace_back("ETag", reference("#/components/headers/etag"));
    headers.emplace_back("X-Request-Id", reference("#/components/headers/request_id"));
  }
  if (!headers.empty()) success.emplace_back("headers", make(std::move(headers)));
  success.emplace_back("content", make(std::move(content)));
  return make(std::move(success));
}

json_object answers_of(route const& row, schema_writer& schemas) {
  json_object out;
  out.emplace_back(std::to_string(row.status), success_of(row, row.status, row.answer, schemas));
  if (row.other_status)
    out.emplace_back(std::to_string(row.other_status),
                     success_of(row, row.other_status, row.other_answer, schemas));

  auto may_fail = row.may_fail;
  if (!row.outside)
    may_fail |= errors(errc::invalid_argument, errc::unauthenticated, errc::unavailable, errc::internal);
  if (row.writes)
    may_fail |= errors(errc::conflict, errc::key_reused, errc::version_mismatch, errc::overloaded,
                       errc::outcome_unknown, errc::forbidden, errc::too_large, errc::rule_violation,
                       errc::storage_full);
  std::map<int, std::string> words;
  words[400] = "the request itself cannot be read";
  words[408] = "it did not arrive in time";
  words[414] = "its address is longer than the node takes";
  words[431] = "its head is longer than the node takes";
  if (row.takes == body_kind::json) words[415] = "the body is not application/json";
  for (int bit = 1; bit < 32; ++bit) {
    if (!(may_fail >> bit & 1)) continue;
    auto const& about = describe(static_cast<errc>(bit));
    auto& line = words[about.http_status];
    line.append(line.empty() ? "" : ", ").append(about.name);
  }
  for (auto const& [status, line] : words)
    out.emplace_back(
        std::to_string(status),
        make(json_object{
            {"description", text(std::string(reason_phrase(status)) + ": " + line)},
            {"content", make(json_object{{"application/problem+json",
                                          make(json_object{{"schema", reference("#/components/schemas/problem")}})}})}}));
  return out;
}

json_value operation_of(route const& row, schema_writer& schemas) {
  json_object out{{"operationId", text(row.operation)},
                  {"summary", text(row.summary)},
                  {"tags", make(json_list{text(row.tag)})}};
  if (row.who == access::everybody) out.emplace_back("security", make(json_list{}));
  auto parameters = parameters_of(row, schemas);
  if (!parameters.empty()) out.emplace_back("parameters", make(std::move(parameters)));
  if (row.takes != body_kind::none) {
    bool required = row.takes == body_kind::bytes;
    json_object content;
    if (row.takes == body_kind::bytes) {
      content.emplace_back("application/octet-stream", make(json_object{}));
    } else {
      auto const& type = row.body();
      required = std::any_of(type.fields.begin(), type.fields.end(),
                             [](auto const& f) { return f.about.required; });
      content.emplace_back("application/json",
                           make(json_object{{"schema", schemas.ref(type, nullptr, false)}}));
    }
    out.emplace_back("requestBody", make(json_object{{"required", {required}},
                                                     {"content", make(std::move(content))}}));
  }
  out.emplace_back("responses", make(answers_of(row, schemas)));
  if (!row.cli.empty()) out.emplace_back("x-cli", text("tracseq " + std::string(row.cli)));
  return make(std::move(out));
}

json_value problem_schema() {
  auto const is = [](std::string_view type, std::string_view about) {
    return make(json_object{{"type", text(type)}, {"description", text(about)}});
  };
  json_object wrong{{"type", text("object")}};
  wrong.emplace_back("properties", make(json_object{
      {"pointer", is("string", "JSON pointer to the field; /query/… for a parameter.")},
      {"code", is("string", "Stable word for what is wrong.")},
      {"detail", is("string", "A sentence for people.")}}));
  wrong.emplace_back("required", make(json_list{text("pointer"), text("code"), text("detail")}));
  json_object all{{"type", text("object")},
                  {"description", text("What went wrong (RFC 9457).")}};
  all.emplace_back("properties", make(json_object{
      {"type", is("string", "/problems/<code>")},
      {"title", is("string", "The code in words.")},
      {"status", is("integer", "The HTTP status.")},
      {"detail", is("string", "A sentence for people: what is wrong and what would be right.")},
      {"instance", is("string", "The path that was asked for.")},
      {"code", is("string", "Stable word for the kind of failure.")},
      {"errors", make(json_object{{"type", text("array")},
                                  {"description", text("The wrong fields, if fields are wrong.")},
                                  {"items", make(std::move(wrong))}})},
      {"request_id", is("string", "Names the request in the node's log.")},
      {"retryable", is("boolean", "The same request may succeed later.")}}));
  all.emplace_back("required", make(json_list{text("type"), text("title"), text("status"), text("detail"),
                                              text("instance"), text("code"), text("errors"),
                                              text("request_id"), text("retryable")}));
  return make(std::move(all));
}

json_value header(std::string_view about) {
  return make(json_object{{"description", text(about)},
                          {"schema", make(json_object{{"type", text("string")}})}});
}

json_value header_parameter(std::string_view name, std::string_view about) {
  return make(json_object{{"name", text(name)},
                          {"in", text("header")},
                          {"description", text(about)},
                          {"schema", make(json_object{{"type", text("string")}})}});
}

json_value components(schema_writer& schemas) {
  auto all = schemas.take_components();
  all.emplace_back("problem", problem_schema());
  return make(json_object{
      {"securitySchemes",
       make(json_object{{"operator",
                         make(json_object{{"type", text("http")},
                                          {"scheme", text("bearer")},
                                          {"description", text("The token in operator.token of the data "
                                                               "directory.")}})}})},
      {"parameters",
       make(json_object{
           {"idempotency_key",
            header_parameter("Idempotency-Key",
                             "1 to 200 printable characters. The same key with the same request gives "
                             "the first answer; with another request 409.")},
           {"if_match", header_parameter("If-Match", "The ETag that the entity must have; else 412.")},
           {"position", header_parameter("X-TracSeq-Position",
                                         "A position from an earlier answer that this one must "
                                         "reflect; 503 when that takes longer than 2 s.")}})},
      {"headers", make(json_object{
                      {"position", header("What a later request demands in order to see this write; of reads only in a cluster, "
                                          "where another node may answer the next one.")},
                      {"idempotency_key", header("The key of this command.")},
                      {"replayed", header("true where this is the first answer, repeated.")},
                      {"etag", header("The version of the entity, in quotes.")},
                      {"request_id", header("Names the request in the node's log.")}})},
      {"schemas", make(std::move(all))}});
}

}  // namespace

std::string openapi_json(std::string_view version) {
  schema_writer schemas;
  json_object paths;
  json_list tags;
  for (auto const& row : all_routes()) {
    auto const path = std::string(row.outside ? "" : api_base) + std::string(row.path);
    auto at = std::find_if(paths.begin(), paths.end(), [&](auto const& p) { return p.first == path; });
    if (at == paths.end()) at = paths.insert(paths.end(), {path, make(json_object{})});
    std::string name(to_string(row.method));
    for (auto& c : name) c = static_cast<char>(c - 'A' + 'a');
    std::get<json_object>(at->second.held).emplace_back(name, operation_of(row, schemas));
    bool const seen = std::any_of(tags.begin(), tags.end(),
                                  [&](auto const& t) { return t.text("name") == row.tag; });
    if (!seen)
      tags.push_back(make(json_object{{"name", text(row.tag)},
                                      {"description", text(common_doc("tag_" + std::string(row.tag)))}}));
  }
  json_object document{{"openapi", text("3.1.0")}};
  document.emplace_back(
      "info",
      make(json_object{
          {"title", text("TracSeq")},
          {"version", text(version)},
          {"summary", text("A sequencing laboratory's samples, storage and runs, with their history.")},
          {"description",
           text("Every write is a command that is answered when its events were read back from the log. "
                "An id may be a UUID or, everywhere, a label. A GET that has the parameter as_of shows any past "
                "moment; the others show the present and refuse it.")},
          {"license", make(json_object{{"name", text("See the repository")},
                                       {"identifier", text("LicenseRef-TracSeq")}})}}));
  document.emplace_back("servers", make(json_list{make(json_object{{"url", text("/")}})}));
  document.emplace_back("security", make(json_list{make(json_object{{"operator", make(json_list{})}})}));
  document.emplace_back("tags", make(std::move(tags)));
  document.emplace_back("paths", make(std::move(paths)));
  document.emplace_back("components", components(schemas));
  return write_json_text(make(std::move(document)));
}

}  // namespace tracseq::http
