#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "projections/journal.hpp"
#include "projections/samples.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

std::vector<std::string> names_of(std::vector<sample_row> const& rows) {
  std::vector<std::string> names;
  for (auto const& row : rows) names.push_back(row.details.name);
  return names;
}

/// All pages of a list.
std::vector<std::string> walk(runner& models, sample_list_request request) {
  std::vector<std::string> names;
  for (int pages = 0; pages < 1'000; ++pages) {
    auto const view = models.snapshot();
    auto const found = samples_query(*view).list(request);
    REQUIRE_MESSAGE(found, found.error().detail);
    for (auto const& name : names_of(found->rows)) names.push_back(name);
    if (found->next_cursor.empty()) return names;
    request.cursor = found->next_cursor;
  }
  FAIL("the list does not end");
  return names;
}

struct fixture {
  scratch_directory scratch;
  memory_log log{4};
  laboratory lab{log};
  std::unique_ptr<runner> models = open_models(scratch.path("a"));
  void catch_up() { follow(*models, log); }
  std::optional<sample_row> get(uuid const& id) { return samples_query(*models->newest()).get(id); }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "the row of a new sample can be told from its first commit alone") {
  auto const id = lab.register_sample("Liver 12", "TUBE-1", "LIV");
  catch_up();
  auto const view = models->newest();
  auto const stored = journal_query(*view).commits(stream_name(sample::kind, id), 0, 1);
  REQUIRE(stored.size() == 1);
  accepted_commit first;
  first.commit = stored[0].commit;
  for (auto const& event : first.commit.events) first.events.push_back(*decode_event(event));
  CHECK(row_of_new_sample(first) == get(id));
  first.commit.base_version = 1;
  CHECK_FALSE(row_of_new_sample(first));
}

TEST_CASE_FIXTURE(fixture, "a sample's row follows its life") {
  auto const box = lab.add_unit(storage_unit::unit_kind::box, "Box 7");
  auto const id = lab.register_sample("Liver 12", "TUBE-1", "LIV");
  auto const stream = stream_name(sample::kind, id);
  catch_up();
  auto row = get(id);
  REQUIRE(row);
  CHECK(row->state == sample_state::registered);
  CHECK(row->details.custom.at("plate") == "7");
  CHECK(row->created_by == "Olga Operator");
  CHECK(row->created_at == lab.now());
  CHECK(row->version == 1);
  CHECK_FALSE(row->place);

  laboratory::options earlier;
  earlier.occurred_at = at_second(-500);
  lab.write(stream, {sample::received{"thawed", 3.5}}, earlier);
  lab.write(stream, {sample::accepted{}});
  lab.place(id, box, "B3");
  catch_up();
  row = get(id);
  CHECK(row->state == sample_state::in_storage);
  CHECK(row->received_at == at_second(-500));
  CHECK(row->condition == "thawed");
  CHECK(row->arrival_temperature_celsius == 3.5);
  CHECK(row->place->unit_id == box);
  CHECK(row->place->slot == "B3");
  CHECK(row->place->unit_label == "Box 7");
  CHECK(row->version == 4);

  lab.write(stream, {sample::held{"label smeared"}});
  catch_up();
  CHECK(get(id)->state == sample_state::on_hold);
  CHECK(get(id)->state_reason == "label smeared");
  lab.write(stream, {sample::hold_ended{}});
  lab.write(stream_name(barcode::kind, std::string_view("TUBE-2")),
            {barcode::assigned{stream, "Liver 12", {}, false}});
  lab.write(stream, {sample::relabelled{"TUBE-1", "TUBE-2"}});
  lab.take_out(id, "extraction");
  catch_up();
  row = get(id);
  CHECK(row->state == sample_state::accepted);
  CHECK(row->state_reason == "");
  CHECK(row->details.barcode == "TUBE-2");
  CHECK(row->old_barcodes == std::vector<std::string>{"TUBE-1"});
  CHECK_FALSE(row->place);
  REQUIRE(row->checked_out);
  CHECK(row->checked_out->purpose == "extraction");
  CHECK(row->checked_out->from_slot == "B3");
  CHECK(row->checked_out->by == "Olga Operator");

  lab.write(stream, {sample::discarded{{}, "used up", "autoclaved"}});
  catch_up();
  row = get(id);
  CHECK(row->state == sample_state::discarded);
  CHECK(row->state_reason == "used up");
  CHECK(row->disposal == "autoclaved");
  CHECK_FALSE(row->checked_out);
  lab.write(stream, {sample::reinstated{}});
  catch_up();
  CHECK(get(id)->state == sample_state::accepted);
  CHECK(get(id)->state_reason == "");
  CHECK_FALSE(get(numbered_id(424'242)));
}

TEST_CASE_FIXTURE(fixture, "lists are filtered, ordered and paged") {
  auto const box = lab.add_unit(storage_unit::unit_kind::box, "Box");
  std::vector<std::string> all;
  for (int i = 0; i < 23; ++i) {
    auto const number = std::to_string(i);
    auto const name = (i % 2 ? "beta " : "Alpha ") + number;
    auto const id = lab.register_sample(name, "T-" + number, i % 3 ? "P1" : "P2");
    if (i % 4 == 0) lab.receive_and_accept(id);
    if (i == 4 || i == 8) lab.place(id, box, "A" + number);
    all.push_back(name);
  }
  catch_up();
  sample_list_request request;
  request.limit = 4;
  request.descending = false;
  CHECK(walk(*models, request) == all);
  auto newest_first = all;
  std::reverse(newest_first.begin(), newest_first.end());
  request.descending = true;
  CHECK(walk(*models, request) == newest_first);

  request.descending = false;
  request.sort = sample_sort::name;
  auto by_name = all;
  std::sort(by_name.begin(), by_name.end(), [](auto a, auto b) {
    a[0] = static_cast<char>(a[0] | 0x20);
    b[0] = static_cast<char>(b[0] | 0x20);
    return a < b;
  });
  CHECK(walk(*models, request) == by_name);

  request.sort = sample_sort::updated_at;
  CHECK(walk(*models, request).back() == "Alpha 22");
  request.sort = sample_sort::created_at;

  request.filter.project = "P2";
  CHECK(walk(*models, request).size() == 8);
  request.filter.states = {sample_state::accepted};
  CHECK(walk(*models, request) == std::vector<std::string>{"Alpha 0", "Alpha 12"});
  request.sort = sample_sort::name;
  request.descending = true;
  CHECK(walk(*models, request) == std::vector<std::string>{"Alpha 12", "Alpha 0"});
  request = {};
  request.filter.states = {sample_state::in_storage, sample_state::accepted};
  CHECK(walk(*models, request).size() == 6);
  request = {};
  request.filter.unit_id = box;
  CHECK(walk(*models, request) == std::vector<std::string>{"Alpha 8", "Alpha 4"});
  request = {};
  request.filter.text = "BET";
  CHECK(walk(*models, request).size() == 11);
  request.filter.text = "t-1";
  CHECK(walk(*models, request).size() == 11);
  request.filter.text = "17";
  CHECK(walk(*models, request) == std::vector<std::string>{"beta 17"});
  request = {};
  request.filter.type = sample::sample_type::RNA;
  CHECK(walk(*models, request).empty());
}

TEST_CASE_FIXTURE(fixture, "a text that very many samples hold is walked in the asked order") {
  for (int i = 0; i < 2'100; ++i) lab.register_sample("Common " + std::to_string(i), "");
  lab.register_sample("Rare", "");
  catch_up();
  sample_list_request request;
  request.filter.text = "common";
  request.limit = 500;
  auto const found = walk(*models, request);
  CHECK(found.size() == 2'100);
  CHECK(found.front() == "Common 2099");
}

TEST_CASE_FIXTURE(fixture, "a list walked while samples change shows each once") {
  std::vector<uuid> ids;
  for (int i = 0; i < 40; ++i)
    ids.push_back(lab.register_sample("S" + std::to_string(1000 + i), "", "P1"));
  catch_up();
  for (auto const sort : {sample_sort::created_at, sample_sort::name}) {
    sample_list_request request;
    request.sort = sort;
    request.descending = false;
    request.filter.project = "P1";
    request.limit = 7;
    std::multiset<std::string> seen;
    int step = 0;
    for (;;) {
      auto const view = models->snapshot();
      auto const found = samples_query(*view).list(request);
      REQUIRE_MESSAGE(found, found.error().detail);
      for (auto const& name : names_of(found->rows)) seen.insert(name);
      // Rows behind the cursor and before it change; new ones come in at the end.
      lab.write(stream_name(sample::kind, ids[static_cast<std::size_t>(step * 5 % 40)]),
                {sample::received{}});
      lab.register_sample("Z" + std::to_string(step++), "", "P2");
      catch_up();
      if (found->next_cursor.empty()) break;
      request.cursor = found->next_cursor;
    }
    CHECK(seen.size() == 40);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 40);
  }
}

TEST_CASE_FIXTURE(fixture, "cursors and limits are checked in words") {
  for (int i = 0; i < 5; ++i) lab.register_sample("S" + std::to_string(i), "");
  catch_up();
  auto const view = models->newest();
  samples_query const samples(*view);
  sample_list_request request;
  request.limit = 2;
  auto const first = samples.list(request);
  REQUIRE(first);
  REQUIRE_FALSE(first->next_cursor.empty());
  request.cursor = first->next_cursor;
  request.sort = sample_sort::name;
  auto refused = samples.list(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::invalid_argument);
  CHECK(refused.error().detail.find("not of this list with this filter and order") !=
        std::string::npos);
  for (auto const* wrong : {"x", "!!", "AAAAAAAAAAAA"}) {
    request.cursor = wrong;
    CHECK_FALSE(samples.list(request));
  }
  request = {};
  for (auto const limit : {0u, 501u}) {
    request.limit = limit;
    refused = samples.list(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().detail == "a page has 1 to 500 rows, not " + std::to_string(limit));
  }
}

TEST_CASE_FIXTURE(fixture, "counts follow every change") {
  auto const import = numbered_id(5'000);
  auto const box = lab.add_unit(storage_unit::unit_kind::box, "Box");
  auto const a = lab.register_sample("A", "", "P1", import);
  auto const b = lab.register_sample("B", "", "", import);
  lab.register_sample("C", "", "P2");
  lab.receive_and_accept(a);
  lab.place(a, box, "A1");
  sample::corrected fix;
  fix.details.name = "B";
  fix.details.project = "P2";
  lab.write(stream_name(sample::kind, b), {fix});
  catch_up();
  auto const view = models->newest();
  samples_query const samples(*view);
  auto const counts = samples.counts();
  CHECK(counts.total == 3);
  CHECK(counts.by_state == std::map<std::string, std::uint64_t>{{"registered", 2}, {"in_storage", 1}});
  CHECK(counts.by_project == std::map<std::string, std::uint64_t>{{"P1", 1}, {"P2", 2}});
  CHECK(counts.by_type == std::map<std::string, std::uint64_t>{{"DNA", 2}, {"other", 1}});
  sample_filter filter;
  CHECK(samples.total(filter) == 3u);
  filter.import_id = import;
  CHECK(samples.total(filter) == 2u);
  filter.project = "P1";
  CHECK(samples.total(filter) == std::nullopt);
  filter = {};
  filter.states = {sample_state::registered, sample_state::in_storage};
  CHECK(samples.total(filter) == 3u);
  filter = {};
  filter.unit_id = box;
  CHECK(samples.total(filter) == 1u);
}
