#pragma once
// How samples are found and shown (resource.hpp). Include this from .cpp files only.

#include "actors/sample.hpp"
#include "node/http/api.hpp"
#include "node/http/json_out.hpp"
#include "node/http/lookup.hpp"
#include "node/http/resource.hpp"
#include "projections/samples.hpp"

namespace tracseq::http {

struct sample_resource {
  using command = commands::sample::command;
  using view = sample_view;
  static constexpr std::string_view kind = sample::kind;
  static constexpr std::string_view path = "/samples";
  static constexpr std::string_view noun = "sample";
  static constexpr std::string_view cli = "sample";
  static result<uuid> find(read_view const& rows, std::string_view text) {
    return find_thing(rows, kind, text);
  }
  static void show(call_ptr const& c, uuid const& id, answer_facts facts) {
    auto const rows = c->at->view();
    auto row = samples_query(*rows).get(id);
    if (!row) return refuse(*c, no_such(kind, to_string(id)));
    if (!facts.version) facts.version = row->version;
    answer(*c, to_json(view_of(std::move(*row), *rows, *c->at)), facts);
  }
};

}  // namespace tracseq::http
