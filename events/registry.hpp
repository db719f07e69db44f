#pragma once
// All kinds of stream and all events, in one list each. An aggregate is one line here.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include <boost/mp11.hpp>

#include "events/barcode.hpp"
#include "events/notification.hpp"
#include "events/record.hpp"
#include "events/relocation.hpp"
#include "events/result.hpp"
#include "events/sample.hpp"
#include "events/sequencing_run.hpp"
#include "events/sheet_import.hpp"
#include "events/storage_unit.hpp"

namespace tracseq {

/// Any event there is: of some aggregate, and there one of its events. A variant of variants, since one
/// flat variant of sixty structs costs each file that holds it half a minute of compiler time.
using any_event =
    std::variant<sample::event, storage_unit::event, sequencing_run::event, barcode::event,
                 barcode_series::event, sheet_import::event, move::event, discard::event,
                 notification_rule::event, delivery::event>;
/// The struct of every event, as a list of types.
using event_structs =
    boost::mp11::mp_rename<boost::mp11::mp_apply<boost::mp11::mp_append, any_event>,
                           boost::mp11::mp_list>;

/// Calls `visitor` with the event's own struct.
template <class Visitor>
decltype(auto) visit_event(Visitor&& visitor, any_event const& event) {
  return std::visit([&](auto const& of) -> decltype(auto) { return std::visit(visitor, of); },
                    event);
}
/// The event, if it is an `Event`; else null.
template <class Event>
[[nodiscard]] Event const* event_if(any_event const& event) {
  return visit_event(
      [](auto const& one) -> Event const* {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, Event>) return &one;
        else return nullptr;
      },
      event);
}

/// What the event says of itself.
struct event_facts {
  event_type type;
  bool ends_process = false;
};
[[nodiscard]] event_facts facts_of(any_event const& event) noexcept;
/// The refusal that a commit keeps, of one whose event says that a step was refused.
[[nodiscard]] std::optional<error> refusal_in(std::span<encoded_event const> events);
/// Every event type of this build, in order of id.
[[nodiscard]] std::span<event_type const> all_event_types();

[[nodiscard]] encoded_event encode_event(any_event const& event);
/// Decodes and upcasts to today's struct. `unsupported` for a type or schema newer than this build,
/// `corrupt` for bytes that are not it.
[[nodiscard]] result<any_event> decode_event(std::uint32_t type, std::uint16_t schema,
                                             std::string_view payload);
[[nodiscard]] inline result<any_event> decode_event(encoded_event const& event) {
  return decode_event(event.type, event.schema, event.payload);
}

/// The timeline's sentence.
[[nodiscard]] std::string words_of(any_event const& event);
/// The event's fields as a JSON object: names as declared, instants RFC 3339, absent optionals left out.
[[nodiscard]] std::string json_of(any_event const& event);

/// Stream kinds whose streams are process managers: open from their first event to one that ends them.
[[nodiscard]] bool is_process_kind(std::string_view kind) noexcept;

}  // namespace tracseq
