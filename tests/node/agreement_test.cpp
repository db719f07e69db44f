// A decider and a projection both fold a thing's events, each for its own end, and may not know each other.
// Here they are held against each other: whatever happens to a thing, both have the same word for it.

#include <random>
#include <set>

#include <doctest/doctest.h>

#include "actors/field_checks.hpp"
#include "actors/sample.hpp"
#include "actors/sequencing_run.hpp"
#include "node/http/schema.hpp"
#include "node/sheets/values.hpp"
#include "projections/memory_table.hpp"
#include "projections/rows.hpp"
#include "projections/runs.hpp"
#include "projections/samples.hpp"

using namespace tracseq;

namespace {

uuid id(std::uint8_t number) {
  uuid out;
  out.bytes[15] = number;
  return out;
}

/// Random lives of one thing; gives the words that were seen.
template <class Aggregate, class Row>
std::set<std::string> live(projection const& model,
                           std::vector<typename Aggregate::command> const& menu) {
  std::set<std::string> seen;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    std::mt19937 dice(seed);
    typename Aggregate::state state{};
    std::vector<accepted_commit> history;
    command_context context;
    context.reason = "A reason";
    for (int step = 0; step < 30; ++step) {
      context.at = {1'795'521'600'000'000 + step};
      auto const& asked = step == 0 ? menu.front() : menu[dice() % menu.size()];
      auto const events = Aggregate::decide(state, asked, context);
      if (!events || events->empty()) continue;
      accepted_commit made;
      made.commit.stream = stream_name(Aggregate::kind, id(1));
      made.commit.base_version = context.version;
      made.commit.recorded_at = context.at;
      for (auto const& event : *events) {
        state = Aggregate::evolve(std::move(state), event);
        made.events.push_back(event);
      }
      context.version += events->size();
      history.push_back(std::move(made));
      auto const rows = fold_into_memory(model, history);
      auto const row = read_row<Row>(*rows, key('R').id(id(1)));
      REQUIRE(row.has_value());
      std::string const word = boost::describe::enum_to_string(row->state, "");
      CAPTURE(seed);
      CAPTURE(step);
      REQUIRE(word == aggregates::state_word(state));
      CHECK(row->version == context.version);
      seen.insert(word);
    }
  }
  return seen;
}

struct remark {
  static constexpr auto field_notes = std::to_array<note>({{.field = "notes", .length_max = notes_characters_max}});
  std::string notes;
};
BOOST_DESCRIBE_STRUCT(remark, (), (notes))

}  // namespace

TEST_CASE("a sample's row and its decider agree on where it stands in its life") {
  namespace ask = commands::sample;
  sample::details tube;
  tube.name = "Liver 3";
  tube.barcode = "S-12";
  place const a1{id(2), "A1", "Box 2"};
  auto const seen = live<aggregates::sample, sample_row>(
      samples_projection(),
      {ask::register_sample{tube, {}}, ask::receive{"frozen", {}}, ask::accept{}, ask::accept{},
       ask::reject{"Leaks"}, ask::place{id(3), a1, {}}, ask::take_out{id(4), a1, "PCR", {}},
       ask::hold{"Label"}, ask::end_hold{}, ask::end_hold{}, ask::discard{id(5), "Empty", ""},
       ask::archive{}, ask::reinstate{}});
  CHECK(seen.size() == boost::mp11::mp_size<boost::describe::describe_enumerators<sample_state>>::value);
}

TEST_CASE("a run's row and its decider agree on where it stands in its life") {
  namespace ask = commands::sequencing_run;
  auto const seen = live<aggregates::sequencing_run, run_row>(
      runs_projection(),
      {ask::plan{"Run 1", "Otto", "Illumina MiSeq", "FC-1", 1, "", ""},
       ask::assign_sample{1, id(2), "Liver 3", "accepted", "ATTACTCG", "", ""},
       ask::load_flow_cell{"FC-2"}, ask::validate{"It is a test"}, ask::validate{"It is a test"},
       ask::queue{}, ask::queue{}, ask::start{}, ask::start{}, ask::complete{}, ask::complete{}, ask::fail_run{"Laser"},
       ask::abort_run{"Laser"}, ask::hold{"Laser"}, ask::end_hold{}, ask::end_hold{}});
  CHECK(seen.size() == boost::mp11::mp_size<boost::describe::describe_enumerators<run_state>>::value);
}

TEST_CASE("a cell of a sheet, a request and a decision count a text's length alike") {
  auto const* const field = sheets::find_field("notes");
  REQUIRE(field != nullptr);
  REQUIRE(field->max_length == notes_characters_max);
  for (std::string const one : {"a", "µ", "肝", "🧬"}) {
    CAPTURE(one);
    std::string text;
    for (std::size_t i = 0; i < notes_characters_max; ++i) text += one;
    auto const judged = [&] {
      std::vector<std::string> found;
      auto const said = sheets::parse_value(*field, {.text = text}, {}, {});
      found.push_back(said.problem ? said.problem->code : "fine");
      std::vector<field_problem> problems;
      http::json_value const body{http::json_object{{"notes", {text}}}};
      http::validate(http::schema_of<remark>(), body, "", problems);
      found.push_back(problems.empty() ? "fine" : problems.front().code);
      field_checks decision;
      decision.text("notes", text, notes_characters_max);
      found.push_back(decision.problems().empty() ? "fine" : decision.problems().front().code);
      return found;
    };
    CHECK(judged() == std::vector<std::string>(3, "fine"));
    text += one;
    CHECK(judged() == std::vector<std::string>(3, "too_long"));
  }
}
