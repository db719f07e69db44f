#include <doctest/doctest.h>

#include <stdexcept>

#include "projections/applied_table.hpp"
#include "projections/journal.hpp"
#include "projections/rows.hpp"
#include "projections/samples.hpp"
#include "projections/search.hpp"
#include "tests/projections/models.hpp"

using namespace tracseq;
using namespace tracseq::test;

namespace {

/// A projection that stumbles over a name while `broken`.
class touchy final : public projection {
 public:
  explicit touchy(bool const& broken, std::uint32_t version = 1)
      : broken_(broken), version_(version) {}
  [[nodiscard]] std::string_view name() const override { return "touchy"; }
  [[nodiscard]] std::uint32_t version() const override { return version_; }
  void apply(accepted_event const& event, table& rows) const override {
    auto& seen = edit_row<std::string>(rows, key('R').stream(event.stream()));
    seen += facts_of(event.event).type.name.substr(0, 10);
    rows.count(key('#'), 1);
    rows.put(key('V').stream(event.stream()).u64(event.version()), "");
    if (broken_ && event_if<sample::held>(event.event) != nullptr)
      throw std::runtime_error("cannot stand a hold");
  }

 private:
  bool const& broken_;
  std::uint32_t version_;
};

projection_list with_touchy(bool const& broken) {
  auto all = all_projections();
  all.push_back(std::make_shared<touchy>(broken));
  return all;
}

std::string seen_by_touchy(runner& models, std::string const& stream) {
  auto const view = models.newest();
  auto const row = read_row<std::string>(view->table("touchy"), key('R').stream(stream));
  return row.value_or("");
}

}  // namespace

TEST_CASE("an event that cannot be applied parks its stream for that projection alone") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  auto const good = lab.register_sample("Good", "");
  auto const bad = lab.register_sample("Bad", "");
  auto const stream = stream_name(sample::kind, bad);
  lab.write(stream, {sample::received{}, sample::held{"odd"}});  // the commit is undone as a whole
  lab.write(stream, {sample::hold_ended{}});
  lab.receive_and_accept(good);

  bool broken = true;
  auto models = open_models(scratch.path("a"), with_touchy(broken));
  follow(*models, log, 1);
  CHECK_FALSE(models->healthy());
  CHECK(models->applied() == offsets_of(models->positions()));
  CHECK(seen_by_touchy(*models, stream) == "sample_reg");
  CHECK(seen_by_touchy(*models, stream_name(sample::kind, good)) == "sample_regsample_recsample_acc");
  CHECK(samples_query(*models->newest()).get(bad)->version == 4);
  CHECK(read_count(models->newest()->table("touchy"), key('#')) == 4);

  auto parked = models->parked();
  REQUIRE(parked.size() == 2);
  CHECK(parked[0].projection == "touchy@1");
  CHECK(parked[0].stream == stream);
  CHECK(parked[0].base_version == 1);
  CHECK(parked[0].why == "cannot stand a hold");
  CHECK(parked[1].base_version == 3);
  CHECK(parked[1].why == "");

  SUBCASE("and later events of it wait behind, also after a restart") {
    models.reset();
    models = open_models(scratch.path("a"), with_touchy(broken));
    lab.write(stream, {sample::accepted{}});
    follow(*models, log);
    CHECK(models->parked().size() == 3);
    CHECK(seen_by_touchy(*models, stream) == "sample_reg");
    for (auto const& one : models->status())
      if (one.name == "touchy") {
        CHECK(one.parked_commits == 3);
        CHECK(one.parked_streams == 1);
      }
  }
  SUBCASE("a retry that fails again keeps it and says why") {
    auto const retried = models->retry_parked("touchy@1", stream);
    REQUIRE_FALSE(retried);
    CHECK(retried.error().detail.find("still cannot be applied: cannot stand a hold") !=
          std::string::npos);
    CHECK(models->parked().size() == 2);
    CHECK(seen_by_touchy(*models, stream) == "sample_reg");
  }
  SUBCASE("a retry that works leaves what an undisturbed run has") {
    broken = false;
    auto const retried = models->retry_parked("touchy@1", stream);
    REQUIRE_MESSAGE(retried, retried.error().detail);
    CHECK(models->healthy());
    CHECK(models->parked().empty());
    lab.write(stream, {sample::accepted{}});
    follow(*models, log);
    auto const undisturbed = open_models(scratch.path("b"), with_touchy(broken));
    follow(*undisturbed, log);
    CHECK(difference(dump(models->rows()), dump(undisturbed->rows())) == "");
  }
  SUBCASE("a retry that breaks off leaves nothing of itself to the next batch") {
    broken = false;
    auto& rows = models->rows();
    auto const meta = rows.newest(rows.meta());
    auto at = meta->scan_prefix("parked/");
    at->next();
    std::string const second(at->key());
    std::string const whole(at->value());
    auto damaged = decode_row<parked_row>(whole);
    damaged.record = "damaged";
    auto const put = [&](std::string const& value) {
      store_write const write{rows.meta(), second, value};
      REQUIRE(rows.write({&write, 1}));
    };
    put(codec::encode(damaged));
    auto const retried = models->retry_parked("touchy@1", stream);
    REQUIRE_FALSE(retried);
    CHECK(retried.error().code == errc::corrupt);
    lab.register_sample("Other", "");
    follow(*models, log);
    CHECK(seen_by_touchy(*models, stream) == "sample_reg");
    CHECK(models->parked().size() == 2);
    put(whole);
    REQUIRE(models->retry_parked("touchy@1", stream));
    auto const undisturbed = open_models(scratch.path("b"), with_touchy(broken));
    follow(*undisturbed, log);
    CHECK(difference(dump(models->rows()), dump(undisturbed->rows())) == "");
  }
  SUBCASE("skipping leaves one commit out and goes on") {
    auto const skipped = models->skip_parked("touchy@1", stream);
    REQUIRE_MESSAGE(skipped, skipped.error().detail);
    CHECK(models->healthy());
    CHECK(seen_by_touchy(*models, stream) == "sample_regsample_hol");
  }
  SUBCASE("nothing is parked under another name") {
    auto const retried = models->retry_parked("touchy@1", "sample/none");
    REQUIRE_FALSE(retried);
    CHECK(retried.error().code == errc::not_found);
    CHECK(retried.error().detail == "Nothing of sample/none is parked in touchy@1.");
  }
}

TEST_CASE("an event that cannot be decoded parks its stream, and the journal keeps its bytes") {
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  auto const id = lab.register_sample("Ahead", "");
  auto const stream = stream_name(sample::kind, id);
  lab.write_encoded(stream, {encoded_event{199, 7, "from the future"}});
  lab.receive_and_accept(id);

  auto const models = open_models(scratch.path("a"));
  follow(*models, log);
  CHECK_FALSE(models->healthy());
  auto const view = models->newest();
  CHECK(samples_query(*view).get(id)->version == 1);
  CHECK(journal_query(*view).version(stream) == 4);
  CHECK(journal_query(*view).commits(stream).size() == 4);
  auto const page = journal_query(*view).history(stream, direction::forward);
  REQUIRE(page);
  REQUIRE(page->rows.size() == 4);
  CHECK(page->rows[1].type == "unknown_199");
  CHECK(page->rows[1].words.find("cannot read") != std::string::npos);
  CHECK(page->rows[2].type == "sample_received");
}

TEST_CASE("replay parks as the live path does") {
  // Undecodable events are the case that replay meets without a defect in a projection.
  scratch_directory const scratch;
  memory_log log(4);
  laboratory lab(log);
  for (int i = 0; i < 40; ++i) {
    auto const id = lab.register_sample("S" + std::to_string(i), "L" + std::to_string(i));
    if (i % 7 == 0)
      lab.write_encoded(stream_name(sample::kind, id), {encoded_event{199, 7, "?"}});
    lab.receive_and_accept(id);
  }
  auto const live = open_models(scratch.path("live"));
  follow(*live, log, 1'000);
  auto const fresh = open_models(scratch.path("fresh"));
  follow(*fresh, log);
  CHECK(difference(dump(live->rows()), dump(fresh->rows())) == "");
  CHECK(live->parked(1'000).size() == fresh->parked(1'000).size());
}
