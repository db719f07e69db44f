#pragma once
// Moves and discards from the outside: the first command of the process, and the wait for its end.

#include <functional>
#include <string>

#include "node/http/commands.hpp"
#include "projections/relocations.hpp"

namespace tracseq::http {

struct relocation_wish {
  std::string thing;        ///< stream
  std::optional<uuid> to;   ///< unit; none = out
  std::string slot;         ///< empty = the first free one
  std::string purpose;
  std::optional<instant> due_at;
  std::string override_reason;
};

/// The answer where a move or discard takes longer than a client is kept waiting.
struct under_way {
  std::string state;
  std::string process;
};
BOOST_DESCRIBE_STRUCT(under_way, (), (state, process))
template <>
inline constexpr auto notes<under_way> = std::to_array<note>({
    {.field = "", .doc = "It is begun and takes longer than usual."},
    {.field = "state", .doc = "under way"},
    {.field = "process", .doc = "move or discard"},
});

/// The row of a route that may be answered 202 with that.
[[nodiscard]] constexpr route may_take_long(route row) noexcept {
  row.other_status = 202;
  row.other_answer = &schema_of<under_way>;
  return row;
}

/// Begins a move of `wish.thing`, checked against `If-Match`, and calls `then` when it has ended well. A
/// refusal is answered with its reason; one that goes on for longer is answered 202 with its address.
void relocate(call_ptr c, write_options const& why, relocation_wish const& wish, on_reply then);

/// The same, and its refusal or delay goes to `failed` (`timed_out` for a delay).
void relocate(call_ptr c, write_options const& why, relocation_wish const& wish, on_reply then,
              std::function<void(call_ptr, error const&)> failed);

void discard(call_ptr c, write_options const& why, uuid const& sample, std::string how, on_reply then);

}  // namespace tracseq::http
