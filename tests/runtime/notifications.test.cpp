// What the feed of notifications does when the log cannot be read for a while, or the rows are late; and messages that
// wait for their receiver.
#include <atomic>
#include <thread>

#include "actors/delivery.hpp"
#include "actors/notification_rule.hpp"
#include "actors/sample.hpp"
#include "node/notification_feed.hpp"
#include "projections/inbox.hpp"
#include "tests/runtime/world.hpp"

using namespace tracseq;
using testing::soon;
using testing::world;

namespace {

/// Another's log, whose readers can be told to fail.
class failing_log final : public event_log {
 public:
  explicit failing_log(event_log& log) : log_(log) {}
  partition_id partitions() const override { return log_.partitions(); }
  std::string description() const override { return log_.description(); }
  std::vector<std::string> warnings() const override { return log_.warnings(); }
  result<void> append(partition_id partition, std::vector<std::string> records) override {
    return log_.append(partition, std::move(records));
  }
  void on_failure(failure_handler) override {}
  result<std::vector<std::uint64_t>> ends() override { return log_.ends(); }
  result<std::vector<std::uint64_t>> begins() override { return log_.begins(); }
  result<std::unique_ptr<log_reader>> read(std::span<log_position const> from, reading how) override {
    auto opened = log_.read(from, how);
    if (!opened) return opened;
    return std::make_unique<reader>(*this, *std::move(opened));
  }
  std::atomic<int> failures{0};  ///< of the next polls

 private:
  class reader final : public log_reader {
   public:
    reader(failing_log& log, std::unique_ptr<log_reader> of) : log_(log), of_(std::move(of)) {}
    result<void> poll(std::vector<log_entry>& out, std::size_t max_bytes,
                      std::chrono::milliseconds timeout) override {
      if (log_.failures > 0 && log_.failures-- > 0) return fail(errc::io_failure, "the broker refuses");
      return of_->poll(out, max_bytes, timeout);
    }
    bool caught_up() const override { return of_->caught_up(); }
    void interrupt() noexcept override { of_->interrupt(); }

   private:
    failing_log& log_;
    std::unique_ptr<log_reader> of_;
  };
  event_log& log_;
};

/// Another's store, which can be told to fail where the cursor is kept.
class failing_store final : public store {
 public:
  explicit failing_store(std::unique_ptr<store> of) : of_(std::move(of)) {}
  bool read_only() const noexcept override { return of_->read_only(); }
  std::string const& directory() const noexcept override { return of_->directory(); }
  std::vector<std::string> table_names() const override { return of_->table_names(); }
  table_handle find_table(std::string_view name) const override { return of_->find_table(name); }
  result<table_handle> create_table(std::string const& name) override { return of_->create_table(name); }
  result<void> drop_table(std::string const& name) override { return of_->drop_table(name); }
  table_handle meta() const override { return of_->meta(); }
  std::optional<std::string> get(store_table const& table, std::string_view key) const override {
    if (fails && &table == of_->find_table("snapshots").get())
      throw query_failure({errc::io_failure, "the disk gives an error", {}});
    return of_->get(table, key);
  }
  std::shared_ptr<snapshot const> take_snapshot() const override { return of_->take_snapshot(); }
  std::unique_ptr<table_view> newest(table_handle table) const override { return of_->newest(std::move(table)); }
  result<void> write(std::span<store_write const> writes) override { return of_->write(writes); }
  result<void> write_bulk(std::span<bulk_rows const> tables) override { return of_->write_bulk(tables); }
  result<void> flush() override { return of_->flush(); }
  figures measure() const override { return of_->measure(); }
  std::atomic<bool> fails{false};

 private:
  std::unique_ptr<store> of_;
};

void make_rule(world& lab, std::string const& project) {
  commands::notification_rule::create rule;
  rule.terms.name = "of a project";
  rule.terms.event_types = {"sample_registered"};
  rule.terms.project = project;
  rule.terms.recipient = "tester";
  REQUIRE(lab.run(stream_name(notification_rule::kind, new_uuid()), rule));
}

void register_sample(world& lab, std::string const& name, std::string const& project) {
  commands::sample::register_sample asked;
  asked.details.name = name;
  asked.details.barcode = "BC-" + name;
  asked.details.project = project;
  auto const reply = lab.run(stream_name(sample::kind, new_uuid()), asked);
  REQUIRE_MESSAGE(reply, (reply ? "" : reply.error().detail));
}

/// Subjects of the messages in the inbox, as soon as there are `count`.
std::vector<std::string> messages(world& lab, std::size_t count) {
  std::vector<std::string> out;
  for (int i = 0; i < 1000 && out.size() < count; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    lab.settle();
    out.clear();
    auto const found = inbox_query(*lab.models->newest()).messages("tester", false);
    REQUIRE(found);
    for (auto const& one : found->rows) out.push_back(one.subject);
  }
  return out;
}

}  // namespace

TEST_CASE("notifications go on behind reads that failed") {
  world lab;
  failing_log log(*lab.log);
  notification_feed feed(log, *lab.models, *lab.commands, [] { return true; });
  feed.start();
  make_rule(lab, {});
  register_sample(lab, "Before", {});
  CHECK(messages(lab, 1).size() == 1);
  log.failures = 3;
  register_sample(lab, "Behind", {});
  auto const told = messages(lab, 2);
  REQUIRE(told.size() == 2);
  CHECK(told.front().starts_with("Behind: "));
  feed.stop();
}

TEST_CASE("what happens in a project is told though its rows come late") {
  world lab;
  // The feed looks events up in rows of its own, which stand still.
  auto rows = store::open(lab.directory() + "/late", {});
  REQUIRE(rows);
  auto late = runner::open(*std::move(rows), all_projections(), {});
  REQUIRE(late);
  notification_feed feed(*lab.log, **late, *lab.commands, [] { return true; });
  feed.start();
  make_rule(lab, "P1");
  register_sample(lab, "Late", "P1");
  register_sample(lab, "Elsewhere", "P2");
  std::this_thread::sleep_for(std::chrono::milliseconds(5'500));  // longer than it would ever wait before
  stream_store streams(**late);
  follower follows(*lab.log, **late, streams);
  REQUIRE(follows.start(nullptr));
  auto const told = messages(lab, 1);
  REQUIRE(told.size() == 1);
  CHECK(told.front().starts_with("Late: "));
  feed.stop();
  follows.stop();
}

TEST_CASE("a store that cannot be read ends no node: it says that nothing is told, and tells when it can") {
  world lab;
  auto rows = store::open(lab.directory() + "/failing", {});
  REQUIRE(rows);
  auto failing = std::make_unique<failing_store>(*std::move(rows));
  auto& disk = *failing;
  auto models = runner::open(std::move(failing), all_projections(), {});
  REQUIRE(models);
  stream_store streams(**models);
  follower follows(*lab.log, **models, streams);
  REQUIRE(follows.start(nullptr));
  disk.fails = true;
  std::atomic<bool> tells{true};
  SUBCASE("when the node starts") {}
  SUBCASE("when it takes over from another") { tells = false; }
  notification_feed feed(*lab.log, **models, *lab.commands, [&] { return tells.load(); });
  feed.start();
  tells = true;
  auto const warnings = [&] { return feed.warnings(); };
  REQUIRE(soon([&] { return !warnings().empty(); }));
  CHECK(warnings() == std::vector<std::string>{"no notification is sent for now: the disk gives an error"});
  make_rule(lab, {});
  register_sample(lab, "Told", {});
  SUBCASE("and the disk works again") {
    disk.fails = false;
    CHECK(messages(lab, 1).size() == 1);
    CHECK(warnings().empty());
  }
  SUBCASE("and another takes over") {
    tells = false;
    CHECK(soon([&] { return warnings().empty(); }));
  }
  feed.stop();
  follows.stop();
}

TEST_CASE("messages that wait for their receiver hold no actors, and go on in time, over a restart too") {
  constexpr int messages = 200;
  world lab;
  std::atomic<bool> up{false};
  std::atomic<int> attempts{0};
  lab.options.live_entities_max = 24;
  lab.perform = [&](effect const&, std::function<void(effect_outcome)> const& done) {
    ++attempts;
    done({up, "the receiver is down", false});
  };
  lab.restart();
  for (int i = 0; i < messages; ++i) {
    commands::delivery::queue queued;
    queued.message_id = new_uuid();
    queued.channel = notification_rule::channel::webhook;
    queued.url = "https://receiver.example/hook";
    queued.subject = "Message " + std::to_string(i);
    REQUIRE(lab.run(stream_name(delivery::kind, queued.message_id), queued));
  }
  CHECK(soon([&] {
    return attempts >= messages && lab.commands->stats().live_entities <= lab.options.live_entities_max + 12;
  }));
  CHECK(lab.commands->stats().processes_open == messages);
  up = true;
  lab.restart();
  CHECK(soon([&] { return lab.commands->stats().processes_open == 0; }));
}

TEST_CASE("an actor that ends by an exception is told of, for nobody serves any more what was its") {
  world lab;
  lab.perform = [](effect const&, std::function<void(effect_outcome)> const&) { throw std::runtime_error("on purpose"); };
  lab.restart();
  CHECK(lab.commands->broken().empty());
  commands::delivery::queue queued;
  queued.message_id = new_uuid();
  queued.channel = notification_rule::channel::webhook;
  queued.url = "https://receiver.example/hook";
  REQUIRE(lab.run(stream_name(delivery::kind, queued.message_id), queued));
  CHECK(soon([&] { return !lab.commands->broken().empty(); }));
  CHECK(lab.commands->broken() == stream_name(delivery::kind, queued.message_id) + ": on purpose");
}
