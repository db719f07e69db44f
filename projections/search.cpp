#include "projections/search.hpp"

#include <algorithm>
#include <set>

#include "projections/paging.hpp"
#include "projections/rows.hpp"
#include "projections/runs.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"
#include "projections/text.hpp"

namespace tracseq {
namespace {

/// What a term is of.
enum class term_class : std::uint8_t { sample = 's', unit = 'u', run = 'r', organism = 'o' };

term_class class_of(std::string_view kind) {
  if (kind == storage_unit::kind) return term_class::unit;
  return kind == sequencing_run::kind ? term_class::run : term_class::sample;
}

key terms_key(term_class of) { return key('T').u8(static_cast<std::uint8_t>(of)); }

/// The term and the stream of a key.
std::pair<std::string, std::string> read_term(std::string_view at) {
  key_reader reader(at);
  reader.skip(1);
  std::string term(reader.text());
  return {std::move(term), reader.stream()};
}

/// On labels.
std::vector<std::string> terms_of(search_row const& row) {
  std::vector<std::string> terms;
  for (auto const& label : row.labels) {
    auto folded = fold_case(label);
    if (!folded.empty() && std::find(terms.begin(), terms.end(), folded) == terms.end())
      terms.push_back(std::move(folded));
  }
  add_name_terms(row.name, terms);
  return terms;
}

std::vector<std::string> organism_terms(search_row const& row) {
  std::vector<std::string> terms;
  add_name_terms(row.organism, terms);
  return terms;
}

std::string trimmed(std::string text) {
  auto const begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool has_all(std::vector<std::string> const& terms, std::vector<std::string_view> const& words) {
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) {
    return std::any_of(terms.begin(), terms.end(),
                       [&](std::string const& term) { return term.starts_with(word); });
  });
}

bool finds(std::string_view folded, std::vector<std::string_view> const& words, std::vector<std::string> const& terms) {
  return has_all(terms, {folded}) || (!words.empty() && has_all(terms, words));
}

void add_label(search_row& row, std::string const& label) {
  if (!label.empty() && std::find(row.labels.begin(), row.labels.end(), label) == row.labels.end())
    row.labels.push_back(label);
}

struct term_hit {
  std::string stream;
  std::string term;
  bool exact = false;
  bool organism = false;
};

/// Projects have no stream yet: they are the codes that samples carry.
constexpr std::size_t projects_examined_max = 5'000;
/// Terms of a class that are looked at for one search; beyond, it is too short to tell anything.
constexpr std::size_t terms_examined_max = 2'000;

class finder {
 public:
  finder(read_view const& view, std::string_view text)
      : view_(view), rows_(view.table("search")), folded_(trimmed(fold_case(text))), words_(words_in(folded_)) {}

  [[nodiscard]] std::vector<search_hit> find(std::uint32_t limit) {
    if (folded_.empty()) return {};
    by_id();
    for (auto const of : {term_class::sample, term_class::run, term_class::unit, term_class::organism}) {
      bool const enough = by_term(of, folded_, {});
      if (words_.size() > 1 && !enough)
        by_term(of, *std::max_element(words_.begin(), words_.end(),
                                      [](auto const& a, auto const& b) { return a.size() < b.size(); }),
                words_);
    }
    std::stable_sort(hits_.begin(), hits_.end(), [](term_hit const& a, term_hit const& b) {
      if (a.exact != b.exact) return a.exact;
      if (a.organism != b.organism) return b.organism;
      return a.term.size() < b.term.size();
    });
    std::vector<search_hit> shown;
    add_projects(shown, limit);
    for (auto const& hit : hits_) {
      if (shown.size() >= limit) break;
      bool const known = std::any_of(shown.begin(), shown.end(),
                                     [&](search_hit const& one) { return one.stream == hit.stream; });
      if (!known)
        if (auto one = describe(hit)) shown.push_back(*std::move(one));
    }
    std::stable_partition(shown.begin(), shown.end(),
                          [](search_hit const& one) { return one.exact; });
    return shown;
  }

 private:
  /// The beginning of a UUID, from eight digits on.
  void by_id() {
    std::string digits;
    for (char const c : folded_)
      if (c != '-') digits += c;
    if (digits.size() < 8 || digits.size() > 32 ||
        digits.find_first_not_of("0123456789abcdef") != std::string::npos)
      return;
    bool const whole = digits.size() == 32;
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
      bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
    for (auto const& [table, kind] : {std::pair{"samples", sample::kind},
                                      std::pair{"storage", storage_unit::kind},
                                      std::pair{"runs", sequencing_run::kind}}) {
      std::size_t taken = 0;
      for (auto at = view_.table(table).scan_prefix(key('R').tail(bytes)); at->valid() && taken < 100;
           at->next(), ++taken) {
        key_reader reader(at->key());
        hits_.push_back({stream_name(kind, reader.id()), to_string(key_reader(at->key()).id()), whole, false});
      }
    }
  }

  /// True where it came to its bound.
  bool by_term(term_class of, std::string_view begin, std::vector<std::string_view> const& all_words) {
    bool const organism = of == term_class::organism;
    std::size_t examined = 0;
    for (auto at = rows_.scan_prefix(terms_key(of).tail(begin)); at->valid(); at->next()) {
      if (++examined > terms_examined_max) return true;
      auto [term, stream] = read_term(at->key());
      if (!all_words.empty()) {
        auto const row = read_row<search_row>(rows_, key('R').stream(stream));
        if (!row) continue;
        auto terms = terms_of(*row);
        for (auto& more : organism_terms(*row)) terms.push_back(std::move(more));
        if (!has_all(terms, all_words)) continue;
      }
      bool const exact = all_words.empty() && !organism && term == begin;
      hits_.push_back({std::move(stream), std::move(term), exact, organism});
    }
    return false;
  }

  void add_projects(std::vector<search_hit>& shown, std::uint32_t limit) const {
    std::size_t examined = 0;
    auto const prefix = key('#').u8('P');
    for (auto at = view_.table("samples").scan_prefix(prefix); at->valid(); at->next()) {
      if (++examined > projects_examined_max || shown.size() >= std::max(1u, limit / 4)) break;
      std::string const code(at->key().substr(2));
      auto const folded = fold_case(code);
      if (code.empty() || !folded.starts_with(folded_)) continue;
      auto const samples = decode_count(at->value());
      shown.push_back({"project/" + code, "project", code, code,
                       std::to_string(samples) + (samples == 1 ? " sample" : " samples"), folded,
                       folded == folded_});
    }
  }

  /// Joins what is not empty.
  static std::string line(std::initializer_list<std::string_view> parts) {
    std::string joined;
    for (auto const part : parts) {
      if (part.empty()) continue;
      if (!joined.empty()) joined += " · ";
      joined += part;
    }
    return joined;
  }

  [[nodiscard]] std::optional<search_hit> describe(term_hit const& hit) const {
    auto const kind = stream_kind(hit.stream);
    auto const id = parse_uuid(stream_key(hit.stream));
    if (!id) return std::nullopt;
    search_hit shown{hit.stream, std::string(kind), to_string(*id), {}, {}, hit.term, hit.exact};
    if (kind == sample::kind) {
      auto const row = samples_query(view_).get(*id);
      if (!row) return std::nullopt;
      shown.label = row->details.name;
      shown.detail = line({row->details.barcode, row->details.project,
                           boost::describe::enum_to_string(row->state, "")});
    } else if (kind == storage_unit::kind) {
      auto const row = storage_query(view_).get(*id);
      if (!row) return std::nullopt;
      shown.label = row->name;
      shown.detail = line({row->barcode, storage_query(view_).path_words(*id)});
    } else {
      auto const row = runs_query(view_).get(*id);
      if (!row) return std::nullopt;
      shown.label = row->name;
      shown.detail = line({row->flow_cell, row->instrument,
                           boost::describe::enum_to_string(row->state, "")});
    }
    return shown;
  }

  read_view const& view_;
  table_view const& rows_;
  std::string folded_;
  std::vector<std::string_view> words_;  ///< of `folded_`
  std::vector<term_hit> hits_;
};

}  // namespace

void index_of(search_row const& row, index_keys& keys) {
  auto const own = class_of(stream_kind(row.stream));
  for (auto const& term : terms_of(row)) keys.add(terms_key(own).text(term).stream(row.stream));
  for (auto const& term : organism_terms(row))
    keys.add(terms_key(term_class::organism).text(term).stream(row.stream));
}

void search_projection::apply(accepted_event const& event, table& rows) const {
  auto const edit = [&]() -> search_row& {
    auto& row = edit_row<search_row>(rows, key('R').stream(event.stream()), event.version() == 1);
    row.stream = event.stream();
    return row;
  };
  visit_event(arms{
                 [&](sample::registered const& e) {
                   auto& row = edit();
                   row.name = e.details.name;
                   row.organism = e.details.organism;
                   add_label(row, e.details.barcode);
                 },
                 [&](sample::corrected const& e) {
                   auto& row = edit();
                   row.name = e.details.name;
                   row.organism = e.details.organism;
                   add_label(row, e.details.barcode);
                 },
                 [&](sample::relabelled const& e) { add_label(edit(), e.new_barcode); },
                 [&](storage_unit::added const& e) {
                   auto& row = edit();
                   row.name = e.name;
                   add_label(row, e.barcode);
                 },
                 [&](storage_unit::renamed const& e) { edit().name = e.new_name; },
                 [&](sequencing_run::planned const& e) {
                   auto& row = edit();
                   row.name = e.name;
                   add_label(row, e.flow_cell);
                 },
                 [&](sequencing_run::flow_cell_loaded const& e) { add_label(edit(), e.flow_cell); },
                 [](auto const&) {},  // nothing that stands on a label
             },
             event.event);
}

bool is_found_by(std::string_view text, search_row const& row) {
  auto const folded = trimmed(fold_case(text));
  return finds(folded, words_in(folded), terms_of(row));
}

std::vector<search_hit> search_query::find(std::string_view text, std::uint32_t limit) const {
  return finder(view_, text).find(std::clamp(limit, 1u, 100u));
}

std::optional<std::vector<std::string>> search_query::streams(std::string_view folded, std::string_view kind,
                                                              std::size_t limit) const {
  std::set<std::string> found;
  auto const add = [&](term_class of) {
    for (auto at = view_.table("search").scan_prefix(terms_key(of).tail(folded));
         at->valid() && found.size() <= limit; at->next())
      found.insert(read_term(at->key()).second);
  };
  add(class_of(kind));
  if (kind == sample::kind) add(term_class::organism);
  if (found.size() > limit) return std::nullopt;
  return std::vector<std::string>(found.begin(), found.end());
}

result<page<std::string>> search_query::list(std::string_view text, std::string_view kind, std::string_view filter,
                                             std::function<bool(std::string const& stream)> const& wanted,
                                             std::string const& cursor, std::uint32_t limit) const {
  auto const& rows = view_.table("search");
  auto const folded = trimmed(fold_case(text));
  auto const words = words_in(folded);
  // Whatever matches has a term that begins so. It is listed where the first of them stands.
  std::string_view const begin = !words.empty() && folded.starts_with(words[0]) ? words[0] : std::string_view(folded);
  auto const prefix = terms_key(class_of(kind)).tail(begin).bytes();
  return page_of<std::string>(
      rows, {key('f').text(kind).text(folded).tail(filter).bytes(), prefix, direction::forward, cursor, limit},
      [&](std::string_view at, std::string_view) -> std::optional<std::string> {
        auto [term, stream] = read_term(at);
        auto const row = read_row<search_row>(rows, key('R').stream(stream));
        if (!row) return std::nullopt;
        auto const terms = terms_of(*row);
        bool const earlier = std::any_of(terms.begin(), terms.end(), [&, &before = term](std::string const& other) {
          return other.starts_with(begin) && other < before;
        });
        if (earlier || !finds(folded, words, terms) || !wanted(stream)) return std::nullopt;
        return stream;
      });
}

}  // namespace tracseq
