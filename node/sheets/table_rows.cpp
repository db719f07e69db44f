// Where the rows of a found table begin and end, and which of them are no samples.

#include <algorithm>
#include <map>
#include <set>

#include "node/sheets/columns.hpp"
#include "node/sheets/row_kinds.hpp"
#include "node/sheets/table_finder.hpp"
#include "node/sheets/text.hpp"
#include "node/sheets/units.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t guidance_rows = 4;  // rows below the header that may be units, hints or an example

class cutter {
 public:
  explicit cutter(found_table& found) : found_(found), table_(*found.source) {
    if (auto const* header = table_.row(found.header_row)) {
      for (auto const* c : cells_in(found, *header)) header_[c->column] = fold(trim(c->text));
      for (auto const* c : cells_in(found, *header)) {
        auto const match = match_header(c->text);
        if (match.field != nullptr && (match.field->key == "name" || match.field->key == "barcode"))
          identity_.insert({c->column, match.confidence});
      }
    }
    keep_best_identity();
  }

  void run() {
    std::uint32_t previous = found_.header_row;
    auto const from = static_cast<std::size_t>(
        std::upper_bound(table_.rows.begin(), table_.rows.end(), found_.header_row,
                         [](std::uint32_t n, table_row const& r) { return n < r.number; }) -
        table_.rows.begin());
    for (std::size_t i = from; i < table_.rows.size(); ++i) {
      auto const& row = table_.rows[i];
      auto const cells = cells_in(found_, row);
      if (cells.empty()) continue;
      bool const after_gap = row.number > previous + 1;
      if (ends_table(i, cells, after_gap)) break;
      previous = row.number;
      if (auto reason = why_skipped(cells); !reason.empty())
        found_.skipped.push_back({row.number, std::move(reason)});
      else
        found_.rows.push_back(&row);
    }
    drop_prefilled();
  }

 private:
  /// "Item alias" does not name a row when "Item barcode" and "Item name" do.
  void keep_best_identity() {
    double best = 0;
    for (auto const& [column, confidence] : identity_) best = std::max(best, confidence);
    std::erase_if(identity_, [&](auto const& entry) { return entry.second < best - 0.15; });
  }

  bool ends_table(std::size_t at, cells_view const& cells, bool after_gap) {
    auto const row_text = "row " + std::to_string(table_.rows[at].number);
    if (is_closing_marker(cells) && !found_.rows.empty()) {
      found_.stopped_because = row_text + " closes it (" + quoted(cells.front()->text) + ")";
      return true;
    }
    if (!after_gap) return false;
    if (looks_like_header(cells)) {
      found_.stopped_because = "another table begins in " + row_text;
      return true;
    }
    if (!is_title(cells)) return false;
    for (std::size_t i = at + 1; i < table_.rows.size() && i <= at + 3; ++i)
      if (auto const next = cells_in(found_, table_.rows[i]);
          looks_like_header(next) || could_be_header(next)) {
        found_.stopped_because = "another table begins in " + row_text + " (" +
                                 quoted(cells.front()->text) + ")";
        return true;
      }
    if (header_.size() >= 3 && is_remark(cells)) {
      found_.stopped_because = row_text + " is a remark below it (" + quoted(cells.front()->text) + ")";
      return true;
    }
    return false;
  }

  bool is_title(cells_view const& cells) const {
    return cells.size() <= 2 && header_.size() >= 3 && cells.front()->kind == cell_kind::text;
  }

  static bool is_remark(cells_view const& cells) {
    auto const text = trim(cells.front()->text);
    return words_in(text) >= 4 || (!text.empty() && text.back() == ':') || is_footer_word(text) ||
           text.find(": ") != std::string_view::npos;
  }

  /// Three or more different short texts, one of them a name or a unit: a head only below a title.
  static bool could_be_header(cells_view const& cells) {
    if (cells.size() < 3) return false;
    std::set<std::string> distinct;
    bool names_something = false;
    for (auto const* c : cells) {
      bool const numeric = trim(c->text).find_first_not_of("0123456789.,") == std::string_view::npos;
      if (c->kind != cell_kind::text || numeric || words_in(c->text) > 12) return false;
      distinct.insert(fold(trim(c->text)));
      names_something = names_something || match_header(c->text).field != nullptr ||
                        parse_header(c->text).known != nullptr;
    }
    return names_something && distinct.size() == cells.size();
  }

  /// Names of two or more fields, one of them the sample's, or the same header again.
  bool looks_like_header(cells_view const& cells) const {
    if (cells.size() < 2) return false;
    std::set<std::string_view> keys;
    std::size_t same = 0;
    for (auto const* c : cells) {
      if (c->kind != cell_kind::text) return false;
      auto const match = match_header(c->text);
      if (match.field != nullptr && match.confidence >= 0.75) keys.insert(match.field->key);
      auto const own = header_.find(c->column);
      same += own != header_.end() && own->second == fold(trim(c->text));
    }
    return (keys.size() >= 2 && keys.size() * 2 >= cells.size()) || same * 2 > cells.size();
  }

  std::string why_skipped(cells_view const& cells) {
    if (is_marker(cells)) return "a marker, " + quoted(cells.front()->text);
    if (repeats_header(cells)) return "the header again";
    if (is_footer_word(cells.front()->text)) return "a sum or signature, " + quoted(cells.front()->text);
    bool const near_header = found_.rows.size() + found_.skipped.size() < guidance_rows;
    for (auto const* c : cells)
      if (identity_.contains(c->column) || c == cells.front()) {
        if (says_example(c->text)) return "an example, " + quoted(c->text);
      }
    if (!near_header) return {};
    if (is_comment(cells.front()->text)) return "a comment, " + quoted(cells.front()->text);
    if (take_units(cells)) return "units";
    std::size_t guidance = 0;
    bool identity_is_guidance = false;
    for (auto const* c : cells) {
      bool const guides = is_guidance_cell(*c);
      guidance += guides;
      identity_is_guidance = identity_is_guidance || (guides && identity_.contains(c->column));
    }
    if (identity_is_guidance || (guidance * 2 > cells.size() && !has_identity(cells)))
      return "instructions, " + quoted(guidance_text(cells));
    return {};
  }

  static std::string guidance_text(cells_view const& cells) {
    for (auto const* c : cells)
      if (is_guidance_cell(*c)) return c->text;
    return cells.front()->text;
  }

  bool repeats_header(cells_view const& cells) const {
    std::size_t same = 0;
    for (auto const* c : cells) {
      auto const own = header_.find(c->column);
      same += own != header_.end() && own->second == fold(trim(c->text));
    }
    return cells.size() >= 2 ? same * 10 >= cells.size() * 7 : same == 1 && header_.size() == 1;
  }

  /// A row of units right below the header belongs to the header.
  bool take_units(cells_view const& cells) {
    if (!found_.rows.empty()) return false;
    for (auto const* c : cells)
      if (find_unit(c->text) == nullptr) return false;
    found_.units.assign(found_.last_column - found_.first_column + 1, "");
    for (auto const* c : cells) found_.units[c->column - found_.first_column] = c->text;
    return true;
  }

  bool has_identity(cells_view const& cells) const {
    return std::any_of(cells.begin(), cells.end(),
                       [&](cell const* c) { return identity_.contains(c->column); });
  }

  /// Rows of a form that nobody filled in: no name, and nothing but constants, formulas or a
  /// running number.
  void drop_prefilled() {
    if (identity_.empty()) return;
    std::map<std::uint32_t, std::map<std::string, std::size_t>> patterns;
    std::size_t nameless = 0;
    for (auto const* row : found_.rows) {
      auto const cells = cells_in(found_, *row);
      if (has_identity(cells)) continue;
      ++nameless;
      for (auto const* c : cells) {
        ++patterns[c->column][mask(c->text)];
        ++patterns[c->column]["=" + c->text];
      }
    }
    if (nameless == 0) return;
    auto const is_filler = [&](cell const& c) {
      if (c.computed || c.kind == cell_kind::formula) return true;
      auto const& seen = patterns[c.column];
      auto const times = [&](std::string const& key) {
        auto const it = seen.find(key);
        return it == seen.end() ? std::size_t{0} : it->second;
      };
      auto const needed = std::max<std::size_t>(2, nameless * 6 / 10);
      return times("=" + c.text) >= needed || (mask(c.text).find('#') != std::string::npos &&
                                               times(mask(c.text)) >= needed);
    };
    std::erase_if(found_.rows, [&](table_row const* row) {
      auto const cells = cells_in(found_, *row);
      if (has_identity(cells)) return false;
      if (!std::all_of(cells.begin(), cells.end(), [&](cell const* c) { return is_filler(*c); }))
        return false;
      found_.skipped.push_back({row->number, "pre-filled without a name"});
      return true;
    });
  }

  found_table& found_;
  table const& table_;
  std::map<std::uint32_t, std::string> header_;
  std::map<std::uint32_t, double> identity_;
};

}  // namespace

std::vector<cell const*> cells_in(found_table const& found, table_row const& row) {
  std::vector<cell const*> out;
  for (auto const& c : row.cells)
    if (c.column >= found.first_column && c.column <= found.last_column &&
        !is_list_source(*found.source, row.number, c.column))
      out.push_back(&c);
  return out;
}

void cut_rows(found_table& found, import_overrides const& overrides) {
  cutter(found).run();
  if (overrides.first_row || overrides.last_row) {
    // A person who names the rows means all of them; the end not named stays as it was found.
    auto const found_last = found.rows.empty() ? UINT32_MAX : found.rows.back()->number;
    auto const found_first = found.rows.empty() ? found.header_row + 1 : found.rows.front()->number;
    auto const first = overrides.first_row.value_or(found_first);
    auto const last = overrides.last_row.value_or(std::max(found_last, first));
    found.rows.clear();
    found.skipped.clear();
    found.stopped_because.clear();
    for (auto const& row : found.source->rows)
      if (row.number >= first && row.number <= last && row.number != found.header_row &&
          !cells_in(found, row).empty())
        found.rows.push_back(&row);
  }
  std::sort(found.skipped.begin(), found.skipped.end(),
            [](auto const& a, auto const& b) { return a.row < b.row; });
  if (!found.rows.empty()) {
    found.first_row = found.rows.front()->number;
    found.last_row = found.rows.back()->number;
  }
}

}  // namespace tracseq::sheets
