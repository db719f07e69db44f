#include "actors/sheet_import.hpp"

#include <algorithm>
#include <span>

#include "actors/barcode.hpp"
#include "actors/command_codec.hpp"
#include "actors/field_checks.hpp"
#include "actors/import_chunks.hpp"
#include "actors/sample.hpp"
#include "actors/sample_details.hpp"
#include "events/words.hpp"

namespace tracseq::commands::sheet_import {

std::size_t listed_bytes(tracseq::sheet_import::row const& row) noexcept {
  constexpr std::size_t text_length = 4;  // before each text
  constexpr std::size_t all_else = 128;   // ids, numbers, moments, lengths of what every row has
  auto const& details = row.details;
  return text_bytes(details) + 2 * text_length * details.custom.size() +
         text_length * details.requires_temperature.size() + all_else;
}

}  // namespace tracseq::commands::sheet_import

namespace tracseq::aggregates {
namespace {

namespace facts = tracseq::sheet_import;
namespace asked = commands::sheet_import;

using seen = sheet_import_state const&;
using context = command_context const&;
using outcome = result<std::vector<facts::event>>;

/// One step is on its way while the next is made ready; more would only crowd out other commands.
constexpr std::size_t steps_at_once = 2;
/// Refusals kept by name; the report says how many more there are.
constexpr std::size_t refusals_named_max = 1'000;

outcome one(facts::event event) { return std::vector<facts::event>{std::move(event)}; }
outcome nothing() { return std::vector<facts::event>{}; }

tl::unexpected<error> refuse(seen state, std::string_view what) {
  return fail(errc::conflict, "The import of " + state.file_name + " is " +
                                  boost::describe::enum_to_string(state.stage, "none") +
                                  ", so it cannot be " + std::string(what) + ".");
}

std::string sample_stream(facts::row const& row) {
  return stream_name(tracseq::sample::kind, row.sample_id);
}
std::string barcode_stream(facts::row const& row) {
  return stream_name(tracseq::barcode::kind, row.details.barcode);
}

outcome on(seen state, asked::start const& c, context given) {
  if (given.version > 0)
    return fail(errc::already_exists, "This import is already started: " + state.file_name + ".");
  field_checks checks;
  checks.required("file_name", c.file_name, reason_characters_max);
  checks.line("file_sha256", c.file_sha256, 64);
  checks.line("file_kind", c.file_kind);
  checks.text("understood", c.understood, notes_characters_max);
  if (c.rows == 0) checks.add("rows", "out_of_range", "The sheet has no rows to import.");
  if (c.rows > asked::rows_max)
    checks.add("rows", "out_of_range",
               "The sheet has " + std::to_string(c.rows) + " rows; at most 200,000 are imported at " +
                   "once. Split it.");
  if (auto const fine = checks.done(); !fine) return tl::unexpected(fine.error());
  return one(facts::started{c.import_id, c.file_name, c.file_sha256, c.file_kind, c.rows,
                            c.understood, given.at});
}

result<void> check_rows(asked::list_rows const& c, instant at) {
  std::size_t bytes = 0;
  std::vector<field_problem> problems;
  for (std::size_t i = 0; i < c.rows.size(); ++i) {
    auto const& row = c.rows[i];
    field_checks checks("/rows/" + std::to_string(i));
    check_details(checks, row.details, at);
    if (row.sample_id.is_nil())
      checks.add("sample_id", "required", "\"sample_id\" is required.");
    for (auto& problem : checks.problems()) {
      problem.detail = "Row " + std::to_string(row.source_row) + ": " + problem.detail;
      problems.push_back(std::move(problem));
    }
    bytes += asked::listed_bytes(row);
  }
  if (!problems.empty()) {
    auto detail = problems.front().detail;
    return fail(errc::invalid_argument, std::move(detail), std::move(problems));
  }
  if (bytes > asked::list_bytes_max)
    return fail(errc::too_large, "These rows take " + std::to_string(bytes) +
                                     " bytes; list fewer of them at once.");
  return {};
}

outcome on(seen state, asked::list_rows const& c, context given) {
  if (state.stage != import_stage::listing) return refuse(state, "given rows");
  auto const listed = static_cast<std::uint32_t>(state.rows.size());
  if (c.rows.empty() || c.rows.size() > asked::rows_per_list_max)
    return fail(errc::invalid_argument, "1 to 500 rows are listed at once, not " +
                                            std::to_string(c.rows.size()) + ".");
  bool const known = c.first < listed && c.first + c.rows.size() <= listed &&
                     std::ranges::equal(c.rows, std::span(state.rows).subspan(c.first, c.rows.size()));
  if (known) return nothing();
  if (c.first != listed)
    return fail(errc::conflict, "Row " + std::to_string(listed + 1) + " comes next, not row " +
                                    std::to_string(std::uint64_t{c.first} + 1) + ".");
  if (listed + c.rows.size() > state.rows_expected)
    return fail(errc::invalid_argument, "The import was announced with " +
                                            words::count(state.rows_expected, "row") + "; these are " +
                                            std::to_string(listed + c.rows.size()) + ".");
  if (auto const fine = check_rows(c, given.at); !fine) return tl::unexpected(fine.error());
  return one(facts::rows_listed{c.first, c.rows});
}

outcome on(seen state, asked::seal const&, context) {
  if (state.stage != import_stage::listing && state.stage != import_stage::abandoned) return nothing();
  if (state.stage == import_stage::abandoned) return refuse(state, "sealed");
  if (state.rows.size() != state.rows_expected)
    return fail(errc::conflict, "Only " + std::to_string(state.rows.size()) + " of " +
                                    words::count(state.rows_expected, "row") + " are listed.");
  return one(facts::sealed{state.rows_expected});
}

outcome on(seen state, asked::abandon const& c, context) {
  if (state.stage == import_stage::abandoned) return nothing();
  if (state.stage != import_stage::listing) return refuse(state, "given up");
  return one(facts::abandoned{c.why});
}

/// The last chunk of the reservations decides: all or none.
outcome record_reservations(seen state, asked::record_step const& c) {
  std::vector<facts::event> events;
  auto refusals = state.refusals;
  if (c.refusals.empty()) {
    events.push_back(facts::barcodes_reserved{c.first, c.count});
  } else {
    events.push_back(facts::rows_refused{c.first, c.count, c.refusals});
    refusals.insert(refusals.end(), c.refusals.begin(), c.refusals.end());
  }
  if (state.chunks_left > 1) return events;
  if (refusals.empty()) {
    events.push_back(facts::accepted{static_cast<std::uint32_t>(state.rows.size())});
    return events;
  }
  std::ranges::sort(refusals, {}, &facts::row_refusal::source_row);
  if (refusals.size() > refusals_named_max) refusals.resize(refusals_named_max);
  events.push_back(facts::refused{std::move(refusals)});
  return events;
}

outcome record_releases(seen state, asked::record_step const& c) {
  if (!c.refusals.empty())
    return one(facts::parked{"A reserved label could not be released. Row " +
                             std::to_string(c.refusals.front().source_row) + ": " +
                             c.refusals.front().why});
  std::vector<facts::event> events{facts::barcodes_released{c.first, c.count}};
  if (state.chunks_left == 1) events.push_back(facts::reservations_released{});
  return events;
}

outcome record_registrations(seen state, asked::record_step const& c) {
  if (!c.refusals.empty())
    return one(facts::parked{words::count(c.refusals.size(), "row") +
                             " could not be registered though their labels were reserved. Row " +
                             std::to_string(c.refusals.front().source_row) + ": " +
                             c.refusals.front().why});
  std::vector<facts::event> events{facts::rows_registered{c.first, c.count}};
  if (state.chunks_left == 1)
    events.push_back(facts::completed{static_cast<std::uint32_t>(state.rows.size())});
  return events;
}

outcome on(seen state, asked::record_step const& c, context) {
  // A step that is reported again, or of a stage that is over, has nothing to add.
  auto const chunk = chunk_of_step(state, c.step);
  if (!chunk || chunk->first != c.first || chunk->count != c.count) return nothing();
  switch (state.stage) {
    case import_stage::reserving: return record_reservations(state, c);
    case import_stage::releasing: return record_releases(state, c);
    case import_stage::registering: return record_registrations(state, c);
    default: return nothing();
  }
}

outcome on(seen state, asked::resume const&, context) {
  if (!state.parked)
    return fail(errc::conflict, "The import of " + state.file_name + " is not stopped.");
  return one(facts::resumed{});
}

outgoing_command reserve_command(seen state, facts::row const& row) {
  return make_command(barcode_stream(row),
                      commands::barcode::reserve{row.details.barcode, sample_stream(row),
                                                 state.import_id, row.label_made});
}
outgoing_command release_command(seen state, facts::row const& row) {
  return make_command(
      barcode_stream(row),
      commands::barcode::release{row.details.barcode, sample_stream(row), state.import_id, {}, false,
                                 "the import was refused"});
}

/// A row is registered by two commands on one partition, written together.
void register_commands(std::vector<outgoing_command>& into, seen state, facts::row const& row,
                       std::uint32_t group) {
  into.push_back(make_command(
      barcode_stream(row),
      commands::barcode::assign{row.details.barcode, sample_stream(row), row.details.name,
                                state.import_id, row.label_made}));
  into.back().group = group;
  into.push_back(make_command(sample_stream(row),
                              commands::sample::register_sample{row.details, state.import_id}));
  into.back().group = group;
}

/// Whoever lists the rows may have died, and the preview with them. The import then ends by itself.
step give_up_listing(seen state) {
  // A second is enough for the many small lists, too, that 500 wide rows come in.
  constexpr std::int64_t patience_us = 30'000'000;
  constexpr std::int64_t patience_per_list_us = 1'000'000;
  auto const lists = state.rows_expected / asked::rows_per_list_max + 1;
  step last;
  last.name = "give-up-listing";
  last.not_before = instant{state.started_at.us + patience_us + patience_per_list_us * lists};
  last.commands.push_back(make_command(
      stream_name(facts::kind, state.import_id),
      asked::abandon{"its rows were not listed in time; import the file again"}));
  return last;
}

step make_step(seen state, import_chunk const& chunk) {
  step next;
  next.name = step_name(state, chunk.first);
  for (auto i = chunk.first; i < chunk.first + chunk.count; ++i) {
    auto const& row = state.rows[i];
    if (state.stage == import_stage::reserving)
      next.commands.push_back(reserve_command(state, row));
    else if (state.stage == import_stage::releasing)
      next.commands.push_back(release_command(state, row));
    else
      register_commands(next.commands, state, row, i - chunk.first + 1);
  }
  return next;
}

}  // namespace

result<std::vector<sheet_import::event>> sheet_import::decide(state const& seen,
                                                              command const& asked,
                                                              command_context const& context) {
  bool const makes = std::holds_alternative<asked::start>(asked);
  if (context.version == 0 && !makes) return fail(errc::not_found, "There is no such import.");
  return std::visit([&](auto const& c) { return on(seen, c, context); }, asked);
}

sheet_import_state sheet_import::evolve(state now, event const& happened) {
  std::visit(overloaded{
                 [&](facts::started const& e) {
                   now.stage = import_stage::listing;
                   now.import_id = e.import_id;
                   now.file_name = e.file_name;
                   now.rows_expected = e.rows;
                   now.started_at = e.started_at;
                 },
                 [&](facts::rows_listed const& e) {
                   now.rows.insert(now.rows.end(), e.rows.begin(), e.rows.end());
                 },
                 [&](facts::sealed const&) { open_chunks(now, import_stage::reserving); },
                 [&](facts::abandoned const&) {
                   now.stage = import_stage::abandoned;
                   now.rows.clear();
                 },
                 [&](facts::barcodes_reserved const& e) { close_chunk(now, e.first); },
                 [&](facts::rows_refused const& e) {
                   close_chunk(now, e.first);
                   now.refusals.insert(now.refusals.end(), e.rows.begin(), e.rows.end());
                 },
                 [&](facts::refused const&) { open_chunks(now, import_stage::releasing); },
                 [&](facts::barcodes_released const& e) { close_chunk(now, e.first); },
                 [&](facts::reservations_released const&) {
                   now.stage = import_stage::refused;
                   now.rows.clear();
                 },
                 [&](facts::accepted const&) { open_chunks(now, import_stage::registering); },
                 [&](facts::rows_registered const& e) { close_chunk(now, e.first); },
                 [&](facts::completed const&) {
                   now.stage = import_stage::completed;
                   now.rows.clear();
                 },
                 [&](facts::parked const& e) {
                   now.parked = true;
                   now.parked_why = e.why;
                 },
                 [&](facts::resumed const&) {
                   now.parked = false;
                   now.parked_why.clear();
                   ++now.resumes;
                 },
             },
             happened);
  return now;
}

std::vector<step> sheet_import::due(state const& seen) {
  bool const works = seen.stage == import_stage::reserving ||
                     seen.stage == import_stage::releasing ||
                     seen.stage == import_stage::registering;
  std::vector<step> steps;
  if (seen.stage == import_stage::listing) steps.push_back(give_up_listing(seen));
  if (!works || seen.parked) return steps;
  for (auto const chunk : open_chunk_list(seen, steps_at_once))
    steps.push_back(make_step(seen, chunk_at(seen, chunk)));
  return steps;
}

sheet_import::command sheet_import::on_outcome(state const& seen, step_outcome const& outcome) {
  asked::record_step record{outcome.step, 0, 0, {}};
  auto const chunk = chunk_of_step(seen, outcome.step);
  if (!chunk) return record;
  record.first = chunk->first;
  record.count = chunk->count;
  std::uint32_t const per_row = seen.stage == import_stage::registering ? 2 : 1;
  for (auto const& one : outcome.commands) {
    auto const index = chunk->first + one.index / per_row;
    if (one.ok || index >= chunk->first + chunk->count) continue;
    auto const& row = seen.rows[index];
    if (!record.refusals.empty() && record.refusals.back().source_row == row.source_row) continue;
    record.refusals.push_back({row.source_row, row.details.barcode, one.detail});
  }
  return record;
}

}  // namespace tracseq::aggregates
