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

/// Begins a move of `wish.thing`, checked against `If-Match`, and calls `then` when it has ended well. A
/// refusal is answered with its reason; one that goes on for longer is answered 202 with its address.
void relocate(call_ptr c, write_options const& why, relocation_wish const& wish, on_reply then);

/// The same, and its refusal or delay goes to `failed` (`timed_out` for a delay).
void relocate(call_ptr c, write_options const& why, relocation_wish const& wish, on_reply then,
              std::function<void(call_ptr, error const&)> failed);

void discard(call_ptr c, write_options const& why, uuid const& sample, std::string how, on_reply then);

/// `If-Match` against the version of the thing a process is about; refuses and gives false.
[[nodiscard]] bool matches(call& c, std::uint64_t version);

}  // namespace tracseq::http
