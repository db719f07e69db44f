#pragma once
// What every event struct says about itself.
//
// An event is a plain described struct with
//   static constexpr event_type type{id, schema, "name"};   the id is never reused
//   std::string words() const;                              the timeline's sentence, past tense
// and, where its schema is above 1,
//   using previous = <frozen struct of schema - 1>;
//   static <event> from(previous);                          the upcast, pure
// and, where it ends a process manager's stream,
//   static constexpr bool ends_process = true;
// and, where it keeps a refusal (with the fields `code` and `why`),
//   static constexpr bool refuses = true;

#include <cstdint>
#include <string_view>

#include <boost/describe.hpp>

namespace tracseq {

struct event_type {
  std::uint32_t id;
  std::uint16_t schema;
  std::string_view name;
};

}  // namespace tracseq
