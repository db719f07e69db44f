// What a sequencer's software would stumble over.

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "node/sheets/sample_sheet.hpp"
#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::size_t id_length_max = 100;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

/// Old sheets wrote "NoIndex", "N/A" or "na" where there is none.
std::string bases_of(std::string_view index) {
  auto const folded = fold(trim(index));
  return folded == "noindex" || is_missing_word(folded) ? std::string() : upper(trim(index));
}

class checker {
 public:
  explicit checker(sample_sheet const& sheet) : samples_(list_samples(sheet)) {
    if (auto const* data = sheet.samples()) data_ = data;
  }

  std::vector<sheet_problem> run() {
    if (data_ == nullptr) return {};
    if (samples_.empty()) say(data_->source_row, "", "no_rows", "The sheet lists no samples.", "");
    check_columns();
    for (auto const& s : samples_) {
      check_id(s.source_row, "Sample_ID", s.sample_id, true);
      check_id(s.source_row, "Sample_Project", s.project, false);
      check_lane(s);
      check_index(s.source_row, "index", s.index);
      check_index(s.source_row, "index2", s.index2);
    }
    check_lanes();
    std::stable_sort(out_.begin(), out_.end(), [](auto const& a, auto const& b) { return a.row < b.row; });
    return std::move(out_);
  }

 private:
  void say(std::uint32_t row, std::string column, std::string code, std::string detail,
           std::string suggestion, severity level = severity::error) {
    out_.push_back({row, std::move(column),
                    {std::move(code), std::move(detail), std::move(suggestion), level}});
  }

  void check_columns() {
    std::set<std::string> seen;
    for (auto const& column : data_->columns) {
      if (!trim(column).empty() && !seen.insert(column).second)
        say(data_->source_row, column, "duplicate_header",
            "The column " + quoted(column) + " appears twice in [" + data_->name + "].",
            "Remove or rename one of them.");
    }
  }

  void check_id(std::uint32_t row, std::string const& column, std::string const& id, bool required) {
    if (id.empty()) {
      if (required)
        say(row, column, "required", "The row has no " + column + ".", "Give the sample an id.");
      return;
    }
    if (id.size() > id_length_max)
      say(row, column, "too_long",
          "The " + column + " has " + count_of(id.size(), "character") + "; Illumina's software takes 100.",
          "Shorten it.");
    std::string clean;
    bool wrong = false;
    for (char const c : id) {
      bool const fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                        c == '-' || c == '_';
      wrong = wrong || !fine;
      if (fine || clean.empty() || clean.back() != '_') clean.push_back(fine ? c : '_');
    }
    if (wrong)
      say(row, column, "illegal_character",
          quoted(id) + " holds characters that Illumina's software refuses: only letters, digits, '-' and "
                       "'_' are possible in " + column + ".",
          "Write " + quoted(clean) + ".", severity::warning);
  }

  /// Numbers over 8 are let pass: some facilities keep their own lane ids there.
  void check_lane(sheet_sample const& s) {
    if (s.lane.find_first_not_of("0123456789") == std::string::npos && s.lane != "0") return;
    say(s.source_row, "Lane", "invalid_lane", quoted(s.lane) + " is not a lane number.",
        "Write the number of the lane, e.g. 1.");
  }

  void check_index(std::uint32_t row, std::string const& column, std::string const& index) {
    auto const bases = bases_of(index);
    // 10x sheets name an index set ("SI-GA-A1") where others give bases.
    bool const names_a_set = bases.starts_with("SI-");
    if (bases.empty() || names_a_set || bases.find_first_not_of("ACGTN") == std::string::npos) return;
    say(row, column, "invalid_index",
        quoted(index) + " is not an index sequence: it may hold A, C, G, T and N only.",
        "Write the bases of the index, not its name.");
  }

  /// Rows of one lane against each other.
  void check_lanes() {
    using key = std::tuple<std::string, std::string, std::string>;  // lane, index, index2
    std::map<key, std::vector<sheet_sample const*>> holders;
    std::map<std::string, std::vector<sheet_sample const*>> without;
    for (auto const& s : samples_) {
      auto const first = bases_of(s.index);
      auto const second = bases_of(s.index2);
      if (first.empty() && second.empty())
        without[s.lane].push_back(&s);
      else
        holders[{s.lane, first, second}].push_back(&s);
    }
    for (auto const& [place, rows] : holders) {
      for (std::size_t i = 1; i < rows.size(); ++i) report_clash(*rows[0], *rows[i], std::get<0>(place));
    }
    for (auto const& [lane, rows] : without) report_without_index(lane, rows);
    check_lengths();
  }

  void report_clash(sheet_sample const& first, sheet_sample const& second, std::string const& lane) {
    std::string const where = lane.empty() ? "" : " on lane " + lane;
    if (first.sample_id == second.sample_id) {
      say(second.source_row, "Sample_ID", "duplicate_row",
          quoted(second.sample_id) + where + " is listed twice with the same index, first in row " +
              std::to_string(first.source_row) + ".",
          "Remove one of the two rows.");
      return;
    }
    say(second.source_row, "index", "index_collision",
        quoted(second.sample_id) + " has the same index" + where + " as " + quoted(first.sample_id) +
            " in row " + std::to_string(first.source_row) + "; their reads cannot be told apart.",
        "Check the index of both.");
  }

  void report_without_index(std::string const& lane, std::vector<sheet_sample const*> const& rows) {
    std::map<std::string, sheet_sample const*> seen;
    for (auto const* s : rows) {
      auto const [first, is_new] = seen.emplace(s->sample_id, s);
      if (!is_new) {
        report_clash(*first->second, *s, lane);
        continue;
      }
      bool const shares_lane = rows.size() > 1;
      say(s->source_row, "index", "no_index",
          "This library is without an index." +
              std::string(shares_lane ? " Others of its lane have none either, so their reads cannot be "
                                        "told apart by index." : ""),
          shares_lane ? "Give the indexes if the libraries are pooled." : "", severity::warning);
    }
  }

  void check_lengths() {
    std::map<std::string, std::map<std::pair<std::size_t, std::size_t>, sheet_sample const*>> lengths;
    for (auto const& s : samples_) {
      auto const first = bases_of(s.index);
      if (first.empty() || first.starts_with("SI-")) continue;
      lengths[s.lane].emplace(std::pair(first.size(), bases_of(s.index2).size()), &s);
    }
    for (auto const& [lane, found] : lengths) {
      if (found.size() < 2) continue;
      auto const* odd = found.begin()->second;
      say(odd->source_row, "index", "index_length",
          "The indexes" + (lane.empty() ? std::string() : " of lane " + lane) +
              " differ in length (" + quoted(odd->sample_id) + " is among the shortest).",
          "Say so in OverrideCycles, or pad the shorter ones.", severity::warning);
    }
  }

  sheet_section const* data_ = nullptr;
  std::vector<sheet_sample> samples_;
  std::vector<sheet_problem> out_;
};

}  // namespace

std::vector<sheet_problem> check_sample_sheet(sample_sheet const& sheet) {
  return checker(sheet).run();
}

}  // namespace tracseq::sheets
