#include <doctest/doctest.h>

#include <algorithm>

#include "projections/activity.hpp"
#include "projections/as_of.hpp"
#include "projections/barcodes.hpp"
#include "projections/command_ids.hpp"
#include "projections/imports.hpp"
#include "projections/inbox.hpp"
#include "projections/journal.hpp"
#include "projections/keys.hpp"
#include "projections/paging.hpp"
#include "projections/relocations.hpp"
#include "projections/runs.hpp"
#include "projections/search.hpp"
#include "projections/storage.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

struct fixture {
  scratch_directory scratch;
  memory_log log{4};
  laboratory lab{log};
  std::unique_ptr<runner> models = open_models(scratch.path("a"));
  std::shared_ptr<read_view const> look() {
    follow(*models, log);
    return models->snapshot();
  }
};

std::vector<std::string> types_of(std::vector<history_event> const& events) {
  std::vector<std::string> types;
  for (auto const& event : events) types.push_back(event.type);
  return types;
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "storage is a tree with paths, maps and what left") {
  using kind = storage_unit::unit_kind;
  auto const freezer = lab.add_unit(kind::freezer, "Freezer 1", std::nullopt, "", {0, 0, 20});
  auto const shelf = lab.add_unit(kind::shelf, "Shelf 2", freezer, "2", {0, 0, 4});
  auto const box = lab.add_unit(kind::box, "Box 7", shelf, "1");
  auto const other = lab.add_unit(kind::box, "box 10", shelf, "2");
  std::vector<uuid> tubes;
  for (auto const* slot : {"B3", "A10", "A2", "AA1"}) {
    tubes.push_back(lab.register_sample(std::string("Tube ") + slot, slot));
    lab.place(tubes.back(), box, slot);
  }
  auto view = look();
  storage_query storage(*view);
  CHECK(storage.path_words(box) == "Freezer 1 › Shelf 2 › Box 7");
  CHECK(storage.path(box)[1].slot == "2");
  CHECK(storage.get(box)->filled == 4);
  CHECK(storage.get(box)->reserved == 0);
  CHECK(storage.get(box)->capacity() == 81);
  CHECK(storage.get(freezer)->filled == 1);
  auto const slots = storage.slots(box);
  REQUIRE(slots.size() == 4);
  CHECK(slots[0].slot.slot == "A2");
  CHECK(slots[1].slot.slot == "A10");
  CHECK(slots[2].slot.slot == "B3");
  CHECK(slots[3].slot.slot == "AA1");
  CHECK(slots[2].slot.occupant_label == "Tube B3");
  CHECK(slots[2].occupant_kind == "sample");
  CHECK(slots[2].occupant_state == "registered");
  CHECK(slots[2].barcode == "B3");
  CHECK(storage.slots(shelf)[0].occupant_kind == "box");

  auto const roots = storage.children(std::nullopt);
  REQUIRE(roots);
  REQUIRE(roots->rows.size() == 1);
  CHECK(roots->rows[0].unit.name == "Freezer 1");
  CHECK(roots->rows[0].children == 1);
  auto const first = storage.children(shelf, {}, 1);
  REQUIRE(first);
  CHECK(first->rows[0].unit.name == "box 10");
  auto const second = storage.children(shelf, first->next_cursor, 1);
  REQUIRE(second);
  CHECK(second->rows[0].unit.name == "Box 7");
  CHECK(second->next_cursor.empty());
  using kind = storage_unit::unit_kind;
  CHECK(storage.children(shelf, {}, 10, kind::box)->rows.size() == 2);
  CHECK(storage.children(shelf, {}, 10, kind::rack)->rows.empty());
  CHECK_FALSE(storage.children(shelf, first->next_cursor, 1, kind::box));  // a cursor of another list
  CHECK(storage.counts() == std::map<std::string, std::uint64_t>{{"box", 2}, {"freezer", 1}, {"shelf", 1}});

  lab.place(tubes[0], other, "C1");
  lab.take_out(tubes[1], "sequencing");
  lab.write(stream_name(storage_unit::kind, box), {storage_unit::renamed{"Box 7", "Box seven"}});
  lab.write(stream_name(storage_unit::kind, other), {storage_unit::maintenance_started{"defrost"}});
  view = look();
  storage_query now(*view);
  CHECK(now.get(box)->filled == 2);
  CHECK_FALSE(now.slot(box, "B3"));
  CHECK(now.slot(other, "C1")->occupant == stream_name(sample::kind, tubes[0]));
  auto const left = now.departures(box);
  REQUIRE(left);
  REQUIRE(left->rows.size() == 2);
  CHECK(left->rows[0].to == "checked out");
  CHECK(left->rows[1].to == "box 10 C1");
  CHECK(left->rows[1].slot == "B3");
  CHECK(now.get(other)->state == unit_state::maintenance);
  CHECK(now.get(other)->state_reason == "defrost");
  CHECK(now.path_words(box) == "Freezer 1 › Shelf 2 › Box seven");

  lab.write(stream_name(storage_unit::kind, box),
            {storage_unit::slot_reserved{"I9", "sample/x", "X", {}}});
  CHECK(storage_query(*look()).get(box)->reserved == 1);
  lab.write(stream_name(storage_unit::kind, box), {storage_unit::slot_released{"I9", "sample/x", {}}});
  CHECK(storage_query(*look()).get(box)->reserved == 0);
}

TEST_CASE_FIXTURE(fixture, "runs with their lanes") {
  auto const a = lab.register_sample("A", "");
  auto const b = lab.register_sample("B", "");
  auto const id = numbered_id(70'000);
  auto const stream = stream_name(sequencing_run::kind, id);
  lab.write(stream, {sequencing_run::planned{"Run 12", "M1", "Illumina NovaSeq 6000", "", 2, "", "P"}});
  lab.write(stream, {sequencing_run::sample_assigned{2, a, "A", "ACGT", "", ""}});
  lab.write(stream, {sequencing_run::sample_assigned{1, b, "B", "", "", "urgent"}});
  lab.write(stream, {sequencing_run::sample_assigned{1, a, "A", "ACGT", "", ""}});
  lab.write(stream, {sequencing_run::flow_cell_loaded{"FC-9"}, sequencing_run::validated{{"low volume"}}});
  auto view = look();
  auto row = runs_query(*view).get(id);
  REQUIRE(row);
  CHECK(row->state == run_state::validated);
  CHECK(row->warnings == std::vector<std::string>{"low volume"});
  CHECK(row->flow_cell == "FC-9");
  REQUIRE(row->lane_samples.size() == 3);
  CHECK(row->lane_samples[0].sample_label == "B");
  CHECK(row->lane_samples[1].lane == 1);
  CHECK(row->lane_samples[2].lane == 2);
  CHECK(runs_query(*view).of_sample(a).size() == 1);
  CHECK(runs_query(*view).of_sample(numbered_id(1'000'000)).empty());

  lab.write(stream, {sequencing_run::queued{}});
  lab.write(stream, {sequencing_run::held{"no reagent"}});
  view = look();
  CHECK(runs_query(*view).get(id)->state == run_state::on_hold);
  CHECK(runs_query(*view).get(id)->state_reason == "no reagent");
  lab.write(stream, {sequencing_run::flow_cell_loaded{"FC-10"}});
  CHECK(runs_query(*look()).get(id)->state == run_state::on_hold);
  lab.write(stream, {sequencing_run::hold_ended{}, sequencing_run::started{}});
  lab.write(stream, {sequencing_run::failed{"clogged"}});
  view = look();
  row = runs_query(*view).get(id);
  CHECK(row->state == run_state::failed);
  CHECK(row->state_reason == "clogged");
  CHECK(row->ended_at == lab.now());

  lab.write(stream_name(sequencing_run::kind, numbered_id(70'001)),
            {sequencing_run::planned{"Run 13", "M1", "Illumina MiSeq", "", 1, "", "Q"}});
  view = look();
  auto const all = runs_query(*view).list({});
  REQUIRE(all);
  REQUIRE(all->rows.size() == 2);
  CHECK(all->rows[0].name == "Run 13");
  run_list_request request;
  request.state = run_state::failed;
  CHECK(runs_query(*view).list(request)->rows.size() == 1);
  request = {};
  request.project = "Q";
  CHECK(runs_query(*view).list(request)->rows[0].name == "Run 13");
  CHECK(runs_query(*view).counts_by_state() ==
        std::map<std::string, std::uint64_t>{{"draft", 1}, {"failed", 1}});
}

TEST_CASE_FIXTURE(fixture, "labels name things, old ones too, and blank ones are listed") {
  auto const id = lab.register_sample("S", "OLD-1");
  auto const stream = stream_name(sample::kind, id);
  auto const label = [](std::string_view text) { return stream_name(barcode::kind, text); };
  lab.write(label("NEW-1"), {barcode::assigned{stream, "S", {}, false}});
  lab.write(label("BLANK-1"), {barcode::reserved{"", numbered_id(1)}});
  lab.write(label("KEPT-1"), {barcode::reserved{"sample/later", numbered_id(2)}});
  lab.write(label("GONE-1"), {barcode::assigned{stream, "S", {}, false}});
  lab.write(label("GONE-1"), {barcode::released{stream, "cut off"}});
  lab.write(stream_name(barcode_series::kind, std::string_view("2026")),
            {barcode_series::block_reserved{1, 100, "labels made at registration"}});
  auto const view = look();
  barcodes_query const labels(*view);
  CHECK(labels.resolve("OLD-1") == stream);
  CHECK(labels.resolve("NEW-1") == stream);
  CHECK_FALSE(labels.resolve("KEPT-1"));
  CHECK_FALSE(labels.resolve("GONE-1"));
  CHECK_FALSE(labels.find("GONE-1"));
  CHECK(labels.find("KEPT-1")->state == label_state::reserved);
  CHECK(labels.find("KEPT-1")->holder == numbered_id(2));
  CHECK(labels.labels_of(stream) == std::vector<std::string>{"NEW-1", "OLD-1"});
  auto const blank = labels.blank();
  REQUIRE(blank);
  REQUIRE(blank->rows.size() == 1);
  CHECK(blank->rows[0].label == "BLANK-1");
  CHECK(labels.series("2026")->next_number == 101);
  CHECK_FALSE(labels.series("2025"));
}

TEST_CASE_FIXTURE(fixture, "search finds what stands on a label") {
  using kind = storage_unit::unit_kind;
  auto const box = lab.add_unit(kind::box, "Liver box");
  auto const liver = lab.register_sample("Liver-0042 donor B", "TS-2026-000001-K", "LIVER");
  auto const kidney = lab.register_sample("Kidney", "LIV", "K");
  lab.register_sample("Öl und Wasser", "W-1", "K");
  lab.write(stream_name(sequencing_run::kind, numbered_id(70'000)),
            {sequencing_run::planned{"Liver run", "M1", "Illumina MiSeq", "FC77", 1, "", "P"}});
  lab.write(stream_name(sample::kind, kidney), {sample::relabelled{"LIV", "KID-1"}});
  auto view = look();
  search_query search(*view);
  auto const labels = [&](std::string_view text) {
    std::vector<std::string> found;
    for (auto const& hit : search_query(*view).find(text)) found.push_back(hit.label);
    return found;
  };
  auto const hits = search.find("liv");
  REQUIRE(hits.size() == 5);
  CHECK(hits[0].exact);
  CHECK(hits[0].label == "Kidney");  // its old label, exactly
  CHECK(std::count_if(hits.begin(), hits.end(), [](auto const& hit) { return hit.exact; }) == 1);
  CHECK(std::any_of(hits.begin(), hits.end(), [](auto const& hit) {
    return hit.kind == "project" && hit.label == "LIVER" && hit.detail == "1 sample";
  }));
  CHECK(labels("ts-2026-000001-k") == std::vector<std::string>{"Liver-0042 donor B"});
  CHECK(labels("0042") == std::vector<std::string>{"Liver-0042 donor B"});
  CHECK(labels("donor liver") == std::vector<std::string>{"Liver-0042 donor B"});
  CHECK(labels("donor kidney").empty());
  CHECK(labels("fc77") == std::vector<std::string>{"Liver run"});
  CHECK(labels("ÖL") == std::vector<std::string>{"Öl und Wasser"});
  CHECK(labels("öl u") == std::vector<std::string>{"Öl und Wasser"});
  CHECK(labels(to_string(liver)) == std::vector<std::string>{"Liver-0042 donor B"});
  CHECK(search.find(to_string(liver))[0].exact);
  CHECK(labels("  ").empty());
  CHECK(labels("nothing like it").empty());
  CHECK(search.find("liv", 2).size() == 2);

  sample::registered rice;
  rice.details.name = "Leaf 7";
  rice.details.organism = "Oryza sativa";
  auto const leaf = stream_name(sample::kind, numbered_id(71'000));
  lab.write(leaf, {rice});
  lab.register_sample("Oryza sativa store", "OS-1", "K");
  view = look();
  CHECK(labels("oryza") == std::vector<std::string>{"Oryza sativa store", "Leaf 7"});  // a name comes first
  CHECK(labels("Oryza sativa") == std::vector<std::string>{"Oryza sativa store", "Leaf 7"});
  CHECK(labels("sativa leaf") == std::vector<std::string>{"Leaf 7"});
  CHECK_FALSE(search_query(*view).find("oryza sativa")[0].exact);
  sample::corrected maize;
  maize.details = rice.details;
  maize.details.organism = "Zea mays";
  lab.write(leaf, {maize});
  view = look();
  CHECK(labels("oryza") == std::vector<std::string>{"Oryza sativa store"});
  CHECK(labels("mays") == std::vector<std::string>{"Leaf 7"});

  lab.write(stream_name(storage_unit::kind, box), {storage_unit::renamed{"Liver box", "Heart box"}});
  view = look();
  CHECK(labels("liver box").empty());
  CHECK(labels("heart") == std::vector<std::string>{"Heart box"});
}

TEST_CASE_FIXTURE(fixture, "no thing of another kind, nor an organism, is in the way of a search") {
  sample::registered tube;
  tube.details.organism = "Box virus";
  for (int i = 0; i < 2'500; ++i) {
    tube.details.name = "Box tube " + std::to_string(i);
    lab.write(stream_name(sample::kind, numbered_id(80'000 + static_cast<std::uint64_t>(i))), {tube});
  }
  tube.details.name = "Boxer's blood, a long name of its own";
  tube.details.organism.clear();
  lab.write(stream_name(sample::kind, numbered_id(79'000)), {tube});
  std::vector<std::string> boxes;
  for (int i = 0; i < 250; ++i)
    boxes.push_back(lab.name_of(lab.add_unit(storage_unit::unit_kind::box, "Box " + std::to_string(1'000 + i))));
  lab.add_unit(storage_unit::unit_kind::freezer, "Freezer box");
  auto const view = look();
  search_query const search(*view);
  CHECK(search.find("boxer")[0].label == tube.details.name);
  CHECK(search.find("box 1", 100)[0].kind == storage_unit::kind);

  auto const walk = [&](std::string_view text, std::function<bool(std::string const&)> const& wanted) {
    std::vector<std::string> names;
    std::string cursor;
    do {
      auto const page = search.list(text, storage_unit::kind, "", wanted, cursor, 40);
      REQUIRE(page);
      CHECK((page->rows.size() == 40 || page->next_cursor.empty()));
      for (auto const& stream : page->rows)
        names.push_back(storage_query(*view).get(*parse_uuid(stream_key(stream)))->name);
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return names;
  };
  auto const every = [](std::string const&) { return true; };
  auto all = boxes;
  all.insert(all.begin(), "Freezer box");  // by its word "box"
  CHECK(walk("BOX", every) == all);
  CHECK(walk("box freezer", every) == std::vector<std::string>{"Freezer box"});
  CHECK(walk("freezer", every) == std::vector<std::string>{"Freezer box"});
  CHECK(walk("box 1249", every) == std::vector<std::string>{"Box 1249"});
  CHECK(walk("1249", every) == std::vector<std::string>{"Box 1249"});
  CHECK(walk("box", [&](std::string const& stream) {
          return storage_query(*view).get(*parse_uuid(stream_key(stream)))->kind == storage_unit::unit_kind::freezer;
        }) == std::vector<std::string>{"Freezer box"});
  CHECK(walk("box virus", every).empty());
  auto const first = search.list("box", storage_unit::kind, "", every, "", 40);
  CHECK_FALSE(search.list("bo", storage_unit::kind, "", every, first->next_cursor, 40));
}

TEST_CASE_FIXTURE(fixture, "an import says how far it is") {
  auto const id = numbered_id(60'000);
  auto const stream = stream_name(sheet_import::kind, id);
  std::string const sha(64, 'a');
  lab.write(stream, {sheet_import::started{id, "a.csv", sha, "csv", 10'000, "header in row 1", {}}});
  sheet_import::rows_listed listed;
  listed.rows.resize(3);
  lab.write(stream, {listed});
  auto row = imports_query(*look()).get(id);
  REQUIRE(row);
  CHECK(row->state == import_state::listing);
  CHECK(progress_words(*row) == "3 of 10,000 read");
  lab.write(stream, {sheet_import::sealed{10'000}, sheet_import::barcodes_reserved{0, 1'500}});
  CHECK(progress_words(*imports_query(*look()).get(id)) == "1,500 of 10,000 labels reserved");
  lab.write(stream, {sheet_import::accepted{10'000}});
  lab.write(stream, {sheet_import::rows_registered{0, 7'312}});
  CHECK(progress_words(*imports_query(*look()).get(id)) == "7,312 of 10,000 registered");
  lab.write(stream, {sheet_import::parked{"the log is full"}});
  CHECK(imports_query(*look()).get(id)->state == import_state::parked);
  lab.write(stream, {sheet_import::resumed{}, sheet_import::rows_registered{7'312, 2'688}});
  CHECK(imports_query(*look()).get(id)->state == import_state::accepted);
  lab.write(stream, {sheet_import::completed{10'000}});
  auto const second = numbered_id(60'001);
  lab.write(stream_name(sheet_import::kind, second),
            {sheet_import::started{second, "b.csv", sha, "csv", 1, "", {}}});
  lab.write(stream_name(sheet_import::kind, second), {sheet_import::sealed{1}});
  lab.write(stream_name(sheet_import::kind, second),
            {sheet_import::refused{{{5, "T-1", "is taken"}}}});
  auto const view = look();
  imports_query const imports(*view);
  CHECK(progress_words(*imports.get(second)) == "1 row refused, nothing registered");
  CHECK(imports.get(second)->refusals[0].barcode == "T-1");
  auto const earlier = imports.of_file(sha);
  REQUIRE(earlier.size() == 2);
  CHECK(earlier[0].id == second);
  CHECK(imports.of_file(std::string(64, 'b')).empty());
  auto const first = imports.list({}, 1);
  REQUIRE(first);
  CHECK(first->rows[0].id == second);
  CHECK(imports.list(first->next_cursor, 1)->rows[0].id == id);
}

TEST_CASE_FIXTURE(fixture, "moves and discards are listed by how far they are") {
  auto const box = lab.add_unit(storage_unit::unit_kind::box, "Box");
  auto const tube = lab.register_sample("Tube", "");
  lab.place(tube, box, "A1");
  auto const stuck = numbered_id(50'000);
  auto const stream = stream_name(move::kind, stuck);
  move::requested asked;
  asked.thing = stream_name(sample::kind, tube);
  asked.thing_label = "Tube";
  lab.write(stream, {asked});
  lab.write(stream, {move::parked{"box is locked"}});
  auto const gone = numbered_id(50'001);
  lab.write(stream_name(discard::kind, gone), {discard::requested{tube, "Tube", "old", "burnt"}});
  lab.write(stream_name(discard::kind, gone), {discard::refused{"conflict", "it is on hold"}});
  auto view = look();
  relocations_query const processes(*view);
  auto const parked = processes.list(relocation_kind::move, relocation_state::parked);
  REQUIRE(parked);
  REQUIRE(parked->rows.size() == 1);
  CHECK(parked->rows[0].why == "box is locked");
  CHECK(parked->rows[0].stage == relocation_state::requested);
  auto const all = processes.list(relocation_kind::move);
  REQUIRE(all);
  REQUIRE(all->rows.size() == 2);
  CHECK(all->rows[1].state == relocation_state::completed);
  CHECK(all->rows[1].to->slot == "A1");
  CHECK(all->rows[1].ended);
  auto const refused = processes.get(relocation_kind::discard, gone);
  REQUIRE(refused);
  CHECK(refused->state == relocation_state::refused);
  CHECK(refused->why == "it is on hold");
  CHECK(processes.list(relocation_kind::discard, relocation_state::refused)->rows.empty());
  lab.write(stream, {move::resumed{}});
  view = look();
  CHECK(relocations_query(*view).get(relocation_kind::move, stuck)->state ==
        relocation_state::requested);
  CHECK(relocations_query(*view).list(relocation_kind::move, relocation_state::parked)->rows.empty());
  // Refused, it holds its slot until that is released.
  auto const refused_moves = [&] {
    return relocations_query(*look()).list(relocation_kind::move, relocation_state::refused)->rows;
  };
  lab.write(stream, {move::slot_reserved{"A2"}, move::refused{"rule_violation", "it is rejected"}});
  REQUIRE(refused_moves().size() == 1);
  CHECK(refused_moves()[0].id == stuck);
  // What parks it then hides why it was refused only for as long.
  lab.write(stream, {move::parked{"the slot is stuck"}});
  CHECK(relocations_query(*look()).get(relocation_kind::move, stuck)->why == "the slot is stuck");
  lab.write(stream, {move::resumed{}});
  CHECK(refused_moves()[0].why == "it is rejected");
  lab.write(stream, {move::ended_refused{}});
  CHECK(refused_moves().empty());
  CHECK(relocations_query(*look()).get(relocation_kind::move, stuck)->why == "it is rejected");
}

TEST_CASE_FIXTURE(fixture, "a cursor that somebody made up shows no other rows") {
  auto const moment = at_second(1'000);
  for (int i = 0; i < 3; ++i) lab.register_sample("S" + std::to_string(i), "");
  auto const view = look();
  auto const of_operator = key('I').text("operator").bytes();
  auto const of_another = make_cursor(of_operator, key('I').text("zoe").bytes());
  auto const inbox = inbox_query(*view).messages("operator", false, of_another, 10);
  REQUIRE_FALSE(inbox);
  CHECK(inbox.error().code == errc::invalid_argument);
  CHECK(inbox.error().detail == inbox_query(*view).messages("operator", false, "?", 10).error().detail);
  // Of another family, with rows of another shape.
  auto const of_open = make_cursor(key('R').u8('m').bytes(), "S");
  CHECK_FALSE(relocations_query(*view).list(relocation_kind::move, {}, of_open, 10));
  auto const past = make_cursor(key('a').text("samples").time(moment).bytes(), "B");
  auto const then = samples_as_of(*view, {}, moment, past, 10);
  REQUIRE_FALSE(then);
  CHECK(then.error().code == errc::invalid_argument);
  CHECK(samples_as_of(*view, {}, moment, {}, 10)->rows.size() == 3);
}

TEST_CASE_FIXTURE(fixture, "the inbox counts what is unread, and dead letters are listed") {
  auto const rule = numbered_id(40'000);
  notification_rule::created made;
  made.terms.name = "Rejected";
  made.terms.event_types = {"sample_rejected"};
  lab.write(stream_name(notification_rule::kind, rule), {made});
  lab.write(stream_name(notification_rule::kind, rule), {notification_rule::paused{}});
  auto const message = [&](std::uint64_t number, notification_rule::channel channel) {
    delivery::queued queued;
    queued.rule_id = rule;
    queued.channel = channel;
    queued.recipient = "operator";
    queued.subject = "Message " + std::to_string(number);
    auto const stream = stream_name(delivery::kind, numbered_id(number));
    lab.write(stream, {queued});
    return stream;
  };
  auto const first = message(41'000, notification_rule::channel::inbox);
  message(41'001, notification_rule::channel::inbox);
  auto const hook = message(41'002, notification_rule::channel::webhook);
  lab.write(first, {delivery::delivered{1}});
  lab.write(hook, {delivery::attempt_failed{1, "connection refused", at_second(99'999)}});
  auto view = look();
  inbox_query inbox(*view);
  CHECK(inbox.unread("operator") == 2);
  CHECK(inbox.unread("somebody") == 0);
  CHECK(inbox.rule(rule)->paused);
  CHECK(inbox.rules().size() == 1);
  auto const newest = inbox.messages("operator", false, {}, 1);
  REQUIRE(newest);
  CHECK(newest->rows[0].subject == "Message 41001");
  CHECK(inbox.messages("operator", false, newest->next_cursor, 1)->rows[0].subject == "Message 41000");
  CHECK(inbox.delivery(numbered_id(41'002))->last_failure == "connection refused");

  lab.write(first, {delivery::read{}});
  lab.write(hook, {delivery::died{5, "the receiver answered 503"}});
  lab.write(stream_name(notification_rule::kind, rule), {notification_rule::deleted{}});
  view = look();
  inbox_query const later(*view);
  CHECK(later.unread("operator") == 1);
  CHECK(later.messages("operator", true)->rows.size() == 1);
  CHECK(later.messages("operator", false)->rows.size() == 2);
  CHECK_FALSE(later.rule(rule));
  auto const dead = later.deliveries(delivery_state::dead);
  REQUIRE(dead);
  REQUIRE(dead->rows.size() == 1);
  CHECK(dead->rows[0].attempts == 5);
  CHECK(later.deliveries(delivery_state::delivered)->rows.size() == 1);
  auto const all = later.deliveries(std::nullopt);
  REQUIRE(all);
  CHECK(all->rows.size() == 3);
  auto const sent = later.deliveries(std::nullopt, notification_rule::channel::webhook);
  REQUIRE(sent);
  REQUIRE(sent->rows.size() == 1);
  CHECK(sent->rows[0].state == delivery_state::dead);
  CHECK(later.deliveries(delivery_state::dead, notification_rule::channel::inbox)->rows.empty());
  CHECK(later.counts_by_state() ==
        std::map<std::string, std::uint64_t>{{"queued", 1}, {"delivered", 1}, {"dead", 1}});
  lab.write(hook, {delivery::requeued{}});
  CHECK(inbox_query(*look()).deliveries(delivery_state::dead)->rows.empty());
}

TEST_CASE_FIXTURE(fixture, "history pages from either end") {
  auto const id = lab.register_sample("S", "");
  auto const stream = stream_name(sample::kind, id);
  lab.write(stream, {sample::received{"ok", {}}, sample::accepted{}, sample::held{"x"}}, {"as asked", {}, {}, {}});
  auto const moment = lab.now();
  lab.write(stream, {sample::hold_ended{}});
  auto const view = look();
  journal_query const journal(*view);
  std::vector<std::string> const all{"sample_registered", "sample_received", "sample_accepted",
                                     "sample_held", "sample_hold_ended"};
  for (auto const way : {direction::forward, direction::backward}) {
    for (std::uint32_t limit = 1; limit <= 6; ++limit) {
      std::vector<history_event> seen;
      std::string cursor;
      for (int pages = 0; pages < 10; ++pages) {
        auto const found = journal.history(stream, way, cursor, limit);
        REQUIRE_MESSAGE(found, found.error().detail);
        CHECK(found->rows.size() <= limit);
        seen.insert(seen.end(), found->rows.begin(), found->rows.end());
        cursor = found->next_cursor;
        if (cursor.empty()) break;
      }
      auto expected = all;
      if (way == direction::backward) std::reverse(expected.begin(), expected.end());
      CHECK(types_of(seen) == expected);
    }
  }
  auto const then = journal.history(stream, direction::backward, {}, 50, moment);
  REQUIRE(then);
  CHECK(then->rows.size() == 4);
  CHECK(then->rows[0].version == 4);
  CHECK(then->rows[0].reason == "as asked");
  CHECK(then->rows[0].by == "Olga Operator");
  CHECK(then->rows[0].data_json.find("\"x\"") != std::string::npos);
  CHECK_FALSE(then->rows[0].words.empty());
  CHECK(then->rows[0].id == std::to_string(partition_of(stream, 4)) + "-" +
                                std::to_string(journal.commit_at(stream, 1)->offset) + "-2");
  CHECK_FALSE(journal.history(stream, direction::forward, "wrong", 5));
  CHECK_FALSE(journal.history(stream, direction::forward, {}, 0));
  CHECK(journal.history("sample/none", direction::forward)->rows.empty());

  CHECK(journal.version(stream) == 5);
  CHECK(journal.version("sample/none") == 0);
  CHECK_FALSE(journal.exists("sample/none"));
  CHECK(journal.commits(stream, 1).size() == 2);
  CHECK(journal.commits(stream, 0, 1).size() == 1);
  auto const record = journal.commit_at(stream, 0)->record;
  CHECK(log.records(partition_of(stream, 4))[journal.commit_at(stream, 0)->offset] == record);
}

TEST_CASE_FIXTURE(fixture, "open processes are known by partition") {
  auto const move_stream = stream_name(move::kind, numbered_id(1'000'001));
  auto const message = stream_name(delivery::kind, numbered_id(1'000'002));
  auto const open = [&] {
    std::vector<std::string> all;
    auto const view = look();
    for (partition_id p = 0; p < 4; ++p)
      for (auto const& stream : journal_query(*view).open_processes(p)) {
        CHECK(partition_of(stream, 4) == p);
        all.push_back(stream);
      }
    std::sort(all.begin(), all.end());
    return all;
  };
  lab.register_sample("S", "L");
  CHECK(open().empty());
  lab.write(move_stream, {move::requested{}});
  lab.write(message, {delivery::queued{}});
  CHECK(open() == std::vector<std::string>{message, move_stream});
  lab.write(move_stream, {move::thing_moved{}, move::completed{}});
  lab.write(message, {delivery::died{}});
  CHECK(open().empty());
  lab.write(message, {delivery::read{}});
  CHECK(open().empty());
  lab.write(message, {delivery::requeued{}});
  CHECK(open() == std::vector<std::string>{message});
}

TEST_CASE_FIXTURE(fixture, "a command id finds its commit") {
  auto const command = numbered_id(1'000'001);
  auto const a = stream_name(barcode::kind, std::string_view("L-1"));
  lab.write(a, {barcode::assigned{"sample/x", "x", {}, false}}, {"", command, commit_flag::continued, {}});
  auto row = command_ids_query(*look()).find(command);
  REQUIRE(row);
  CHECK(row->flags == commit_flag::continued);
  auto const positions = models->positions();
  CHECK(positions[partition_of(a, 4)].group_open);
  CHECK(positions[partition_of(a, 4)].group_stream == a);
  auto const b = stream_name(sample::kind, numbered_id(1'000'002));
  lab.write(b, {sample::registered{}, sample::accepted{}}, {"", command, commit_flag::none, {}});
  row = command_ids_query(*look()).find(command);
  REQUIRE(row);
  CHECK(row->stream == b);
  CHECK(row->base_version == 0);
  CHECK(row->events == 2);
  CHECK(row->partition == partition_of(b, 4));
  CHECK(row->flags == commit_flag::none);
  CHECK(row->request[0] == 7);
  CHECK(row->recorded_at == lab.now());
  CHECK_FALSE(command_ids_query(*look()).find(numbered_id(9)));
}

TEST_CASE_FIXTURE(fixture, "activity is the newest of all partitions") {
  auto const box = lab.add_unit(storage_unit::unit_kind::box, "Box");
  for (int i = 0; i < 300; ++i) lab.register_sample("S" + std::to_string(i), "L" + std::to_string(i));
  auto const last = lab.register_sample("Last", "");
  lab.place(last, box, "A1");
  auto const view = look();
  auto const latest = activity_query(*view).latest(3);
  CHECK(types_of(latest) == std::vector<std::string>{"tube_placed", "sample_registered", "sample_registered"});
  CHECK(latest[1].stream == stream_name(sample::kind, last));
  auto const many = activity_query(*view).latest(500);
  CHECK(many.size() == 303);
  CHECK(std::is_sorted(many.begin(), many.end(), [](auto const& a, auto const& b) {
    return a.recorded_at > b.recorded_at;
  }));
}
