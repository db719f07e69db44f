#include "events/registry.hpp"

#include <algorithm>
#include <cctype>
#include <limits>
#include <set>

#include <doctest/doctest.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "events/codec.hpp"
#include "events/json.hpp"
#include "tests/events/examples.hpp"

using namespace tracseq;

TEST_CASE("event types have ids and names of their own") {
  std::set<std::uint32_t> ids;
  std::set<std::string_view> names;
  std::uint32_t last = 0;
  for (auto const& type : all_event_types()) {
    CAPTURE(type.name);
    CHECK(ids.insert(type.id).second);
    CHECK(names.insert(type.name).second);
    CHECK(type.id > last);
    CHECK(type.schema >= 1);
    CHECK(type.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
    last = type.id;
  }
  CHECK(ids.size() == boost::mp11::mp_size<event_structs>::value);
}

TEST_CASE("an event knows what it is") {
  CHECK(facts_of(sample::placed{}).type.name == "tube_placed");
  CHECK_FALSE(facts_of(sample::placed{}).ends_process);
  CHECK(facts_of(move::completed{}).ends_process);
  CHECK(is_process_kind("import"));
  CHECK(is_process_kind("delivery"));
  CHECK_FALSE(is_process_kind("sample"));
  CHECK_FALSE(is_process_kind("notification_rule"));
}

TEST_CASE("only process managers' events end a process") {
  for (auto const& event : test::every_event()) {
    auto const facts = facts_of(event);
    auto const id = facts.type.id;
    if (facts.ends_process) CHECK(((id >= 500 && id < 700) || (id >= 900 && id < 1000)));
  }
}

TEST_CASE("the first schema of sample_received is brought up to today's") {
  auto const old = codec::encode(sample::received_v1{"frozen, one cap loose"});
  auto const event = decode_event(101, 1, old);
  REQUIRE(event.has_value());
  CHECK((*event_if<sample::received>(*event) == sample::received{"frozen, one cap loose", std::nullopt}));
  CHECK(encode_event(*event).schema == 2);
}

TEST_CASE("what this build cannot know is told apart from what is damaged") {
  auto const words = [](std::uint32_t type, std::uint16_t schema, std::string_view bytes = {}) {
    auto const got = decode_event(type, schema, bytes);
    REQUIRE_FALSE(got.has_value());
    return std::string(describe(got.error().code).name) + ": " + got.error().detail;
  };
  CHECK(words(99'999, 1) ==
        "unsupported: event type 99999 is not known to this build; a newer one wrote it");
  CHECK(words(101, 3) == "unsupported: schema 3 of event type 101 is newer than this build's 2");
  CHECK(words(102, 0) == "corrupt: event type 102 schema 0: schema 0 was never written");
  CHECK(words(101, 0) == "corrupt: event type 101 schema 0: schema 0 was never written");
  CHECK(words(105, 1, "\x01") == "corrupt: event type 105 schema 1: the bytes end early");
}

TEST_CASE("an event is found as its own struct, or not") {
  any_event const event = sample::accepted{};
  CHECK(std::get<sample::event>(event) == sample::event(sample::accepted{}));
  CHECK(event_if<sample::accepted>(event) != nullptr);
  CHECK(event_if<sample::archived>(event) == nullptr);
  CHECK(any_event(sample::event(sample::accepted{})) == event);
}

TEST_CASE("every event has words and JSON with every field") {
  for (auto const& event : test::every_event()) {
    auto const words = words_of(event);
    CAPTURE(words);
    CHECK_FALSE(words.empty());
    // A sentence begins with a capital or a number, unless with a name as people gave it.
    CHECK((!std::islower(static_cast<unsigned char>(words[0])) || words.starts_with("text")));
    rapidjson::Document document;
    document.Parse(json_of(event).c_str());
    REQUIRE_FALSE(document.HasParseError());
    REQUIRE(document.IsObject());
    visit_event(
        [&](auto const& one) {
          using type = std::decay_t<decltype(one)>;
          boost::mp11::mp_for_each<boost::describe::describe_members<type, boost::describe::mod_public>>(
              [&](auto member) { CHECK(document.HasMember(member.name)); });
        },
        event);
  }
}

TEST_CASE("JSON says what the fields say") {
  auto const id = *parse_uuid("0192f3c0-1234-7abc-8def-00112233aabb");
  CHECK(json_of(sample::taken_out{id, id, "B3", "Box 7", "a \"test\"", instant{1'795'512'600'000'000}}) ==
        R"({"move_id":"0192f3c0-1234-7abc-8def-00112233aabb",)"
        R"("from_unit_id":"0192f3c0-1234-7abc-8def-00112233aabb","from_slot":"B3",)"
        R"("from_unit_label":"Box 7","purpose":"a \"test\"","due_at":"2026-11-24T09:30:00Z"})");
  CHECK(json_of(sample::accepted{}) == "{}");
  CHECK(json_of(sample::received{"", std::nullopt}) == R"({"condition":""})");
  CHECK(json_of(storage_unit::added{storage_unit::unit_kind::tube_rack, "R", "", {8, 12, 0}, {}, ""}) ==
        R"({"unit":"tube_rack","name":"R","barcode":"","layout":{"rows":8,"columns":12,"count":0},)"
        R"("temperature":"unspecified","project":""})");
  sample::registered sealed;
  sealed.details.donor = sealed_text{id, "\xff\x00secret"};
  sealed.details.custom = {{"plate", "7"}};
  auto const json = json_of(sealed);
  CHECK(json.find(R"("donor":{"sealed_with":"0192f3c0-1234-7abc-8def-00112233aabb"})") != std::string::npos);
  CHECK(json.find("secret") == std::string::npos);
  CHECK(json.find(R"("custom":{"plate":"7"})") != std::string::npos);
  CHECK(json.find("import_id") == std::string::npos);
}

TEST_CASE("no control character stands in JSON as it is") {
  for (char unit = 1; unit < ' '; ++unit) {
    // Long texts as well: a library may look at sixteen bytes at once.
    for (std::size_t const before : {0, 5, 40}) {
      auto const text = std::string(before, 'x') + unit + std::string(before, 'y');
      auto const json = json_of(sample::held{text});
      CAPTURE(static_cast<int>(unit));
      CAPTURE(before);
      CHECK(std::ranges::none_of(json, [](char c) { return c >= 0 && c < ' '; }));
      rapidjson::Document document;
      document.Parse(json.c_str());
      REQUIRE_FALSE(document.HasParseError());
      CHECK(document["reason"].GetString() == text);
    }
  }
}

TEST_CASE("a number that JSON cannot say is null") {
  for (double const value : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
    CHECK(json_of(sequencing_run::completed{value, {}}) == R"({"yield_gbases":null})");
}

TEST_CASE("every control character is escaped in JSON, in long texts too") {
  for (char control = 1; control < 0x20; ++control) {
    CAPTURE(static_cast<int>(control));
    for (std::size_t const before : {0u, 7u, 40u}) {
      auto const json = json_of(sample::held{std::string(before, 'a') + control + std::string(40, 'b')});
      CHECK(std::ranges::none_of(json, [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
    }
  }
}
