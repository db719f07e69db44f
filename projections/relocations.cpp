#include "projections/relocations.hpp"

#include "projections/paging.hpp"
#include "projections/rows.hpp"

namespace tracseq {
namespace {

struct changes {
  relocation_row& row;
  accepted_event const& event;

  void operator()(move::requested const& e) const {
    begin(relocation_kind::move, e.thing, e.thing_label);
    row.from = e.from;
    row.to = e.to;
    row.purpose = e.purpose;
  }
  void operator()(move::slot_reserved const& e) const {
    row.stage = relocation_state::reserved;
    if (row.to) row.to->slot = e.slot;
  }
  void operator()(move::thing_moved const&) const { row.stage = relocation_state::moved; }
  void operator()(move::old_slot_vacated const&) const {}
  void operator()(move::completed const&) const { end(relocation_state::completed); }
  void operator()(move::refused const& e) const {
    row.stage = relocation_state::refused;
    row.code = e.code;
    row.refused_why = e.why;
  }
  void operator()(move::ended_refused const&) const { end(relocation_state::refused); }
  void operator()(move::parked const& e) const { park(e.why); }
  void operator()(move::resumed const&) const { resume(); }

  void operator()(discard::requested const& e) const {
    begin(relocation_kind::discard, stream_name(sample::kind, e.sample_id), e.sample_label);
    row.purpose = e.reason;
    row.how = e.how;
  }
  void operator()(discard::thing_discarded const& e) const {
    row.stage = relocation_state::moved;
    row.from = e.from;
  }
  void operator()(discard::completed const&) const { end(relocation_state::completed); }
  void operator()(discard::refused const& e) const {
    end(relocation_state::refused);
    row.code = e.code;
    row.refused_why = e.why;
  }
  void operator()(discard::parked const& e) const { park(e.why); }
  void operator()(discard::resumed const&) const { resume(); }

 private:
  void begin(relocation_kind kind, std::string thing, std::string label) const {
    row.kind = kind;
    row.thing = std::move(thing);
    row.thing_label = std::move(label);
    row.created_at = event.recorded_at();
    row.created_by = event.in.commit.who.name;
  }
  void end(relocation_state state) const {
    row.stage = state;
    row.ended = true;
  }
  void park(std::string const& why) const {
    row.state = relocation_state::parked;
    row.why = why;
  }
  void resume() const { row.state = row.stage; }
};

template <class Variant, class First>
void apply_to(accepted_event const& event, table& rows, char kind) {
  visit_as<Variant>(event.event, [&](auto const& one) {
    using type = std::decay_t<decltype(one)>;
    auto const id = uuid_of_stream(event.stream());
    key const at = key('R').u8(static_cast<std::uint8_t>(kind)).id(id);
    auto& row = std::is_same_v<type, First>
                    ? edit_row<relocation_row>(rows, at, event.version() == 1)
                    : existing_row<relocation_row>(rows, at, event.stream());
    row.id = id;
    auto const stage = row.stage;
    changes{row, event}(one);
    if (row.state != relocation_state::parked || stage != row.stage) {
      row.state = row.stage;
      row.why = row.refused_why;
    }
    row.version = event.version();
    row.updated_at = event.recorded_at();
  });
}

char letter_of(relocation_kind kind) { return kind == relocation_kind::move ? 'm' : 'd'; }

}  // namespace

void index_of(relocation_row const& row, index_keys& keys) {
  if (row.ended) return;
  keys.add(key('O')
               .u8(static_cast<std::uint8_t>(row.state))
               .u8(static_cast<std::uint8_t>(letter_of(row.kind)))
               .id(row.id));
}

void relocations_projection::apply(accepted_event const& event, table& rows) const {
  apply_to<move::event, move::requested>(event, rows, letter_of(relocation_kind::move));
  apply_to<discard::event, discard::requested>(event, rows, letter_of(relocation_kind::discard));
}

std::optional<relocation_row> relocations_query::get(relocation_kind kind, uuid const& id) const {
  return read_row<relocation_row>(
      view_.table("relocations"), key('R').u8(static_cast<std::uint8_t>(letter_of(kind))).id(id));
}

result<page<relocation_row>> relocations_query::list(relocation_kind kind,
                                                     std::optional<relocation_state> state,
                                                     std::string const& cursor,
                                                     std::uint32_t limit) const {
  auto const& rows = view_.table("relocations");
  auto const letter = static_cast<std::uint8_t>(letter_of(kind));
  if (!state) {
    auto const prefix = key('R').u8(letter).bytes();
    return page_of<relocation_row>(rows, {prefix, prefix, direction::backward, cursor, limit},
                                   [](std::string_view, std::string_view value) {
                                     return std::optional(decode_row<relocation_row>(value));
                                   });
  }
  auto const prefix = key('O').u8(static_cast<std::uint8_t>(*state)).u8(letter).bytes();
  return page_of<relocation_row>(rows, {prefix, prefix, direction::backward, cursor, limit},
                                 [&](std::string_view at, std::string_view) {
                                   return read_row<relocation_row>(
                                       rows, key('R').u8(letter).tail(at.substr(3)));
                                 });
}

}  // namespace tracseq
