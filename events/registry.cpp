#include "events/registry.hpp"

#include <algorithm>
#include <array>

#include "events/codec.hpp"
#include "events/formats.hpp"
#include "events/json.hpp"

namespace tracseq {
namespace {

namespace mp = boost::mp11;

template <class Event>
concept upcasts = requires { typename Event::previous; };
template <class Event>
concept ends = requires { Event::ends_process; };

template <class Event>
concept refuses_step = requires { Event::refuses; };

template <class Event>
constexpr bool ends_process() {
  if constexpr (ends<Event>)
    return Event::ends_process;
  else
    return false;
}

constexpr auto types_by_id = [] {
  std::array<event_type, mp::mp_size<event_structs>::value> types{};
  std::size_t at = 0;
  mp::mp_for_each<mp::mp_transform<mp::mp_identity, event_structs>>(
      [&](auto identity) { types[at++] = decltype(identity)::type::type; });
  std::ranges::sort(types, {}, &event_type::id);
  return types;
}();

static_assert(
    std::ranges::adjacent_find(types_by_id, {}, &event_type::id) == types_by_id.end(),
    "two events share a type id");

/// Reads the payload of `schema`, which is `Event`'s own or an older one, and brings it up to `Event`.
/// `own_schema` is the one of `Event` itself: 1 less at each step back.
template <class Event>
result<Event> read_schema(std::uint16_t own_schema, std::uint16_t schema, std::string_view payload) {
  if (schema == own_schema) return codec::decode<Event>(payload);
  if constexpr (upcasts<Event>) {
    auto const older = read_schema<typename Event::previous>(
        static_cast<std::uint16_t>(own_schema - 1), schema, payload);
    if (!older) return tl::unexpected(older.error());
    return Event::from(*older);
  } else {
    return fail(errc::corrupt, "schema " + std::to_string(schema) + " was never written");
  }
}

struct decode_row {
  std::uint32_t id;
  std::uint16_t schema;
  result<any_event> (*read)(std::uint16_t schema, std::string_view payload);
};

template <class Event>
result<any_event> read_any(std::uint16_t schema, std::string_view payload) {
  auto event = read_schema<Event>(Event::type.schema, schema, payload);
  if (!event) return tl::unexpected(std::move(event).error());
  return any_event(*std::move(event));
}

constexpr auto decode_rows = [] {
  std::array<decode_row, mp::mp_size<event_structs>::value> rows{};
  std::size_t at = 0;
  mp::mp_for_each<mp::mp_transform<mp::mp_identity, event_structs>>([&](auto identity) {
    using event = typename decltype(identity)::type;
    rows[at++] = {event::type.id, event::type.schema, &read_any<event>};
  });
  std::ranges::sort(rows, {}, &decode_row::id);
  return rows;
}();

}  // namespace

event_facts facts_of(any_event const& event) noexcept {
  return visit_event(
      [](auto const& one) {
        using type = std::decay_t<decltype(one)>;
        return event_facts{type::type, ends_process<type>()};
      },
      event);
}

std::optional<error> refusal_in(std::span<encoded_event const> events) {
  if (events.size() != 1) return std::nullopt;
  constexpr auto kept = [](std::uint32_t type) {  // asked of every commit: nothing else is decoded
    bool found = false;
    mp::mp_for_each<mp::mp_transform<mp::mp_identity, event_structs>>([&](auto identity) {
      using event = typename decltype(identity)::type;
      if constexpr (refuses_step<event>) found = found || event::type.id == type;
    });
    return found;
  };
  if (!kept(events.front().type)) return std::nullopt;
  auto const known = decode_event(events.front());
  if (!known) return known.error();
  return visit_event(
      [](auto const& one) -> std::optional<error> {
        if constexpr (refuses_step<std::decay_t<decltype(one)>>) return error{errc_named(one.code), one.why, {}};
        else return std::nullopt;
      },
      *known);
}

std::span<event_type const> all_event_types() { return types_by_id; }

std::uint32_t known_event_formats() {
  std::uint32_t sum = 0;
  for (auto const& type : types_by_id) sum += type.schema;
  return sum;
}

encoded_event encode_event(any_event const& event) {
  return visit_event(
      [](auto const& one) {
        auto const& type = std::decay_t<decltype(one)>::type;
        return encoded_event{type.id, type.schema, codec::encode(one)};
      },
      event);
}

result<any_event> decode_event(std::uint32_t type, std::uint16_t schema,
                               std::string_view payload) {
  auto const row = std::ranges::lower_bound(decode_rows, type, {}, &decode_row::id);
  if (row == decode_rows.end() || row->id != type)
    return fail(errc::unsupported, "event type " + std::to_string(type) +
                                       " is not known to this build; a newer one wrote it");
  if (schema > row->schema)
    return fail(errc::unsupported, "schema " + std::to_string(schema) + " of event type " +
                                       std::to_string(type) + " is newer than this build's " +
                                       std::to_string(row->schema));
  auto event = row->read(schema, payload);
  if (!event)
    return fail(event.error().code, "event type " + std::to_string(type) + " schema " +
                                        std::to_string(schema) + ": " + event.error().detail);
  return event;
}

std::string words_of(any_event const& event) {
  return visit_event([](auto const& one) { return one.words(); }, event);
}

std::string json_of(any_event const& event) {
  rapidjson::StringBuffer buffer;
  json_writer writer(buffer);
  visit_event([&](auto const& one) { write_json(writer, one); }, event);
  return {buffer.GetString(), buffer.GetSize()};
}

bool is_process_kind(std::string_view kind) noexcept {
  return kind == sheet_import::kind || kind == move::kind || kind == discard::kind ||
         kind == delivery::kind;
}

}  // namespace tracseq
