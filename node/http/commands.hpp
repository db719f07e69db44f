#pragma once
// How handlers give commands.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actors/runtime/engine.hpp"
#include "node/http/call.hpp"
#include "node/http/route.hpp"

namespace tracseq::http {

/// A command of this call: its key, who asked, why. `step` names it where a call gives several commands
/// one after the other, so that each has its own id and a repeat finds each.
[[nodiscard]] command_request make_request(call const& c, write_options const& why,
                                           outgoing_command command, std::string_view step = {});

/// The version that `If-Match` names; refuses and gives false where it is not one.
[[nodiscard]] bool read_if_match(call& c, std::optional<std::uint64_t>& version);

/// Judges `If-Match` against the version that a row shows; refuses and gives false where it names another.
[[nodiscard]] bool matches_version(call& c, std::uint64_t version);

using on_reply = std::function<void(call_ptr, command_reply const&)>;

/// Gives the commands as one group. `then` is called when the projections show the commit; a refusal
/// is answered here.
void submit(call_ptr c, std::vector<command_request> group, on_reply then);
/// The same for one command on `stream`, with `If-Match`.
void submit(call_ptr c, write_options const& why, outgoing_command command, on_reply then);
/// The same, and its refusal goes to `refused` instead.
void submit(call_ptr c, std::vector<command_request> group, on_reply then,
            std::function<void(call_ptr, error const&)> refused);

/// The same, but `then` is called at once when the commit is acknowledged: for answers that need no row of it.
void submit_unshown(call_ptr c, std::vector<command_request> group, on_reply then);
/// Lets repeats of `c`, which need not be shown to be answered, wait until they will be found in the rows.
void hold_turn_until_shown(call_ptr c, command_reply const& reply);
/// Calls `then` when the projections show the commit.
void when_shown(call_ptr c, command_reply const& reply, on_reply then);

/// For calls that make something, whose ids are new each time: when this key was used before, `then` is
/// called with the first answer, else `begin`. Calls with the same key take turns.
void once(call_ptr c, std::function<void(call_ptr)> begin, on_reply then);

/// In a cluster a repeat may come to another node, which remembers nothing of the first: then all that a key
/// makes lives in one partition, whose owner knows every command that was ever accepted there. None where the
/// server made the key, or where there is one node, which remembers (turns.hpp).
[[nodiscard]] std::optional<partition_id> home_of(call const& c);

/// The id of what this call makes: a repeat gets the same one while the outcome is open, or at least one in the
/// same partition.
[[nodiscard]] uuid picked_id(call& c, std::string_view kind);
/// The same, in the partition of the label's stream.
[[nodiscard]] uuid picked_id_beside(call& c, std::string_view kind, std::string const& label_stream);
/// Of the process manager that the call starts.
[[nodiscard]] uuid picked_process_id(call& c, std::string_view kind);

/// The position to demand in order to see `reply`.
[[nodiscard]] std::string position_of(call const& c, command_reply const& reply);
/// Version, position and repeat of an answer to a write.
[[nodiscard]] answer_facts facts_of(call const& c, command_reply const& reply);

}  // namespace tracseq::http
