#include "node/sheets/columns.hpp"

#include <algorithm>
#include <set>

#include "events/utf8.hpp"
#include "node/sheets/column_evidence.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/units.hpp"
#include "node/sheets/values.hpp"

namespace tracseq::sheets {
namespace {

constexpr double confidence_min = 0.6;

/// One possible reading of one column.
struct candidate {
  std::size_t source = 0;
  field_info const* field = nullptr;
  double confidence = 0;
  std::string why;
  double unit_factor = 1;
  bool empty = false;  ///< no cell below the header is filled
};

// A sample's further fields have names of at most 255 characters: room is left for " (column XFD)".
constexpr std::size_t header_characters_max = 200;
constexpr std::size_t name_characters_max = 240;

std::string header_line(std::string_view text) {
  auto out = printable(text);
  out.erase(std::unique(out.begin(), out.end(), [](char a, char b) { return a == ' ' && b == ' '; }), out.end());
  return out;
}

class mapper {
 public:
  mapper(std::vector<column_source> const& sources, sheet_kind kind) : sources_(sources), kind_(kind) {
    for (auto const& source : sources) {
      column_mapping column;
      column.column = source.column;
      column.letter = column_letter(source.column);
      column.header = header_line(source.header);
      out_.columns.push_back(std::move(column));
    }
  }

  mapping_result run(std::map<std::string, std::string> const& chosen) {
    apply_choices(chosen);
    collect_candidates();
    assign();
    name_the_rest();
    tell_left_out();
    return std::move(out_);
  }

 private:
  void apply_choices(std::map<std::string, std::string> const& chosen) {
    for (auto const& [where, field] : chosen) {
      auto const at = find_column(where);
      if (!at && field == ignored_column && parse_cell_place(where)) continue;  // above the table
      if (!at) {
        out_.refused_overrides.push_back("There is no column " + quoted(where) + " in this table.");
        continue;
      }
      auto const* info = find_field(field);
      if (info == nullptr && field != custom_column && field != ignored_column) {
        out_.refused_overrides.push_back("There is no field " + quoted(field) + ".");
        continue;
      }
      if (info != nullptr && !taken_.insert(info->key).second) {
        out_.refused_overrides.push_back("Two columns were chosen for " + quoted(field) +
                                         "; only one can give it.");
        continue;
      }
      auto& column = out_.columns[*at];
      column.field = field;
      column.confidence = 1;
      column.chosen = true;
      column.why = "Chosen by you.";
      if (info != nullptr) set_unit(column, *info, parse_header(column.header).known);
    }
  }

  std::optional<std::size_t> find_column(std::string_view where) const {
    for (std::size_t i = 0; i < out_.columns.size(); ++i)
      if (out_.columns[i].header == where) return i;
    for (std::size_t i = 0; i < out_.columns.size(); ++i)
      if (equal_folded(out_.columns[i].letter, where)) return i;
    return std::nullopt;
  }

  static void set_unit(column_mapping& column, field_info const& field, unit_info const* unit) {
    if (unit != nullptr && !field.unit.empty() && unit->dimension == dimension_of(field.unit))
      column.unit_factor = unit->factor;
  }

  void collect_candidates() {
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      if (!out_.columns[i].field.empty() || trim(sources_[i].header).empty()) continue;
      auto const parsed = parse_header(sources_[i].header);
      auto const exact = match_header(sources_[i].header);
      if (exact.field != nullptr) {
        consider(i, exact, parsed, "The header " + quoted(out_.columns[i].header) + " is a name for it");
        continue;
      }
      if (auto const match = match_reduced_header(parsed.words); match.field != nullptr) {
        consider(i, match, parsed,
                 "The header " + quoted(out_.columns[i].header) + " contains a name for it");
      } else if (auto const misspelt = match_misspelt_header(parsed.words); misspelt.field != nullptr) {
        consider(i, misspelt, parsed,
                 "The header " + quoted(out_.columns[i].header) + " looks like a misspelt name for it");
      }
    }
  }

  void consider(std::size_t source, header_match match, header_words const& parsed, std::string why) {
    candidate c{source, match.field, match.confidence, std::move(why), 1};
    if (!weigh_unit(c, parsed)) return;
    weigh_sheet_kind(c);
    if (!weigh_cells(c)) return;
    c.why += ".";
    if (c.confidence >= confidence_min) candidates_.push_back(std::move(c));
  }

  bool weigh_unit(candidate& c, header_words const& parsed) {
    auto const wanted = dimension_of(c.field->unit);
    if (wanted.empty()) return true;
    if (parsed.known == nullptr) {
      c.confidence *= 0.92;
      c.why += "; no unit is given, so " + std::string(c.field->unit) + " is assumed";
      return true;
    }
    if (parsed.known->dimension != wanted) {
      std::string const reason =
          parsed.known->dimension == "molar"
              ? " is in " + parsed.unit + ", which cannot be turned into " +
                    std::string(c.field->unit) + " without the fragment length"
              : " is in " + parsed.unit + ", which is no unit of " + fold(c.field->label);
      out_.notes.push_back("Column " + out_.columns[c.source].letter + " (" +
                           quoted(out_.columns[c.source].header) + ")" + reason +
                           "; it is kept as a custom field.");
      remember(c.source, "It" + reason + ".");
      return false;
    }
    c.unit_factor = parsed.known->factor;
    if (c.unit_factor != 1)
      c.why += "; " + parsed.unit + " is converted to " + std::string(c.field->unit);
    return true;
  }

  /// In a sample sheet Sample_ID is what names the sample, and Sample_Name may be empty or
  /// repeated.
  void weigh_sheet_kind(candidate& c) const {
    if (kind_ != sheet_kind::sample_sheet || c.field->key != "name") return;
    auto const words = to_words(sources_[c.source].header);
    c.confidence = words == "sample id" || words == "sampleid" ? 1.0 : c.confidence * 0.8;
  }

  bool weigh_cells(candidate& c) {
    auto const& source = sources_[c.source];
    if (c.field->key == "barcode" && holds_bases(source)) {
      c.field = find_field("index_i7");
      c.why = "Its cells are index bases, so it is the index rather than the tube's barcode";
      c.confidence = 0.8;
    }
    auto const found = judge(*c.field, source);
    if (found.empty) {
      bool const others_filled = std::any_of(sources_.begin(), sources_.end(),
                                             [](auto const& s) { return !s.cells.empty(); });
      c.empty = others_filled;
      return true;
    }
    double const needed = c.confidence >= 0.97 ? 0.3 : 0.5;
    bool const judges = c.field->type != field_type::choice || c.confidence < 0.97;
    if (!judges || found.share >= needed) return true;
    if (c.field->key == "taxon_id") {
      c.field = find_field("organism");
      c.why += "; its cells are names rather than numbers";
      c.confidence *= 0.85;
      return true;
    }
    remember(c.source, "The header could mean " + fold(c.field->label) +
                           ", but most of its cells do not look like one.");
    return false;
  }

  void remember(std::size_t source, std::string why) {
    if (out_.columns[source].why.empty()) out_.columns[source].why = std::move(why);
  }

  /// Filled columns first, then the surest; each field once.
  void assign() {
    std::stable_sort(candidates_.begin(), candidates_.end(), [](auto const& a, auto const& b) {
      return a.empty != b.empty ? b.empty : a.confidence > b.confidence;
    });
    for (auto& c : candidates_) {
      auto& column = out_.columns[c.source];
      if (!taken_.insert(c.field->key).second) {
        auto const holder = std::find_if(out_.columns.begin(), out_.columns.end(),
                                         [&](auto const& o) { return o.field == c.field->key; });
        column.why = "It could also be the " + fold(c.field->label) + ", but column " + holder->letter +
                     " (" + quoted(holder->header) + ") is taken for that.";
        if (c.field->personal) leave_out(column);
        continue;
      }
      column.field = c.field->key;
      column.confidence = c.confidence;
      column.why = std::move(c.why);
      column.unit_factor = c.unit_factor;
    }
  }

  /// What names or reaches a person is sealed, or it does not enter a history that nobody can erase.
  void leave_out(column_mapping& column) {
    column.field = ignored_column;
    left_out_.push_back(column.letter + " (" + quoted(column.header) + ")");
    if (column.why.empty()) column.why = "It says something about a person, so it is left out.";
  }

  void tell_left_out() {
    if (left_out_.empty()) return;
    bool const one = left_out_.size() == 1;
    out_.notes.push_back((one ? "Column " : "Columns ") + join_words(left_out_, 20) +
                         (one ? " says" : " say") +
                         " something about a person. Nothing can be taken out of the history again, so " +
                         (one ? "it is" : "they are") +
                         " left out. Choose donor for a column to keep it sealed, or custom to keep it "
                         "readable.");
  }

  void name_the_rest() {
    std::map<std::string, std::size_t> first_with;
    for (std::size_t i = 0; i < out_.columns.size(); ++i) {
      auto& column = out_.columns[i];
      bool const named = !column.header.empty();
      if (named) {
        auto const [first, is_new] = first_with.emplace(fold(column.header), i);
        if (!is_new) note_duplicate(first->second, i);
      }
      if (column.field.empty() && is_personal_header(column.header)) leave_out(column);
      if (column.field.empty()) {
        column.field = custom_column;
        if (column.why.empty())
          column.why = named ? "No field has this name; it is kept as a custom field."
                             : "The column has no header; it is kept as a custom field.";
      }
      if (column.field == custom_column) name_custom(i);
    }
  }

  void note_duplicate(std::size_t first, std::size_t second) {
    bool const told_apart = out_.columns[first].header != out_.columns[second].header ||
                            sources_[first].group != sources_[second].group;
    out_.duplicates.push_back({first, second, told_apart});
  }

  void name_custom(std::size_t i) {
    auto& column = out_.columns[i];
    column.custom_key = custom_name(column);
    if (keys_.insert(column.custom_key).second) return;
    auto const group = header_line(sources_[i].group);
    auto const below_group = group + ": " + column.custom_key;
    bool const told_apart = !group.empty() && characters(below_group) <= name_characters_max;
    if (told_apart) column.custom_key = below_group;
    if (!told_apart || !keys_.insert(column.custom_key).second) {
      column.custom_key += " (column " + column.letter + ")";
      keys_.insert(column.custom_key);
    }
  }

  std::vector<column_source> const& sources_;
  sheet_kind kind_;
  mapping_result out_;
  std::vector<candidate> candidates_;
  std::set<std::string_view> taken_;
  std::set<std::string> keys_;
  std::vector<std::string> left_out_;
};

}  // namespace

std::string custom_name(column_mapping const& column) {
  bool const fits = !column.header.empty() && characters(column.header) <= header_characters_max;
  return fits ? column.header : "Column " + column.letter;
}

mapping_result map_columns(std::vector<column_source> const& sources,
                           std::map<std::string, std::string> const& chosen, sheet_kind kind) {
  return mapper(sources, kind).run(chosen);
}

}  // namespace tracseq::sheets
