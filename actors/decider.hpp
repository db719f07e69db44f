#pragma once
// The shape of every aggregate. A decider is stateless and pure: time, ids and randomness arrive in
// the command or its context.
//
//   struct sample {
//     static constexpr std::string_view kind = "sample";      // first part of its streams' names
//     struct state { … };                                     // described, so it can be snapshotted
//     using command = std::variant<register_sample, …>;       // described structs with a `name`
//     using event = events::sample::event;
//     static result<std::vector<event>> decide(state const&, command const&, command_context const&);
//     static state evolve(state, event const&);               // total, never refuses
//   };
//
// A command with a `summary`, one sentence for people, is a verb: it may be given from outside as it stands,
// and needs no more than its own fields. What is to be said of them is in its `field_notes` (events/note.hpp).
//
// A process manager is a decider that also says what is due: see `process_manager` below.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/describe.hpp>

#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/note.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace tracseq {

/// What a command is decided with, besides its own fields.
struct command_context {
  instant at;            ///< when the node received it: the only clock a decider sees
  uuid command_id;
  principal who;
  std::string reason;    ///< why, in the person's words; may be empty
  std::uint64_t version = 0;  ///< events in the stream so far; 0 = the stream does not exist
};

template <class A>
concept decider = requires(typename A::state state, typename A::state const& seen,
                           typename A::command const& command, typename A::event const& event,
                           command_context const& context) {
  { A::kind } -> std::convertible_to<std::string_view>;
  { A::decide(seen, command, context) } -> std::same_as<result<std::vector<typename A::event>>>;
  { A::evolve(std::move(state), event) } -> std::same_as<typename A::state>;
};

/// A decider whose facts can be taken back when the group they were written with was cut off: the
/// command that undoes `event`, if it needs undoing.
template <class A>
concept can_take_back = decider<A> && requires(typename A::event const& event) {
  { A::take_back(event) } -> std::same_as<std::optional<typename A::command>>;
};

/// A decider whose refusals a process acts on: the fact that keeps this one, so that the same step, when it comes
/// again late, is not done after all. None where no process gives up on it. Of a stream that exists, unless a
/// process may be the first to write to it.
template <class A>
concept keeps_refusals = decider<A> && requires(typename A::command const& asked, error const& why,
                                                std::uint64_t version) {
  { A::refusal(asked, why, version) } -> std::same_as<std::optional<typename A::event>>;
};

/// A command on its way to a stream.
struct outgoing_command {
  std::string stream;
  std::string name;     ///< the command struct's `name`
  std::string payload;  ///< its codec bytes
  /// Neighbours in a step with the same number, other than 0, are written together on their one
  /// partition: in order, all or none. Groups, and commands with 0, run side by side.
  std::uint32_t group = 0;
  friend bool operator==(outgoing_command const&, outgoing_command const&) = default;
};

/// Something outside the log: a webhook to send. Performed at least once.
struct effect {
  std::string kind;     ///< "webhook"
  std::string payload;  ///< understood by the channel that performs it
  friend bool operator==(effect const&, effect const&) = default;
};

/// How an effect ended.
struct effect_outcome {
  bool ok = true;
  std::string detail;      ///< what happened, for people
  bool permanent = false;  ///< of a failure: a further attempt would not mend it
  friend bool operator==(effect_outcome const&, effect_outcome const&) = default;
};
BOOST_DESCRIBE_STRUCT(effect_outcome, (), (ok, detail, permanent))

/// What a process manager wants done now. Each command's id is derived from the process's stream,
/// `name` and its place in `commands`, so a step that is repeated after a crash acts once.
struct step {
  std::string name;  ///< unique within the process; a step that may recur carries its count
  std::vector<outgoing_command> commands;
  std::optional<effect> outside;
  std::optional<instant> not_before;  ///< a timer: nothing is done earlier
};

/// How one command of a step ended: refused, or accepted with its events.
struct command_outcome {
  std::uint32_t index = 0;  ///< in step::commands
  bool ok = true;
  std::string code;    ///< of a refusal: errc name
  std::string detail;  ///< of a refusal
  std::vector<encoded_event> events;  ///< of an acceptance
};

/// How a step ended. Transient failures never come here: the runtime repeats them with back-off.
struct step_outcome {
  std::string step;
  std::vector<command_outcome> commands;  ///< all of them, in order
  effect_outcome outside;
};

/// A process manager: fed with the outcomes of its steps, and asked after every accepted event what
/// is due. `due` is pure and depends on the state alone, so that it gives the same steps after a
/// crash. `on_outcome` makes the command that records an outcome.
template <class A>
concept process_manager = decider<A> && requires(typename A::state const& state,
                                                 step_outcome const& outcome) {
  { A::due(state) } -> std::same_as<std::vector<step>>;
  { A::on_outcome(state, outcome) } -> std::same_as<typename A::command>;
};

template <class... Arms>
struct overloaded : Arms... {
  using Arms::operator()...;
};
template <class... Arms>
overloaded(Arms...) -> overloaded<Arms...>;

}  // namespace tracseq
