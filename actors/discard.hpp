#pragma once
// The discard: a process manager. The sample is discarded (point of no return), then the slot it stood
// in is vacated.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/relocation.hpp"

namespace tracseq::commands::discard {

struct request {
  static constexpr std::string_view name = "discard.request";
  uuid discard_id;  ///< the stream's key
  uuid sample_id;
  std::string sample_label;
  std::string reason;  ///< required
  std::string how;  ///< "autoclaved", …; may be empty
  friend bool operator==(request const&, request const&) = default;
};
BOOST_DESCRIBE_STRUCT(request, (), (discard_id, sample_id, sample_label, reason, how))

/// How a step ended. Made by `on_outcome`.
struct record_step {
  static constexpr std::string_view name = "discard.record_step";
  std::string step;
  bool ok = true;
  std::optional<place> from;  ///< where the sample stood
  std::string code;  ///< of a refusal: errc name
  std::string detail;  ///< of a refusal
  friend bool operator==(record_step const&, record_step const&) = default;
};
BOOST_DESCRIBE_STRUCT(record_step, (), (step, ok, from, code, detail))

/// Tries again what parked the discard.
struct resume {
  static constexpr std::string_view name = "discard.resume";
  friend bool operator==(resume const&, resume const&) = default;
};
BOOST_DESCRIBE_STRUCT(resume, (), ())

using command = std::variant<request, record_step, resume>;

}  // namespace tracseq::commands::discard

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(discard_stage, none, discarding, vacating, completed, refused)

struct discard_state {
  discard_stage stage = discard_stage::none;
  tracseq::discard::requested asked;
  std::optional<place> from;
  bool parked = false;
  std::string parked_why;
  std::uint32_t resumes = 0;
  friend bool operator==(discard_state const&, discard_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(discard_state, (), (stage, asked, from, parked, parked_why, resumes))

/// A process manager; see actors/decider.hpp.
struct discard {
  static constexpr std::string_view kind = tracseq::discard::kind;
  using state = discard_state;
  using command = commands::discard::command;
  using event = tracseq::discard::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static state evolve(state now, event const& happened);
  [[nodiscard]] static std::vector<step> due(state const& seen);
  [[nodiscard]] static command on_outcome(state const& seen, step_outcome const& outcome);
};

}  // namespace tracseq::aggregates
