// What a person reads in the timeline. The deciders' tests hold most sentences; these are the rest.

#include <doctest/doctest.h>

#include "events/registry.hpp"

using namespace tracseq;

TEST_CASE("a tube's places are said with where it was") {
  sample::placed event{{}, {}, "B3", "Box 7", uuid{}, "A1", "Box 2"};
  CHECK(event.words() == "Placed in Box 7 at B3 (was in Box 2 at A1)");
  event.from_unit_id.reset();
  CHECK(event.words() == "Placed in Box 7 at B3");
  CHECK(sample::taken_out{{}, {}, "12", "Rack 2", "", {}}.words() == "Taken out of Rack 2 at place 12");
}

TEST_CASE("events without fields are plain words") {
  CHECK(words_of(sample::accepted{}) == "Accepted");
  CHECK(words_of(sample::archived{}) == "Archived");
  CHECK(words_of(sample::hold_ended{}) == "Hold ended");
  CHECK(words_of(sequencing_run::started{}) == "Started");
  CHECK(words_of(move::ended_refused{}) == "Ended refused, nothing was moved");
  CHECK(words_of(sheet_import::reservations_released{}) == "Ended refused, nothing was kept");
}

TEST_CASE("an import's progress is said in rows") {
  CHECK(words_of(sheet_import::started{{}, "a.xlsx", "", "xlsx", 1, "the table on sheet Samples", {}}) ==
        "Import of a.xlsx started, 1 row: the table on sheet Samples");
  CHECK(words_of(sheet_import::barcodes_reserved{500, 250}) == "Labels of rows 501 to 750 reserved");
  CHECK(words_of(sheet_import::rows_registered{9, 1}) == "Row 10 registered");
  CHECK(words_of(sheet_import::completed{10'000}) == "Completed: 10000 samples registered");
}

TEST_CASE("a corrected field is said in the lab's words") {
  sample::corrected event;
  event.changes = {{"volume_ul", "50", "45"}, {"notes", "", "leaked"}, {"organism", "Mus", ""}};
  CHECK(event.words() ==
        "Corrected volume (µl) from 50 to 45; notes set to leaked; organism cleared (was Mus)");
}
