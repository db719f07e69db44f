#include "tests/runtime/world.hpp"

#include <fstream>
#include <set>

#include "actors/barcode.hpp"
#include "actors/move.hpp"
#include "actors/sample.hpp"
#include "actors/storage_unit.hpp"
#include "events/barcode.hpp"
#include "events/log/segment.hpp"
#include "projections/journal.hpp"
#include "projections/samples.hpp"
#include "projections/storage.hpp"

using namespace tracseq;
using testing::soon;
using testing::world;
namespace do_sample = commands::sample;
namespace do_unit = commands::storage_unit;

namespace {

sample::details details_named(std::string name, std::string barcode = {}) {
  sample::details details;
  details.name = std::move(name);
  details.barcode = std::move(barcode);
  details.type = sample::sample_type::DNA;
  return details;
}

/// A sample and the label that names it, in one partition, as HTTP registers them.
std::vector<command_request> registration(std::string const& name, std::string const& label,
                                          partition_id partitions, uuid const& key = new_uuid()) {
  auto const label_stream = stream_name(barcode::kind, label);
  auto const id = new_uuid_in_partition(sample::kind, partition_of(label_stream, partitions),
                                        partitions);
  auto const stream = stream_name(sample::kind, id);
  commands::barcode::assign assign;
  assign.label = label;
  assign.entity = stream;
  assign.entity_label = name;
  do_sample::register_sample registered;
  registered.details = details_named(name, label);
  return {world::request(label_stream, assign, derive_uuid(key, "barcode")),
          world::request(stream, registered, key)};
}

std::string register_one(world& lab, std::string const& name, std::string const& label) {
  auto const reply = lab.run(registration(name, label, lab.log->partitions()));
  REQUIRE(reply);
  return reply->stream;
}

/// By which this node owns the stream's partition.
std::uint64_t claim_of(world const& lab, std::string const& stream) {
  return lab.streams->positions()[partition_of(stream, lab.log->partitions())].chain.c;
}

uuid key_of(std::string const& stream) { return *parse_uuid(stream_key(stream)); }

uuid add_box(world& lab, std::string const& name) {
  auto const id = new_uuid();
  do_unit::add add;
  add.unit = storage_unit::unit_kind::box;
  add.unit_name = name;
  auto const reply = lab.run(stream_name(storage_unit::kind, id), add);
  REQUIRE(reply);
  return id;
}

uuid ask_move(world& lab, std::string const& thing, std::optional<place> from,
              std::optional<place> to) {
  auto const id = new_uuid();
  commands::move::request request;
  request.move_id = id;
  request.thing = thing;
  request.thing_label = "tube";
  request.thing_kind = "tube";
  request.from = std::move(from);
  request.to = std::move(to);
  auto const reply = lab.run(stream_name(move::kind, id), request);
  REQUIRE(reply);
  return id;
}

/// Waits until a process has ended; its last event's name.
std::string end_of(world& lab, std::string const& stream) {
  for (int i = 0; i < 4000; ++i) {
    lab.settle();
    auto const view = lab.models->newest();
    journal_query const journal(*view);
    auto const open = journal.open_processes(partition_of(stream, lab.log->partitions()));
    if (journal.exists(stream) && std::find(open.begin(), open.end(), stream) == open.end())
      return journal.history(stream, direction::backward)->rows.front().type;
    ::usleep(2000);
  }
  return "never ended";
}

}  // namespace

TEST_CASE("an acknowledged command is shown, and is there after a restart") {
  world lab;
  std::vector<std::future<result<command_reply>>> replies;
  for (int i = 0; i < 300; ++i)
    replies.push_back(lab.submit(registration("S-" + std::to_string(i), "LAB-" + std::to_string(i),
                                              lab.log->partitions())));
  std::set<std::string> streams;
  for (auto& future : replies) {
    auto const reply = future.get();
    REQUIRE(reply);
    CHECK(reply->version == 1);
    streams.insert(reply->stream);
  }
  CHECK(streams.size() == 300);
  lab.settle();
  for (auto const& stream : streams)
    CHECK(samples_query(*lab.models->newest()).get(key_of(stream)).has_value());
  lab.restart();
  lab.settle();
  for (auto const& stream : streams) {
    auto const row = samples_query(*lab.models->newest()).get(key_of(stream));
    REQUIRE(row);
    CHECK(row->version == 1);
  }
}

TEST_CASE("a repeated command gets its first answer, now and after a restart") {
  world lab;
  auto const key = new_uuid();
  auto const first = lab.run(registration("S-1", "LAB-1", lab.log->partitions(), key));
  REQUIRE(first);
  CHECK_FALSE(first->repeated);
  // The repeat carries another sample id, as a client that lost the answer would cause.
  auto const again = lab.run(registration("S-1", "LAB-1", lab.log->partitions(), key));
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->stream == first->stream);
  CHECK(again->offset == first->offset);
  lab.restart();
  auto const later = lab.run(registration("S-1", "LAB-1", lab.log->partitions(), key));
  REQUIRE(later);
  CHECK(later->repeated);
  CHECK(later->stream == first->stream);
  auto other = registration("S-1", "LAB-1", lab.log->partitions(), key);
  other.back().request[0] = 1;
  auto const reused = lab.run(std::move(other));
  REQUIRE_FALSE(reused);
  CHECK(reused.error().code == errc::key_reused);
}

TEST_CASE("of 32 who want one label exactly one gets it, the others are told who has it") {
  world lab;
  std::vector<std::future<result<command_reply>>> replies;
  for (int i = 0; i < 32; ++i)
    replies.push_back(
        lab.submit(registration("S-" + std::to_string(i), "ONE-LABEL", lab.log->partitions())));
  int won = 0;
  std::string winner;
  std::vector<error> refusals;
  for (int i = 0; i < 32; ++i) {
    auto const reply = replies[static_cast<std::size_t>(i)].get();
    if (reply) {
      ++won;
      winner = "S-" + std::to_string(i);
    } else {
      refusals.push_back(reply.error());
    }
  }
  CHECK(won == 1);
  for (auto const& refusal : refusals) {
    CHECK(refusal.code == errc::conflict);
    CHECK(refusal.detail.find(winner) != std::string::npos);
  }
  lab.settle();
  CHECK(lab.commands->stats().in_flight == 0);
}

TEST_CASE("where nothing may wait it is said before a command is made") {
  world lab;
  CHECK(lab.commands->takes_more());
  CHECK(lab.commands->stats().commands_shed == 0);
  lab.options.in_flight_max = 0;
  lab.restart();
  CHECK_FALSE(lab.commands->takes_more());
  CHECK(lab.commands->stats().commands_shed == 1);
  auto const refused = lab.run(registration("S-1", "LAB-1", lab.log->partitions()));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::overloaded);
}

TEST_CASE("a group whose last command is refused leaves nothing behind") {
  world lab;
  auto const partitions = lab.log->partitions();
  auto group = registration(std::string(300, 'x'), "LAB-9", partitions);
  REQUIRE_FALSE(lab.run(std::move(group)));
  REQUIRE(lab.run(registration("fits", "LAB-9", partitions)));
}

TEST_CASE("a version that is not the present one is refused") {
  world lab;
  auto const stream = register_one(lab, "S-1", "LAB-1");
  auto stale = world::request(stream, do_sample::receive{});
  stale.expected_version = 7;
  auto const refused = lab.run({stale});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == errc::version_mismatch);
  CHECK(refused.error().detail.find("version 1 now, version 7 was expected") != std::string::npos);
  stale.expected_version = 1;
  stale.command_id = new_uuid();
  CHECK(lab.run({stale}));
  // An older one, as a page sends that was read before.
  auto late = world::request(stream, do_sample::accept{});
  late.expected_version = 1;
  auto const too_late = lab.run({late});
  REQUIRE_FALSE(too_late);
  CHECK(too_late.error().code == errc::version_mismatch);
}

TEST_CASE("a tube is placed, moved and taken out; every place knows") {
  world lab;
  auto const tube = register_one(lab, "S-1", "LAB-1");
  REQUIRE(lab.run(tube, do_sample::receive{}));
  REQUIRE(lab.run(tube, do_sample::accept{}));
  auto const first_box = add_box(lab, "Box 1");
  auto const second_box = add_box(lab, "Box 2");
  auto const placing = ask_move(lab, tube, std::nullopt, place{first_box, "", "Box 1"});
  CHECK(end_of(lab, stream_name(move::kind, placing)) == "move_completed");
  auto row = samples_query(*lab.models->newest()).get(key_of(tube));
  REQUIRE(row->place);
  CHECK(row->place->unit_id == first_box);
  CHECK(row->place->slot == "A1");

  auto const moving = ask_move(lab, tube, place{first_box, "A1", "Box 1"},
                               place{second_box, "C4", "Box 2"});
  CHECK(end_of(lab, stream_name(move::kind, moving)) == "move_completed");
  row = samples_query(*lab.models->newest()).get(key_of(tube));
  CHECK(row->place->unit_id == second_box);
  CHECK(row->place->slot == "C4");

  // The first mover read the place before the second one moved.
  auto const too_late = ask_move(lab, tube, place{first_box, "A1", "Box 1"},
                                 place{first_box, "A2", "Box 1"});
  CHECK(end_of(lab, stream_name(move::kind, too_late)) == "move_ended_refused");

  auto const taking = ask_move(lab, tube, place{second_box, "C4", "Box 2"}, std::nullopt);
  CHECK(end_of(lab, stream_name(move::kind, taking)) == "move_completed");
  CHECK_FALSE(samples_query(*lab.models->newest()).get(key_of(tube))->place);
  CHECK(soon([&] { return lab.commands->stats().processes_open == 0; }));  // counted a moment after it is shown
}

TEST_CASE("of 32 tubes that want one slot exactly one gets it") {
  world lab;
  auto const box = add_box(lab, "Box 1");
  std::vector<std::string> moves;
  std::vector<std::string> tubes;
  for (int i = 0; i < 32; ++i) {
    auto const tube = register_one(lab, "S-" + std::to_string(i), "LAB-" + std::to_string(i));
    REQUIRE(lab.run(tube, do_sample::receive{}));
    REQUIRE(lab.run(tube, do_sample::accept{}));
    tubes.push_back(tube);
  }
  for (auto const& tube : tubes)
    moves.push_back(
        stream_name(move::kind, ask_move(lab, tube, std::nullopt, place{box, "B2", "Box 1"})));
  int completed = 0;
  for (auto const& one : moves) {
    auto const end = end_of(lab, one);
    if (end == "move_completed")
      ++completed;
    else
      CHECK(end == "move_ended_refused");
  }
  CHECK(completed == 1);
  int placed = 0;
  for (auto const& tube : tubes)
    if (samples_query(*lab.models->newest()).get(key_of(tube))->place) ++placed;
  CHECK(placed == 1);
}

TEST_CASE("moves that a crash interrupted go on by themselves") {
  world lab;
  auto const box = add_box(lab, "Box 1");
  std::vector<std::string> moves;
  for (int i = 0; i < 20; ++i) {
    auto const tube = register_one(lab, "S-" + std::to_string(i), "LAB-" + std::to_string(i));
    REQUIRE(lab.run(tube, do_sample::receive{}));
    REQUIRE(lab.run(tube, do_sample::accept{}));
    moves.push_back(
        stream_name(move::kind, ask_move(lab, tube, std::nullopt, place{box, "", "Box 1"})));
  }
  lab.restart();
  for (auto const& one : moves) CHECK(end_of(lab, one) == "move_completed");
}

TEST_CASE("what the log's tail lost is put back from the journal") {
  world lab;
  std::vector<std::string> tubes;
  for (int i = 0; i < 30; ++i)
    tubes.push_back(register_one(lab, "S-" + std::to_string(i), "LAB-" + std::to_string(i)));
  lab.settle();
  lab.stop();
  // Cut the segment in the middle of its history: claims stay, registrations go.
  auto const path =
      std::filesystem::path(log_directory(lab.directory())) / segment::file_name(1);
  std::ifstream in(path, std::ios::binary);
  std::string const bytes{std::istreambuf_iterator<char>(in), {}};
  auto const end = bytes.find_last_not_of('\0');
  std::filesystem::resize_file(path, end - 5000);
  lab.start();
  CHECK(lab.repair_words.find("put back from this node's journal") != std::string::npos);
  lab.settle();
  for (auto const& tube : tubes)
    CHECK(samples_query(*lab.models->newest()).get(key_of(tube)).has_value());
  CHECK(register_one(lab, "S-new", "LAB-new").starts_with("sample/"));
}

TEST_CASE("recorded_at never goes back within a partition, over a restart of a node whose clock did") {
  world lab;
  auto const tube = register_one(lab, "S-1", "LAB-1");
  REQUIRE(lab.run(tube, do_sample::hold{"looks odd"}));
  REQUIRE(lab.run(tube, do_sample::end_hold{}));
  lab.settle();
  // One more commit, by a node whose clock was an hour ahead.
  auto const at = partition_of(tube, lab.log->partitions());
  auto const head = lab.streams->positions()[at].chain;
  auto ahead = journal_query(*lab.models->newest()).commits(tube, 0).at(1).commit;
  lab.stop();
  ahead.claim = head.c;
  ahead.prev = head.h;
  ahead.base_version = 3;
  ahead.command_id = new_uuid();
  ahead.recorded_at.us = now().us + 3'600'000'000;
  {
    auto log = open_log(log_directory(lab.directory()), {});
    REQUIRE(log);
    REQUIRE((*log)->append(at, {encode_record(ahead)}));
  }
  lab.start();
  lab.settle();
  lab.restart();  // it is known from the position alone now
  auto const reply = lab.run(tube, do_sample::end_hold{});
  REQUIRE(reply);
  CHECK(reply->version == 5);
  CHECK(reply->recorded_at.us >= ahead.recorded_at.us);
}

TEST_CASE("what another node sent for an earlier claim is not begun under this one, but its answer is told") {
  world lab;
  auto const tube = register_one(lab, "S-1", "LAB-1");
  auto const hold = world::request(tube, do_sample::hold{"looks odd"});
  auto const ask = [&](std::uint64_t claim) {
    auto const told = std::make_shared<std::promise<result<command_reply>>>();
    auto answer = told->get_future();
    lab.commands->submit_for_peer({hold}, [told](result<command_reply> reply) { told->set_value(std::move(reply)); },
                                  {claim, std::nullopt});
    return answer.get();
  };
  auto const before = claim_of(lab, tube);
  lab.restart();
  auto const now = claim_of(lab, tube);
  REQUIRE(now == before + 1);
  auto const late = ask(before);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::not_owner);
  auto const early = ask(now + 1);
  REQUIRE_FALSE(early);
  CHECK(early.error().code == errc::not_owner);
  auto const done = ask(now);
  REQUIRE(done);
  CHECK(done->version == 2);
  auto const again = ask(before);
  REQUIRE(again);
  CHECK(again->repeated);
  CHECK(again->version == 2);
}

TEST_CASE("what another node has given up on is not begun") {
  world lab;
  auto const tube = register_one(lab, "S-1", "LAB-1");
  auto const hold = world::request(tube, do_sample::hold{"looks odd"});
  auto const ask = [&](std::chrono::milliseconds within) {
    auto const told = std::make_shared<std::promise<result<command_reply>>>();
    auto answer = told->get_future();
    lab.commands->submit_for_peer({hold}, [told](result<command_reply> reply) { told->set_value(std::move(reply)); },
                                  {claim_of(lab, tube), within});
    return answer.get();
  };
  auto const late = ask(std::chrono::milliseconds(0));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::timed_out);
  auto const in_time = ask(std::chrono::minutes(1));
  REQUIRE(in_time);
  CHECK(in_time->version == 2);
  CHECK_FALSE(in_time->repeated);
  CHECK(lab.commands->stats().in_flight == 0);
}

TEST_CASE("on what a newer TracSeq wrote nothing is decided; other nodes may, and are asked") {
  world lab;
  auto const tube = register_one(lab, "S-1", "LAB-1");
  REQUIRE(lab.run(tube, do_sample::hold{"looks odd"}));
  lab.settle();
  auto const at = partition_of(tube, lab.log->partitions());
  auto const head = lab.streams->positions()[at].chain;
  auto newer = journal_query(*lab.models->newest()).commits(tube, 0).at(1).commit;
  lab.stop();
  newer.claim = head.c;
  newer.prev = head.h;
  newer.base_version = 2;
  newer.command_id = new_uuid();
  ++newer.events.at(0).schema;
  {
    auto log = open_log(log_directory(lab.directory()), {});
    REQUIRE(log);
    REQUIRE((*log)->append(at, {encode_record(newer)}));
  }
  lab.start();
  auto const alone = lab.run(tube, do_sample::end_hold{});
  REQUIRE_FALSE(alone);
  CHECK(alone.error().code == errc::corrupt);
  lab.stop();
  lab.elsewhere = [](partition_id, std::vector<command_request> const&, command_callback const& done) {
    done(fail(errc::unavailable, "there is no other"));
  };
  lab.start();
  auto const one_of_several = lab.run(tube, do_sample::end_hold{});
  REQUIRE_FALSE(one_of_several);
  // So it is sent once more by whoever forwarded it, to the node that owns the partition by then.
  CHECK(one_of_several.error().code == errc::not_owner);
  CHECK(one_of_several.error().detail.find("newer TracSeq") != std::string::npos);
  CHECK(one_of_several.error().detail.find("upgraded") != std::string::npos);
  CHECK(lab.run(register_one(lab, "S-2", "LAB-2"), do_sample::hold{"the others go on"}));
}

TEST_CASE("a command that changes nothing is answered when what it was decided on is durable") {
  world lab;
  auto const tube = register_one(lab, "S-1", "LAB-1");
  lab.settle();
  for (int round = 0; round < 20; ++round) {
    do_sample::correct wish;
    wish.patch.name = "S-" + std::to_string(round + 2);
    auto first = lab.submit({world::request(tube, wish)});
    auto second = lab.submit({world::request(tube, wish)});
    auto const changed = first.get();
    auto const unchanged = second.get();
    REQUIRE(changed);
    REQUIRE(unchanged);
    CHECK(unchanged->events.empty());
    CHECK(unchanged->version == changed->version);
    CHECK(unchanged->offset == changed->offset);
  }
}

TEST_CASE("a refusal is told when what it was decided on is durable, and not before") {
  world lab;
  lab.options.deadline = std::chrono::seconds(2);
  lab.restart();
  auto const at = [&](std::string const& stream) { return partition_of(stream, lab.log->partitions()); };
  auto const tube = register_one(lab, "S-1", "LAB-1");
  auto other = register_one(lab, "S-2", "LAB-2");
  for (int n = 3; at(other) != at(tube); ++n)
    other = register_one(lab, "S-" + std::to_string(n), "LAB-" + std::to_string(n));
  lab.settle();
  lab.reader->stop();  // what is written from here on is not known to be written

  auto hold = lab.submit({world::request(tube, do_sample::hold{"looks odd"})});
  auto receive = lab.submit({world::request(tube, do_sample::receive{"frozen", std::nullopt})});
  auto stale = world::request(tube, do_sample::hold{"looks odd"});
  stale.expected_version = 1;
  auto changed = lab.submit({stale});
  auto const untouched = lab.run(other, do_sample::accept{});
  REQUIRE_FALSE(untouched);
  CHECK(untouched.error().code == errc::conflict);
  for (auto* behind : {&hold, &receive, &changed}) {
    auto const told = behind->get();
    REQUIRE_FALSE(told);
    CHECK(told.error().code == errc::outcome_unknown);
  }
}

TEST_CASE("a step that a process was refused stays refused, whatever has become of its reason") {
  world lab;
  auto const box = stream_name(storage_unit::kind, add_box(lab, "Box 1"));
  auto const tube = register_one(lab, "S-1", "LAB-1");
  auto const mark = new_uuid();
  REQUIRE(lab.run(box, do_unit::start_maintenance{"ice"}));
  do_unit::reserve_slot reserve;
  reserve.move_id = new_uuid();
  reserve.slot = "A1";
  reserve.occupant = tube;
  reserve.occupant_label = "S-1";
  reserve.occupant_kind = "tube";
  auto const asked = [&](uuid const& id) { return lab.run(box, reserve, id); };
  auto const first = asked(mark);
  REQUIRE_FALSE(first);
  CHECK(first.error().code == errc::rule_violation);
  REQUIRE(lab.run(box, do_unit::end_maintenance{}));
  // The process has given up by now. A copy of its step that lay somewhere comes late.
  auto const late = asked(mark);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == errc::rule_violation);
  CHECK(late.error().detail == first.error().detail);
  lab.restart();
  CHECK_FALSE(asked(mark));
  CHECK(asked(new_uuid()));

  // The same of the thing that is moved, and of one that is discarded.
  do_sample::place place;
  place.move_id = reserve.move_id;
  place.to = {key_of(box), "A1", "Box 1"};
  auto const placing = new_uuid();
  CHECK_FALSE(lab.run(tube, place, placing));  // it is not accepted yet
  REQUIRE(lab.run(tube, do_sample::receive{"frozen", std::nullopt}));
  REQUIRE(lab.run(tube, do_sample::accept{}));
  CHECK_FALSE(lab.run(tube, place, placing));
  REQUIRE(lab.run(tube, do_sample::hold{"to be looked at"}));
  auto const discarding = new_uuid();
  do_sample::discard const discard{new_uuid(), "empty", ""};
  CHECK_FALSE(lab.run(tube, discard, discarding));
  REQUIRE(lab.run(tube, do_sample::end_hold{}));
  CHECK_FALSE(lab.run(tube, discard, discarding));
  CHECK(lab.run(tube, place));

  // A label that an import was refused, since another one held it.
  auto const label = stream_name(barcode::kind, "LAB-9");
  commands::barcode::reserve const ours{"LAB-9", "sample/a", new_uuid(), false};
  commands::barcode::reserve const theirs{"LAB-9", "sample/b", new_uuid(), false};
  auto const reserving = new_uuid();
  REQUIRE(lab.run(label, theirs));
  CHECK_FALSE(lab.run(label, ours, reserving));
  REQUIRE(lab.run(label, commands::barcode::release{"LAB-9", "sample/b", theirs.holder, {}, false, "refused"}));
  CHECK_FALSE(lab.run(label, ours, reserving));
  CHECK(lab.run(label, ours));
}
