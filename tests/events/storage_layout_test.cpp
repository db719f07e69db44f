#include "events/storage_layout.hpp"

#include <doctest/doctest.h>

using namespace tracseq::storage_unit;

TEST_CASE("a grid's slots are named row by row as SLAS has it") {
  layout const box{9, 9, 0};
  CHECK(slot_name(box, 0) == "A1");
  CHECK(slot_name(box, 8) == "A9");
  CHECK(slot_name(box, 9) == "B1");
  CHECK(slot_name(box, 80) == "I9");
  layout const dense{32, 48, 0};
  CHECK(slot_name(dense, 25 * 48) == "Z1");
  CHECK(slot_name(dense, 26 * 48) == "AA1");
  CHECK(slot_name(dense, 1535) == "AF48");
  CHECK(slot_range(dense) == "A1 to AF48");
  for (std::uint32_t i = 0; i < 1536; ++i) CHECK(slot_index(dense, slot_name(dense, i)) == i);
}

TEST_CASE("a slot's name is taken as people and machines write it") {
  layout const plate{8, 12, 0};
  CHECK(slot_index(plate, "a1") == 0);
  CHECK(slot_index(plate, "A01") == 0);
  CHECK(slot_index(plate, "h12") == 95);
  for (auto const* wrong : {"", "A", "1", "A0", "A13", "I1", "AA1", "A-1", "A1 ", " A1", "AAA1", "A99999999999"})
    CHECK_FALSE(slot_index(plate, wrong).has_value());
}

TEST_CASE("numbered places and places without end") {
  layout const rack{0, 0, 25};
  CHECK(slot_name(rack, 24) == "25");
  CHECK(slot_index(rack, "25") == 24);
  CHECK_FALSE(slot_index(rack, "26").has_value());
  CHECK_FALSE(slot_index(rack, "0").has_value());
  CHECK(slot_range(rack) == "1 to 25");
  layout const bag;
  CHECK(is_unbounded(bag));
  CHECK(slot_index(bag, "1000000") == 999'999);
  CHECK_FALSE(slot_index(bag, "4294967295").has_value());
  CHECK_FALSE(slot_index(bag, "99999999999").has_value());
}

TEST_CASE("a layout that no command lets pass has words all the same") {
  CHECK(slot_range(layout{9, 0, 0}) == "any number from 1");
  CHECK(slot_range(layout{0, 9, 0}) == "any number from 1");
  CHECK(slot_range(layout{9, 0, 4}) == "1 to 4");
}

TEST_CASE("kinds and temperature classes have words") {
  CHECK(word(unit_kind::tube_rack) == "tube rack");
  CHECK(parse_unit_kind("tube_rack") == unit_kind::tube_rack);
  CHECK_FALSE(parse_unit_kind("tube").has_value());
  CHECK(word(temperature_class::minus_80) == "-80");
  CHECK(word(temperature_class::unspecified).empty());
  CHECK(parse_temperature_class("LN2") == temperature_class::LN2);
  CHECK_FALSE(parse_temperature_class("").has_value());
}
