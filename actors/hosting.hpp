#pragma once
// Any decider behind one virtual interface, so that the runtime hosts all of them alike.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actors/decider.hpp"
#include "events/record.hpp"
#include "events/result.hpp"

namespace tracseq {

/// One stream's live state. Not thread-safe: one actor owns it.
class hosted_entity {
 public:
  virtual ~hosted_entity() = default;

  /// Starts from a snapshot (of `version` events; 0 = none) and what came after. A snapshot that cannot
  /// be read gives `unsupported`: load the stream without it.
  [[nodiscard]] virtual result<void> restore(std::uint64_t version, std::string_view snapshot,
                                             std::vector<encoded_event> const& tail) = 0;
  /// Decides and, if accepted, evolves. A refusal changes nothing.
  [[nodiscard]] virtual result<std::vector<encoded_event>> decide(outgoing_command const& command,
                                                                  command_context context) = 0;
  /// The fact that a command was refused, where it has to be one; the state is the one after it.
  [[nodiscard]] virtual std::optional<encoded_event> keep_refusal(outgoing_command const& command,
                                                                  error const& why) = 0;
  [[nodiscard]] virtual std::uint64_t version() const noexcept = 0;
  [[nodiscard]] virtual std::string snapshot() const = 0;

  /// Remembers the state, to go back to if the group that is being decided fails.
  virtual void mark() = 0;
  virtual void go_back() = 0;

  /// Of process managers; empty for other aggregates.
  [[nodiscard]] virtual bool is_process() const noexcept = 0;
  [[nodiscard]] virtual std::vector<step> due() const = 0;
  [[nodiscard]] virtual outgoing_command on_outcome(std::string stream,
                                                    step_outcome const& outcome) const = 0;
  /// The command that undoes `event` when its group was cut off; none if it needs none.
  [[nodiscard]] virtual std::optional<outgoing_command> take_back(std::string stream,
                                                                  encoded_event const& event) const = 0;
};

/// A fresh entity for a stream of `kind`; null for a kind this build does not know.
[[nodiscard]] std::unique_ptr<hosted_entity> host(std::string_view kind);

}  // namespace tracseq
