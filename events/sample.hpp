#pragma once
// A sample's facts. Streams `sample/<uuid>`. Type ids 100–199.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "events/event.hpp"
#include "events/ids.hpp"
#include "events/instant.hpp"
#include "events/place.hpp"

namespace tracseq {

/// Personal text, sealed with a key that lies outside the log (XChaCha20-Poly1305). Deleting the key
/// erases the person; the chain still verifies.
struct sealed_text {
  uuid key_id;
  std::string box;  ///< nonce ‖ ciphertext
  friend bool operator==(sealed_text const&, sealed_text const&) = default;
};
BOOST_DESCRIBE_STRUCT(sealed_text, (), (key_id, box))

/// One corrected field: both values as a person reads them, empty where there was none.
struct field_change {
  std::string field;
  std::string old_value;
  std::string new_value;
  friend bool operator==(field_change const&, field_change const&) = default;
};
BOOST_DESCRIBE_STRUCT(field_change, (), (field, old_value, new_value))

}  // namespace tracseq

namespace tracseq::sample {

inline constexpr std::string_view kind = "sample";

BOOST_DEFINE_ENUM_CLASS(sample_type, DNA, RNA, protein, cell_culture, tissue, blood, serum, plasma,
                        urine, saliva, swab, environmental, other)

/// What is known of a sample when it is registered. Absent = not known.
struct details {
  std::string name;     ///< 1 to 255 characters
  std::string barcode;  ///< the label on the tube
  std::string project;  ///< project code; may be empty
  std::string submission;
  sample_type type = sample_type::other;
  std::optional<std::uint32_t> taxon_id;  ///< NCBI
  std::string organism;                   ///< scientific name
  std::optional<sealed_text> donor;
  std::optional<instant> collected_at;
  std::string collected_where;
  std::string collected_by;
  std::optional<double> concentration_ng_per_ul;
  std::optional<double> volume_ul;
  std::optional<double> amount_ng;
  std::vector<std::string> requires_temperature;  ///< classes it may stand in; empty = any
  std::string notes;
  std::map<std::string, std::string> custom;  ///< columns of a sheet that have no field here
  friend bool operator==(details const&, details const&) = default;
};
BOOST_DESCRIBE_STRUCT(details, (),
                      (name, barcode, project, submission, type, taxon_id, organism, donor,
                       collected_at, collected_where, collected_by, concentration_ng_per_ul,
                       volume_ul, amount_ng, requires_temperature, notes, custom))

struct registered {
  static constexpr event_type type{100, 1, "sample_registered"};
  sample::details details;
  std::optional<uuid> import_id;  ///< the import it came with
  [[nodiscard]] std::string words() const;
  friend bool operator==(registered const&, registered const&) = default;
};
BOOST_DESCRIBE_STRUCT(registered, (), (details, import_id))

/// Schema 1 of `received`, from before the condition on arrival was asked for separately.
struct received_v1 {
  std::string note;
};
BOOST_DESCRIBE_STRUCT(received_v1, (), (note))

struct received {
  static constexpr event_type type{101, 2, "sample_received"};
  std::string condition;                    ///< on arrival: "frozen", "thawed", …; may be empty
  std::optional<double> temperature_celsius;  ///< measured on arrival
  using previous = received_v1;
  [[nodiscard]] static received from(received_v1 const& old) { return {old.note, std::nullopt}; }
  [[nodiscard]] std::string words() const;
  friend bool operator==(received const&, received const&) = default;
};
BOOST_DESCRIBE_STRUCT(received, (), (condition, temperature_celsius))

struct accepted {
  static constexpr event_type type{102, 1, "sample_accepted"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(accepted const&, accepted const&) = default;
};
BOOST_DESCRIBE_STRUCT(accepted, (), ())

struct rejected {
  static constexpr event_type type{103, 1, "sample_rejected"};
  std::string reason;
  [[nodiscard]] std::string words() const;
  friend bool operator==(rejected const&, rejected const&) = default;
};
BOOST_DESCRIBE_STRUCT(rejected, (), (reason))

/// Details that were wrong were put right, with what they were before.
struct corrected {
  static constexpr event_type type{104, 1, "sample_corrected"};
  std::vector<field_change> changes;
  sample::details details;  ///< all of them, as they are from now on
  [[nodiscard]] std::string words() const;
  friend bool operator==(corrected const&, corrected const&) = default;
};
BOOST_DESCRIBE_STRUCT(corrected, (), (changes, details))

/// A new label; the old ones keep naming the sample.
struct relabelled {
  static constexpr event_type type{105, 1, "sample_relabelled"};
  std::string old_barcode;
  std::string new_barcode;
  [[nodiscard]] std::string words() const;
  friend bool operator==(relabelled const&, relabelled const&) = default;
};
BOOST_DESCRIBE_STRUCT(relabelled, (), (old_barcode, new_barcode))

/// The tube went into a slot (from the bench, or from another slot).
struct placed {
  static constexpr event_type type{106, 1, "tube_placed"};
  uuid move_id;
  uuid unit_id;
  std::string slot;
  std::string unit_label;  ///< name of the unit at that moment, for people
  std::optional<uuid> from_unit_id;
  std::string from_slot;
  std::string from_unit_label;
  [[nodiscard]] std::string words() const;
  friend bool operator==(placed const&, placed const&) = default;
};
BOOST_DESCRIBE_STRUCT(placed, (),
                      (move_id, unit_id, slot, unit_label, from_unit_id, from_slot, from_unit_label))

/// The tube was taken out of storage, by whom the commit names.
struct taken_out {
  static constexpr event_type type{107, 1, "tube_taken_out"};
  uuid move_id;
  uuid from_unit_id;
  std::string from_slot;
  std::string from_unit_label;
  std::string purpose;
  std::optional<instant> due_at;  ///< when it should be back
  [[nodiscard]] std::string words() const;
  friend bool operator==(taken_out const&, taken_out const&) = default;
};
BOOST_DESCRIBE_STRUCT(taken_out, (),
                      (move_id, from_unit_id, from_slot, from_unit_label, purpose, due_at))

struct held {
  static constexpr event_type type{108, 1, "sample_held"};
  std::string reason;
  [[nodiscard]] std::string words() const;
  friend bool operator==(held const&, held const&) = default;
};
BOOST_DESCRIBE_STRUCT(held, (), (reason))

struct hold_ended {
  static constexpr event_type type{109, 1, "sample_hold_ended"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(hold_ended const&, hold_ended const&) = default;
};
BOOST_DESCRIBE_STRUCT(hold_ended, (), ())

struct discarded {
  static constexpr event_type type{110, 1, "sample_discarded"};
  uuid discard_id;
  std::string reason;
  std::string how;
  std::optional<place> from;  ///< where it stood
  [[nodiscard]] std::string words() const;
  friend bool operator==(discarded const&, discarded const&) = default;
};
BOOST_DESCRIBE_STRUCT(discarded, (), (discard_id, reason, how, from))

struct archived {
  static constexpr event_type type{111, 1, "sample_archived"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(archived const&, archived const&) = default;
};
BOOST_DESCRIBE_STRUCT(archived, (), ())

/// A final state (rejected, discarded, archived) was a mistake and is taken back, with the reason in
/// the commit.
struct reinstated {
  static constexpr event_type type{112, 1, "sample_reinstated"};
  [[nodiscard]] std::string words() const;
  friend bool operator==(reinstated const&, reinstated const&) = default;
};
BOOST_DESCRIBE_STRUCT(reinstated, (), ())

/// The donor's key was deleted, on the node that kept it: the donor can be read nowhere in the history any
/// more, of this sample and of all others of the same person. The reason is in the commit.
struct donor_erased {
  static constexpr event_type type{113, 1, "sample_donor_erased"};
  uuid key_id;  ///< of `details.donor`
  [[nodiscard]] std::string words() const;
  friend bool operator==(donor_erased const&, donor_erased const&) = default;
};
BOOST_DESCRIBE_STRUCT(donor_erased, (), (key_id))

/// A step of a move or a discard was refused, and the process may have given up on the strength of that: from now
/// on the same step is refused, whatever the sample's state (docs/adr/0015-a-refusal-acted-on-is-a-fact.md).
struct step_refused {
  static constexpr event_type type{114, 1, "sample_step_refused"};
  static constexpr bool refuses = true;
  uuid process_id;
  std::string step;  ///< the command's name
  std::string code;  ///< an errc's name
  std::string why;
  [[nodiscard]] std::string words() const;
  friend bool operator==(step_refused const&, step_refused const&) = default;
};
BOOST_DESCRIBE_STRUCT(step_refused, (), (process_id, step, code, why))

using event = std::variant<registered, received, accepted, rejected, corrected, relabelled, placed, taken_out, held,
                           hold_ended, discarded, archived, reinstated, donor_erased, step_refused>;

}  // namespace tracseq::sample
