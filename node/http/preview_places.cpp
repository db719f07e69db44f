#include "node/http/preview_places.hpp"

#include <map>

#include "events/storage_layout.hpp"
#include "node/http/lookup.hpp"
#include "node/sheets/text.hpp"
#include "projections/storage.hpp"

namespace tracseq::http {
namespace {

constexpr std::size_t containers_max = 200;  // looked up in one sheet
constexpr std::size_t named_max = 6;

using sheets::quoted;

/// The column of a field; empty where the value stands above the table.
std::string letter_of(sheets::preview_result const& preview, std::string_view field) {
  for (auto const& column : preview.columns)
    if (column.field == field) return column.letter;
  return {};
}

class place_checker {
 public:
  place_checker(sheets::preview_result& preview, read_view const& rows)
      : preview_(preview), units_(rows), rows_(rows), letter_(letter_of(preview, "position")) {}

  void run() {
    for (auto& row : preview_.rows) {
      auto const container = row.value("container");
      if (container.empty()) continue;
      auto const* unit = unit_called(std::string(container));
      if (unit != nullptr) check_slot(row, *unit, row.value("position"));
    }
    tell();
  }

 private:
  unit_row const* unit_called(std::string const& container) {
    auto const [at, is_new] = known_.try_emplace(container);
    if (is_new && known_.size() <= containers_max)
      if (auto const id = find_unit(rows_, container)) at->second = units_.get(*id);
    return at->second ? &*at->second : nullptr;
  }

  void check_slot(sheets::preview_row& row, unit_row const& unit, std::string_view position) {
    if (position.empty()) return;
    auto const index = storage_unit::slot_index(unit.layout, position);
    if (!index)
      return doubt(row, "no_such_place",
                   unit.name + " has no place " + std::string(position) + ": its places are " +
                       storage_unit::slot_range(unit.layout) + ".",
                   "Look at the box again; the position is kept as it is written.");
    auto const held = units_.slot(unit.id, storage_unit::slot_name(unit.layout, *index));
    if (held)
      doubt(row, "place_taken",
            held->slot + " of " + unit.name + (held->state == slot_state::filled ? " holds " : " is kept for ") +
                held->occupant_label + ".",
            "The sample is registered, but cannot be placed there until that one is gone.");
  }

  void doubt(sheets::preview_row& row, std::string code, std::string detail, std::string suggestion) {
    row.problems.push_back({row.source_row, letter_, "position", std::move(code), std::move(detail),
                            std::move(suggestion), sheets::severity::warning});
  }

  void tell() {
    std::vector<std::string> here;
    std::vector<std::string> unknown;
    for (auto const& [name, unit] : known_) (unit ? here : unknown).push_back(quoted(name));
    if (!here.empty())
      preview_.notes.push_back(
          (here.size() == 1 ? "This storage unit is known here: " : "These storage units are known here: ") +
          sheets::join_words(here, named_max) +
          ". The import registers the samples and keeps container and position with them; once they have "
          "arrived and are accepted, place each with 'tracseq sample place' or on the page.");
    if (!unknown.empty())
      preview_.notes.push_back(
          (unknown.size() == 1 ? "No storage unit here has this label or name: "
                               : "No storage unit here has one of these labels or names: ") +
          sheets::join_words(unknown, named_max) +
          ". Container and position are kept as text with each sample. To place samples there, add the unit "
          "under that name first ('tracseq storage add', or on the page).");
  }

  sheets::preview_result& preview_;
  storage_query units_;
  read_view const& rows_;
  std::string letter_;
  std::map<std::string, std::optional<unit_row>> known_;
};

}  // namespace

void check_places(sheets::preview_result& preview, read_view const& rows) {
  place_checker(preview, rows).run();
}

}  // namespace tracseq::http
