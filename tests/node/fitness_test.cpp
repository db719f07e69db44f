// Who may join the group, and which of two with one name goes: the decisions alone.

#include <doctest/doctest.h>

#include "node/cluster/fitness.hpp"

using namespace tracseq;
using namespace tracseq::cluster;
using std::chrono::milliseconds;

namespace {

struct joiner {
  fitness fit{uuid{}};  // waits shortest
  seen_cluster seen;
  result<std::vector<std::string>> group = std::vector<std::string>{};
  int asked = 0;
  fitness::time_point now{};

  std::string why_not(int after_ms = 0) {
    now += milliseconds(after_ms);
    return fit.why_not(seen, [this] { ++asked; return group; }, now);
  }
  void peer(std::string const& name, bool up = true, bool hears = true) { seen.peers.push_back({name, up, hears, false}); }
  void denied(bool of_owner = true) {
    seen.lines.push_back({"127.0.0.1:1", false, true, of_owner, "TLS failed: certificate has expired"});
  }
};

}  // namespace

TEST_CASE("fitness: one that is alone, or in reach both ways, joins without asking the group") {
  joiner one;
  CHECK(one.why_not().empty());
  one.peer("node-2");
  one.seen.lines.push_back({"127.0.0.1:1", false, false, true, "it does not answer: Connection refused"});
  CHECK(one.why_not().empty());
  CHECK(one.asked == 0);
  one.seen.lines.push_back({"127.0.0.1:2", false, false, true, ""});
  CHECK(one.why_not().find("was not tried yet") != std::string::npos);
}

TEST_CASE("fitness: one whom a peer cannot reach stays out") {
  joiner one;
  one.peer("node-2", true, false);
  CHECK(one.why_not().find("node-2 cannot reach this node") != std::string::npos);
  one.seen.peers.front() = {"node-2", false, true, true};
  CHECK_FALSE(one.why_not().empty());
}

TEST_CASE("fitness: one whom a member of the group denies stays out, however long") {
  joiner one;
  one.denied();
  one.group = std::vector<std::string>{"node-3"};
  CHECK(one.why_not().find("do not have each other: TLS failed") != std::string::npos);
  CHECK_FALSE(one.why_not(600'000).empty());
  // Also beside a peer with whom all is well: that one waits for the same, or serves with node-3.
  one.peer("node-2");
  CHECK_FALSE(one.why_not(600'000).empty());
  one.group = std::vector<std::string>{"node-2", "node-3"};
  CHECK_FALSE(one.why_not(600'000).empty());
}

TEST_CASE("fitness: one that only keeps itself out keeps nobody else out") {
  joiner one;
  one.denied();
  one.peer("node-2");
  CHECK(one.why_not().empty());  // nobody serves
  one.group = std::vector<std::string>{"node-2"};
  CHECK(one.why_not().empty());  // who serves is in reach
  one.seen.peers.front().up = false;
  CHECK_FALSE(one.why_not().empty());
}

TEST_CASE("fitness: of two that deny each other and have nobody else, one comes first") {
  joiner one;
  one.denied();
  CHECK_FALSE(one.why_not().empty());
  CHECK_FALSE(one.why_not(1'900).empty());
  CHECK(one.why_not(200).empty());
  uuid last;
  last.bytes.back() = 255;
  joiner other;
  other.fit = fitness{last};
  other.denied();
  CHECK_FALSE(other.why_not().empty());
  CHECK_FALSE(other.why_not(5'000).empty());
  other.group = std::vector<std::string>{"node-1"};  // the first one has come
  CHECK_FALSE(other.why_not(2'000).empty());
  other.group = std::vector<std::string>{};
  CHECK_FALSE(other.why_not(60'000).empty());  // it waits as long again
  CHECK(other.why_not(6'100).empty());
}

TEST_CASE("fitness: while the group cannot be asked nobody joins against a denial") {
  joiner one;
  one.denied();
  one.group = fail(errc::unavailable, "no broker answers");
  CHECK(one.why_not(60'000).find("no broker answers") != std::string::npos);
}

TEST_CASE("of two with one name the one at work stays, and else the one that started first") {
  identity first, second;
  first.boot_id = new_uuid();
  second.boot_id = new_uuid();
  first.started = instant{1'000};
  second.started = instant{2'000};
  CHECK(yields_to(second, first));
  CHECK_FALSE(yields_to(first, second));
  // A clone whose clock is behind comes later all the same.
  second.joined = true;
  CHECK_FALSE(yields_to(second, first));
  CHECK(yields_to(first, second));
  // Both were at work before they met, as behind a cut: neither goes by itself.
  first.joined = true;
  CHECK_FALSE(yields_to(second, first));
  CHECK_FALSE(yields_to(first, second));
}
