#pragma once
// All kinds of stream and all events, in one list each. An aggregate is one line here.

#include <optional>
#include <span>
#include <string>
#include <string_view>
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

/// Any event there is.
using any_event =
    boost::mp11::mp_append<sample::event, storage_unit::event, sequencing_run::event, barcode::event,
                           barcode_series::event, sheet_import::event, move::event, discard::event,
                           notification_rule::event, delivery::event>;

/// What the event says of itself.
struct event_facts {
  event_type type;
  bool ends_process = false;
};
[[nodiscard]] event_facts facts_of(any_event const& event) noexcept;
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

/// The event as a member of its aggregate's variant; none if it is of another aggregate.
template <class Variant>
[[nodiscard]] std::optional<Variant> narrow(any_event const& event) {
  return std::visit(
      [](auto const& one) -> std::optional<Variant> {
        if constexpr (boost::mp11::mp_contains<Variant, std::decay_t<decltype(one)>>::value)
          return Variant(one);
        else
          return std::nullopt;
      },
      event);
}
/// The same the other way round.
template <class Variant>
[[nodiscard]] any_event widen(Variant const& event) {
  return std::visit([](auto const& one) { return any_event(one); }, event);
}

/// Stream kinds whose streams are process managers: open from their first event to one that ends them.
[[nodiscard]] bool is_process_kind(std::string_view kind) noexcept;

}  // namespace tracseq
