#include "actors/barcode.hpp"

#include "actors/barcode_series.hpp"
#include "events/barcode_label.hpp"
#include "tests/actors/scenario.hpp"

using namespace tracseq;
using namespace tracseq::test;
namespace ask = tracseq::commands::barcode;
namespace fact = tracseq::barcode;
using label_scenario = scenario<aggregates::barcode>;

namespace {

uuid const nobody{};
std::string const ours = to_string(series_label{2026, 42});

ask::reserve reserve(std::string entity, std::uint8_t holder) {
  return {"S-12", std::move(entity), id(holder), false};
}
ask::assign assign(std::string entity, std::string label = "Liver 3") {
  return {"S-12", std::move(entity), std::move(label), nobody, false};
}

}  // namespace

TEST_CASE("a free label is assigned once") {
  auto const event = label_scenario().when(assign("sample/1")).only<fact::assigned>();
  CHECK(event.words() == "Names Liver 3 from now on");
  auto const used = label_scenario().after(assign("sample/1"));
  CHECK(used.when(assign("sample/1")).changes_nothing());
  CHECK(used.when(assign("sample/2")).words() ==
        "S-12 already names Liver 3 (a sample). A barcode names one thing for ever.");
  CHECK(used.when(assign("sample/2")).code() == errc::conflict);
  CHECK(used.when(reserve("sample/2", 1)).words() ==
        "S-12 already names Liver 3 (a sample). A barcode names one thing for ever.");
  CHECK(label_scenario().after(assign("storage_unit/1", "Box 7")).when(assign("sample/2")).words() ==
        "S-12 already names Box 7 (a storage unit). A barcode names one thing for ever.");
}

TEST_CASE("a reservation is for its holder alone") {
  auto const kept = label_scenario().after(reserve("sample/1", 1));
  CHECK(kept.when(reserve("sample/1", 1)).changes_nothing());
  CHECK(kept.when(reserve("sample/2", 1)).words() == "S-12 stands on two rows of this sheet.");
  CHECK(kept.when(reserve("sample/2", 2)).words() ==
        "S-12 is reserved for a sheet that is being imported.");
  CHECK(kept.when(assign("sample/2")).words() == "S-12 is reserved for a sheet that is being imported.");
  auto const made_good = kept.when(ask::assign{"S-12", "sample/1", "Liver 3", id(1), false});
  CHECK(made_good.is({fact::assigned{"sample/1", "Liver 3", id(1), false}}));
  CHECK(kept.when(ask::confirm{"S-12", id(1), "Liver 3"}).is(*made_good.got));
  CHECK(kept.when(ask::confirm{"S-12", id(2), "Liver 3"}).words() == "S-12 is not reserved for this.");
  CHECK(label_scenario().when(ask::confirm{"S-12", id(1), "x"}).words() ==
        "S-12 is not reserved for this.");
  auto const confirmed = label_scenario(kept).after(ask::confirm{"S-12", id(1), "Liver 3"});
  CHECK(confirmed.when(ask::confirm{"S-12", id(1), "Liver 3"}).changes_nothing());
  CHECK(confirmed.when(ask::confirm{"S-12", id(2), "x"}).code() == errc::conflict);
}

TEST_CASE("a release frees only what it is for") {
  auto const kept = label_scenario().after(reserve("sample/1", 1));
  CHECK(kept.when(ask::release{"S-12", "sample/1", id(2), {}, false, ""}).changes_nothing());
  CHECK(kept.when(ask::release{"S-12", "sample/1", id(1), {}, false, "the import was refused"})
            .only<fact::released>()
            .words() == "Released: the import was refused");
  auto const used = label_scenario().after(assign("sample/1"));
  CHECK(used.when(ask::release{"S-12", "sample/1", id(1), {}, false, ""}).changes_nothing());
  auto free = used;
  free.after(ask::release{"S-12", "sample/1", nobody, {}, false, ""});
  CHECK(free.when(assign("sample/2")).accepted());
  CHECK(label_scenario().when(ask::release{"S-12", "sample/1", id(1), {}, false, ""}).changes_nothing());
}

TEST_CASE("a label of our own shape has to come from TracSeq") {
  CHECK(label_scenario().when(ask::assign{ours, "sample/1", "x", nobody, true}).accepted());
  CHECK(label_scenario().when(ask::assign{ours, "sample/1", "x", nobody, false}).words() ==
        ours + " has the shape of a label that TracSeq makes, but TracSeq did not hand it out. Scan the "
               "label again, or leave the barcode empty to get one.");
  CHECK(label_scenario().when(ask::reserve{ours, "sample/1", id(1), false}).code() ==
        errc::invalid_argument);
  // A blank label was printed beforehand: whoever has it in hand may use it.
  auto const blank = label_scenario().after(ask::reserve{ours, "", id(1), true});
  CHECK(blank.when(ask::assign{ours, "sample/1", "x", nobody, false}).accepted());
  CHECK(blank.when(ask::reserve{ours, "sample/1", id(2), false}).accepted());
}

TEST_CASE("a wrong label is refused with what would be right") {
  auto wrong = ours;
  wrong.back() = wrong.back() == 'X' ? 'Y' : 'X';
  CHECK(label_scenario().when(ask::assign{wrong, "sample/1", "x", nobody, true}).words() ==
        "The check character of " + wrong + " should be " + ours.back() +
            ". Was a character mistyped? Scan the label again.");
  CHECK(label_scenario().when(ask::assign{" S-12", "sample/1", "x", nobody, false}).words() ==
        "\"barcode\" is not written as the label S-12 is.");
}

TEST_CASE("an assignment whose registration was cut off goes back to what it was") {
  auto const undo = [](label_scenario before, ask::assign const& command) {
    auto const event = before.when(command).only<fact::assigned>();
    auto const back = aggregates::barcode::take_back(event);
    REQUIRE(back.has_value());
    auto const was = before.state();
    before.after(command).after(*back);
    CHECK((before.state() == was));
  };
  undo(label_scenario(), assign("sample/1"));
  undo(label_scenario().after(reserve("sample/1", 1)),
       ask::assign{"S-12", "sample/1", "Liver 3", id(1), false});
  undo(label_scenario().after(ask::reserve{ours, "", id(1), true}),
       ask::assign{ours, "sample/1", "Liver 3", nobody, false});
  CHECK_FALSE(aggregates::barcode::take_back(fact::reserved{"sample/1", id(1)}).has_value());
}

TEST_CASE("a series hands out each number once") {
  using series = scenario<aggregates::barcode_series>;
  using commands::barcode_series::reserve_block;
  auto const first = series().when(reserve_block{100, "labels made at registration"});
  CHECK(first.only<barcode_series::block_reserved>().words() ==
        "Numbers 1 to 100 handed out for labels made at registration");
  auto const second = series().after(reserve_block{100, ""}).when(reserve_block{1, ""});
  CHECK(second.only<barcode_series::block_reserved>().words() == "Number 101 handed out");
  CHECK(series().when(reserve_block{0, ""}).words() ==
        "1 to 100,000 labels can be reserved at once; 0 were asked for.");
  auto const used_up = series().given(barcode_series::block_reserved{999'999'900, 50, ""});
  CHECK(used_up.when(reserve_block{1'000, ""}).words() == "The year's series of labels is used up.");
}
