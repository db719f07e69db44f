#include "tests/sim/clients.hpp"

#include <algorithm>

#include "tests/sim/work.hpp"

namespace tracseq::sim {
namespace {

constexpr std::size_t clients_count = 5;
constexpr auto answer_patience_us = 4 * second;

}  // namespace

clients::clients(world& in, cluster& nodes, history const& so_far)
    : world_(in), cluster_(nodes), history_(so_far), clients_(clients_count) {
  for (auto& one : clients_) one.left = static_cast<std::size_t>(world_.dice.between(8, 24));
}

void clients::start() {
  for (std::size_t who = 0; who < clients_.size(); ++who)
    world_.after(world_.dice.wait_us(200 * ms), [this, who] { go_on(who); });
}

bool clients::done() const {
  return std::all_of(clients_.begin(), clients_.end(),
                     [](auto const& one) { return one.left == 0 && one.wanted.empty() && !one.now; });
}

void clients::go_on(std::size_t who) {
  auto& one = clients_[who];
  if (one.now) return;
  if (one.wanted.empty()) {
    if (one.left == 0) return;
    --one.left;
    one.wanted.push_back(think_of(who));
  }
  one.now = std::move(one.wanted.front());
  one.wanted.pop_front();
  one.now->invoked_us = world_.now_us;
  asked_.push_back(one.now);
  attempt(who, one.now);
}

void clients::attempt(std::size_t who, std::shared_ptr<operation> const& what) {
  if (what->answer) return;
  auto const number = ++what->attempts;
  auto const node = world_.dice.below(cluster_.size());
  world_.say("client ", who, " asks node-", node + 1, ": ", what->what, number > 1 ? " (again)" : "");
  auto const answer = [this, who, what, number](result<command_reply> const& reply) {
    cluster_.tell_client([this, who, what, number, reply] { on_answer(who, what, number, reply); });
  };
  cluster_.ask(node, [what, answer](process& asked) {
    result<std::vector<command_request>> group = fail(errc::unavailable, "the node's store cannot be read");
    try {
      group = what->make(asked, *what);
    } catch (query_failure const&) {
    }
    if (!group) return answer(tl::unexpected(group.error()));
    asked.submit(*std::move(group), answer);
  });
  world_.after(answer_patience_us, [this, who, what, number] {
    if (!what->answer && what->attempts == number) attempt(who, what);
  });
}

void clients::on_answer(std::size_t who, std::shared_ptr<operation> const& what, int number,
                        result<command_reply> const& reply) {
  if (what->answer) return;
  if (!reply && describe(reply.error().code).retryable) {
    if (what->attempts != number) return;  // it was asked again already
    auto const next = what->attempts;
    world_.after(world_.dice.between(20 * ms, 800 * ms), [this, who, what, next] {
      if (what->attempts == next) attempt(who, what);
    });
    return;
  }
  what->answer = reply;
  what->answered_us = world_.now_us;
  world_.say("client ", who, " has its answer to ", what->what, ": ",
             reply ? std::to_string(reply->partition) + "-" + std::to_string(reply->offset)
                   : std::string(describe(reply.error().code).name) + ", " + reply.error().detail);
  world_.trace(std::string_view(reinterpret_cast<char const*>(what->key.bytes.data()), what->key.bytes.size()));
  world_.trace(world_.now_us);
  world_.trace(reply ? static_cast<std::int64_t>(reply->offset) : -static_cast<std::int64_t>(reply.error().code));
  if (reply && what->then) what->then(*reply);
  if (who >= clients_.size()) return;
  clients_[who].now = nullptr;
  world_.after(world_.dice.wait_us(100 * ms), [this, who] { go_on(who); });
}

void clients::mend(std::string const& stopped) {
  auto const what = wish("resume " + stopped, {});
  what->make = [stopped](process&, operation& self) -> result<std::vector<command_request>> {
    return resuming(self, stopped);
  };
  what->invoked_us = world_.now_us;
  asked_.push_back(what);
  attempt(clients_.size(), what);
}

std::shared_ptr<operation> clients::think_of(std::size_t who) {
  if (freezers_.size() + boxes_.size() < 3) return add_unit(who);
  auto const kind = world_.dice.below(100);
  if (kind < 22 || tubes_.empty()) return register_tube(who);
  if (kind < 28) return add_unit(who);
  if (kind < 64) return move_thing();
  if (kind < 70) return discard_tube();
  if (kind < 82) return treat_tube();
  if (kind < 88) return treat_unit();
  if (kind < 96) return send_message();
  return reuse_key();
}

std::shared_ptr<operation> clients::wish(std::string what, maker make) {
  auto made = std::make_shared<operation>();
  made->what = std::move(what);
  made->key = world_.dice.id();
  auto const digest = sha256(made->what, to_string(made->key));
  std::copy_n(digest.begin(), made->print.size(), made->print.begin());
  made->make = std::move(make);
  return made;
}

}  // namespace tracseq::sim
