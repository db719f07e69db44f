// The one rule of the log under everything that a network and dying processes do to it: three nodes
// that claim, pipeline, close and crash; messages that are lost, late, doubled, and that arrive after
// their sender is dead. The nodes fold the log with the real chain_fold and real records.
//
// Checked for every seed:
//   what was acknowledged to a client is in the history, once;
//   no command is in the history twice;
//   every reader that folds the log sees the same history.

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "events/chain.hpp"
#include "events/record.hpp"

using namespace tracseq;

namespace {

using fold_function = verdict (*)(chain_state&, std::string_view);

uuid numbered(std::uint32_t number) {
  uuid id;
  for (std::size_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  return id;
}

/// A partition as a broker keeps it, and the way to it.
struct network {
  struct message {
    int sender = 0;  ///< a process; a new one after each crash
    std::string record;
  };
  std::vector<std::string> log;
  std::vector<message> on_the_way;
};

/// What a node tells its clients.
struct answers {
  std::set<uuid> acknowledged;
  std::set<uuid> unknown;
};

/// One process. After a crash another takes its place, and knows only what the log says.
class process {
 public:
  process(network& net, answers& out, fold_function fold, int name, bool hasty)
      : net_(net), out_(out), fold_(fold), name_(name), hasty_(hasty), state_(chain_genesis(0, 1)) {}

  /// Reads at most `count` records that it has not seen.
  void read(std::size_t count) {
    for (; count > 0 && offset_ < net_.log.size(); --count) take(net_.log[offset_++]);
  }

  /// Claims, if it has read to the end and does not own the partition already.
  void claim_partition() {
    if (mode_ != mode::following || offset_ != net_.log.size()) return;
    claim wanted{state_.c + 1, {}, "node-" + std::to_string(name_), numbered(next_boot_()), ""};
    claim_ = encode_record(wanted);
    send(claim_);
    mode_ = mode::claiming;
  }

  /// A client's command. An owner that knows it answers at once; a new one is written behind what is
  /// on its way, without waiting for it.
  void command(uuid const& id) {
    if (mode_ != mode::owner) return;
    if (known_.contains(id)) {
      out_.acknowledged.insert(id);
      return;
    }
    for (auto const& sent : in_flight_)
      if (sent.id == id) return;
    commit record;
    record.claim = state_.c;
    record.prev = own_h_;
    record.stream = "sample/x";
    record.command_id = id;
    record.node = "node-" + std::to_string(name_);
    auto bytes = encode_record(record);
    chain_state ahead{own_h_, state_.c, 0};
    REQUIRE(fold_(ahead, bytes) == verdict::commit);
    own_h_ = ahead.h;
    in_flight_.push_back({id, bytes});
    send(std::move(bytes));
    if (hasty_) out_.acknowledged.insert(id);
  }

  /// A deadline passed: what is in flight is unknown, and the partition has to be claimed anew.
  void close() {
    for (auto const& sent : in_flight_) out_.unknown.insert(sent.id);
    in_flight_.clear();
    mode_ = mode::following;
  }

  [[nodiscard]] chain_state const& state() const { return state_; }
  [[nodiscard]] std::vector<uuid> const& history() const { return history_; }
  [[nodiscard]] bool owns() const { return mode_ == mode::owner; }
  [[nodiscard]] bool doubled() const { return doubled_; }

 private:
  enum class mode { following, claiming, owner };
  struct sent_command {
    uuid id;
    std::string record;
  };

  void send(std::string record) { net_.on_the_way.push_back({name_, std::move(record)}); }

  void take(std::string const& bytes) {
    auto const judged = fold_(state_, bytes);
    if (judged == verdict::commit) took_commit(bytes);
    if (judged == verdict::claim) took_claim(bytes);
    if (accepted(judged)) return;
    if (mode_ == mode::claiming && bytes == claim_) mode_ = mode::following;
    for (auto const& sent : in_flight_)
      if (sent.record == bytes) {
        close();
        return;
      }
  }

  void took_commit(std::string const& bytes) {
    auto const id = std::get<commit>(*decode_record(bytes)).command_id;
    doubled_ = !known_.insert(id).second || doubled_;
    history_.push_back(id);
    if (in_flight_.empty() || in_flight_.front().record != bytes) return;
    out_.acknowledged.insert(id);
    in_flight_.pop_front();
  }

  void took_claim(std::string const& bytes) {
    bool const own = mode_ == mode::claiming && bytes == claim_;
    close();
    if (!own) return;
    mode_ = mode::owner;
    own_h_ = state_.h;
  }

  static std::uint32_t next_boot_() {
    static std::uint32_t boots = 0;
    return ++boots;
  }

  network& net_;
  answers& out_;
  fold_function fold_;
  int name_;
  bool hasty_;
  std::size_t offset_ = 0;
  chain_state state_;
  mode mode_ = mode::following;
  std::string claim_;
  hash256 own_h_{};
  std::deque<sent_command> in_flight_;
  std::set<uuid> known_;  ///< the projection of command ids
  std::vector<uuid> history_;
  bool doubled_ = false;
};

struct world {
  network net;
  answers out;
  fold_function fold;
  bool hasty;  ///< nodes acknowledge what they have sent, without waiting to read it back
  std::mt19937 random;
  std::vector<std::unique_ptr<process>> nodes;
  int next_process = 0;
  std::uint32_t commands = 0;
  std::size_t crashes = 0;
  std::size_t skipped = 0;

  world(unsigned seed, fold_function f, bool h) : fold(f), hasty(h), random(seed) {
    for (int i = 0; i < 3; ++i) nodes.push_back(start());
  }
  std::unique_ptr<process> start() {
    return std::make_unique<process>(net, out, fold, next_process++, hasty);
  }
  std::size_t any(std::size_t count) { return random() % count; }

  /// One message arrives, is lost, or is doubled. Mostly in order, at times far out of it.
  void deliver() {
    if (net.on_the_way.empty()) return;
    auto const at = any(6) == 0 ? any(net.on_the_way.size()) : 0;
    auto const fate = any(100);
    if (fate >= 6) net.log.push_back(net.on_the_way[at].record);
    if (fate >= 90) return;  // doubled: it arrives, and is still on its way
    net.on_the_way.erase(net.on_the_way.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// A new one, or one that a client sends again.
  uuid next_command() {
    bool const again = commands > 0 && any(3) == 0;
    return numbered(again ? 1 + static_cast<std::uint32_t>(any(commands)) : ++commands);
  }

  void act() {
    auto& node = nodes[any(nodes.size())];
    auto const what = any(100);
    if (what < 30) deliver();
    else if (what < 60) node->read(1 + any(8));
    else if (what < 85) node->command(next_command());
    else if (what < 94) node->claim_partition();
    else if (what < 97) node->close();
    else {
      node = start();  // its messages stay on their way
      ++crashes;
    }
  }

  /// Everything that is still on its way arrives, whoever sent it; all read to the end.
  void settle() {
    while (!net.on_the_way.empty()) {
      net.log.push_back(net.on_the_way.front().record);
      net.on_the_way.erase(net.on_the_way.begin());
    }
    for (auto& node : nodes) node->read(net.log.size());
  }

  /// Empty if the history is what was promised.
  std::string judge() {
    auto reader = start();
    reader->read(net.log.size());
    std::set<uuid> const history(reader->history().begin(), reader->history().end());
    if (reader->doubled() || history.size() != reader->history().size()) return "a command is there twice";
    for (auto const& id : out.acknowledged)
      if (!history.contains(id)) return "an acknowledged command is lost";
    for (auto const& node : nodes)
      if (node->state() != reader->state() || node->history() != reader->history())
        return "two readers differ";
    skipped = net.log.size() - reader->state().s - reader->state().c;
    return {};
  }
};

struct tally {
  std::size_t acknowledged = 0;
  std::size_t unknown = 0;
  std::size_t claims = 0;
  std::size_t crashes = 0;
  std::size_t skipped = 0;
};

std::string run(unsigned seed, fold_function fold, tally& sum, bool hasty = false) {
  world all(seed, fold, hasty);
  for (int i = 0; i < 400; ++i) all.act();
  all.settle();
  auto const wrong = all.judge();
  sum.acknowledged += all.out.acknowledged.size();
  sum.unknown += all.out.unknown.size();
  sum.claims += all.nodes[0]->state().c;
  sum.crashes += all.crashes;
  sum.skipped += all.skipped;
  return wrong;
}

/// The rule without its middle: a commit needs the present claim, but no link.
verdict fold_without_links(chain_state& state, std::string_view record) {
  auto const peek = peek_record(record);
  if (peek && !peek->is_claim && peek->claim == state.c) {
    ++state.s;
    state.h = sha256(std::string_view(reinterpret_cast<char const*>(state.h.data()), 32), record);
    return verdict::commit;
  }
  return chain_fold(state, record);
}

}  // namespace

TEST_CASE("three nodes, loss, delay, doubling, crashes: nothing acknowledged is lost, nothing is doubled") {
  tally sum;
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    auto const wrong = run(seed, chain_fold, sum);
    REQUIRE_MESSAGE(wrong.empty(), "seed " << seed << ": " << wrong);
  }
  // The model has to have done something: each of these was seen often.
  MESSAGE("acknowledged " << sum.acknowledged << ", unknown " << sum.unknown << ", claims " << sum.claims
                          << ", crashes " << sum.crashes << ", skipped " << sum.skipped);
  CHECK(sum.acknowledged > 20'000);
  CHECK(sum.unknown > 3'000);
  CHECK(sum.claims > 6'000);
  CHECK(sum.crashes > 20'000);
  CHECK(sum.skipped > 20'000);
}

TEST_CASE("the model finds what is wrong with a weaker rule, and with a hasty node") {
  auto const caught = [](fold_function fold, bool hasty) {
    tally sum;
    std::map<std::string, int> found;
    for (unsigned seed = 0; seed < 200; ++seed) ++found[run(seed, fold, sum, hasty)];
    return found;
  };
  CHECK(caught(fold_without_links, false)["a command is there twice"] > 0);
  CHECK(caught(chain_fold, true)["an acknowledged command is lost"] > 0);
}
