#pragma once
// The sample: one tube of something and what became of it.
//
//   registered → received → accepted | rejected;   accepted ⇄ in_storage;   → archived | discarded
//   any live state ⇄ on hold;   rejected, archived and discarded are final, save `reinstate`

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/decider.hpp"
#include "events/sample.hpp"

namespace tracseq::commands::sample {

/// Fields to be put right; a field left out stays as it is. In the optional fields the inner
/// optional without a value clears the field, as an empty text does in the others.
struct patch {
  std::optional<std::string> name;
  std::optional<std::string> project;
  std::optional<std::string> submission;
  std::optional<tracseq::sample::sample_type> type;
  std::optional<std::optional<std::uint32_t>> taxon_id;
  std::optional<std::string> organism;
  std::optional<std::optional<sealed_text>> donor;
  std::optional<std::optional<instant>> collected_at;
  std::optional<std::string> collected_where;
  std::optional<std::string> collected_by;
  std::optional<std::optional<double>> concentration_ng_per_ul;
  std::optional<std::optional<double>> volume_ul;
  std::optional<std::optional<double>> amount_ng;
  std::optional<std::vector<std::string>> requires_temperature;
  std::optional<std::string> notes;
  std::map<std::string, std::string> custom;  ///< only the ones to change; empty text removes one
  friend bool operator==(patch const&, patch const&) = default;
};
BOOST_DESCRIBE_STRUCT(patch, (),
                      (name, project, submission, type, taxon_id, organism, donor, collected_at,
                       collected_where, collected_by, concentration_ng_per_ul, volume_ul, amount_ng,
                       requires_temperature, notes, custom))

/// Makes the sample. Its barcode is assigned by the command before it in the same group.
struct register_sample {
  static constexpr std::string_view name = "sample.register";
  tracseq::sample::details details;
  std::optional<uuid> import_id;  ///< the import it comes with
  friend bool operator==(register_sample const&, register_sample const&) = default;
};
BOOST_DESCRIBE_STRUCT(register_sample, (), (details, import_id))

struct receive {
  static constexpr std::string_view name = "sample.receive";
  static constexpr std::string_view summary = "Note that a sample arrived";
  static constexpr auto field_notes = std::to_array<note>({
      {.field = "condition", .doc = "On arrival: frozen, thawed, leaking, …", .length_max = 255, .example = "frozen"},
      {.field = "temperature_celsius", .doc = "Measured on arrival.", .min = -273, .max = 200},
  });
  std::string condition;
  std::optional<double> temperature_celsius;
  friend bool operator==(receive const&, receive const&) = default;
};
BOOST_DESCRIBE_STRUCT(receive, (), (condition, temperature_celsius))

struct accept {
  static constexpr std::string_view name = "sample.accept";
  static constexpr std::string_view summary = "Accept a sample for work";
  friend bool operator==(accept const&, accept const&) = default;
};
BOOST_DESCRIBE_STRUCT(accept, (), ())

struct reject {
  static constexpr std::string_view name = "sample.reject";
  static constexpr std::string_view summary = "Reject a sample";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  std::string reason;
  friend bool operator==(reject const&, reject const&) = default;
};
BOOST_DESCRIBE_STRUCT(reject, (), (reason))

/// In a final state the reason has to be given with the command.
struct correct {
  static constexpr std::string_view name = "sample.correct";
  commands::sample::patch patch;
  friend bool operator==(correct const&, correct const&) = default;
};
BOOST_DESCRIBE_STRUCT(correct, (), (patch))

/// The old label keeps naming the sample.
struct relabel {
  static constexpr std::string_view name = "sample.relabel";
  std::string new_barcode;  ///< already assigned to this sample
  friend bool operator==(relabel const&, relabel const&) = default;
};
BOOST_DESCRIBE_STRUCT(relabel, (), (new_barcode))

/// A step of a move: the slot is reserved.
struct place {
  static constexpr std::string_view name = "sample.place";
  uuid move_id;
  tracseq::place to;
  std::optional<tracseq::place> from;  ///< where it is expected to stand; none = not in storage
  friend bool operator==(place const&, place const&) = default;
};
BOOST_DESCRIBE_STRUCT(place, (), (move_id, to, from))

/// A step of a move out of storage.
struct take_out {
  static constexpr std::string_view name = "sample.take_out";
  uuid move_id;
  tracseq::place from;  ///< where it is expected to stand
  std::string purpose;
  std::optional<instant> due_at;  ///< when it should be back
  friend bool operator==(take_out const&, take_out const&) = default;
};
BOOST_DESCRIBE_STRUCT(take_out, (), (move_id, from, purpose, due_at))

struct hold {
  static constexpr std::string_view name = "sample.hold";
  static constexpr std::string_view summary = "Put a sample on hold";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  std::string reason;
  friend bool operator==(hold const&, hold const&) = default;
};
BOOST_DESCRIBE_STRUCT(hold, (), (reason))

struct end_hold {
  static constexpr std::string_view name = "sample.end_hold";
  static constexpr std::string_view summary = "End the hold of a sample";
  friend bool operator==(end_hold const&, end_hold const&) = default;
};
BOOST_DESCRIBE_STRUCT(end_hold, (), ())

/// A step of a discard.
struct discard {
  static constexpr std::string_view name = "sample.discard";
  uuid discard_id;
  std::string reason;  ///< required
  std::string how;
  friend bool operator==(discard const&, discard const&) = default;
};
BOOST_DESCRIBE_STRUCT(discard, (), (discard_id, reason, how))

struct archive {
  static constexpr std::string_view name = "sample.archive";
  static constexpr std::string_view summary = "Archive a sample";
  friend bool operator==(archive const&, archive const&) = default;
};
BOOST_DESCRIBE_STRUCT(archive, (), ())

struct reinstate {
  static constexpr std::string_view name = "sample.reinstate";
  static constexpr std::string_view summary = "Take back a final state that was a mistake";
  static constexpr auto field_notes = std::to_array<note>({reason_needed});
  friend bool operator==(reinstate const&, reinstate const&) = default;
};
BOOST_DESCRIBE_STRUCT(reinstate, (), ())

/// The donor's key was deleted. The reason has to be given with the command.
struct erase_donor {
  static constexpr std::string_view name = "sample.erase_donor";
  uuid key_id;
  friend bool operator==(erase_donor const&, erase_donor const&) = default;
};
BOOST_DESCRIBE_STRUCT(erase_donor, (), (key_id))

using command = std::variant<register_sample, receive, accept, reject, correct, relabel, place,
                             take_out, hold, end_hold, discard, archive, reinstate, erase_donor>;

}  // namespace tracseq::commands::sample

namespace tracseq::aggregates {

BOOST_DEFINE_ENUM_CLASS(sample_stage, none, registered, received, accepted, rejected, archived,
                        discarded)

struct sample_state {
  sample_stage stage = sample_stage::none;
  sample_stage stage_before = sample_stage::none;  ///< a final one: where `reinstate` goes back to
  tracseq::sample::details details;
  std::optional<uuid> import_id;
  std::optional<place> at;  ///< none = not in storage
  uuid last_move;           ///< that brought it there, or out
  bool held = false;
  std::string hold_reason;
  std::string end_reason;  ///< of a rejection or a discard
  uuid discard_id;
  friend bool operator==(sample_state const&, sample_state const&) = default;
};
BOOST_DESCRIBE_STRUCT(sample_state, (),
                      (stage, stage_before, details, import_id, at, last_move, held, hold_reason,
                       end_reason, discard_id))

/// The state's word: registered, received, accepted, in_storage, rejected, archived, discarded,
/// on_hold.
[[nodiscard]] std::string_view state_word(sample_state const& state) noexcept;

/// A decider; see actors/decider.hpp.
struct sample {
  static constexpr std::string_view kind = tracseq::sample::kind;
  using state = sample_state;
  using command = commands::sample::command;
  using event = tracseq::sample::event;
  [[nodiscard]] static result<std::vector<event>> decide(state const& seen, command const& asked,
                                                         command_context const& context);
  [[nodiscard]] static std::optional<event> refusal(command const& asked, error const& why, std::uint64_t version);
  [[nodiscard]] static state evolve(state now, event const& happened);
};

}  // namespace tracseq::aggregates
